internal import CZeroMQ

/// The library that notebooks talk through.
public enum ZeroMQ {
    /// Whether the library is installed.
    public static var isAvailable: Bool { mst_zmq_load() == 0 }

    /// - Throws: `KernelError`, with the package that is missing.
    static func load() throws(KernelError) {
        guard isAvailable else {
            throw KernelError("the library libzmq.so.5, which notebooks talk through, is not installed; on Debian and Ubuntu: apt install libzmq5")
        }
    }

    /// What the last call of this thread failed with.
    static var lastError: String { String(cString: mst_zmq_error(mst_zmq_errno())) }
}

/// Why a kernel cannot be installed or started, as a sentence.
public struct KernelError: Error, CustomStringConvertible, Equatable {
    public let description: String
    package init(_ description: String) { self.description = description }
}
