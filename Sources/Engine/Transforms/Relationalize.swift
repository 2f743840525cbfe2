public import Columnar

/// Turns nested records into flat tables that join by keys (`relationalize`).
///
/// Structs are flattened under dotted names. Each array column, at any depth, leaves a key (`long`) in its table and moves its elements to a
/// table of its own, named after the root and the column:
///
///     root                 id: string, name.first: string, terms: long
///     root_terms           id: long, index: int, terms.val.state: string, terms.val.years: long
///     root_terms.val.years id: long, index: int, terms.val.years.val: int
///
/// - `id` is the key that stands in the parent's column, `index` the position in the array, from 0; then the element as `<column>.val`, or its
///   fields as `<column>.val.<field>`.
/// - Every array that is not null gets a key, counted from 1 in row order, each column for itself; an empty one has no child rows. The keys of
///   a nested array are counted in the order of the rows of the table that holds it. A null array has a null key.
/// - A map is pivoted as an array of entries: `<column>.key` and `<column>.val`.
/// - A choice with a nested member becomes a struct of its members (`<column>.string`, `<column>.array`) first; other choices stay columns.
/// - The root's own columns stay, one named `id` too. Names that come up twice are made distinct.
public struct Relationalize: Sendable {
    /// One table of the result.
    public struct Table: Sendable {
        public let name: String
        public let schema: Schema
        /// The array columns that lead from the root to the table, outermost first.
        let pivots: [String]
        /// The key columns of the table, without `id`: their positions behind `id` and `index`, and the tables whose keys they hold.
        let keys: [(column: Int, table: String)]
    }

    public let rootName: String
    public let frameSchema: Schema
    /// The root first, each table before those that hang on it.
    public let tables: [Table]

    /// - Parameter frameSchema: the schema that all rows of the frame have in common.
    public init(rootName: String, frameSchema: Schema) {
        (self.rootName, self.frameSchema) = (rootName, frameSchema)
        var planner = Planner(rootName: rootName)
        planner.add(rootName, NamedColumns(.empty(frameSchema)).flattened(.relationalizing), pivots: [])
        tables = planner.tables
    }

    public func table(_ name: String) -> Table? { tables.first { $0.name == name } }

    private struct Planner {
        let rootName: String
        var tables: [Table] = []
        var names: Set<String> = []

        init(rootName: String) {
            self.rootName = rootName
            names = [rootName]
        }

        /// Adds a table of the given columns, and those of its arrays after it.
        mutating func add(_ name: String, _ columns: NamedColumns, pivots: [String]) {
            var fields: [Field] = pivots.isEmpty ? [] : [Field("id", .long), Field("index", .int)]
            var keys: [(column: Int, table: String)] = []
            for (index, field) in columns.fields.enumerated() {
                if field.type.isPivoted { keys.append((index, distinct("\(rootName)_\(field.name)"))) }
                fields.append(Field(field.name, field.type.isPivoted ? .long : field.type))
            }
            let distinctNames = Schema.distinctNames(fields.map(\.name))
            let schema = Schema(zip(distinctNames, fields).map { Field($0, $1.type) })
            tables.append(Table(name: name, schema: schema, pivots: pivots, keys: keys))
            for (index, table) in keys {
                let name = columns.fields[index].name
                add(table, Pivot(columns.columns[index]).elements(under: name), pivots: pivots + [name])
            }
        }

        private mutating func distinct(_ name: String) -> String {
            var result = name
            var suffix = 1
            while !names.insert(result).inserted {
                result = "\(name)_\(suffix)"
                suffix += 1
            }
            return result
        }
    }
}

/// Makes the rows of one of the tables. Batches must come in row order, because keys are counted; one thread at a time.
public struct RelationalizeTable: Sendable {
    public let table: Relationalize.Table
    private let frameSchema: Schema
    /// The last key given out, by the name of the table whose rows carry it as `id`: this table's own, and those that hang on it. Handing them
    /// to a later run as `lastKeys` continues the count.
    public private(set) var lastKeys: [String: Int64]

    /// - Precondition: `table` is one of `relationalize`'s.
    public init(_ table: Relationalize.Table, of relationalize: Relationalize, lastKeys: [String: Int64] = [:]) {
        self.table = table
        frameSchema = relationalize.frameSchema
        self.lastKeys = lastKeys
    }

    /// Returns the table's rows for the next rows of the frame: none, one or many for each.
    public mutating func process(_ batch: Batch) -> Batch {
        var columns = NamedColumns(batch.conforming(to: frameSchema)).flattened(.relationalizing)
        var count = batch.count
        var out: [Column] = []
        for (depth, name) in table.pivots.enumerated() {
            let pivot = Pivot(columns.columns[columns.fields.firstIndex { $0.name == name }!])
            if depth == table.pivots.count - 1 {
                let last = lastKeys[table.name] ?? 0
                out = pivot.idsAndIndices(after: last)
                lastKeys[table.name] = last + Int64(pivot.presentCount)
            }
            columns = pivot.elements(under: name)
            count = pivot.elementCount
        }
        var rest = columns.columns
        for (column, name) in table.keys {
            let pivot = Pivot(rest[column])
            let last = lastKeys[name] ?? 0
            rest[column] = pivot.keys(after: last)
            lastKeys[name] = last + Int64(pivot.presentCount)
        }
        return Batch(schema: table.schema, columns: out + rest, count: count)
    }
}

extension DataType {
    /// Whether relationalizing moves a column of the type to a table of its own.
    fileprivate var isPivoted: Bool {
        switch self {
        case .array, .map: true
        default: false
        }
    }
}

/// An array or map column on its way to a table of its own.
private struct Pivot {
    private let offsets: Values<Int32>
    private let contents: [(suffix: String, column: Column)]
    private let validity: Bitmap?
    private let count: Int
    /// Elements of the rows that are not null.
    let elementCount: Int
    /// Rows that are not null.
    let presentCount: Int

    init(_ column: Column) {
        let column = column.flattened
        switch column.storage {
        case .list(let offsets, let child): (self.offsets, contents) = (offsets, [("val", child)])
        case .map(let offsets, let keys, let values): (self.offsets, contents) = (offsets, [("key", keys), ("val", values)])
        default: preconditionFailure("a \(column.type.name) column has no elements")
        }
        (validity, count) = (column.validity, column.count)
        presentCount = validity?.setCount ?? count
        var elements = Int(offsets[count] - offsets[0])
        if let validity {
            for i in 0..<count where !validity[i] { elements -= Int(offsets[i + 1] - offsets[i]) }
        }
        elementCount = elements
    }

    /// The elements of all rows, one after the other, flattened.
    func elements(under name: String) -> NamedColumns {
        let range = Int(offsets[0])..<Int(offsets[count])
        var columns = NamedColumns()
        let places = range.count == elementCount ? nil : presentPlaces
        for (suffix, column) in contents { columns.append("\(name).\(suffix)", places.map { column.take($0) } ?? column.slice(range)) }
        return columns.flattened(.relationalizing)
    }

    /// The places of the elements that no null row hides.
    private var presentPlaces: Values<Int32> {
        var places = GrowingBuffer<Int32>(capacity: elementCount)
        for i in 0..<count where validity?[i] ?? true {
            for place in offsets[i]..<offsets[i + 1] { places.append(place) }
        }
        return places.take()
    }

    /// A key for each row that is not null.
    func keys(after last: Int64) -> Column {
        let out = Buffer(zeroed: count * 8)
        let keys = out.values(of: Int64.self)
        var key = last
        for i in 0..<count where validity?[i] ?? true {
            key += 1
            keys[i] = key
        }
        return Column(.long, Values<Int64>(out, count: count), validity: validity)
    }

    /// For each element the key of its row, and its position there.
    func idsAndIndices(after last: Int64) -> [Column] {
        let (idBuffer, indexBuffer) = (Buffer(size: elementCount * 8), Buffer(size: elementCount * 4))
        let (ids, indices) = (idBuffer.values(of: Int64.self), indexBuffer.values(of: Int32.self))
        var key = last
        var at = 0
        for i in 0..<count where validity?[i] ?? true {
            key += 1
            for index in 0..<(offsets[i + 1] - offsets[i]) {
                ids[at] = key
                indices[at] = index
                at += 1
            }
        }
        return [Column(.long, Values<Int64>(idBuffer, count: elementCount)), Column(.int, Values<Int32>(indexBuffer, count: elementCount))]
    }
}
