public import Columnar

/// Puts the members of structs beside them, under dotted names (`unnest`): `address{state}` becomes `address.state`.
///
/// - Structs go at every level; where a struct is null, so is every field it held.
/// - Arrays stay columns. The structs in their elements are flattened within the element: `items: array<struct<a:struct<b:int>>>` becomes
///   `array<struct<a.b:int>>`. Map values and choices stay as they are.
/// - Names are joined as they are. A name that comes up twice gets `_1`, `_2`, ...; as which one comes first depends on the schema, give
///   `frameSchema` where batches differ.
public struct UnnestFrame: Sendable {
    public init() {}

    /// Rows: all of them, in order. Shares every buffer but validities.
    public func apply(_ batch: Batch, frameSchema: Schema? = nil) -> Batch {
        let batch = frameSchema.map { batch.conforming(to: $0) } ?? batch
        return NamedColumns(batch).flattened(.unnesting).batch(count: batch.count, like: batch.schema)
    }

    public func outputSchema(for schema: Schema) -> Schema { apply(.empty(schema)).schema }
}

/// How far `NamedColumns.flattened` goes.
enum Flattening {
    /// Array elements are flattened within; choices stay.
    case unnesting
    /// Arrays stay whole, to be pivoted; a choice with a nested member becomes a struct of its members, so that nothing nested is left in it.
    case relationalizing
}

extension NamedColumns {
    /// The fields with those of structs in the structs' places, under dotted and distinct names.
    func flattened(_ flattening: Flattening) -> NamedColumns {
        var names: [String] = []
        var columns: [Column] = []
        for (field, column) in zip(fields, self.columns) { NamedColumns.flatten(column, field.name, flattening, &names, &columns) }
        var out = NamedColumns()
        for (name, column) in zip(Schema.distinctNames(names), columns) { out.append(name, column) }
        return out
    }

    private static func flatten(_ column: Column, _ name: String, _ flattening: Flattening, _ names: inout [String], _ columns: inout [Column]) {
        switch (column.type, flattening) {
        case (.struct(let fields), _):
            for (field, child) in zip(fields, column.fieldsWithNulls) { flatten(child, "\(name).\(field.name)", flattening, &names, &columns) }
        case (.choice(let members), .relationalizing) where members.contains(where: \.isNested):
            flatten(column.choiceAsStruct, name, flattening, &names, &columns)
        case (.array, .unnesting):
            names.append(name)
            columns.append(column.flatteningElements)
        default:
            names.append(name)
            columns.append(column)
        }
    }
}

extension Column {
    /// An array column whose struct elements, at any depth of arrays, have only plain fields.
    fileprivate var flatteningElements: Column {
        replacingElements { child in
            switch child.type {
            case .struct: NamedColumns(members: child).flattened(.unnesting).structColumn(count: child.count, validity: child.flattened.validity)
            case .array: child.flatteningElements
            default: child
            }
        }!
    }
}
