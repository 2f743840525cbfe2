public import Columnar

/// Rows that a generator made of a batch.
struct GeneratedRows {
    /// The batch's row that each was made of.
    let parents: Values<Int32>
    /// The generator's columns.
    let columns: [Column]
}

extension Generator {
    /// The columns that the generator makes: their names where the query gives none, and their types.
    ///
    /// - Throws: `PlanError` for arguments that it cannot take.
    public func columns(_ arguments: [Expression], in schema: Schema) throws(PlanError) -> [Field] {
        guard arity.contains(arguments.count) else { throw .argumentCount(function: name, takes: shownArity, given: shownCount(arguments.count)) }
        var types: [DataType] = []
        for argument in arguments { types.append(try argument.resolveType(in: schema)) }
        func wrong(_ expected: String) -> PlanError {
            .argument(function: name, text: arguments[0].description, found: "of type \(types[0].hiveName)", expected: expected)
        }
        switch self {
        case .explode, .explodeWithPosition:
            var fields: [Field] = []
            if case .explodeWithPosition = self { fields.append(Field("pos", .int)) }
            switch types[0] {
            case .array(let element): return fields + [Field("col", element)]
            case .map(let key, let value): return fields + [Field("key", key), Field("value", value)]
            default: throw wrong("an array or a map")
            }
        case .inline:
            guard case .array(.struct(let fields)) = types[0] else { throw wrong("an array of structs") }
            return fields
        case .stack(let rows):
            guard rows > 0 else { throw .argument(function: name, text: "\(rows)", found: "none", expected: "a number of rows above 0") }
            let width = (arguments.count + rows - 1) / rows
            var fields: [Field] = []
            for column in 0..<width {
                var type = DataType.null
                for row in 0..<rows where row * width + column < arguments.count {
                    let place = row * width + column
                    guard let wider = type.valueType(with: types[place]) else {
                        throw .incompatibleTypes(
                            operation: "\(name)()",
                            operands: [.init(text: "a value before in column \(column)", type: type), .init(text: arguments[place].description, type: types[place])])
                    }
                    type = wider
                }
                fields.append(Field("col\(column)", type))
            }
            return fields
        case .jsonTuple:
            for (argument, type) in zip(arguments, types) where type != .string && type != .null {
                throw .argument(function: name, text: argument.description, found: "of type \(type.hiveName)", expected: "JSON text and the names of keys, all of them strings")
            }
            return (0..<arguments.count - 1).map { Field("c\($0)", .string) }
        }
    }

    /// How many arguments the generator takes, `stack`'s number of rows not among them.
    public var arity: ClosedRange<Int> {
        switch self {
        case .explode, .explodeWithPosition, .inline: 1...1
        case .stack: 1...Int.max
        case .jsonTuple: 2...Int.max
        }
    }
    private var shownArity: ClosedRange<Int> { if case .stack = self { 2...Int.max } else { arity } }
    private func shownCount(_ count: Int) -> Int { if case .stack = self { count + 1 } else { count } }

    /// Whether a row of which nothing is made stays.
    var isOuter: Bool {
        switch self {
        case .explode(let outer), .explodeWithPosition(let outer), .inline(let outer): outer
        case .stack, .jsonTuple: false
        }
    }

    /// Gives what the generator makes of a batch, in pieces that are not much larger than asked for; a single row's rows stay together.
    ///
    /// - Returns: whether `emit` wants more.
    func pieces(
        _ arguments: [Expression], of batch: Batch, keepsEmpty: Bool, rowsPerPiece: Int, _ emit: (GeneratedRows) throws -> Bool
    ) throws -> Bool {
        switch self {
        case .explode, .explodeWithPosition, .inline:
            let lists = try arguments[0].evaluate(on: batch).flattened
            let counts = lists.elementCounts
            var (start, end) = (0, 0)
            while start < batch.count {
                var rows = 0
                while end < batch.count, rows < rowsPerPiece {
                    rows += max(Int(counts[end]), 1)
                    end += 1
                }
                let made = unnest(lists.slice(start..<end), keepsEmpty: keepsEmpty || isOuter)
                let parents = start == 0 ? made.parents : made.parents.adding(Int32(truncatingIfNeeded: start))
                if try !emit(GeneratedRows(parents: parents, columns: made.columns)) { return false }
                start = end
            }
            return true
        case .stack(let rows):
            let step = max(1, rowsPerPiece / rows)
            for start in stride(from: 0, to: batch.count, by: step) {
                let some = batch.slice(start..<min(start + step, batch.count))
                if try !emit(try stack(arguments, rows, some, Int32(truncatingIfNeeded: start))) { return false }
            }
            return true
        case .jsonTuple:
            let texts = try arguments[0].evaluate(on: batch).cast(to: .string)
            let all = Values((0..<batch.count).map { Int32(truncatingIfNeeded: $0) })
            let columns = try jsonTuples(texts, Array(arguments.dropFirst()), batch)
            return try emit(GeneratedRows(parents: all, columns: columns))
        }
    }

    private func unnest(_ lists: Column, keepsEmpty: Bool) -> GeneratedRows {
        let rows = lists.unnested(keepsEmpty: keepsEmpty)
        var columns: [Column] = []
        if case .explodeWithPosition = self { columns.append(rows.positionColumn) }
        switch lists.storage {
        case .list(_, let child):
            if case .inline = self {
                let structs = child.flattened
                columns = structs.children.map { rows.gather($0.masking(structs.validity)) }
            } else {
                columns.append(rows.gather(child))
            }
        case .map(_, let keys, let values): columns += [rows.gather(keys), rows.gather(values)]
        default: break
        }
        return GeneratedRows(parents: rows.parents, columns: columns)
    }

    private func stack(_ arguments: [Expression], _ rows: Int, _ batch: Batch, _ first: Int32) throws -> GeneratedRows {
        let fields = try columns(arguments, in: batch.schema)
        var made: [Column] = []
        for (c, field) in fields.enumerated() {
            var parts: [Column] = []
            for row in 0..<rows {
                let place = row * fields.count + c
                parts.append(place < arguments.count ? try arguments[place].evaluate(on: batch).cast(to: field.type) : .nulls(field.type, count: batch.count))
            }
            made.append(Column.interleaved(parts, as: field.type))
        }
        let parents = Values((0..<batch.count).flatMap { row in repeatElement(first + Int32(truncatingIfNeeded: row), count: rows) })
        return GeneratedRows(parents: parents, columns: made)
    }

    private func jsonTuples(_ texts: Column, _ keys: [Expression], _ batch: Batch) throws -> [Column] {
        // Keys are constants nearly always: then the text is read once for all of them.
        var constants: [[UInt8]] = []
        for key in keys { if case .literal(.string(let bytes), _) = key { constants.append(bytes) } }
        if constants.count == keys.count { return jsonTupleColumns(texts, keys: constants) }
        return try keys.map { key in
            let names = try key.evaluate(on: batch).cast(to: .string)
            let parts = (0..<batch.count).map { row -> Column in
                guard case .string(let bytes) = names.value(at: row) else { return .nulls(.string, count: 1) }
                return jsonTupleColumns(texts.slice(row..<row + 1), keys: [bytes])[0]
            }
            return Column.concatenate(parts, as: .string)
        }
    }
}

extension Values<Int32> {
    fileprivate func adding(_ number: Int32) -> Values<Int32> { Values(bufferPointer.map { $0 &+ number }) }
}
