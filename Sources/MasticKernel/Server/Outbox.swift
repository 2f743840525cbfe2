internal import Glibc
internal import Synchronization

/// Messages on their way out. Any thread posts them, the thread that owns the sockets sends them.
final class Outbox: Sendable {
    struct Message: Sendable {
        let channel: ConnectionFile.Channel
        let parts: [[UInt8]]
        var size: Int { parts.reduce(0) { $0 + $1.count } }
    }

    /// Bytes that may wait before who prints has to wait too.
    static let limit = 32 << 20

    private struct State {
        var messages: [Message] = []
        /// Bytes of what was posted and is not sent.
        var size = 0
    }
    private let state = Mutex(State())
    let alert: Alert

    init(_ alert: Alert) { self.alert = alert }

    func post(_ channel: ConnectionFile.Channel, _ parts: [[UInt8]]) {
        let message = Message(channel: channel, parts: parts)
        state.withLock { state in
            state.messages.append(message)
            state.size += message.size
        }
        alert.raise()
    }

    /// What was posted since the last time, in its order.
    func take() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Notes that a message which was taken is gone.
    func settle(_ message: Message) { state.withLock { $0.size -= message.size } }

    var isFull: Bool { state.withLock { $0.size > Self.limit } }

    /// Waits until there is room, or until somebody wants the wait to end.
    func waitForRoom(unless isOver: () -> Bool) {
        while isFull, !isOver() { usleep(5000) }
    }
}

/// Wakes the thread that waits at sockets. Safe in a signal handler.
struct Alert: Sendable {
    let descriptor: Int32

    /// - Parameter descriptor: an eventfd, non-blocking.
    init(descriptor: Int32) { self.descriptor = descriptor }

    func raise() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
