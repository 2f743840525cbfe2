package import Columnar
package import Engine

/// A row function as a program over batches, with what it gives to `Filter` and to `Map`.
package struct LiftedFunction: Sendable {
    /// What becomes of a row in `Map`: a table of its own or the record itself.
    private static let newRecord = LuaConstant.integer(1)
    private static let sameRecord = LuaConstant.integer(2)

    struct Output: Sendable {
        let name: String
        let node: Int
        /// The fields of a struct, which stands in the place of the node's value.
        var members: [Output] = []
    }

    let program: LuaProgram
    let lookups: LuaLookups
    let guards: [LuaGuard]
    /// What the function returns, as a condition.
    let condition: Int
    let recordKind: Int
    /// Fields of new records, in the order of the code; the rest by name, which are there where a row has them.
    let newFields: [Output]
    let otherFields: [Output]
    /// Fields of the record that the code assigns to, in the order of the code.
    let assigned: [Output]
    package let impliedPredicate: Expression?

    /// - Throws: `LiftRefusal`.
    static func lift(_ code: MovedCode, shape: RecordShape) throws -> LiftedFunction {
        var execution = SymbolicExecution(code)
        let exits = try execution.run(0, [.record], path: PathConditions.always, heap: .init())
        return try LiftedFunction(&execution, exits, shape)
    }

    private init(_ execution: inout SymbolicExecution, _ exits: [SymbolicExecution.Exit], _ shape: RecordShape) throws {
        let nothing = execution.constant(.nil)
        var conditions: [(PathConditions.Set, Int)] = []
        var kinds: [(PathConditions.Set, Int)] = []
        var tables: [Table] = []
        var records: [(path: PathConditions.Set, assigned: [String: Int])] = []
        for exit in exits {
            let value = exit.values.first ?? execution.nilSymbol
            let state = SymbolicExecution.State(path: exit.path, registers: [], heap: exit.heap)
            for (value, state) in execution.options(value, state) {
                conditions.append((state.path, try execution.condition(value, state)))
                switch value {
                case .record:
                    kinds.append((state.path, execution.constant(Self.sameRecord)))
                    records.append((state.path, exit.heap.assigned))
                case .table(let table):
                    kinds.append((state.path, execution.constant(Self.newRecord)))
                    tables.append((state.path, exit.heap, exit.heap.tables[table] ?? [:]))
                default: kinds.append((state.path, nothing))
                }
            }
        }
        condition = execution.choose(conditions)
        recordKind = execution.choose(kinds)

        (newFields, otherFields) = try Self.fields(&execution, tables, shape)

        let untouched = execution.constant(.untouched)
        assigned = execution.assignedNames.compactMap { name in
            let options = records.map { ($0.path, $0.assigned[name] ?? untouched) }
            let node = execution.choose(options)
            return options.isEmpty || node == untouched ? nil : Output(name: name, node: node)
        }
        guards = execution.neededGuards(roots: [condition])
        try execution.checkSize()
        var implied = ImpliedPredicate(execution.program)
        impliedPredicate = implied.predicate(of: condition, guards: guards)
        program = execution.program
        lookups = LuaLookups(program)
    }

    private static let mostNestedTables = 12

    private typealias Table = (path: PathConditions.Set, heap: SymbolicExecution.Heap, fields: [LuaConstant: SymbolicExecution.Symbol])

    /// The fields of a record that is one of several tables: those that the shape names, in its order, and others by name.
    ///
    /// - Parameter depth: how many tables are around these.
    private static func fields(
        _ execution: inout SymbolicExecution, _ tables: [Table], _ shape: RecordShape, depth: Int = 0
    ) throws -> (coded: [Output], others: [Output]) {
        // One that holds itself has no end.
        if depth > mostNestedTables { throw LiftRefusal(reason: "returns tables that are nested more than \(mostNestedTables) deep", line: execution.line) }
        let nothing = execution.constant(.nil)
        var fields: [String: Output] = [:]
        for key in Set(tables.flatMap { $0.fields.keys }) {
            guard case .string(let bytes) = key, let name = String(validating: bytes, as: UTF8.self) else {
                throw LiftRefusal(reason: "returns a table with keys that are no names", line: execution.line)
            }
            let inner = tables.compactMap { table -> Table? in
                guard case .table(let number)? = table.fields[key] else { return nil }
                return (table.path, table.heap, table.heap.tables[number] ?? [:])
            }
            if !inner.isEmpty {
                // A struct in every record, and one that is surely no array.
                let (coded, others) = inner.count == tables.count ? try Self.fields(&execution, inner, shape[name], depth: depth + 1) : ([], [])
                guard !coded.isEmpty, others.isEmpty else {
                    throw LiftRefusal(reason: "returns a table inside of its record (field '\(name)')", line: execution.line)
                }
                fields[name] = Output(name: name, node: nothing, members: coded)
                continue
            }
            var options: [(PathConditions.Set, Int)] = []
            for table in tables {
                let state = SymbolicExecution.State(path: table.path, registers: [], heap: table.heap)
                switch table.fields[key] {
                case nil: options.append((table.path, nothing))
                case .data?: throw LiftRefusal(reason: "returns a table inside of its record (field '\(name)')", line: execution.line)
                case let symbol?: options.append((table.path, try execution.value(symbol, state)))
                }
            }
            fields[name] = Output(name: name, node: execution.choose(options))
        }
        let coded = Set(shape.names)
        return (
            shape.names.map { fields[$0] ?? Output(name: $0, node: nothing) },
            fields.keys.filter { !coded.contains($0) }.sorted().map { fields[$0]! }
        )
    }

    // MARK: Running

    /// The rows that the guards leave to Lua.
    private func rowsLeft(_ evaluation: LuaEvaluation, _ count: Int) -> RowMask {
        var left = RowMask.none(count)
        for item in guards {
            var rows = RowMask.all(count)
            if let path = item.path {
                let holds = evaluation.value(path, .all(count))
                left = left | holds.rowsLeft
                rows = holds.truth - left
            }
            if rows.isEmpty { continue }
            left = left | (evaluation.value(item.node, rows).rowsLeft & rows)
        }
        return left
    }

    /// The rows for which the function returns something true, and the rows that Lua must run.
    func filter(_ batch: Batch) -> (kept: RowMask, left: RowMask) {
        let evaluation = LuaEvaluation(program, lookups, batch)
        let result = evaluation.value(condition, .all(batch.count))
        let left = result.rowsLeft | rowsLeft(evaluation, batch.count)
        return (result.truth - left, left)
    }

    package struct Records {
        /// The records of the rows that were not left to Lua.
        package let batch: Batch
        let left: RowMask
        /// New fields of a changed record stand in an order that the rows decide: these, once each of them is set up to this row.
        let unordered: (fields: [String], lastRow: Int)?
    }

    /// - Returns: nil when Lua must run the whole batch.
    package func map(_ batch: Batch) -> Records? {
        let count = batch.count
        let evaluation = LuaEvaluation(program, lookups, batch)
        let kind = evaluation.value(recordKind, .all(count))
        var left = kind.rowsLeft | rowsLeft(evaluation, count) | kind.truth.inverted
        // Fields may hold what no guard speaks of.
        var rows = left.inverted
        guard let first = rows.first else { return nil }
        let isNew = kind.integer(at: first) == 1
        for row in [first] where kind.integer(at: row) == nil { return nil }
        if !kind.isSame(in: rows) { return nil }
        let outputs = isNew ? newFields + otherFields : assigned
        left = left | rowsLeft(outputs, evaluation, rows)
        rows = left.inverted
        if rows.isEmpty { return nil }
        let indices = rows.isFull ? nil : rows.bitmap.setIndices
        func kept(_ column: Column) -> Column { indices.map { column.take($0) } ?? column }
        return isNew
            ? newRecords(outputs, evaluation, rows, left, kept)
            : changedRecords(batch, assigned.map { evaluation.value($0.node, rows).restricted(to: rows) }, rows, left, kept)
    }

    private func rowsLeft(_ outputs: [Output], _ evaluation: LuaEvaluation, _ rows: RowMask) -> RowMask {
        var left = RowMask.none(rows.count)
        for output in outputs {
            left = left | (evaluation.value(output.node, rows).rowsLeft & rows) | rowsLeft(output.members, evaluation, rows)
        }
        return left
    }

    private func newRecords(
        _ outputs: [Output], _ evaluation: LuaEvaluation, _ rows: RowMask, _ left: RowMask, _ kept: (Column) -> Column
    ) -> Records? {
        guard let columns = columns(outputs, mandatory: newFields.count, evaluation, rows, kept) else { return nil }
        return Records(batch: Batch(schema: Schema(columns.map(\.0)), columns: columns.map(\.1), count: rows.setCount), left: left, unordered: nil)
    }

    /// The columns of new records; nil when Lua must make them. Those behind the mandatory ones are there only where a row has a value.
    private func columns(
        _ outputs: [Output], mandatory: Int, _ evaluation: LuaEvaluation, _ rows: RowMask, _ kept: (Column) -> Column
    ) -> [(Field, Column)]? {
        let count = rows.setCount
        var columns: [(Field, Column)] = []
        for (index, output) in outputs.enumerated() {
            if !output.members.isEmpty {
                guard let members = self.columns(output.members, mandatory: .max, evaluation, rows, kept) else { return nil }
                let type = DataType.struct(members.map(\.0))
                columns.append((Field(output.name, type), Column(type: type, count: count, storage: .struct(members.map(\.1)))))
                continue
            }
            switch evaluation.column(output.node, rows) {
            case .unknown: return nil
            case .column(let column): columns.append((Field(output.name, column.type), kept(column)))
            case .nothing:
                if index >= mandatory, !evaluation.value(output.node, rows).restricted(to: rows).holdsNull { continue }
                columns.append((Field(output.name, .null), .nulls(.null, count: count)))
            }
        }
        return columns
    }

    private func changedRecords(
        _ batch: Batch, _ vectors: [LuaVector], _ rows: RowMask, _ left: RowMask, _ kept: (Column) -> Column
    ) -> Records? {
        let count = rows.setCount
        var columns: [(Field, Column)] = []
        for (field, original) in zip(batch.schema.fields, batch.columns) {
            guard let index = assigned.firstIndex(where: { $0.name == field.name }) else {
                columns.append((field, kept(original)))
                continue
            }
            switch changed(original, vectors[index], rows) {
            case .unknown: return nil
            case .nothing: break
            case .column(let column): columns.append((Field(field.name, column.type), kept(column)))
            }
        }
        var added: [(name: String, firstRow: Int)] = []
        for (output, vector) in zip(assigned, vectors) where batch.schema.index(of: output.name) == nil {
            guard let firstRow = vector.firstAssigned(in: rows) else { continue }
            switch vector.column() {
            case .unknown: return nil
            case .nothing: columns.append((Field(output.name, .null), .nulls(.null, count: count)))
            case .column(let column): columns.append((Field(output.name, column.type), kept(column)))
            }
            added.append((output.name, firstRow))
        }
        let result = Batch(schema: Schema(columns.map(\.0)), columns: columns.map(\.1), count: count)
        let unordered = added.count > 1 ? (fields: added.map(\.name), lastRow: added.map(\.firstRow).max()!) : nil
        return Records(batch: result, left: left, unordered: unordered)
    }

    /// A field of the input after assignments in some rows or all; `.nothing` when every row dropped it.
    private func changed(_ original: Column, _ vector: LuaVector, _ rows: RowMask) -> LuaColumn {
        let untouched = vector.rowsUntouched(in: rows)
        if (rows - untouched).isEmpty { return .column(original) }
        let values = vector.column()
        if case .unknown = values { return .unknown }
        if untouched.isEmpty {
            if case .nothing = values { return vector.holdsNull ? .column(.nulls(original.type, count: original.count)) : .nothing }
            return values
        }
        let rest = original.masking(untouched.bitmap)
        guard case .column(let column) = values else { return .column(rest) }
        if rest.nullCount == rest.count { return values }
        if original.type.isNested { return .unknown }
        let type = rest.type.merging(column.type)
        let both = Column.concatenate([rest, column], as: type)
        let n = original.count
        let places = Values((0..<n).map { Int32(untouched[$0] ? $0 : n + $0) })
        return .column(both.take(places))
    }
}

extension SymbolicExecution {
    /// The guards that the roots do not imply: where a root is computed from a node, what the node leaves to Lua it leaves too.
    ///
    /// Goes from the last node to the first, so that all that use a node are known before it.
    mutating func neededGuards(roots: [Int]) -> [LuaGuard] {
        var demands = [PathConditions.Set](repeating: PathConditions.never, count: program.nodes.count)
        for root in roots { demands[root] = PathConditions.always }
        var needed: [LuaGuard] = []
        for node in program.nodes.indices.reversed() {
            if let path = guards[node], !paths.implies(path, demands[node]) {
                let truth = choose([(path, constant(.boolean(true))), (paths.not(path), constant(.boolean(false)))])
                needed.append(.init(path: path == PathConditions.always ? nil : truth, node: node))
                demands[node] = paths.or(demands[node], path)
            }
            let demand = demands[node]
            if demand == PathConditions.never { continue }
            func ask(_ operand: Int, _ path: PathConditions.Set) { demands[operand] = paths.or(demands[operand], path) }
            switch program.nodes[node] {
            case .choose(let condition, let a, let b):
                let holds = whereTrue(condition)
                ask(condition, demand)
                ask(a, paths.and(demand, holds))
                ask(b, paths.and(demand, paths.not(holds)))
            case .readBack(let assigned, _): ask(assigned, demand)
            case .result(let loop, _): if let rounds = program.rounds(ofLoop: loop) { ask(rounds, demand) }
            default: for operand in program.nodes[node].operands { ask(operand, demand) }
            }
        }
        return needed.reversed()
    }
}
