internal import Columnar
internal import Engine

/// `spark.createDataFrame(rows, schema)`: rows of Lua as a DataFrame.
extension SparkSession {
    private static let place = "SparkSession:createDataFrame"

    func createDataFrame(_ call: LuaCall) throws -> DataFrame {
        let parameters: [Parameter] = [
            .required("data", .any), .optional("schema", .any), .optional("samplingRatio", .any), .optional("verifySchema", .boolean),
        ]
        // A single table with names is rows only where it does not say `data`.
        var values = call.arguments
        if values.count == 1, let table = values[0].table, table["data"].isNil { values.append(.nil) }
        let arguments = try Signature(Self.place, parameters).bind(values, site: "")
        guard let table = arguments["data"]?.table else {
            throw APIError("\(Self.place) takes a list of rows, such as {{1, \"a\"}, {2, \"b\"}}, not \(arguments["data"]?.kindDescription ?? "nil")", .wrongArgument)
        }
        guard table.fields.isEmpty, table.others.isEmpty else { throw APIError("\(Self.place) takes a list of rows; a table with names is one row: put it into a list, {{a = 1}}", .wrongArgument) }
        let batch = try Self.batch(table.items, arguments["schema"], verifies: arguments.boolean("verifySchema", default: true))
        return DataFrame(ScanNode(MemorySource(name: "rows", schema: batch.schema, batches: [batch])), environment: environment)
    }

    /// Rows of Lua as a batch, under a schema, or with the types that their values have.
    static func batch(_ rows: [LuaValue], _ schema: LuaValue?, verifies: Bool) throws -> Batch {
        var names: [String]?
        var declared: Schema?
        if let schema {
            if let list = schema.table {
                names = try list.items.map { item in
                    guard let name = item.text else { throw APIError("\(place): the schema is a list of names, or text such as \"a int, b string\"; it holds \(item.kindDescription)") }
                    return name
                }
                guard list.fields.isEmpty, names?.isEmpty == false || rows.isEmpty else { throw APIError("\(place): the schema is a list of names, or text such as \"a int, b string\"") }
            } else if let type = scalarType(schema) {
                // A schema that is one type: each row is a value.
                let column = try column(type, rows.map { $0 }, "value")
                return Batch(schema: Schema([Field("value", type)]), columns: [column], count: rows.count)
            } else {
                declared = try SchemaText.schema(of: schema, place)
            }
        }
        if rows.isEmpty, declared == nil { throw APIError("\(place): no schema can be told from no rows; say it, as in createDataFrame({}, \"id bigint, name string\")", .badSchema) }
        let given = declared?.names ?? names
        let (columns, values) = try columns(rows, given, isDeclared: declared != nil)
        var made: [Column] = []
        var fields: [Field] = []
        var taken = Set<String>()
        for (index, name) in columns.enumerated() {
            guard taken.insert(name).inserted else { throw APIError("\(place): two columns would be called '\(name)'", .duplicateColumn) }
            let type = try declared?.fields[index].type ?? inferredType(values[index], name)
            made.append(try column(type, values[index], name))
            fields.append(Field(name, type))
        }
        return Batch(schema: Schema(fields), columns: made, count: rows.count)
    }

    private static func scalarType(_ schema: LuaValue) -> DataType? {
        if let object = schema.object(as: TypeObject.self) {
            if case .struct = object.type { return nil }
            return object.type
        }
        guard let type = schema.text.flatMap({ SchemaText.type($0) }) else { return nil }
        if case .struct = type { return nil }
        return type
    }

    /// The rows turned into columns, with their names: those given, or sorted where the rows name their values, `_1`, `_2`, ... where they do not.
    private static func columns(_ rows: [LuaValue], _ given: [String]?, isDeclared: Bool) throws -> ([String], [[LuaValue]]) {
        var named = Set<String>()
        var width = 0
        var hasNamed = false
        for (number, row) in rows.enumerated() {
            guard let table = row.table else {
                throw APIError("\(place): row \(number + 1) is \(row.kindDescription); a row is a table, such as {1, \"a\"} or {id = 1, name = \"a\"}", .wrongArgument)
            }
            if table.items.isEmpty, table.others.isEmpty, !table.fields.isEmpty {
                hasNamed = true
                named.formUnion(table.fields.keys)
            } else {
                guard table.fields.isEmpty else { throw APIError("\(place): row \(number + 1) has values with names and without; it must be one or the other") }
                width = max(width, try positions(table, number).count)
            }
        }
        let names: [String]
        // Names in the order of the rows' sorted ones, where those given are others.
        var sources: [String]
        if let given {
            guard width <= given.count || !isDeclared else {
                throw APIError("\(place): the schema has \(given.count) columns (\(given.joined(separator: ", "))), and a row has \(width) values")
            }
            names = given + (given.count..<max(width, given.count)).map { "_\($0 + 1)" }
            sources = names
            if hasNamed, !isDeclared, named != Set(given) {
                let sorted = named.sorted()
                if named.isDisjoint(with: given), sorted.count == given.count {
                    sources = sorted
                } else if let unknown = sorted.first(where: { !given.contains($0) }) {
                    throw APIError("\(place): a row has a value '\(unknown)', which is none of the columns\(Suggestion.hint(for: unknown, in: given)) (columns: \(given.joined(separator: ", ")))", .unknownColumn)
                }
            }
        } else {
            guard !hasNamed || width == 0 else { throw APIError("\(place): some rows name their values and some do not; say the columns: createDataFrame(rows, {\"id\", \"name\"})") }
            names = hasNamed ? named.sorted() : (0..<width).map { "_\($0 + 1)" }
            sources = names
        }
        var values = names.map { _ in [LuaValue]() }
        for (number, row) in rows.enumerated() {
            guard let table = row.table else { continue }
            let items = table.fields.isEmpty ? try positions(table, number) : []
            for index in names.indices {
                let value = table.fields.isEmpty ? (index < items.count ? items[index] : .nil) : table[sources[index]]
                values[index].append(value)
            }
        }
        return (names, values)
    }

    /// The values of a row by position, holes included.
    private static func positions(_ table: LuaTable, _ number: Int) throws -> [LuaValue] {
        var items = table.items
        for pair in table.others {
            guard let position = pair.key.integer, position >= 1, position <= 10_000 else {
                throw APIError("\(place): row \(number + 1) has \(pair.key.kindDescription) for a key; values have names, or positions from 1")
            }
            while items.count < position { items.append(.nil) }
            items[Int(position) - 1] = pair.value
        }
        return items
    }

    // MARK: Types

    private static func inferredType(_ values: [LuaValue], _ name: String) throws -> DataType {
        var type = DataType.null
        for (number, value) in values.enumerated() {
            let own = try self.type(of: value, name, number)
            guard let both = merged(type, own) else {
                throw APIError("\(place): column '\(name)' is \(type.hiveName) in the first rows and \(own.hiveName) in row \(number + 1); say its type with a schema", .incompatibleTypes)
            }
            type = both
        }
        if type.containsNull { throw APIError("\(place): the type of column '\(name)' cannot be told, as it holds no values; say it with a schema, such as \"\(name) string\"", .badSchema) }
        return type
    }

    /// What PySpark infers of Python's values: integers are `bigint`, floats `double`, decimals `decimal(38,18)`, lists arrays. A table with names is a struct.
    private static func type(of value: LuaValue, _ name: String, _ number: Int) throws -> DataType {
        switch value {
        case .nil, .null: return .null
        case .boolean: return .boolean
        case .integer: return .long
        case .number: return .double
        case .string: return .string
        case .decimal: return .decimal(precision: 38, scale: 18)
        case .date: return .date
        case .timestamp: return .timestamp
        case .table(let table):
            if table.fields.isEmpty, table.others.isEmpty {
                return .array(try table.items.reduce(.null) { type, item in
                    let own = try self.type(of: item, name, number)
                    guard let both = merged(type, own) else { throw APIError("\(place): the list in column '\(name)' of row \(number + 1) holds \(type.hiveName) and \(own.hiveName); say its type with a schema", .incompatibleTypes) }
                    return both
                })
            }
            guard table.items.isEmpty, table.others.isEmpty else { throw APIError("\(place): the table in column '\(name)' of row \(number + 1) is neither a list nor one with names; say its type with a schema", .wrongArgument) }
            return .struct(try table.sortedFields.map { Field($0.key, try self.type(of: $0.value, name, number)) })
        default: throw APIError("\(place): column '\(name)' of row \(number + 1) is \(value.kindDescription), which no column can hold", .incompatibleTypes)
        }
    }

    private static func merged(_ a: DataType, _ b: DataType) -> DataType? {
        if a == b || b == .null { return a }
        if a == .null { return b }
        switch (a, b) {
        case (.long, .double), (.double, .long): return .double
        case (.string, let other), (let other, .string): return other.isNested ? nil : .string
        case (.array(let x), .array(let y)): return merged(x, y).map { .array($0) }
        case (.struct(let x), .struct(let y)):
            var fields = x
            for field in y {
                if let index = fields.firstIndex(where: { $0.name == field.name }) {
                    guard let both = merged(fields[index].type, field.type) else { return nil }
                    fields[index] = Field(field.name, both)
                } else {
                    fields.append(field)
                }
            }
            return .struct(fields.sorted { $0.name < $1.name })
        default: return nil
        }
    }

    // MARK: Values

    private static func column(_ type: DataType, _ values: [LuaValue], _ name: String) throws -> Column {
        Column(type, values: try values.enumerated().map { try self.value($1, type, name, $0) })
    }

    /// A value of Lua as one of the type; numbers that the type cannot hold are errors, and everything plain has a text.
    private static func value(_ value: LuaValue, _ type: DataType, _ name: String, _ number: Int) throws -> Value {
        func refused() -> APIError { APIError("\(place): column '\(name)' is \(type.hiveName), and row \(number + 1) has \(value.kindDescription)", .incompatibleTypes) }
        switch (type, value) {
        case (_, .nil), (_, .null): return .null
        case (.boolean, .boolean(let value)): return .boolean(value)
        case (_, .integer), (_, .number):
            switch type {
            case .byte, .short, .int, .long:
                guard let whole = value.integer else { throw refused() }
                let limit = type.integerWidth == 64 ? Int64.max : Int64(1) << Int64(type.integerWidth - 1) - 1
                guard whole <= limit, whole >= -limit - 1 else { throw APIError("\(place): column '\(name)' is \(type.hiveName), which cannot hold the \(whole) of row \(number + 1)", .incompatibleTypes) }
                return .integer(whole)
            case .float, .double: return .double(value.double ?? 0)
            case .decimal(_, let scale):
                if let whole = value.integer { return try checked(.decimal(unscaled: Int128(whole), scale: 0), type, scale, refused) }
                guard let text = value.settingText, let decimal = Column(.string, values: [.string(text)]).cast(to: type).valueIfAny else { throw refused() }
                return decimal
            case .string: return .string(value.integer.map { Array("\($0)".utf8) } ?? Column(.double, values: [.double(value.double ?? 0)]).cast(to: .string).text(at: 0))
            default: throw refused()
            }
        case (.string, .boolean(let value)): return .string(value ? "true" : "false")
        case (.string, .string(let bytes)): return .string(bytes)
        case (.binary, .string(let bytes)): return .binary(bytes)
        case (.string, .date(let days)): return .string(Column(.date, values: [.date(days)]).cast(to: .string).text(at: 0))
        case (.string, .timestamp(let time)): return .string(Column(.timestamp, values: [.timestamp(time)]).cast(to: .string).text(at: 0))
        case (.decimal(_, let scale), .decimal): return try checked(value.plainDecimal, type, scale, refused)
        case (.double, .decimal), (.float, .decimal):
            guard case .decimal(let unscaled, let from) = value else { throw refused() }
            return Column(.decimal(precision: 38, scale: from), values: [.decimal(unscaled: unscaled, scale: from)]).cast(to: .double).value(at: 0)
        case (.string, .decimal(let unscaled, let scale)):
            return .string(Column(.decimal(precision: 38, scale: scale), values: [.decimal(unscaled: unscaled, scale: scale)]).cast(to: .string).text(at: 0))
        case (.date, .date(let days)): return .date(days)
        case (.timestamp, .timestamp(let time)): return .timestamp(time)
        case (.timestamp, .date(let days)): return .timestamp(Int64(days) * 86_400_000_000)
        case (.date, .timestamp(let time)): return .date(Int32(clamping: time >= 0 ? time / 86_400_000_000 : -((86_399_999_999 - time) / 86_400_000_000)))
        // Lua has no words for dates: text in Spark's form stands for them.
        case (.date, .string), (.timestamp, .string):
            guard let found = Column(.string, values: [.string(value.text ?? "")]).cast(to: type).valueIfAny else { throw refused() }
            return found
        case (.array(let element), .table(let table)):
            guard table.fields.isEmpty else { throw refused() }
            return .array(try positions(table, number).map { try self.value($0, element, name, number) })
        case (.struct(let fields), .table(let table)):
            if table.fields.isEmpty {
                let items = try positions(table, number)
                guard items.count <= fields.count else { throw refused() }
                return .struct(try fields.enumerated().map { index, field in
                    StructValueField(field.name, try self.value(index < items.count ? items[index] : .nil, field.type, name, number))
                })
            }
            return .struct(try fields.map { StructValueField($0.name, try self.value(table[$0.name], $0.type, name, number)) })
        case (.map(let key, let mapped), .table(let table)):
            var entries: [MapValueEntry] = []
            for (index, item) in table.items.enumerated() { entries.append(MapValueEntry(try self.value(.integer(Int64(index + 1)), key, name, number), try self.value(item, mapped, name, number))) }
            for (field, item) in table.sortedFields { entries.append(MapValueEntry(try self.value(.string(field), key, name, number), try self.value(item, mapped, name, number))) }
            for pair in table.others { entries.append(MapValueEntry(try self.value(pair.key, key, name, number), try self.value(pair.value, mapped, name, number))) }
            return .map(entries)
        default: throw refused()
        }
    }

    private static func checked(_ value: Value, _ type: DataType, _ scale: Int, _ refused: () -> APIError) throws -> Value {
        guard Column(type, values: [value]).nullCount == 0 else { throw refused() }
        return value
    }
}

extension DataType {
    /// Whether a type that nothing is known of stands anywhere in the type.
    fileprivate var containsNull: Bool {
        switch self {
        case .null: true
        case .array(let element): element.containsNull
        case .struct(let fields): fields.contains { $0.type.containsNull }
        case .map(let key, let value): key.containsNull || value.containsNull
        default: false
        }
    }
}

extension Column {
    /// The one value of a column of one; nil where it is null.
    fileprivate var valueIfAny: Value? { value(at: 0) == .null ? nil : value(at: 0) }

    fileprivate func text(at row: Int) -> [UInt8] { if case .string(let bytes) = value(at: row) { bytes } else { [] } }
}

extension LuaValue {
    fileprivate var plainDecimal: Value { if case .decimal(let unscaled, let scale) = self { .decimal(unscaled: unscaled, scale: scale) } else { .null } }
}
