package import Catalog
internal import Foundation

/// One message of a notebook, as it came.
///
/// On the wire (Jupyter's messaging, 5.4): the names of the peers it came through, `<IDS|MSG>`, the signature, then header, parent header, metadata and
/// content as JSON, then buffers.
package struct KernelMessage: Sendable {
    /// The peers that an answer goes to.
    package let identities: [[UInt8]]
    /// The header's JSON, which answers carry as their parent.
    package let header: [UInt8]
    package let id: String
    package let type: String
    package let session: String
    package let content: [String: JSONValue]
    let signature: [UInt8]

    package static let delimiter = Array("<IDS|MSG>".utf8)
    /// Bytes that a header may have: every answer repeats it.
    static let headerLimit = 64 << 10

    /// Why parts are no message of a notebook.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case noDelimiter
        case tooFewParts(Int)
        case wrongSignature
        case notJSON(String)
        case missing(String)
        case headerTooLong(Int)
        case repeated

        package var description: String {
            switch self {
            case .noDelimiter: "a message without the delimiter <IDS|MSG>"
            case .tooFewParts(let count): "a message with \(count) of the 5 parts that follow the delimiter"
            case .wrongSignature: "a message whose signature is not that of the connection file's key"
            case .notJSON(let part): "a message whose \(part) is no JSON object"
            case .missing(let member): "a message whose header has no '\(member)'"
            case .repeated: "a message that came before"
            case .headerTooLong(let size): "a message whose header has \(size) bytes, more than \(KernelMessage.headerLimit)"
            }
        }
    }

    /// Reads the parts of a message. Nothing of it is looked at before its signature is known to be right.
    package init(_ parts: [[UInt8]], _ signer: MessageSigner) throws(Fault) {
        guard let at = parts.firstIndex(of: Self.delimiter) else { throw .noDelimiter }
        let rest = parts[(at + 1)...]
        guard rest.count >= 5 else { throw .tooFewParts(rest.count) }
        let signed = rest[(at + 2)..<(at + 6)]
        guard signer.isSigned(signed, with: rest[at + 1]) else { throw .wrongSignature }
        identities = Array(parts[..<at])
        signature = rest[at + 1]
        header = parts[at + 2]
        guard header.count <= Self.headerLimit else { throw .headerTooLong(header.count) }
        guard let members = Self.object(header) else { throw .notJSON("header") }
        guard let type = members["msg_type"]?.text, !type.isEmpty else { throw .missing("msg_type") }
        guard let id = members["msg_id"]?.text else { throw .missing("msg_id") }
        (self.type, self.id, session) = (type, id, members["session"]?.text ?? "")
        guard Self.object(parts[at + 3]) != nil else { throw .notJSON("parent header") }
        guard Self.object(parts[at + 4]) != nil else { throw .notJSON("metadata") }
        guard let content = Self.object(parts[at + 5]) else { throw .notJSON("content") }
        self.content = content
    }

    private static func object(_ bytes: [UInt8]) -> [String: JSONValue]? { try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var flag: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    var whole: Int? {
        switch self {
        case .integer(let number): Int(number)
        case .number(let number): Int(exactly: number.rounded())
        default: nil
        }
    }
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

    /// A list of texts.
    package static func texts(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }
}
