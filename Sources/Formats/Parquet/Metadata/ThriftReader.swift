/// Reads Thrift's compact protocol (thrift-compact-protocol.md in apache/thrift), in which Parquet keeps its metadata.
///
/// Every length is held against the bytes that are left and nesting is limited, so damaged bytes end in an error. Unknown fields are skipped, as
/// the format's evolution asks.
package struct ThriftReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    private var depth = 0
    /// For errors: the source, and the offset of `bytes[0]` in it.
    private let source: String
    private let origin: Int

    static let maximumDepth = 40

    /// The type codes of the compact protocol.
    package enum Kind: UInt8 {
        case stop = 0, booleanTrue, booleanFalse, byte, i16, i32, i64, double, binary, list, set, map, `struct`, uuid
    }

    package init(_ bytes: UnsafeRawBufferPointer, source: String, origin: Int) {
        self.bytes = bytes
        self.source = source
        self.origin = origin
        position = 0
    }

    func failure(_ message: String, code: FormatError.Code = .malformed) -> FormatError {
        FormatError(code, source: source, offset: origin + position, message)
    }

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw failure("the Thrift metadata ends in the middle of a value", code: .truncated) }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
            guard shift < 70 else { throw failure("a Thrift integer has more than ten bytes") }
        }
    }

    private mutating func zigzag() throws -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func descend() throws {
        depth += 1
        guard depth <= Self.maximumDepth else { throw failure("the Thrift metadata nests deeper than \(Self.maximumDepth) levels") }
    }

    private func kind(_ code: UInt8) throws -> Kind {
        guard let kind = Kind(rawValue: code) else { throw failure("\(code) is no Thrift type") }
        return kind
    }

    /// Reads a struct: calls `field` with each field's number and the reader at its value. What `field` does not read (returns false) is skipped.
    package mutating func readStruct(_ field: (Int16, Kind, inout ThriftReader) throws -> Bool) throws {
        try descend()
        var number: Int16 = 0
        while true {
            let header = try byte()
            if header == 0 { break }
            let kind = try kind(header & 0x0f)
            guard kind != .stop else { throw failure("a Thrift field has no type") }
            if header >> 4 == 0 {
                number = Int16(truncatingIfNeeded: try zigzag())
            } else {
                number &+= Int16(header >> 4)
            }
            if try !field(number, kind, &self) { try skip(kind) }
        }
        depth -= 1
    }

    /// Reads a list: calls `element` for each.
    mutating func readList(_ kind: Kind, _ element: (Kind, inout ThriftReader) throws -> Void) throws {
        guard kind == .list || kind == .set else { throw failure("a list is expected, a Thrift \(kind) stands there") }
        try descend()
        let header = try byte()
        let elementKind = try self.kind(header & 0x0f)
        var count = UInt64(header >> 4)
        if count == 15 { count = try varint() }
        guard count <= UInt64(bytes.count - position) else { throw failure("a Thrift list of \(count) elements does not fit in what is left", code: .truncated) }
        for _ in 0..<count { try element(elementKind, &self) }
        depth -= 1
    }

    package mutating func readInt64(_ kind: Kind) throws -> Int64 {
        switch kind {
        case .i16, .i32, .i64: return try zigzag()
        case .byte: return Int64(Int8(bitPattern: try byte()))
        default: throw failure("an integer is expected, a Thrift \(kind) stands there")
        }
    }

    mutating func readInt(_ kind: Kind) throws -> Int { Int(try readInt64(kind)) }

    mutating func readInt32(_ kind: Kind) throws -> Int32 {
        let value = try readInt64(kind)
        guard let narrow = Int32(exactly: value) else { throw failure("\(value) does not fit in 32 bits") }
        return narrow
    }

    /// A size or count: an integer that is not negative.
    mutating func readCount(_ kind: Kind, _ what: String) throws -> Int {
        let value = try readInt64(kind)
        guard value >= 0 else { throw failure("\(what) is negative: \(value)") }
        return Int(value)
    }

    /// A boolean field's value, which stands in its type.
    mutating func readBool(_ kind: Kind) throws -> Bool {
        switch kind {
        case .booleanTrue: return true
        case .booleanFalse: return false
        default: throw failure("a boolean is expected, a Thrift \(kind) stands there")
        }
    }

    mutating func readBytes(_ kind: Kind) throws -> [UInt8] {
        guard kind == .binary else { throw failure("a string is expected, a Thrift \(kind) stands there") }
        let count = try varint()
        guard count <= UInt64(bytes.count - position) else { throw failure("a Thrift string of \(count) bytes does not fit in what is left", code: .truncated) }
        let end = position + Int(count)
        defer { position = end }
        return Array(bytes[position..<end])
    }

    mutating func readString(_ kind: Kind) throws -> String { String(decoding: try readBytes(kind), as: UTF8.self) }

    mutating func skip(_ kind: Kind) throws {
        switch kind {
        case .stop: throw failure("a Thrift value has no type")
        case .booleanTrue, .booleanFalse: break
        case .byte: _ = try byte()
        case .i16, .i32, .i64: _ = try varint()
        case .double: try advance(8)
        case .uuid: try advance(16)
        case .binary:
            let count = try varint()
            guard count <= UInt64(bytes.count - position) else { throw failure("a Thrift string of \(count) bytes does not fit in what is left", code: .truncated) }
            position += Int(count)
        case .list, .set: try readList(kind) { kind, reader in try reader.skipElement(kind) }
        case .map:
            try descend()
            let count = try varint()
            guard count <= UInt64(bytes.count - position) else { throw failure("a Thrift map of \(count) entries does not fit in what is left", code: .truncated) }
            if count > 0 {
                let kinds = try byte()
                let (key, value) = (try self.kind(kinds >> 4), try self.kind(kinds & 0x0f))
                for _ in 0..<count {
                    try skipElement(key)
                    try skipElement(value)
                }
            }
            depth -= 1
        case .struct: try readStruct { _, _, _ in false }
        }
    }

    /// Elements of lists and maps spell booleans out, fields do not.
    private mutating func skipElement(_ kind: Kind) throws {
        if kind == .booleanTrue || kind == .booleanFalse { _ = try byte() } else { try skip(kind) }
    }

    mutating func readBoolElement() throws -> Bool { try byte() == 1 }

    private mutating func advance(_ count: Int) throws {
        guard count <= bytes.count - position else { throw failure("the Thrift metadata ends in the middle of a value", code: .truncated) }
        position += count
    }
}
