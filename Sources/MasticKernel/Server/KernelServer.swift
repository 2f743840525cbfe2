internal import Catalog
internal import CZeroMQ
internal import Glibc
internal import Jobs
internal import Synchronization

/// Owns the sockets: takes messages in, answers what needs no interpreter at once, hands on the rest, and sends what others post.
///
/// It runs on a thread of its own, so that interrupts, heartbeats and questions about a cell's text are answered while a cell runs.
final class KernelServer: @unchecked Sendable {
    // Sendable: made on one thread and run on another, which owns the sockets from then on. What others touch is Sendable by itself.
    private let context: MessageContext
    private var sockets: [(channel: ConnectionFile.Channel, socket: MessageSocket)] = []
    private let signer: MessageSigner
    private var seen = RecentSignatures()
    private let kernel: KernelConversation
    private let outbox: Outbox
    private let capture: OutputCapture
    private let parentProcess: Int32?
    private let complain: (String) -> Void
    private let isEnding = Atomic<Bool>(false)

    /// Messages that were taken from the outbox and wait for room, by channel, with the next part of the first.
    private var unsent: [ConnectionFile.Channel: (messages: [Outbox.Message], part: Int)] = [:]
    /// Since when the publisher has had no room for its next message.
    private var stalledSince: Double?
    /// Seconds that a subscriber may take nothing before it misses messages; one that has done so once is waited for no longer.
    private var patience = 5.0
    /// Until when subscribers without room miss messages.
    private var lossyUntil = 0.0
    private var lastBurst = 0.0
    /// How many times a fault of the same kind is told of.
    private var faults = 0

    /// Listens at the connection's addresses.
    ///
    /// - Parameters:
    ///   - parentProcess: the kernel ends with this process; nil where it stands alone.
    ///   - complain: takes sentences about messages that were dropped.
    init(
        _ connection: ConnectionFile, _ kernel: KernelConversation, outbox: Outbox, capture: OutputCapture, parentProcess: Int32?,
        complain: @escaping (String) -> Void
    ) throws(KernelError) {
        (signer, self.kernel, self.outbox, self.capture) = (MessageSigner(key: connection.key), kernel, outbox, capture)
        (self.parentProcess, self.complain) = (parentProcess, complain)
        context = try MessageContext()
        // Interrupts come first.
        for (channel, kind) in [
            (ConnectionFile.Channel.control, MessageSocket.Kind.router), (.heartbeat, .reply), (.stdin, .router), (.shell, .router), (.iopub, .publisher),
        ] {
            let socket = try MessageSocket(kind, in: context)
            try socket.bind(connection.address(channel))
            sockets.append((channel, socket))
        }
    }

    /// Lets `run` send what is left and return.
    func end() {
        isEnding.store(true, ordering: .releasing)
        outbox.alert.raise()
    }

    func run() {
        var nextLook = MonotonicTime.seconds
        while !isEnding.load(ordering: .acquiring) {
            wait()
            for (channel, socket) in sockets {
                // A flood on one channel leaves time for the others.
                for _ in 0..<100 {
                    guard let parts = socket.receive() else { break }
                    receive(parts, on: channel, socket)
                }
            }
            if !outbox.isFull { capture.drain() }
            if !outbox.isFull { capture.flushIfDue() }
            send()
            if kernel.takeSignals() { kernel.interrupt() }
            kernel.execution.insist()
            if let parentProcess, MonotonicTime.seconds >= nextLook {
                nextLook = MonotonicTime.seconds + 0.5
                if getppid() != parentProcess { kernel.shutDown() }
            }
        }
        capture.flush()
        let deadline = MonotonicTime.seconds + 1
        repeat {
            send()
            if unsent.values.allSatisfy({ $0.messages.isEmpty }) { break }
            usleep(5000)
        } while MonotonicTime.seconds < deadline
        sockets = []
        context.end()
    }

    /// Waits until something is to be done.
    private func wait() {
        var items = sockets.map { mst_zmq_poll_item(socket: $0.socket.pointer, descriptor: 0, events: Int16(MST_ZMQ_READABLE), ready: 0) }
        var descriptors = [outbox.alert.descriptor]
        // Who writes into a full pipe waits, which is what shall happen when nobody reads on the other side.
        if !outbox.isFull { descriptors += [capture.outputPipe, capture.errorPipe] }
        items += descriptors.map { mst_zmq_poll_item(socket: nil, descriptor: $0, events: Int16(MST_ZMQ_READABLE), ready: 0) }
        let isBehind = unsent.values.contains { !$0.messages.isEmpty }
        _ = mst_zmq_wait(&items, Int32(items.count), isBehind ? 10 : capture.isPending || kernel.execution.isStopped ? Int(OutputCapture.delay * 1000) : 500)
        outbox.alert.clear()
    }

    private func receive(_ parts: [[UInt8]], on channel: ConnectionFile.Channel, _ socket: MessageSocket) {
        switch channel {
        // Something goes back in any case: the socket takes nothing more before.
        case .heartbeat: _ = socket.send(parts.isEmpty ? [[]] : parts)
        case .iopub:
            // A subscription: 1 and its topic.
            if let first = parts.first, first.first == 1 { kernel.welcome(topic: Array(first.dropFirst())) }
        case .shell, .control, .stdin:
            do {
                let message = try KernelMessage(parts, signer)
                // A message that comes a second time was recorded by somebody.
                guard seen.isNew(message.signature) else { throw KernelMessage.Fault.repeated }
                kernel.receive(Request(channel: channel, message: message))
            } catch {
                faults += 1
                // A peer that sends nothing but nonsense must not fill the log.
                if faults <= 20 { complain("dropped on \(channel.rawValue): \(error)") }
            }
        }
    }

    private func send() {
        for message in outbox.take() { unsent[message.channel, default: ([], 0)].messages.append(message) }
        for (channel, socket) in sockets {
            guard var (messages, part) = unsent[channel], !messages.isEmpty else { continue }
            var sent = 0
            let limit = channel == .iopub && socket.isLossy ? burst() : messages.count
            while sent < min(limit, messages.count) {
                part = socket.send(messages[sent].parts, from: part)
                if part < messages[sent].parts.count { break }
                outbox.settle(messages[sent])
                (sent, part) = (sent + 1, 0)
            }
            messages.removeFirst(sent)
            unsent[channel] = (messages, part)
            if channel == .iopub { judge(socket, isStalled: !messages.isEmpty, hasSent: sent > 0) }
        }
    }

    /// How many messages may go out at once while subscribers may miss some: those that read must be able to keep up.
    private func burst() -> Int {
        let now = MonotonicTime.seconds
        if now - lastBurst < 0.01 { return 0 }
        lastBurst = now
        return 5
    }

    /// A subscriber that takes nothing for long must not hold up the others: then it misses messages for a while.
    private func judge(_ socket: MessageSocket, isStalled: Bool, hasSent: Bool) {
        let now = MonotonicTime.seconds
        if socket.isLossy {
            if !isStalled, now > lossyUntil { socket.isLossy = false }
        } else if !isStalled {
            stalledSince = nil
        } else if hasSent || stalledSince == nil {
            stalledSince = now
        } else if let since = stalledSince, now - since > patience {
            (socket.isLossy, stalledSince, lossyUntil, patience) = (true, nil, now + 10, 1)
        }
    }
}
