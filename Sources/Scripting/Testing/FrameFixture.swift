internal import Columnar
internal import Engine

/// Frames out of tables of Lua, as tests write them.
enum FrameFixture {
    static let place = "frame"

    /// The rows of `frame{...}`: a list of rows, or `rows = {...}`; with `schema` typed as it says, else by their values, so that a column whose values disagree is a choice.
    /// Columns come in the order of `columns`, else sorted: Lua keeps no order.
    static func batch(of value: LuaValue) throws -> Batch {
        guard let table = value.table else { throw APIError("\(place) takes a table of rows, such as frame{{id = 1}, {id = 2}}, not \(value.kindDescription)") }
        let known = ["columns", "rows", "schema"]
        var rows = table.items
        let options = table.fields
        if let unknown = options.keys.sorted().first(where: { !known.contains($0) }) {
            if rows.isEmpty, options["rows"] == nil, options["schema"] == nil {
                throw APIError("\(place) takes a list of rows; a table with names is one row: put it into a list, frame{{\(unknown) = ...}}")
            }
            throw APIError("\(place) has no option '\(unknown)'\(Suggestion.hint(for: unknown, in: known)) (known: \(known.joined(separator: ", ")))")
        }
        if let listed = options["rows"] {
            guard rows.isEmpty, let list = listed.table, list.fields.isEmpty else { throw APIError("\(place): 'rows' is a list of rows, and the only one") }
            rows = list.items
        }
        if let schema = options["schema"] {
            if options["columns"] != nil { throw APIError("\(place): a schema says what the columns are; 'columns' goes without it") }
            do {
                return try SparkSession.batch(rows, schema, verifies: true)
            } catch let error as APIError {
                // The rows were not written for the function that types them.
                throw APIError(error.description.replacing("SparkSession:createDataFrame", with: place))
            }
        }
        return try untyped(rows, try names(of: options["columns"]))
    }

    private static func names(of value: LuaValue?) throws -> [String]? {
        guard let value else { return nil }
        guard let list = value.table, list.fields.isEmpty else { throw APIError("\(place): 'columns' is a list of names, not \(value.kindDescription)") }
        return try list.items.map { item in
            guard let name = item.text else { throw APIError("\(place): 'columns' is a list of names; it holds \(item.kindDescription)") }
            return name
        }
    }

    private static func untyped(_ rows: [LuaValue], _ names: [String]?) throws -> Batch {
        var columns = Set<String>()
        for (number, row) in rows.enumerated() {
            guard let table = row.table else { throw APIError("\(place): row \(number + 1) is \(row.kindDescription); a row is a table, such as {id = 1}") }
            guard table.others.isEmpty else { throw APIError("\(place): row \(number + 1) has a key that is no name") }
            if !table.items.isEmpty {
                guard let names else { throw APIError("\(place): row \(number + 1) has values without names; name them, {id = 1}, or give columns = {\"id\"}") }
                guard table.fields.isEmpty else { throw APIError("\(place): row \(number + 1) has values with names and without; it must be one or the other") }
                guard table.items.count <= names.count else {
                    throw APIError("\(place): row \(number + 1) has \(table.items.count) values, and there are \(names.count) columns (\(names.joined(separator: ", ")))")
                }
            }
            columns.formUnion(table.fields.keys)
        }
        if let names, let unknown = columns.sorted().first(where: { !names.contains($0) }) {
            throw APIError("\(place): a row has '\(unknown)', which is none of the columns\(Suggestion.hint(for: unknown, in: names)) (columns: \(names.joined(separator: ", ")))")
        }
        let order = names ?? columns.sorted()
        let builder = RecordBuilder(names: order)
        for (number, row) in rows.enumerated() {
            guard let table = row.table else { continue }
            for (place, name) in order.enumerated() {
                let value = table.items.isEmpty ? table[name] : place < table.items.count ? table.items[place] : .nil
                guard let field = builder.field(at: place) else { throw APIError("\(Self.place): two columns are called '\(name)'") }
                try append(value, to: field, name, number)
            }
            builder.endRow()
        }
        return builder.finish()
    }

    private static func append(_ value: LuaValue, to builder: VariantBuilder, _ name: String, _ row: Int) throws {
        switch value {
        case .nil, .null: builder.appendNull()
        case .boolean(let value): builder.append(bool: value)
        case .integer(let value): builder.append(integer: value, as: .long)
        case .number(let value): builder.append(double: value)
        case .string(let bytes): bytes.withUnsafeBytes { builder.append(string: $0) }
        case .decimal(let unscaled, let scale): builder.append(decimal: unscaled, precision: 38, scale: scale)
        case .date(let days): builder.append(date: days)
        case .timestamp(let microseconds): builder.append(timestamp: microseconds)
        case .table(let table):
            if table.fields.isEmpty, table.others.isEmpty {
                let elements = builder.beginArray()
                for item in table.items { try append(item, to: elements, name, row) }
                builder.endArray()
            } else if table.items.isEmpty, table.others.isEmpty {
                let record = builder.beginStruct()
                for (key, item) in table.sortedFields { if let field = record.field(key) { try append(item, to: field, name, row) } }
                record.endRow()
            } else {
                throw APIError("\(place): the table in column '\(name)' of row \(row + 1) is neither a list nor one with names; say its type with a schema")
            }
        default: throw APIError("\(place): column '\(name)' of row \(row + 1) is \(value.kindDescription), which no column can hold")
        }
    }
}
