internal import Catalog
internal import Columnar

/// From types that values have to types that a catalog declares.
enum CatalogTypes {
    /// The declared type for an inferred one: integers of CSV are `bigint`; numbers that disagree become `double`; other disagreements, and columns
    /// without a value, `string` (what Glue's crawlers write).
    static func declared(_ type: DataType, in classification: String) -> DataType {
        switch type {
        case .null: .string
        case .byte, .short, .int: classification == "csv" ? .long : type
        case .choice(let members): resolve(members.map { declared($0, in: classification) })
        case .array(let element): .array(declared(element, in: classification))
        case .map(let key, let value): .map(key: declared(key, in: classification), value: declared(value, in: classification))
        case .struct(let fields): .struct(fields.map { Field($0.name, declared($0.type, in: classification)) })
        default: type
        }
    }

    private static func resolve(_ members: [DataType]) -> DataType {
        if members.allSatisfy(\.isNumeric) { return .double }
        if Set(members) == [.date, .timestamp] { return .timestamp }
        return .string
    }

    /// Whether inference could have declared the type, as opposed to a person.
    static func isInferable(_ type: DataType, in classification: String) -> Bool {
        switch type {
        case .long, .double, .boolean, .string: true
        case .int, .array, .struct: classification != "csv"
        default: classification != "csv" && classification != "json"
        }
    }

    /// The fields of a file as columns: names in lower case, made distinct.
    static func columns(of schema: Schema) -> Schema {
        let names = Schema.distinctNames(schema.names.map { $0.lowercased() })
        return Schema(zip(names, schema.fields).map { Field($0, $1.type) })
    }

    /// How much two schemas have in common, from 0 to 1: twice the shared columns over all columns (Dice). A column is shared when both have its
    /// name and one type can hold both without becoming text.
    static func similarity(_ a: Schema, _ b: Schema) -> Double {
        if a.count + b.count == 0 { return 1 }
        let shared = a.fields.count { field in b.index(of: field.name).map { areClose(field.type, b[$0].type) } ?? false }
        return Double(2 * shared) / Double(a.count + b.count)
    }

    private static func areClose(_ a: DataType, _ b: DataType) -> Bool {
        switch (a, b) {
        case (.null, _), (_, .null), (.array, .array), (.struct, .struct), (.map, .map): true
        case (.choice(let members), let other), (let other, .choice(let members)): members.contains { areClose($0, other) }
        default: a == b || a.isNumeric && b.isNumeric
        }
    }
}
