internal import Columnar
internal import Synchronization

/// Functions whose value hangs on the place of the row: its morsel's number, and its number in that. So the values are the same for any number of threads, and two
/// rows never share one. `ProjectNode` gives them the places as a column; where they stand elsewhere, places are dealt out as batches come.
enum PlaceFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("monotonically_increasing_id", .session, "", summary: "A number that grows from row to row, and that no two rows share.") { _ in .call(identity, []) },
        FunctionDefinition("spark_partition_id", .session, "", summary: "The number of the part of the input that the row comes from.") { _ in .call(partition, []) },
        FunctionDefinition("rand", .numbers, "[seed=]", aliases: ["random"], summary: "A random number from 0 up to 1; the same ones for the same seed.") { arguments in
            .call(uniform, [arguments.first ?? .literal(Chance.seed())])
        },
        FunctionDefinition("randn", .numbers, "[seed=]", summary: "A random number of the standard normal distribution; the same ones for the same seed.") { arguments in
            .call(normal, [arguments.first ?? .literal(Chance.seed())])
        },
    ]

    private static let identity = Function(
        FunctionDefinition("monotonically_increasing_id", .session, "[place]", gives: .long, isDeterministic: false) { call in places(call, 0) })
    private static let partition = Function(
        FunctionDefinition("spark_partition_id", .session, "[place]", gives: .int, isDeterministic: false) { call in
            .ints([places(call, 0)]) { arguments, row in Int32(truncatingIfNeeded: arguments.long(0, row) >> 33) }
        })
    private static let uniform = random("rand") { RandomColumns.uniform(seed: $0, places: $1) }
    private static let normal = random("randn") { RandomColumns.normal(seed: $0, places: $1) }

    /// The functions that take the place as an argument more.
    static let all: Set<Function> = [identity, partition, uniform, normal]

    private static func random(_ name: String, _ body: @escaping @Sendable (Int64, Column) -> Column) -> Function {
        Function(
            FunctionDefinition(
                name, .numbers, "seed! [place]", takes: [.integer, .any],
                gives: .custom { call throws(PlanError) in
                    if call.value(0) != .null, call.integer(0) == nil { throw call.wrong(0, expected: "a whole number as the seed") }
                    return .double
                }, nulls: .handled, isDeterministic: false
            ) { call in .column(body(Int64(call.integer(0) ?? 0), places(call, 1).column(count: call.count))) })
    }

    private static let dealt = Atomic<Int64>(0)

    private static func places(_ call: FunctionCall, _ index: Int) -> Operand {
        if index < call.operands.count { return call.operands[index] }
        return .column(RandomColumns.places(from: dealt.add(Int64(call.count), ordering: .relaxed).oldValue, count: call.count))
    }
}

extension Expression {
    /// The name of the column of places; no column that a script can name.
    static let placeName = "\u{0}place"

    /// Whether some part of the expression is a function of the row's place.
    var readsPlaces: Bool {
        if case .call(let function, _) = self, PlaceFunctions.all.contains(function) { return true }
        return children.contains { $0.readsPlaces }
    }

    /// The expression with the column of places as an argument of the functions that take it.
    var readingPlaces: Expression {
        if case .call(let function, let arguments) = self, PlaceFunctions.all.contains(function) { return .call(function, arguments + [.field([Expression.placeName])]) }
        return mapChildren { $0.readingPlaces }
    }
}

extension Stream {
    /// The rows with a column of their places: the morsel's number in the upper 31 bits, the row's in it below.
    func withPlaces() -> Stream {
        Stream(isOrdered: isOrdered) { context in PlacedScan(base: try open(context)) }
    }
}

private final class PlacedScan: BatchScan {
    private let base: any BatchScan
    init(base: any BatchScan) { self.base = base }
    func nextMorsel() throws -> (any Morsel)? { try base.nextMorsel().map { PlacedMorsel(base: $0) } }
}

private struct PlacedMorsel: Morsel {
    let base: any Morsel
    var number: Int { base.number }

    func read(_ emit: (Batch) throws -> Bool) throws {
        var next = Int64(truncatingIfNeeded: number) << 33
        try base.read { batch in
            let places = RandomColumns.places(from: next, count: batch.count)
            next += Int64(batch.count)
            let schema = Schema(batch.schema.fields + [Field(Expression.placeName, .long)])
            return try emit(Batch(schema: schema, columns: batch.columns + [places], count: batch.count))
        }
    }
}
