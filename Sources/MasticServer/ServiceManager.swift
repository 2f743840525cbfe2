internal import Glibc
internal import Jobs
internal import Synchronization

/// The service manager that started the process, if it wants to be told: systemd's notification protocol, one datagram a message.
package final class ServiceManager: Sendable {
    private let address: String?
    /// Seconds between two signs of life; nil where nobody waits for any.
    private let interval: Double?
    private let lastSign = Mutex(-Double.infinity)

    /// - Parameter environment: `NOTIFY_SOCKET`, and `WATCHDOG_USEC` with `WATCHDOG_PID`.
    package init(environment: [String: String], processID: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isOurs = environment["WATCHDOG_PID"].map { $0 == String(processID) } ?? true
        // Half of the time that it waits, as its manual has it.
        interval = isOurs ? environment["WATCHDOG_USEC"].flatMap { Double($0) }.flatMap { $0 > 0 ? $0 / 2e6 : nil } : nil
    }

    package func tellReady(_ status: String) { send("READY=1\nSTATUS=\(status)") }

    func tell(_ status: String) { send("STATUS=\(status)") }

    /// - Parameter seconds: for how long the end may take.
    package func tellStopping(within seconds: Double) { send("STOPPING=1\nEXTEND_TIMEOUT_USEC=\(Int(min(seconds, 1e9) * 1e6))") }

    /// Says that the process works, as often as it has to be said. To be called by the thread whose work matters.
    package func signOfLife() {
        guard let interval else { return }
        let now = MonotonicTime.seconds
        let isDue = lastSign.withLock { last in
            guard now - last >= interval / 2 else { return false }
            last = now
            return true
        }
        if isDue { send("WATCHDOG=1") }
    }

    /// Sends and does not wait; who does not listen hears nothing.
    private func send(_ message: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        // Linux' abstract names begin with a zero byte.
        if path.first == UInt8(ascii: "@") { path[0] = 0 }
        guard path.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path) }
        let size = MemoryLayout<sockaddr_un>.offset(of: \sockaddr_un.sun_path).map { $0 + path.count } ?? MemoryLayout<sockaddr_un>.size
        let bytes = Array(message.utf8)
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), target, socklen_t(size))
            }
        }
    }
}
