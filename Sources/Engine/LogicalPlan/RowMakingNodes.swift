public import Columnar

/// Several rows for each row, one for each list of expressions: what grouping sets are made of.
public final class ExpandNode: PlanNode, @unchecked Sendable {
    public let names: [String]
    /// As many expressions as there are names, in each list.
    public let projections: [[Expression]]

    public init(_ input: PlanNode, names: [String], projections: [[Expression]]) {
        (self.names, self.projections) = (names, projections)
        super.init(inputs: [input])
    }

    public override var label: String { "Expand" }
    public override var detail: String { names.joined(separator: ", ") + " in \(projections.count) ways" }

    /// - Throws: `PlanError` for columns that are not there and types that do not go together.
    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        var fields: [Field] = []
        for (i, name) in names.enumerated() { fields.append(Field(name, try Expression.commonType("grouping", projections.map { $0[i] }, input, .sql))) }
        return Schema(fields)
    }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }
}

/// The columns of each row beside what a generator makes of it.
public final class GenerateNode: PlanNode, @unchecked Sendable {
    public let generator: Generator
    public let arguments: [Expression]
    /// The names of the generator's columns.
    public let names: [String]
    /// Whether a row of which nothing is made stays, with nulls: `LATERAL VIEW OUTER`.
    public let keepsEmpty: Bool

    /// - Precondition: the names are distinct from the input's.
    public init(_ input: PlanNode, _ generator: Generator, _ arguments: [Expression], names: [String], keepsEmpty: Bool = false) {
        (self.generator, self.arguments, self.names, self.keepsEmpty) = (generator, arguments, names, keepsEmpty)
        super.init(inputs: [input])
    }

    public override var label: String { "Generate" }
    public override var detail: String { "\(Expression.generator(generator, arguments)) as \(names.joined(separator: ", "))" }

    public func outputSchema(for input: Schema) throws(PlanError) -> Schema {
        let made = try generator.columns(arguments, in: input)
        return Schema(input.fields + zip(names, made).map { Field($0, $1.type) })
    }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema.map { try? outputSchema(for: $0) } }
    public override func derivedSchema(_ inputs: [Schema]) throws -> Schema? { try outputSchema(for: inputs[0]) }
}

extension Generator {
    /// The columns that the generator makes: their names where the query gives none, and their types.
    ///
    /// - Throws: `PlanError` for arguments that it cannot take.
    public func columns(_ arguments: [Expression], in schema: Schema) throws(PlanError) -> [Field] {
        throw .analysis("\(name)() is not known")
    }
}

/// Rows drawn at random, the same ones for the same seed and rows.
public final class SampleNode: PlanNode, @unchecked Sendable {
    /// How many of the rows, on average: each is taken with this probability, or with replacement so often.
    public let fraction: Double
    public let withReplacement: Bool
    public let seed: Int64

    public init(_ input: PlanNode, fraction: Double, withReplacement: Bool = false, seed: Int64) {
        (self.fraction, self.withReplacement, self.seed) = (fraction, withReplacement, seed)
        super.init(inputs: [input])
    }

    public override var label: String { "Sample" }
    public override var detail: String { "\(fraction), seed \(seed)" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
}

/// The one row of a query that stands for a value: one of nulls where there is none, an error where there are several.
public final class ScalarNode: PlanNode, @unchecked Sendable {
    public init(_ input: PlanNode) { super.init(inputs: [input]) }

    public override var label: String { "Scalar" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
    public override var mayRestart: Bool { true }
    public override func requiredColumns(_ columns: ColumnSet) -> [ColumnSet] { [columns] }

    public override func lower(_ inputs: [Stream], columns: ColumnSet, context: ExecutionContext) throws -> Stream {
        let node = self.inputs[0]
        let full = try node.cheapSchema(context) ?? node.declaredSchema.known ?? node.fullSchema(context)
        let schema = columns.map { names in Schema(full.fields.filter { names.contains($0.name) }) } ?? full
        let input = inputs[0]
        return Stream { context in
            let rows = CollectingConsumer(limit: 2)
            try Execution.run(input, ordered: false, context: context, into: rows)
            let batches = try rows.batches.map { try $0.fitting(schema, of: node) }
            let count = batches.reduce(0) { $0 + $1.count }
            if count > 1 {
                throw PlanError.analysis("a query in parentheses stands for one value, but has more than one row; narrow it down with a condition, an aggregate or LIMIT 1")
            }
            if count == 0 { return MemoryScan([Batch(schema: schema, columns: schema.fields.map { .nulls($0.type, count: 1) }, count: 1)]) }
            return MemoryScan(batches.filter { $0.count > 0 })
        }
    }
}

/// Rows that are computed once, and kept for everyone who reads them: `cache`, a common table that is read twice.
public final class CacheNode: PlanNode, @unchecked Sendable {
    public init(_ input: PlanNode) { super.init(inputs: [input]) }

    public override var label: String { "Cache" }
    public override var declaredSchema: FrameSchema { inputs[0].declaredSchema }
    public override func derivedSchema(_ inputs: [Schema]) -> Schema? { inputs[0] }
}
