internal import Columnar

/// How a text file is compressed as a whole.
public enum Compression: String, Sendable, CaseIterable {
    case none, gzip, zstd
    // Recognised, so that the error can name them, but not read.
    case bzip2, lz4, snappy, zip, xz

    /// What `bytes`, the beginning of a file, say; `none` when they begin like no compressed file.
    public static func detect(_ bytes: UnsafeRawBufferPointer) -> Compression {
        func begins(_ magic: [UInt8]) -> Bool { bytes.count >= magic.count && bytes.prefix(magic.count).elementsEqual(magic) }
        if begins([0x1f, 0x8b]) { return .gzip }
        if begins([0x28, 0xb5, 0x2f, 0xfd]) { return .zstd }
        // A zstd file may begin with a skippable frame.
        if bytes.count >= 4, bytes[0] & 0xf0 == 0x50, bytes[1] == 0x2a, bytes[2] == 0x4d, bytes[3] == 0x18 { return .zstd }
        if begins([0x42, 0x5a, 0x68]), bytes.count >= 10, bytes[4..<10].elementsEqual([0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) { return .bzip2 }
        if begins([0x04, 0x22, 0x4d, 0x18]) { return .lz4 }
        if begins([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]) { return .snappy }
        if begins([0x50, 0x4b, 0x03, 0x04]) { return .zip }
        if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
        return .none
    }

    /// What a file's name says by its last suffix, in any case.
    public static func named(_ name: String) -> Compression {
        let lowered = name.lowercased()
        for (suffix, kind) in suffixes where lowered.hasSuffix(suffix) { return kind }
        return .none
    }

    /// The suffix that files of this compression carry; empty for `none`.
    public var suffix: String { self == .none ? "" : Compression.suffixes.first { $0.1 == self }!.0 }

    private static let suffixes: [(String, Compression)] = [
        (".gz", .gzip), (".gzip", .gzip), (".zst", .zstd), (".zstd", .zstd), (".bz2", .bzip2), (".lz4", .lz4), (".snappy", .snappy), (".zip", .zip),
        (".xz", .xz),
    ]

    /// How `source` is compressed: what its first bytes say, which must agree with its name where that says something.
    ///
    /// - Throws: `FormatError.malformed` when the name promises a compression that the bytes do not have; `unsupported` for one that is not
    ///   read.
    static func of(_ source: any ByteSource) throws -> Compression {
        let head = try source.read(at: 0, count: min(16, source.size))
        let found = detect(UnsafeRawBufferPointer(start: head.base, count: head.size))
        let promised = named(source.name)
        if found == .none, promised != .none, source.size > 0 {
            throw FormatError(.malformed, source: source.name, offset: 0, "the name promises \(promised.rawValue), but the bytes do not begin like it")
        }
        return found
    }
}
