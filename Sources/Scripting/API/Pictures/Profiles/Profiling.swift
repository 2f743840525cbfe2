internal import Columnar
internal import Engine

/// A profile as scripts show it.
struct ProfilePicture: Displayable {
    let profile: FrameProfile

    func text(on screen: ScreenShape) -> String { ProfileText(profile, on: screen).text }
    var html: String? { ProfileHTML(profile: profile).text }
}

/// A column of a frame, or a field of structs in it.
private struct ProfiledColumn {
    /// `address.city` for a field.
    let name: String
    let column: String
    /// The steps from the column to the field, by position.
    let path: [Int]
    let type: DataType
    /// Whether the struct that it is a field of is profiled too.
    fileprivate(set) var isField = false

    init(_ attribute: Attribute) { (name, column, path, type) = (attribute.name, attribute.column, [], attribute.type) }

    private init(_ field: Field, _ position: Int, in outer: ProfiledColumn) {
        (name, column, path, type, isField) = ("\(outer.name).\(field.name)", outer.column, outer.path + [position], field.type, true)
    }

    /// Itself and the fields of its structs.
    var unfolded: [ProfiledColumn] {
        guard case .struct(let fields) = type else { return [self] }
        return [self] + fields.enumerated().flatMap { ProfiledColumn($0.element, $0.offset, in: self).unfolded }
    }

    /// Its values in a batch; null where a struct around it is, or where the batch has no such column.
    func values(in batch: Batch) -> Column {
        guard let index = batch.schema.index(of: column) else { return .nulls(type, count: batch.count) }
        var values = batch.columns[index]
        for step in path {
            values = values.flattened
            guard case .struct(let children) = values.storage, children.indices.contains(step) else { return .nulls(type, count: batch.count) }
            values = children[step].masking(values.validity)
        }
        return values
    }
}

/// Feeds the batches of a frame to summaries of its columns.
private final class ProfileConsumer: BatchConsumer {
    private let columns: [ProfiledColumn]
    /// Summaries that no thread is busy with: at most one set a thread.
    private let free = Locked<[Summaries]>([])

    /// Sendable: used by one thread at a time.
    private final class Summaries: @unchecked Sendable {
        var rows = 0
        let columns: [ColumnSummary]
        init(_ types: [DataType]) { columns = types.map { ColumnSummary($0) } }
    }

    init(_ columns: [ProfiledColumn]) { self.columns = columns }

    func consume(_ batch: Batch, morsel: Int) -> Bool {
        let summaries = free.withLock { $0.popLast() } ?? Summaries(columns.map(\.type))
        summaries.rows += batch.count
        for (i, column) in columns.enumerated() {
            summaries.columns[i].add(column.values(in: batch))
        }
        free.withLock { $0.append(summaries) }
        return true
    }

    func restart() { free.withLock { $0 = [] } }

    /// What all of them have found out.
    func result() -> (rows: Int, facts: [ColumnFacts]) {
        let all = free.withLock { $0 }
        let first = all.first ?? Summaries(columns.map(\.type))
        for other in all.dropFirst() {
            first.rows += other.rows
            for (own, more) in zip(first.columns, other.columns) { own.merge(more) }
        }
        return (first.rows, first.columns.map { $0.facts() })
    }
}

extension DataFrame {
    static let profileParameters: [Parameter] = [.optional("columns", .strings), .optional("as", .string)]

    static func registerProfile(_ frame: LuaClass<DataFrame>) {
        frame.method(Signature("profile", profileParameters)) { frame, arguments in try frame.profile(arguments) }
    }

    func profile(_ arguments: Arguments) throws -> [LuaValue] {
        let place = arguments.function
        let form = arguments.string("as") ?? "picture"
        guard ["frame", "picture"].contains(form) else {
            throw APIError("\(place): 'as' is \"picture\" or \"frame\", not '\(form)'\(Suggestion.hint(for: form, in: ["frame", "picture"]))")
        }
        let relation = try relation()
        let wanted = arguments.strings("columns")
        let all = relation.attributes.flatMap { ProfiledColumn($0).unfolded }
        let columns = try wanted.isEmpty
            ? all
            : wanted.flatMap { name in
                if var field = all.first(where: { $0.name == name && !$0.path.isEmpty }) {
                    field.isField = false
                    return field.unfolded
                }
                do {
                    return ProfiledColumn(try relation.attribute(named: ColumnObject.path(name))).unfolded
                } catch {
                    throw APIError("\(place): there is no column '\(name)'\(Suggestion.hint(for: name, in: all.map(\.name))) (columns: \(relation.names.joined(separator: ", ")))")
                }
            }
        let profile = try profile(columns, relation)
        if form == "frame" { return [.object(try Self.frame(of: profile, environment))] }
        if !environment.explains { try environment.display(ProfilePicture(profile: profile)) }
        return []
    }

    private func profile(_ columns: [ProfiledColumn], _ relation: Relation) throws -> FrameProfile {
        let consumer = ProfileConsumer(columns)
        try environment.run { context in
            try Execution.run(relation.plan, columns: Set(columns.map(\.column)), context: context, into: consumer)
        }
        let (rows, facts) = consumer.result()
        return FrameProfile(rows: rows, columns: zip(columns, facts).map { FrameProfile.Column(name: $0.name, isField: $0.isField, $1) })
    }

    /// The figures as rows, one a column.
    private static func frame(of profile: FrameProfile, _ environment: ScriptEnvironment) throws -> DataFrame {
        let top = DataType.array(.struct([Field("value", .string), Field("count", .long)]))
        let columns: [(Field, (FrameProfile.Column) -> Value)] = [
            (Field("column", .string), { .string($0.name) }), (Field("type", .string), { .string($0.type) }),
            (Field("count", .long), { .integer(Int64($0.rows)) }), (Field("nulls", .long), { .integer(Int64($0.nulls)) }),
            (Field("null_share", .double), { $0.rows > 0 ? .double(Double($0.nulls) / Double($0.rows)) : .null }),
            (Field("nan", .long), { .integer(Int64($0.notNumbers)) }), (Field("distinct", .long), { $0.distinct.map { .integer(Int64($0)) } ?? .null }),
            (Field("distinct_is_exact", .boolean), { $0.distinct == nil ? .null : .boolean($0.isDistinctExact) }),
            (Field("min", .string), { $0.least.map { .string($0) } ?? .null }), (Field("max", .string), { $0.most.map { .string($0) } ?? .null }),
            (Field("mean", .double), { $0.mean.map { .double($0) } ?? .null }), (Field("stddev", .double), { $0.deviation.map { .double($0) } ?? .null }),
            (Field("q25", .string), { quartile($0, 0) }), (Field("median", .string), { quartile($0, 1) }), (Field("q75", .string), { quartile($0, 2) }),
            (Field("min_length", .long), { $0.lengths.map { .integer(Int64($0.least)) } ?? .null }),
            (Field("max_length", .long), { $0.lengths.map { .integer(Int64($0.most)) } ?? .null }),
            (Field("mean_length", .double), { $0.lengths.map { .double($0.mean) } ?? .null }), (Field("trues", .long), { $0.trues.map { .integer(Int64($0)) } ?? .null }),
            (Field("histogram", .array(.long)), { $0.histogram.isEmpty ? .null : .array($0.histogram.map { .integer(Int64($0)) }) }),
            (Field("top", top), { .array($0.top.map { .struct([StructValueField("value", .string($0.text)), StructValueField("count", .integer(Int64($0.count)))]) }) }),
        ]
        let schema = Schema(columns.map(\.0))
        let batch = Batch(schema: schema, columns: columns.map { field, value in Column(field.type, values: profile.columns.map(value)) }, count: profile.columns.count)
        return DataFrame(ScanNode(MemorySource(name: "profile", schema: schema, batches: [batch])), environment: environment)
    }

    /// Quartiles are texts like the bounds, because a column of moments has moments for them.
    private static func quartile(_ column: FrameProfile.Column, _ index: Int) -> Value {
        guard let value = column.quartiles?[index] else { return .null }
        return .string(column.unit == .date || column.unit == .timestamp ? column.unit.text(value) : NumberText.value(value, digits: 15).replacing(",", with: ""))
    }
}
