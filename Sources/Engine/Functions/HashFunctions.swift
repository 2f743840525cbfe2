internal import Columnar

/// Digests, checksums and hashes.
enum HashFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("md5", .hashing, "col", takes: [.binary], gives: .string, summary: "The MD5 digest, as hexadecimal digits.") { call in
            .digest(call.cast(0, to: .binary), .md5)
        },
        FunctionDefinition("sha1", .hashing, "col", aliases: ["sha"], takes: [.binary], gives: .string, summary: "The SHA-1 digest, as hexadecimal digits.") { call in
            .digest(call.cast(0, to: .binary), .sha1)
        },
        FunctionDefinition("sha2", .hashing, "col numBits=", takes: [.binary, .integer], gives: .string, summary: "The SHA-2 digest of so many bits.") { call in
            .sha2(call.cast(0, to: .binary), bits: call.cast(1, to: .int))
        },
        FunctionDefinition("crc32", .hashing, "col", takes: [.binary], gives: .long, summary: "The CRC-32 checksum.") { call in .crc32(call.cast(0, to: .binary)) },
        FunctionDefinition("hash", .hashing, "cols...", takes: [hashable], gives: .int, nulls: .handled, summary: "Spark's hash of all arguments (Murmur3).") { call in
            .hash(call.operands, count: call.count)
        },
        FunctionDefinition("xxhash64", .hashing, "cols...", takes: [hashable], gives: .long, nulls: .handled, summary: "A hash of all arguments with 64 bits (XXH64).") { call in
            .xxhash64(call.operands, count: call.count)
        },
    ]

    private static let hashable = ArgumentKind.other("values without maps") { !$0.containsMap }
}

extension DataType {
    fileprivate var containsMap: Bool {
        switch self {
        case .map: true
        case .array(let element): element.containsMap
        case .struct(let fields): fields.contains { $0.type.containsMap }
        case .choice(let members): members.contains(where: \.containsMap)
        default: false
        }
    }
}
