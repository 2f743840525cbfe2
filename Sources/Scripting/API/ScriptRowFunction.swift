internal import Columnar
internal import Engine
internal import Glibc

/// A Lua function of the script as the plan sees it: run on the script's own thread where it has side effects, else in a state of each worker.
final class ScriptRowFunction: Engine.RowFunction, @unchecked Sendable {
    // Sendable: `idle` is locked, a state is used by the worker that took it alone, and the script's own function on the script's thread alone.
    let site: String
    let facts: FunctionFacts
    private let template: LuaFunctionTemplate?
    private let own: RowFunction
    private let ownThread = pthread_self()
    private let control: RunControl
    private let options: LuaState.Options
    private let idle = Locked<[Worker]>([])

    private struct Worker: @unchecked Sendable {
        // Sendable: handed from one worker to the next under a lock.
        let state: LuaState
        let function: RowFunction
    }

    init(_ reference: LuaReference, site: String, environment: ScriptEnvironment) throws {
        let state = environment.state
        let (facts, template) = try state.analyze(reference)
        (self.site, self.facts, self.template, control) = (site, facts, template, state.control)
        own = RowFunction(reference, facts: facts, in: state)
        options = LuaState.Options(memoryLimit: state.options.memoryLimit, instructionLimit: state.options.instructionLimit, sandbox: state.options.sandbox)
    }

    var fieldsRead: ColumnSet { facts.fieldsRead.map(Set.init) }
    var hasSideEffects: Bool { template == nil }
    var returnsGivenRecord: Bool { facts.returnsRecord }

    func filter(_ batch: Batch) throws -> FilterResult {
        let result = try withFunction { try $0.filter(batch) }
        return FilterResult(mask: result.kept, failures: failures(result.errors))
    }

    func map(_ batch: Batch) throws -> MapResult {
        let result = try withFunction { try $0.map(batch) }
        return MapResult(batch: result.batch, failures: failures(result.errors))
    }

    /// Runs the body with a function that this thread has for itself.
    private func withFunction<R>(_ body: (RowFunction) throws -> R) throws -> R {
        guard let template, pthread_equal(pthread_self(), ownThread) == 0 else { return try body(own) }
        let worker: Worker
        if let known = idle.withLock({ $0.popLast() }) {
            worker = known
        } else {
            let state = LuaState(options, control: control)
            worker = Worker(state: state, function: try template.instantiate(in: state))
        }
        defer { idle.withLock { $0.append(worker) } }
        return try body(worker.function)
    }

    private func failures(_ errors: [RowError]) -> [RecordFailure] {
        errors.map { error in
            let place = error.file.map { $0 + (error.line.map { ":\($0)" } ?? "") } ?? ""
            let trace = (place.isEmpty ? "" : "\(place): ") + error.message + (error.traceback.isEmpty ? "" : "\n" + error.traceback)
            return RecordFailure(row: error.row, message: error.message, stackTrace: trace, place: place)
        }
    }
}

extension Arguments {
    /// The function of an argument, ready to be part of a plan.
    func rowFunction(_ name: String, in environment: ScriptEnvironment) throws -> any Engine.RowFunction {
        try ScriptRowFunction(try function(name), site: site, environment: environment)
    }
}
