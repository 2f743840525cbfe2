internal import Catalog
internal import Glibc
internal import Jobs
internal import Synchronization

/// The kernel's side of the conversation with its notebooks: knows which messages there are, and who answers them.
final class KernelConversation: @unchecked Sendable {
    // Sendable: what changes lies behind locks; `syntax` is touched on the server's thread alone.
    let writer: MessageWriter
    let outbox: Outbox
    let queue = RequestQueue()
    let execution: Execution
    let history = KernelHistory()
    let input: InputRequests
    private let facts: KernelFacts
    private let syntax = CellSyntax()
    private let hasShutDown = Atomic<Bool>(false)
    /// Set by the signal handler.
    private let signals = SignalFlags.shared

    init(_ writer: MessageWriter, _ outbox: Outbox, _ execution: Execution, _ facts: KernelFacts) {
        (self.writer, self.outbox, self.execution, self.facts) = (writer, outbox, execution, facts)
        input = InputRequests(writer, outbox, execution)
    }

    // MARK: Messages out

    func publish(_ type: String, _ content: [String: JSONValue], parent: [UInt8]?, metadata: [String: JSONValue] = [:]) {
        outbox.post(.iopub, writer.parts(type, content, parent: parent, prefix: [Array(type.utf8)], metadata: metadata))
    }

    func publishState(_ state: String, parent: [UInt8]?) { publish("status", ["execution_state": .string(state)], parent: parent) }

    func reply(_ request: Request, _ type: String, _ content: [String: JSONValue]) {
        outbox.post(request.channel, writer.parts(type, content, parent: request.message.header, prefix: request.message.identities))
    }

    func welcome(topic: [UInt8]) {
        let content: [String: JSONValue] = ["subscription": .string(String(decoding: topic, as: UTF8.self))]
        outbox.post(.iopub, writer.parts("iopub_welcome", content, parent: nil, prefix: [topic]))
    }

    // MARK: Messages in

    func receive(_ request: Request) {
        if hasShutDown.load(ordering: .acquiring) { return }
        let (type, content) = (request.message.type, request.message.content)
        switch (request.channel, type) {
        case (.stdin, "input_reply"): input.answer(content["value"]?.text ?? "")
        case (.stdin, _): break
        case (.shell, "execute_request"), (.shell, "complete_request"), (.shell, "inspect_request"): queue.add(request)
        case (_, "kernel_info_request"): answer(request, facts.reply)
        case (_, "is_complete_request"): answer(request, syntax.judge(content["code"]?.text ?? ""))
        case (_, "history_request"): answer(request, history.answer(content))
        case (_, "comm_info_request"): answer(request, ["status": .string("ok"), "comms": .object([:])])
        case (_, "comm_open"):
            // No end for any comm is here; closing it says so.
            publish("comm_close", ["comm_id": content["comm_id"] ?? .string(""), "data": .object([:])], parent: request.message.header)
        case (_, "comm_msg"), (_, "comm_close"): break
        case (_, "interrupt_request"):
            interrupt()
            answer(request, ["status": .string("ok")])
        case (_, "shutdown_request"):
            let content: [String: JSONValue] = ["status": .string("ok"), "restart": .boolean(content["restart"]?.flag ?? false)]
            answer(request, content)
            publish("shutdown_reply", content, parent: request.message.header)
            shutDown()
        case (_, "debug_request"):
            answer(request, [
                "type": .string("response"), "success": .boolean(false), "command": content["command"] ?? .string(""),
                "request_seq": content["seq"] ?? .integer(0), "seq": .integer(0), "message": .string("Mastic's kernel has no debugger"), "body": .object([:]),
            ])
        case (_, let name) where name.hasSuffix("_request"):
            answer(request, [
                "status": .string("error"), "ename": .string("UnknownRequest"), "traceback": .array([]),
                "evalue": .string("Mastic's kernel knows no \(String(name.prefix(80))) on the \(request.channel.rawValue) channel"),
            ])
        default: break
        }
    }

    /// Answers between two messages of state, on the server's thread.
    private func answer(_ request: Request, _ content: [String: JSONValue]) {
        publishState("busy", parent: request.message.header)
        let name = request.message.type
        reply(request, (name.hasSuffix("_request") ? String(name.dropLast("_request".count)) : name) + "_reply", content)
        publishState("idle", parent: request.message.header)
        // Who shows the last state that came would take the kernel for idle while a cell runs.
        if let running = execution.running { publishState("busy", parent: running.header) }
    }

    // MARK: Interruption and end

    func interrupt() {
        execution.interrupt()
        input.cancel()
    }

    /// Whether SIGINT came. SIGTERM and SIGHUP end the kernel.
    func takeSignals() -> Bool {
        if signals.takesEnd() { shutDown() }
        return signals.takesInterrupt()
    }

    /// Ends the kernel: stops what runs, and the process if that does not follow.
    func shutDown() {
        if hasShutDown.exchange(true, ordering: .acquiringAndReleasing) { return }
        queue.end()
        interrupt()
        BackgroundWork.run {
            sleep(4)
            _exit(0)
        }
    }
}
