public import Columnar

/// What every transform takes besides its own arguments.
public struct StageOptions: Sendable {
    /// The operator's name in the job bookmark; empty for none.
    public var transformationContext = ""
    /// Free text that goes into the error records of the stage.
    public var info = ""
    /// This many error records of the stage fail the run; 0 for no limit.
    public var stageThreshold = 0
    /// This many error records of the stage and those before it fail the run; 0 for no limit.
    public var totalThreshold = 0
    /// Where the script made the stage: `job.lua:12`.
    public var site = ""
    /// The name of the function that a query calls here: a row on which it raises ends the run. Empty for stages that put such records aside.
    public var function = ""

    public init(
        transformationContext: String = "", info: String = "", stageThreshold: Int = 0, totalThreshold: Int = 0, site: String = "", function: String = ""
    ) {
        self.transformationContext = transformationContext
        self.info = info
        self.stageThreshold = stageThreshold
        self.totalThreshold = totalThreshold
        self.site = site
        self.function = function
    }
}

/// The top-level columns that someone wants; nil for all of them.
public typealias ColumnSet = Set<String>?

/// One operator of a logical plan: what is asked, not how it is done.
///
/// Nodes are immutable but for what they learn about their schema, and are shared: two frames that stem from one share its nodes. A node
/// says three things of itself: which schema its rows have (`declaredSchema`, `derivedSchema`), which columns of its inputs it needs
/// (`requiredColumns`), and how it runs (`lower`).
open class PlanNode: @unchecked Sendable {
    // Sendable: subclasses hold `let`s; what is learnt stands behind a lock.
    public let inputs: [PlanNode]
    public let options: StageOptions
    private let learnt = Locked<Schema?>(nil)
    private let failures = Locked<String?>(nil)

    public init(inputs: [PlanNode], options: StageOptions = StageOptions()) {
        self.inputs = inputs
        self.options = options
    }

    /// What `explain` and errors call the node: `Filter job.lua:9`.
    open var label: String { "\(type(of: self))" }

    /// What stands behind the label in `explain`.
    open var detail: String { "" }

    /// What is known of the schema without reading rows.
    open var declaredSchema: FrameSchema { .unknown }

    /// The schema, from the inputs' full schemas; nil when only this node's own rows tell.
    open func derivedSchema(_ inputs: [Schema]) throws -> Schema? { nil }

    /// The columns of each input that are read to give `columns`.
    open func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { inputs.map { _ in nil } }

    /// The rows of each input that are of use when only the rows of this node that fulfil `rows` are; nil for all of them.
    ///
    /// A row of which the answer is false or null may be left out: it must not reach the node's output among the rows wanted, nor become an
    /// error record, nor be seen by a function with side effects. Names are those of the input's columns, to the letter, and a missing one is null.
    open func requiredRows(_ rows: Expression?) -> [Expression?] { inputs.map { _ in nil } }

    /// How the node runs over its lowered inputs.
    ///
    /// - Parameter columns: the columns that will be looked at; a node may deliver more.
    open func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        fatalError("\(label) has no way to run")
    }

    /// The same for a node that can make use of knowing which rows are wanted: one that reads them.
    open func lower(_ inputs: [Stream], columns: ColumnSet, rows: Expression?, context: ExecutionContext) throws -> Stream {
        try lower(inputs, columns: columns, context: context)
    }

    /// Whether running the node twice does something twice: a user function that prints or counts.
    open var hasSideEffects: Bool { false }

    /// Whether the node may raise a `SchemaSurprise`, or read its input more than once to learn the schema.
    open var mayRestart: Bool { false }

    /// About how many bytes the node's sources hold, where they can say.
    open var estimatedBytes: Int? {
        var sum = 0
        for input in inputs {
            guard let bytes = input.estimatedBytes else { return nil }
            sum += bytes
        }
        return sum
    }

    /// The fields of the input that the node reads by name, where it goes on without them.
    open var fieldReads: FieldReads? { nil }

    // MARK: Learning the schema

    /// The full schema if it is known by now.
    public var knownSchema: Schema? {
        if case .exact(let schema) = declaredSchema { return schema }
        return learnt.withLock { $0 }
    }

    /// The full schema, where it costs no pass over the rows: declared, learnt, told by a source (Parquet's footers), or derived from such.
    open func cheapSchema(_ context: ExecutionContext) throws -> Schema? {
        if let known = knownSchema { return known }
        if inputs.isEmpty { return nil }
        var schemas: [Schema] = []
        for input in inputs {
            guard let schema = try input.cheapSchema(context) else { return nil }
            schemas.append(schema)
        }
        return try derivedSchema(schemas)
    }

    /// The full schema: every field and type that any row has. Reads all rows if nothing else tells, once.
    public func fullSchema(_ context: ExecutionContext) throws -> Schema {
        if let known = try cheapSchema(context) { return known }
        let schema: Schema
        if !inputs.isEmpty, let derived = try derivedSchema(inputs.map { try $0.fullSchema(context) }) {
            schema = derived
        } else {
            let collector = SchemaCollector()
            let again = context.restarted()
            try Execution.run(self, context: again, into: collector)
            if collector.schema.count == 0, let first = again.errors.summary.first {
                failures.withLock { $0 = "\(again.errors.total) record\(again.errors.total == 1 ? "" : "s") failed: \(first.stage.label): \(first.first)" }
            }
            let declared = declaredSchema.known ?? .empty
            schema = declared.merging(collector.schema)
        }
        learn(schema)
        return schema
    }

    /// Why no row told the schema, where records failed instead: a clause.
    public var schemaFailure: String? { selfAndAncestors.lazy.compactMap { $0.failures.withLock { $0 } }.first }

    public func learn(_ schema: Schema) { learnt.withLock { $0 = schema } }

    /// The node and everything that it reads from, each once.
    public var selfAndAncestors: [PlanNode] {
        var seen = Set<ObjectIdentifier>()
        var nodes: [PlanNode] = []
        func visit(_ node: PlanNode) {
            guard seen.insert(ObjectIdentifier(node)).inserted else { return }
            nodes.append(node)
            node.inputs.forEach(visit)
        }
        visit(self)
        return nodes
    }
}

/// The merged schema of all batches that pass: columns in the order of the rows that have them first, whatever the threads.
final class SchemaCollector: BatchConsumer {
    private let morsels = Locked<[Int: Schema]>([:])
    var schema: Schema { morsels.withLock { $0.sorted { $0.key < $1.key }.reduce(.empty) { $0.merging($1.value) } } }

    func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        morsels.withLock { morsels in
            guard let known = morsels[morsel] else { return morsels[morsel] = batch.schema }
            if known !== batch.schema { morsels[morsel] = known.merging(batch.schema) }
        }
        return true
    }
    func restart() { morsels.withLock { $0 = [:] } }
}

/// Merges the schemas of batches as they pass; cheap when they are all one object or equal.
public final class SchemaWitness: Sendable {
    private let state = Locked<(merged: Schema, last: Schema)>((.empty, .empty))

    public init() {}

    public var schema: Schema { state.withLock { $0.merged } }

    /// Returns the merged schema that now includes `schema`.
    @discardableResult
    public func see(_ schema: Schema) -> Schema {
        state.withLock { state in
            if state.last !== schema {
                state.merged = state.merged.merging(schema)
                state.last = schema
            }
            return state.merged
        }
    }

    public func reset() { state.withLock { $0 = (.empty, .empty) } }
}

/// Thrown by a stage that assumed a schema and met rows that do not fit it. The execution then learns the full schema of `node` and starts
/// the action again, with nothing published from the first attempt.
public struct SchemaSurprise: Error {
    public let node: PlanNode
    public init(_ node: PlanNode) { self.node = node }
}
