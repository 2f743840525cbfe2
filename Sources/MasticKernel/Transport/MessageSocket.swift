internal import CZeroMQ
internal import Glibc

/// A socket that carries messages of several parts. It belongs to one thread at a time.
final class MessageSocket {
    enum Kind {
        /// Gets requests and answers each to the one who asked: the first part names the peer.
        case router
        /// Answers each request before it takes the next.
        case reply
        /// Sends to all who subscribed, and gets their subscriptions.
        case publisher

        fileprivate var number: Int {
            switch self {
            case .router: MST_ZMQ_ROUTER
            case .reply: MST_ZMQ_REP
            case .publisher: MST_ZMQ_XPUB
            }
        }
    }

    /// Bytes that one part of a message may have. A peer that sends more is cut off.
    static let partLimit = 256 << 20
    /// Parts that are kept of one message: what comes with more is no message of a notebook.
    static let partCountLimit = 1000
    /// Bytes that all parts of a message may have together.
    static let byteCountLimit = 256 << 20

    let pointer: UnsafeMutableRawPointer

    init(_ kind: Kind, in context: MessageContext) throws(KernelError) {
        guard let pointer = mst_zmq_socket(context.pointer, Int32(kind.number)) else { throw KernelError("a socket could not be made: \(ZeroMQ.lastError)") }
        self.pointer = pointer
        // What is still to be sent at the end is sent for a second at most.
        set(MST_ZMQ_LINGER, 1000)
        var limit = Int64(Self.partLimit)
        _ = mst_zmq_set(pointer, Int32(MST_ZMQ_MAX_MESSAGE), &limit, MemoryLayout<Int64>.size)
        switch kind {
        case .router:
            // A peer that comes back under its name takes its old place.
            set(MST_ZMQ_HANDOVER, 1)
            set(MST_ZMQ_SEND_LIMIT, 0)
        case .publisher:
            isLossy = false
            // Everybody who subscribes is welcomed, not the first one alone.
            set(MST_ZMQ_VERBOSE, 1)
        case .reply: break
        }
    }

    deinit { _ = mst_zmq_close(pointer) }

    /// Whether a publisher drops what a slow subscriber has no room for, instead of taking nothing more.
    var isLossy = true {
        didSet { set(MST_ZMQ_NO_DROP, isLossy ? 0 : 1) }
    }

    private func set(_ option: Int, _ value: Int32) {
        var value = value
        _ = mst_zmq_set(pointer, Int32(option), &value, MemoryLayout<Int32>.size)
    }

    func bind(_ address: String) throws(KernelError) {
        if address.contains("[") { set(MST_ZMQ_IPV6, 1) }
        guard mst_zmq_bind(pointer, address) == 0 else {
            throw KernelError("cannot listen at \(address): \(ZeroMQ.lastError); the connection file names addresses that must be free")
        }
    }

    /// The next message, all its parts; nil where there is none now.
    func receive() -> [[UInt8]]? {
        var parts: [[UInt8]] = []
        var (dropped, size) = (0, 0)
        while true {
            var part: [UInt8] = []
            let status = withUnsafeMutablePointer(to: &part) { place in
                mst_zmq_receive(pointer, { place, bytes, count in
                    guard let place, let bytes else { return }
                    place.assumingMemoryBound(to: [UInt8].self).pointee = Array(UnsafeRawBufferPointer(start: bytes, count: count))
                }, place)
            }
            if status < 0 {
                if mst_zmq_errno() == EINTR { continue }
                return nil
            }
            size += part.count
            if parts.count < Self.partCountLimit, size <= Self.byteCountLimit { parts.append(part) } else { (dropped, parts) = (dropped + 1, []) }
            // One that was cut short is none: it would be taken for something that nobody sent.
            if status == 0 { return dropped == 0 ? parts : [] }
        }
    }

    /// Sends parts from one on.
    ///
    /// - Returns: the number of the first part that there was no room for now; the count of parts when all are sent.
    func send(_ parts: [[UInt8]], from first: Int = 0) -> Int {
        var next = first
        while next < parts.count {
            let status = parts[next].withUnsafeBytes { mst_zmq_send(pointer, $0.baseAddress, $0.count, next + 1 < parts.count ? 1 : 0) }
            if status == 0 {
                next += 1
            } else if mst_zmq_errno() == EAGAIN {
                return next
            } else if mst_zmq_errno() != EINTR {
                // The peer is gone; there is nobody to tell.
                return parts.count
            }
        }
        return next
    }
}

/// What sockets share. Sockets keep it, so that they are closed before it ends.
final class MessageContext {
    let pointer: UnsafeMutableRawPointer

    init() throws(KernelError) {
        try ZeroMQ.load()
        guard let pointer = mst_zmq_context() else { throw KernelError("no messages can be exchanged: \(ZeroMQ.lastError)") }
        self.pointer = pointer
    }

    /// Waits until what was sent is out, as long as the sockets linger. All of them must be gone.
    func end() { mst_zmq_end(pointer) }
}
