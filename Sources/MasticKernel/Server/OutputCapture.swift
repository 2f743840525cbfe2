internal import Glibc
internal import Jobs
internal import Synchronization

/// Collects what is written to the standard streams and sends it to the notebook: what `print` writes, and by two pipes in the places of
/// descriptors 1 and 2 what anybody else writes.
///
/// The order is kept: what lies in the pipes when a script prints was written before. Small writes are gathered, so that a loop that prints does
/// not make a message a line.
package final class OutputCapture: Sendable {
    enum Stream: String, Sendable {
        case output = "stdout", error = "stderr"
    }

    /// Bytes that are gathered at most.
    private static let chunk = 64 << 10
    /// Bytes that a message carries at most.
    private static let pieceLimit = 1 << 20
    /// Seconds that they wait at most.
    static let delay = 0.02

    private struct Pending {
        var stream = Stream.output
        var bytes: [UInt8] = []
        /// When the first of them came.
        var since = 0.0
    }
    private let pending = Mutex(Pending())
    private let send: @Sendable (Stream, String) -> Void
    private let alert: Alert
    /// The pipes' ends to read from.
    let outputPipe: Int32
    let errorPipe: Int32

    /// Their ends to write to, until they take their places.
    private let writeEnds: [Int32]

    /// - Parameter send: gets text in its order, under a lock.
    init(alert: Alert, send: @escaping @Sendable (Stream, String) -> Void) throws(KernelError) {
        (self.alert, self.send) = (alert, send)
        let (output, error) = (try Self.makePipe(), try Self.makePipe())
        (outputPipe, errorPipe, writeEnds) = (output.read, error.read, [output.write, error.write])
    }

    /// Takes the places of descriptors 1 and 2; standard input becomes empty. To be called once.
    func takePlaces() throws(KernelError) {
        for (end, place) in zip(writeEnds, [STDOUT_FILENO, STDERR_FILENO]) {
            guard dup2(end, place) >= 0 else { throw Self.failure }
            close(end)
        }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if nothing >= 0 {
            dup2(nothing, STDIN_FILENO)
            close(nothing)
        }
    }

    private static var failure: KernelError { KernelError("no pipe could be made for what cells print: \(String(cString: strerror(errno)))") }

    private static func makePipe() throws(KernelError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw failure }
        // The end to read from alone: who writes finds an ordinary pipe.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Adds what a script prints.
    func write(_ stream: Stream, _ bytes: UnsafeRawBufferPointer) {
        let isFirst = pending.withLock { pending in
            drain(&pending)
            let wasEmpty = pending.bytes.isEmpty
            append(stream, bytes, &pending)
            return wasEmpty
        }
        if isFirst { alert.raise() }
    }

    func write(_ stream: Stream, _ text: String) {
        var text = text
        text.withUTF8 { write(stream, UnsafeRawBufferPointer($0)) }
    }

    /// Takes what lies in the pipes.
    func drain() { pending.withLock { drain(&$0) } }

    /// Sends everything that was written so far.
    func flush() {
        pending.withLock { pending in
            drain(&pending)
            emit(&pending, all: true)
        }
    }

    /// Whether something waits to be sent.
    var isPending: Bool { pending.withLock { !$0.bytes.isEmpty } }

    /// Sends what has waited for long enough.
    func flushIfDue() {
        pending.withLock { pending in
            if !pending.bytes.isEmpty, MonotonicTime.seconds - pending.since >= Self.delay { emit(&pending, all: false) }
        }
    }

    private func append(_ stream: Stream, _ bytes: UnsafeRawBufferPointer, _ pending: inout Pending) {
        if bytes.isEmpty { return }
        if stream != pending.stream {
            emit(&pending, all: true)
            pending.stream = stream
        }
        if pending.bytes.isEmpty { pending.since = MonotonicTime.seconds }
        pending.bytes.append(contentsOf: bytes)
        if pending.bytes.count >= Self.chunk { emit(&pending, all: false) }
    }

    private func drain(_ pending: inout Pending) {
        var items = [pollfd(fd: outputPipe, events: Int16(POLLIN), revents: 0), pollfd(fd: errorPipe, events: Int16(POLLIN), revents: 0)]
        // As much as pipes hold, but not for ever: a process that a script left behind may write all the time.
        for _ in 0..<64 {
            guard poll(&items, 2, 0) > 0 else { return }
            for (item, stream) in zip(items, [Stream.output, .error]) where item.revents & Int16(POLLIN) != 0 {
                withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
                    let count = read(item.fd, buffer.baseAddress, buffer.count)
                    if count > 0 { append(stream, UnsafeRawBufferPointer(rebasing: buffer[..<count]), &pending) }
                }
            }
        }
    }

    /// Sends what is gathered; a character that is not there in full waits for its rest, unless everything is wanted.
    private func emit(_ pending: inout Pending, all: Bool) {
        var rest = pending.bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.pieceLimit)
            let count = all && piece.count == rest.count ? piece.count : Self.wholeCharacters(piece)
            if count == 0 { break }
            send(pending.stream, String(decoding: piece.prefix(count), as: UTF8.self))
            rest = rest.dropFirst(count)
        }
        pending.bytes = Array(rest)
    }

    /// How many of the bytes end with a character of UTF-8.
    package static func wholeCharacters(_ bytes: some RandomAccessCollection<UInt8>) -> Int {
        func last(_ offset: Int) -> UInt8 { bytes[bytes.index(bytes.endIndex, offsetBy: -offset)] }
        // A character has four bytes at most; its first tells how many.
        for back in 1...3 where back <= bytes.count {
            let byte = last(back)
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? bytes.count - back : bytes.count
        }
        return bytes.count
    }
}
