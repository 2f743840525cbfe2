import Testing

import Formats

@Suite struct ThriftTests {
    private func fields(_ bytes: [UInt8]) throws -> [Int16: Int64] {
        try bytes.withUnsafeBytes { bytes in
            var reader = ThriftReader(bytes, source: "t", origin: 100)
            var found: [Int16: Int64] = [:]
            try reader.readStruct { field, kind, reader in
                guard kind == .i32 || kind == .i64 else { return false }
                found[field] = try reader.readInt64(kind)
                return true
            }
            return found
        }
    }

    @Test func readsWhatItWrites() throws {
        var writer = ThriftWriter()
        writer.element { writer in
            writer.write(1, i64: .min)
            writer.write(2, string: "skipped")
            writer.write(3, list: Array(0..<20), of: .i32) { $1.element(int: $0) }
            writer.write(4, bool: true)
            writer.write(5) { $0.write(1, i32: 7) }
            writer.write(40, i32: -1)
            writer.write(41, i64: nil)
            writer.write(42, i64: .max)
        }
        #expect(try fields(writer.bytes) == [1: .min, 40: -1, 42: .max])
    }

    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let bytes: [UInt8]
        let message: String
    }

    static let damaged: [Case] = [
        Case(description: "no end", bytes: [0x15], message: "t, byte 101: the Thrift metadata ends in the middle of a value"),
        Case(description: "long integer", bytes: [0x15] + Array(repeating: 0xff, count: 12), message: "t, byte 111: a Thrift integer has more than ten bytes"),
        Case(description: "string beyond the end", bytes: [0x18, 0x7f, 0], message: "t, byte 102: a Thrift string of 127 bytes does not fit in what is left"),
        Case(
            description: "list beyond the end", bytes: [0x19, 0xf5, 0xff, 0x7f, 0],
            message: "t, byte 104: a Thrift list of 16383 elements does not fit in what is left"),
        Case(description: "unknown type", bytes: [0x1e, 0], message: "t, byte 101: 14 is no Thrift type"),
        Case(
            description: "deep nesting", bytes: Array(repeating: 0x1c, count: 100),
            message: "t, byte 140: the Thrift metadata nests deeper than 40 levels"),
    ]

    @Test(arguments: damaged) func refuses(_ damaged: Case) {
        let error = #expect(throws: FormatError.self) { try fields(damaged.bytes) }
        #expect(error?.description == damaged.message)
    }
}
