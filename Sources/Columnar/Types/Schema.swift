/// An ordered list of fields with distinct names.
///
/// A class, so that every batch of a stream can carry its schema for the price of a reference and "same schema" is one pointer comparison.
public final class Schema: Sendable, Hashable {
    public let fields: [Field]
    private let indices: [String: Int]

    public static let empty = Schema([])

    /// - Precondition: names are distinct. Readers make them so (`Schema.distinctNames`).
    public init(_ fields: [Field]) {
        self.fields = fields
        var indices = [String: Int](minimumCapacity: fields.count)
        for (index, field) in fields.enumerated() {
            precondition(indices.updateValue(index, forKey: field.name) == nil, "field '\(field.name)' stands twice in a schema")
        }
        self.indices = indices
    }

    public var count: Int { fields.count }
    public var names: [String] { fields.map(\.name) }

    public subscript(index: Int) -> Field { fields[index] }

    /// The position of the field of exactly this name.
    public func index(of name: String) -> Int? { indices[name] }

    /// The position of the field of this name; where none has it to the letter, of the only one that has it but for case.
    public func index(ofAnyCase name: String) -> Int? {
        if let index = indices[name] { return index }
        let lowered = name.lowercased()
        var found: Int?
        for (index, field) in fields.enumerated() where field.name.lowercased() == lowered {
            if found != nil { return nil }
            found = index
        }
        return found
    }

    /// Returns the schema of the given positions, in their order.
    public func selecting(_ indices: [Int]) -> Schema { Schema(indices.map { fields[$0] }) }

    /// Returns names made distinct: a name that appeared before gets `_1`, `_2`, ... until it is new.
    public static func distinctNames(_ names: [String]) -> [String] {
        var seen = Set<String>()
        let all = Set(names)
        return names.map { name in
            if seen.insert(name).inserted { return name }
            var suffix = 1
            while seen.contains("\(name)_\(suffix)") || all.contains("\(name)_\(suffix)") { suffix += 1 }
            let distinct = "\(name)_\(suffix)"
            seen.insert(distinct)
            return distinct
        }
    }

    /// A cell of a header as a catalog knows it: without the blanks and tabs around it.
    public static func headerName(_ cell: String) -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        guard let start = cell.firstIndex(where: { !isBlank($0) }), let end = cell.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(cell[start...end])
    }

    /// The names that a header's cells give to columns: without blanks around them, `col3` for an empty one, distinct.
    public static func headerNames(_ cells: [String]) -> [String] {
        distinctNames(cells.map(headerName).enumerated().map { $1.isEmpty ? "col\($0)" : $1 })
    }

    public static func == (a: Schema, b: Schema) -> Bool { a === b || a.fields == b.fields }
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }
}
