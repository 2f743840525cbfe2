package import Catalog
internal import Foundation
internal import Glibc
internal import Synchronization

/// Makes the messages of one kernel.
package final class MessageWriter: Sendable {
    /// The version of Jupyter's messaging that is spoken.
    static let protocolVersion = "5.4"

    private let signer: MessageSigner
    private let session = UUID().uuidString.lowercased()
    private let count = Mutex(0)

    package init(_ signer: MessageSigner) { self.signer = signer }

    /// The parts of a message.
    ///
    /// - Parameters:
    ///   - prefix: the peers it goes to, or the topic that it is published under.
    ///   - parent: the header of the message that it answers; nil where it answers none.
    package func parts(
        _ type: String, _ content: [String: JSONValue], parent: [UInt8]?, prefix: [[UInt8]], metadata: [String: JSONValue] = [:]
    ) -> [[UInt8]] {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let header: [String: JSONValue] = [
            "msg_id": .string("\(session)_\(number)"), "msg_type": .string(type), "session": .string(session), "username": .string("mastic"),
            "date": .string(Self.now), "version": .string(Self.protocolVersion),
        ]
        let signed = [Self.json(header), parent ?? Array("{}".utf8), Self.json(metadata), Self.json(content)]
        return prefix + [KernelMessage.delimiter, signer.signature(of: signed)] + signed
    }

    static func json(_ members: [String: JSONValue]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return (try? encoder.encode(members)).map { Array($0) } ?? Array("{}".utf8)
    }

    /// The time as ISO 8601 has it, in UTC, with microseconds.
    private static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let day = "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
        let hour = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
        return "\(day)T\(hour).\(digits(time.tv_nsec / 1000, 6))Z"
    }
}
