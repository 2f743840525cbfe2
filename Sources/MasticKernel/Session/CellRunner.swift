internal import Connectors
internal import Engine
internal import Jobs
internal import Scripting

/// Runs the cells of one kernel, on the interpreter's thread.
package final class CellRunner {
    let session: InteractiveSession
    private let capture: OutputCapture
    private let execution: Execution
    private let version: String

    init(_ session: InteractiveSession, _ capture: OutputCapture, _ execution: Execution, version: String) {
        (self.session, self.capture, self.execution, self.version) = (session, capture, execution, version)
    }

    /// Runs a cell, part by part, up to the first that fails.
    ///
    /// - Parameter name: what errors call it: `cell 3`.
    func run(_ cell: Cell, name: String) throws(CellFailure) {
        for step in cell.steps {
            if execution.isStopped { throw .interrupted }
            switch step {
            case .lua(let source, let isTimed):
                let start = MonotonicTime.seconds
                defer { if isTimed { tell(start) } }
                try evaluate(source, name)
            case .sql(let text, let isTimed):
                let start = MonotonicTime.seconds
                defer { if isTimed { tell(start) } }
                let statements = SQLStatements.of(text)
                if statements.isEmpty { throw CellFailure(name: "EmptyQuery", message: "%%sql needs a query in the lines below it, or behind it") }
                for statement in statements { try settle(session.query(statement, saysDone: false), query: name) }
            case .magic(let name, _, _): print(answer(to: name))
            case .unknown(let name, let isWhole): throw CellFailure(name: "UnknownMagic", message: Magic.advice(for: name, isWhole: isWhole))
            }
        }
    }

    private func evaluate(_ source: String, _ name: String) throws(CellFailure) { try settle(session.evaluate(source, name: name, showsLast: true)) }

    /// - Parameter query: what errors call the query that ended so; nil for Lua.
    private func settle(_ outcome: ScriptOutcome, query: String? = nil) throws(CellFailure) {
        LuaState.flush()
        switch outcome {
        case .succeeded: break
        case .exited(0): break
        case .exited(let status): throw CellFailure(name: "Exit", message: "the cell called os.exit(\(status)); the session goes on")
        case .failed(let error): throw CellFailure(error, query: query)
        }
    }

    private func print(_ text: String) { capture.write(.output, text) }

    private func tell(_ start: Double) { print("Wall time: \(Self.duration(MonotonicTime.seconds - start))\n") }

    package static func duration(_ seconds: Double) -> String {
        func text(_ value: Double, _ unit: String) -> String {
            let digits = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
            let rounded = (value * digits).rounded() / digits
            return (rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)) + " " + unit
        }
        if seconds < 0.001 { return text(seconds * 1e6, "us") }
        if seconds < 1 { return text(seconds * 1000, "ms") }
        if seconds < 60 { return text(seconds, "s") }
        return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    }

    private func answer(to name: String) -> String {
        switch name {
        case "help": return Magic.list
        case "status":
            let options = session.session.options
            let home = (try? session.session.home.path) ?? "none"
            let threads = options.threads ?? WorkerPool.processorCount
            return """
                Mastic \(version), Lua \(KernelFacts.luaVersion)
                home:    \(home)
                threads: \(threads)
                memory:  \(options.memoryBytes.map { "\($0 >> 20) MiB" } ?? "as much as there is")

                """
        default:
            guard let magic = Magic.all.first(where: { $0.name == name }) else { return "" }
            return "\(magic.text): \(magic.meaning)\n"
        }
    }
}
