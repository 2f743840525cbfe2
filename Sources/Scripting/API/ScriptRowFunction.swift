internal import Columnar
internal import Engine
internal import Glibc
internal import Synchronization

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
    private let lifted: LiftedFunction?
    let liftStatus: LiftStatus
    private let liftedRows = Atomic<Int>(0)
    private let interpretedRows = Atomic<Int>(0)

    private struct Worker: @unchecked Sendable {
        // Sendable: handed from one worker to the next under a lock.
        let state: LuaState
        let function: RowFunction
    }

    init(_ reference: LuaReference, site: String, environment: ScriptEnvironment) throws {
        let state = environment.state
        var (facts, template) = try state.analyze(reference)
        if environment.countsLines {
            // A function that was moved or lifted, or runs unwatched, shows none of its lines.
            (template, facts.direct, facts.isBounded) = (nil, nil, false)
        }
        (self.site, self.facts, self.template, control) = (site, facts, template, state.control)
        own = RowFunction(reference, facts: facts, in: state)
        (lifted, liftStatus) = Self.lift(facts, template, lifts: environment.lifts)
        options = LuaState.Options(memoryLimit: state.options.memoryLimit, instructionLimit: state.options.instructionLimit, sandbox: state.options.sandbox)
    }

    var fieldsRead: ColumnSet { facts.fieldsRead.map(Set.init) }
    var hasSideEffects: Bool { template == nil }
    var returnsGivenRecord: Bool { facts.returnsRecord }

    var impliedPredicate: Expression? { lifted?.impliedPredicate }
    private var rowCounts: (lifted: Int, interpreted: Int) { (liftedRows.load(ordering: .relaxed), interpretedRows.load(ordering: .relaxed)) }

    private static func lift(_ facts: FunctionFacts, _ template: LuaFunctionTemplate?, lifts: Bool) -> (LiftedFunction?, LiftStatus) {
        if !lifts { return (nil, .interpreted(reason: "is not lifted, as the run asks", line: 0)) }
        guard let template else {
            if case .impure(let reason, let line) = facts.purity { return (nil, .interpreted(reason: reason, line: line)) }
            return (nil, .interpreted(reason: "cannot be moved", line: 0))
        }
        do {
            return (try template.lifted(), .lifted)
        } catch let refusal as LiftRefusal {
            return (nil, .interpreted(reason: refusal.reason, line: refusal.line))
        } catch {
            return (nil, .interpreted(reason: String(describing: error), line: 0))
        }
    }

    func filter(_ batch: Batch) throws -> FilterResult {
        let result = try withFunction { function in
            try liftedFunction?.filter(batch) { try function().filter($0) }
                ?? { let (kept, errors) = try function().filter(batch); return (kept, errors, batch.count) }()
        }
        count(batch, interpreted: result.interpreted)
        return FilterResult(mask: result.kept, failures: failures(result.errors), interpreted: result.interpreted)
    }

    func map(_ batch: Batch) throws -> MapResult {
        let result = try withFunction { function in
            try liftedFunction?.map(batch) { try function().map($0) }
                ?? { let (records, _, errors) = try function().map(batch); return (records, errors, batch.count) }()
        }
        count(batch, interpreted: result.interpreted)
        return MapResult(batch: result.batch, failures: failures(result.errors), interpreted: result.interpreted)
    }

    private func count(_ batch: Batch, interpreted: Int) {
        liftedRows.add(batch.count - interpreted, ordering: .relaxed)
        interpretedRows.add(interpreted, ordering: .relaxed)
    }

    /// The program, unless most rows so far were more than it could do.
    private var liftedFunction: LiftedFunction? {
        let (done, left) = rowCounts
        return left > 100_000 && left > done * 4 ? nil : lifted
    }

    /// Runs the body with a function that this thread has for itself, made when the body first asks for it.
    private func withFunction<R>(_ body: (_ function: () throws -> RowFunction) throws -> R) throws -> R {
        guard let template, pthread_equal(pthread_self(), ownThread) == 0 else { return try body { own } }
        var worker: Worker?
        defer { if let worker { idle.withLock { $0.append(worker) } } }
        return try body {
            if let worker { return worker.function }
            if let known = idle.withLock({ $0.popLast() }) {
                worker = known
                return known.function
            }
            let state = LuaState(options, control: control)
            let made = Worker(state: state, function: try template.instantiate(in: state))
            worker = made
            return made.function
        }
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
