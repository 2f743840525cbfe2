internal import Columnar
internal import Engine

/// What `plot` was asked for: checked names, and what was left out filled in by the columns' types.
struct PlotRequest {
    enum Kind: String, CaseIterable {
        case bar, line, histogram, scatter
    }

    /// The column along the axis; of a histogram the one whose values are counted.
    let x: Attribute
    /// The columns drawn over it; none where rows are counted.
    let y: [Attribute]
    let kind: Kind
    /// What is made of the rows that share a value of x; nil where the kind decides.
    let aggregate: Aggregate?
    let bins: Int?
    let limit: Int?
    let title: String?
    let width: Int?
    let height: Int?
    let isLogarithmic: Bool

    /// The most series that a picture has colours and signs for.
    static let mostSeries = 6

    static let parameters: [Parameter] = [
        .optional("kind", .string), .optional("x", .string), .optional("y", .strings), .optional("aggregate", .string), .optional("bins", .integer),
        .optional("limit", .integer), .optional("title", .string), .optional("width", .integer), .optional("height", .integer), .optional("log", .boolean),
        .optional("save", .string),
    ]

    init(_ arguments: Arguments, _ relation: Relation) throws {
        let place = arguments.function
        func column(_ name: String) throws -> Attribute {
            do {
                return try relation.attribute(named: ColumnObject.path(name))
            } catch {
                throw APIError("\(place): there is no column '\(name)'\(Suggestion.hint(for: name, in: relation.names)) (columns: \(relation.names.joined(separator: ", ")))")
            }
        }
        func number(_ name: String, _ range: ClosedRange<Int>, _ what: String) throws -> Int? {
            guard let value = arguments.integer(name) else { return nil }
            guard range.contains(value) else { throw APIError("\(place): '\(name)' is \(what), from \(range.lowerBound) to \(NumberText.count(range.upperBound)), not \(value)") }
            return value
        }
        bins = try number("bins", 1...10_000, "the number of bins")
        limit = try number("limit", 1...100_000, "how many bars or points are drawn")
        width = try number("width", 20...500, "a number of letters")
        height = try number("height", 5...200, "a number of lines")
        title = arguments.string("title")
        isLogarithmic = arguments.boolean("log")
        aggregate = try arguments.string("aggregate").map { try Aggregate(named: $0, place) }
        var wanted = try arguments.string("kind").map { name in
            let names = Kind.allCases.map(\.rawValue)
            guard let kind = Kind(rawValue: name.lowercased()) else {
                throw APIError("\(place): the kind '\(name)' is not known\(Suggestion.hint(for: name, in: names)) (known: \(names.joined(separator: ", ")))")
            }
            return kind
        }
        var x = try arguments.string("x").map(column)
        var y = try arguments.strings("y").map(column)
        guard y.count <= Self.mostSeries else { throw APIError("\(place) draws at most \(Self.mostSeries) columns of 'y' over each other, not \(y.count)") }

        if x == nil, y.isEmpty { (x, y) = try Self.guess(relation, wanted, place) }
        if x == nil {
            // One column of numbers alone: how its values are spread.
            guard y.count == 1, wanted == nil || wanted == .histogram else {
                throw APIError("\(place) needs 'x', the column along the axis: plot{x = \"\(relation.names.first { name in !y.contains { $0.name == name } } ?? "...")\", y = ...}")
            }
            (x, y, wanted) = (y[0], [], .histogram)
        }
        guard let x else { throw APIError("\(place) needs 'x', the column along the axis") }
        let kind = wanted ?? (y.isEmpty && x.type.isOrdered ? .histogram : x.type.isOrdered ? .line : .bar)
        (self.x, self.y, self.kind) = (x, y, kind)
        try check(place, relation)
    }

    private func check(_ place: String, _ relation: Relation) throws {
        let numbers = relation.attributes.filter { $0.type.isNumeric }.map(\.name)
        let advice = numbers.isEmpty ? "the frame has no column of numbers" : "columns of numbers: \(numbers.joined(separator: ", "))"
        if case .map = x.type { throw APIError("\(place): 'x' is \(x.type.hiveName), and maps cannot be grouped; select one of its values first") }
        switch kind {
        case .histogram:
            guard y.isEmpty else {
                throw APIError("\(place): a histogram shows one column, its 'x'; leave 'y' out, or take kind = \"bar\" or \"line\"")
            }
            guard x.type.isOrdered else {
                throw APIError("\(place): a histogram needs numbers, dates or timestamps, and '\(x.name)' is \(x.type.hiveName); kind = \"bar\" counts its values (\(advice))")
            }
        case .line, .scatter:
            guard x.type.isOrdered else {
                throw APIError("\(place): kind = \"\(kind.rawValue)\" needs numbers, dates or timestamps along x, and '\(x.name)' is \(x.type.hiveName); cast it, or take kind = \"bar\"")
            }
            if kind == .scatter, y.isEmpty { throw APIError("\(place): kind = \"scatter\" needs 'y', the column that goes up (\(advice))") }
        case .bar: break
        }
        if kind == .scatter, aggregate != nil { throw APIError("\(place): kind = \"scatter\" draws rows as they are and takes no 'aggregate'; take kind = \"line\"") }
        if kind == .histogram, let aggregate, aggregate.name != "count" {
            throw APIError("\(place): a histogram counts rows and takes no 'aggregate'; with 'y', kind = \"line\" or \"bar\" does")
        }
        if kind != .histogram, bins != nil { throw APIError("\(place): 'bins' belongs to kind = \"histogram\", and this is kind = \"\(kind.rawValue)\"") }
        for column in y {
            let takesAll = kind != .scatter && (aggregate?.takesAnything ?? false)
            if takesAll || column.type.isNumeric { continue }
            throw APIError("\(place): 'y' must be numbers, and '\(column.name)' is \(column.type.hiveName); cast it, or take aggregate = \"count\" (\(advice))")
        }
        if y.isEmpty, kind != .histogram, let aggregate, aggregate.name != "count" {
            throw APIError("\(place): aggregate = \"\(aggregate.name)\" needs 'y', the column that it is taken of (\(advice))")
        }
    }

    /// The columns of a small frame, where none was named: the first text or moment goes along, numbers go up.
    private static func guess(_ relation: Relation, _ kind: Kind?, _ place: String) throws -> (Attribute?, [Attribute]) {
        let columns = relation.attributes
        guard !columns.isEmpty else { throw APIError("\(place): the frame has no columns") }
        if columns.count == 1 { return (columns[0], []) }
        guard columns.count <= 6 else {
            throw APIError("\(place): say which of the \(columns.count) columns to draw, such as plot{x = \"\(columns[0].name)\"} (columns: \(relation.names.joined(separator: ", ")))")
        }
        let numbers = columns.filter { $0.type.isNumeric }
        let along = columns.first { $0.type == .date || $0.type == .timestamp } ?? columns.first { $0.type == .string || $0.type == .boolean } ?? columns[0]
        if kind == .histogram { return (numbers.first ?? along, []) }
        return (along, Array(numbers.filter { $0.id != along.id }.prefix(kind == .bar || along.type == .string ? 1 : mostSeries)))
    }
}

extension PlotRequest {
    /// What is made of the rows of one place.
    struct Aggregate {
        let name: String
        /// The call as SQL, of `_0`.
        let sql: String
        /// Whether any column will do, and not only numbers.
        let takesAnything: Bool

        static let known: [(name: String, sql: String, takesAnything: Bool)] = [
            ("avg", "avg(_0)", false), ("count", "count(_0)", true), ("count_distinct", "count(distinct _0)", true), ("max", "max(_0)", false),
            ("median", "median(_0)", false), ("min", "min(_0)", false), ("stddev", "stddev_samp(_0)", false), ("sum", "sum(_0)", false),
        ]

        static let sum = Aggregate(name: "sum", sql: "sum(_0)", takesAnything: false)
        static let average = Aggregate(name: "avg", sql: "avg(_0)", takesAnything: false)

        private init(name: String, sql: String, takesAnything: Bool) { (self.name, self.sql, self.takesAnything) = (name, sql, takesAnything) }

        init(named name: String, _ place: String) throws {
            let lowered = name.lowercased() == "mean" ? "avg" : name.lowercased()
            guard let found = Self.known.first(where: { $0.name == lowered }) else {
                let names = Self.known.map(\.name)
                throw APIError("\(place): the aggregate '\(name)' is not known\(Suggestion.hint(for: name, in: names)) (known: \(names.joined(separator: ", ")))")
            }
            self.init(name: found.name, sql: found.sql, takesAnything: found.takesAnything)
        }
    }
}

extension DataType {
    /// Whether values have distances, so that they stand along an axis.
    var isOrdered: Bool { isNumeric || self == .date || self == .timestamp }

    var axisUnit: AxisUnit { self == .date ? .date : self == .timestamp ? .timestamp : isInteger ? .whole : .number }
}
