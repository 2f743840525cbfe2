internal import CKernels

/// HMAC-SHA256 (RFC 2104), by which the receiver of a message knows who sent it.
public enum MessageSignature {
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        mastic_sha2(bytes, bytes.count, 256, &digest)
        return digest
    }

    public static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        // The block of SHA-256 has 64 bytes.
        var block = key.count > 64 ? sha256(key) : key
        block += [UInt8](repeating: 0, count: 64 - block.count)
        return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + message))
    }

    public static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
