internal import Catalog
internal import Jobs
internal import Scripting

/// Works on the requests that need the interpreter, one after the other, on its thread.
final class InterpreterLoop {
    private let kernel: KernelConversation
    private let session: InteractiveSession
    private let cells: CellRunner
    private let capture: OutputCapture
    /// The number of the last cell that counted.
    private var executionCount = 0
    /// What the running cell has shown as its value; only the first is one, a notebook holds.
    private var value: String?
    private var isSilent = false
    /// Whether the running cell may ask for input.
    private var mayAsk = false

    /// Notebooks have room, and scroll to the side.
    private static let screen = ScreenShape(width: 120, height: 40)

    init(_ kernel: KernelConversation, _ session: InteractiveSession, _ capture: OutputCapture, version: String) throws {
        (self.kernel, self.session, self.capture) = (kernel, session, capture)
        cells = CellRunner(session, capture, kernel.execution, version: version)
        session.environment.screen = Self.screen
        session.environment.displays = { [unowned self] in try show($0) }
        try ScriptInput.install(session.environment.state) { [unowned self] in try ask() }
    }

    func run() {
        while let request = kernel.queue.next() {
            kernel.execution.begin(request.message)
            kernel.publishState("busy", parent: request.message.header)
            switch request.message.type {
            case "execute_request": execute(request)
            case "complete_request": complete(request)
            default: inspect(request)
            }
            kernel.execution.end()
            session.run.revive()
            kernel.publishState("idle", parent: request.message.header)
        }
    }

    // MARK: Cells

    private func execute(_ request: Request) {
        let content = request.message.content
        guard let code = content["code"]?.text else {
            isSilent = true
            return fail(request, CellFailure(name: "BadRequest", message: "an execute_request needs a text as its 'code'"))
        }
        isSilent = content["silent"]?.flag ?? false
        mayAsk = content["allow_stdin"]?.flag ?? false
        value = nil
        if !isSilent, content["store_history"]?.flag ?? true {
            executionCount += 1
            if code.utf8.contains(where: { $0 > 0x20 }) { kernel.history.add(code, number: executionCount) }
        }
        if !isSilent {
            kernel.publish("execute_input", ["code": .string(code), "execution_count": .integer(Int64(executionCount))], parent: request.message.header)
        }
        do {
            try cells.run(Cell(code), name: "cell \(executionCount)")
            if let value { kernel.history.setOutput(value) }
            let expressions = content["user_expressions"]?.members?.mapValues { expression($0) } ?? [:]
            flush()
            kernel.reply(request, "execute_reply", [
                "status": .string("ok"), "execution_count": .integer(Int64(executionCount)), "payload": .array([]), "user_expressions": .object(expressions),
            ])
        } catch {
            flush()
            fail(request, error)
        }
    }

    private func fail(_ request: Request, _ failure: CellFailure) {
        // Cells that were sent together with one that failed do not run; those that are sent when its end is known do.
        let stops = request.message.content["stop_on_error"]?.flag ?? true
        let waiting = stops ? kernel.queue.takeCells() : []
        if !isSilent { kernel.publish("error", failure.content, parent: request.message.header) }
        let answer: [String: JSONValue] = ["status": .string("error"), "execution_count": .integer(Int64(executionCount))]
        kernel.reply(request, "execute_reply", answer.merging(failure.content) { $1 })
        for request in waiting {
            kernel.publishState("busy", parent: request.message.header)
            kernel.reply(request, "execute_reply", ["status": .string("aborted"), "execution_count": .integer(Int64(executionCount))])
            kernel.publishState("idle", parent: request.message.header)
        }
    }

    /// Sends what was printed before what comes now.
    private func flush() {
        LuaState.flush()
        capture.flush()
    }

    /// Shows a thing in the notebook: the first value as the cell's result, everything else below it.
    private func show(_ thing: any Displayable) throws {
        guard !isSilent, let bundle = try DisplayBundle(thing, on: session.environment.screen) else { return }
        flush()
        var content: [String: JSONValue] = ["data": .object(bundle.data), "metadata": .object([:])]
        if bundle.isValue, value == nil {
            value = bundle.text
            content["execution_count"] = .integer(Int64(executionCount))
            kernel.publish("execute_result", content, parent: kernel.execution.parent)
        } else {
            content["transient"] = .object([:])
            kernel.publish("display_data", content, parent: kernel.execution.parent)
        }
        kernel.outbox.waitForRoom { kernel.execution.isStopped }
    }

    /// The next line from the person at the notebook; nil where the cell is stopped instead.
    private func ask() throws -> String? {
        guard mayAsk, let request = kernel.execution.running else {
            throw ScriptError(
                code: .runtime, message: "nobody can be asked for input here: this notebook runs by itself; give the value in the cell, or as an argument")
        }
        flush()
        return kernel.input.ask("", of: request)
    }

    /// The value of an expression that a notebook wants to know beside a cell.
    private func expression(_ value: JSONValue) -> JSONValue {
        guard let code = value.text else {
            return .object(CellFailure(name: "BadRequest", message: "an expression is a text").content.merging(["status": .string("error")]) { $1 })
        }
        do {
            let values = try session.run.state.evaluate(Array(code.utf8), name: "expression")
            let text = try values.map { try session.environment.text(of: $0) }.joined(separator: "\t")
            return .object(["status": .string("ok"), "data": .object(["text/plain": .string(text)]), "metadata": .object([:])])
        } catch {
            return .object(CellFailure(error).content.merging(["status": .string("error")]) { $1 })
        }
    }

    // MARK: Questions

    private func complete(_ request: Request) {
        let code = CodeCursor(request.message.content["code"]?.text ?? "", at: request.message.content["cursor_pos"]?.whole)
        let found = CellCompletion.of(code, session)
        kernel.reply(request, "complete_reply", found.content)
    }

    private func inspect(_ request: Request) {
        let content = request.message.content
        let code = CodeCursor(content["code"]?.text ?? "", at: content["cursor_pos"]?.whole)
        kernel.reply(request, "inspect_reply", CellInspection.of(code, session))
    }
}
