internal import Catalog
internal import CPlatform
internal import Glibc
public import Jobs
internal import Scripting

/// A kernel for one notebook: what `mastic kernel start` runs.
///
/// Cells run on the calling thread, one after the other; the sockets are served on another, so that a cell can be stopped. See Jupyter's
/// "Messaging in Jupyter", version 5.4.
public enum NotebookKernel {
    /// Serves until the notebook wants the kernel to end, or the process that started it is gone.
    ///
    /// - Parameters:
    ///   - path: of the connection file that Jupyter wrote.
    ///   - version: Mastic's.
    /// - Throws: `KernelError` when the kernel cannot start, and what opening the home throws.
    public static func run(connectionFile path: String, _ session: Session, version: String) throws {
        let connection = try ConnectionFile.read(path)
        let descriptor = mst_eventfd()
        guard descriptor >= 0 else { throw KernelError("the system has no descriptors left: \(String(cString: strerror(errno)))") }
        let alert = Alert(descriptor: descriptor)
        let outbox = Outbox(alert)
        let execution = Execution(session)
        let kernel = KernelConversation(MessageWriter(MessageSigner(key: connection.key)), outbox, execution, KernelFacts(version: version))
        let capture = try OutputCapture(alert: alert) { stream, text in
            kernel.publish("stream", ["name": .string(stream.rawValue), "text": .string(text)], parent: execution.parent)
        }
        // What the kernel itself has to say belongs to whoever started it, not into a notebook.
        let log = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        let server = try KernelServer(
            connection, kernel, outbox: outbox, capture: capture, parentProcess: parentProcess,
            complain: { message in
                let line = Array("mastic kernel: \(message)\n".utf8)
                _ = write(log, line, line.count)
            })
        let interactive = try InteractiveSession(session, name: "notebook", output: { bytes in
            // What was written by way of the C library's standard output comes first.
            LuaState.flush()
            capture.write(.output, bytes)
            outbox.waitForRoom { execution.isStopped }
        })
        let loop = try InterpreterLoop(kernel, interactive, capture, version: version)
        try capture.takePlaces()
        SignalFlags.shared.watch(alert)
        let served = Gate()
        let hasThread = BackgroundWork.run {
            server.run()
            served.open()
        }
        guard hasThread else { throw KernelError("the system has no threads left") }
        kernel.publishState("starting", parent: nil)
        loop.run()
        server.end()
        served.wait()
    }

    /// The process whose end is the kernel's: Jupyter names itself, unless the kernel is to outlive it.
    private static var parentProcess: Int32? {
        guard let text = getenv("JPY_PARENT_PID").map({ String(cString: $0) }), let number = Int32(text), number > 1 else { return nil }
        // Behind a shell or a supervisor it is another one; then that one's end counts.
        return getppid()
    }
}
