public import Columnar

/// Bytes that are not what their format says, told so that a person can find the place.
public struct FormatError: Error, CustomStringConvertible, Equatable {
    public enum Code: String, Sendable {
        /// The bytes end too early.
        case truncated
        /// The bytes break the format's rules.
        case malformed
        /// The bytes are right, but use a feature that is not read; the message names it.
        case unsupported
        /// An option or a schema cannot be written in this format.
        case invalidRequest
    }

    public let code: Code
    /// The file, as its `ByteSource` calls it.
    public let source: String
    /// Byte offset in the file (before decompression of a compressed one), where known.
    public let offset: Int?
    /// Line in the (decompressed) text, from 1, where known.
    public let line: Int?
    public let message: String

    public init(_ code: Code, source: String, offset: Int? = nil, line: Int? = nil, _ message: String) {
        (self.code, self.source, self.offset, self.line, self.message) = (code, source, offset, line, message)
    }

    public var description: String {
        var place = source
        if let line { place += ", line \(line)" } else if let offset { place += ", byte \(offset)" }
        return "\(place): \(message)"
    }
}

/// One record that a reader could not read: it leaves the frame as an error record.
public struct BadRecord: Sendable {
    public let source: String
    /// From 1; 0 where unknown.
    public let line: Int
    /// Byte offset of the record in the (decompressed) text.
    public let offset: Int
    public let message: String
    /// The record's own bytes, as text, at most 4 KiB of them.
    public let input: String

    public init(source: String, line: Int, offset: Int, message: String, input: String) {
        (self.source, self.line, self.offset, self.message, self.input) = (source, line, offset, message, input)
    }
}

extension FormatError: CodedError {
    public var errorCode: ErrorCode {
        switch code {
        case .truncated: .truncatedFile
        case .malformed: .malformedFile
        case .unsupported: .unsupportedFeature
        case .invalidRequest: .unwritableSchema
        }
    }
}
