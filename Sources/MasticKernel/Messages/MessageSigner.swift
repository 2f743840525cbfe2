internal import Jobs

/// The signatures of the last messages, so that none is carried out twice.
struct RecentSignatures {
    private static let most = 1 << 16
    private var known: Set<[UInt8]> = []
    private var order: [[UInt8]] = []
    private var next = 0

    /// Whether a signature has not come before. Messages that are not signed are all new.
    mutating func isNew(_ signature: [UInt8]) -> Bool {
        if signature.isEmpty { return true }
        guard known.insert(signature).inserted else { return false }
        if order.count < Self.most {
            order.append(signature)
        } else {
            known.remove(order[next])
            order[next] = signature
            next = (next + 1) % Self.most
        }
        return true
    }
}

/// Signs messages with the key of the connection file, and knows which were signed so: HMAC-SHA256 over header, parent, metadata and content.
package struct MessageSigner: Sendable {
    private let key: [UInt8]

    /// - Parameter key: empty where messages are not signed.
    package init(key: [UInt8]) { self.key = key }

    /// The signature as it goes over the wire: 64 hexadecimal digits, nothing where there is no key.
    package func signature(of parts: some Sequence<[UInt8]>) -> [UInt8] {
        if key.isEmpty { return [] }
        return Array(MessageSignature.hex(MessageSignature.hmac(Array(parts.joined()), key: key)).utf8)
    }

    /// Takes the same time for every wrong signature.
    package func isSigned(_ parts: some Sequence<[UInt8]>, with signature: [UInt8]) -> Bool {
        if key.isEmpty { return true }
        let expected = self.signature(of: parts)
        guard signature.count == expected.count else { return false }
        return zip(expected, signature).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
