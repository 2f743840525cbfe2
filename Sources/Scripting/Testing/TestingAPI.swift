internal import Columnar
internal import Connectors
internal import Engine
internal import Glibc

extension ScriptAPI {
    /// Puts what tests have beside the script API into an interpreter: `test`, `expect`, `frame`, `run_job`, `clock` and their kin.
    public static func installTesting(_ environment: ScriptEnvironment, host: any TestHost) throws -> TestSuite {
        let suite = TestSuite()
        try TestingAPI(environment, host, suite).install()
        return suite
    }

    /// Has the clock of a script follow `WallClock`, which somebody sets, and fixes its random numbers.
    public static func installFixedTime(_ environment: ScriptEnvironment) throws {
        let state = environment.state
        let now = state.makeFunction("os.time") { _ in [.integer(WallClock.seconds)] }
        _ = try state.loadInternal(Array(fixedTime.utf8), name: "clock").call([now])
    }

    private static let fixedTime = """
        local now = ...
        local time, date = os.time, os.date
        os.time = function(parts) if parts == nil then return now() end return time(parts) end
        os.date = function(format, moment) return date(format or "%c", moment or now()) end
        math.randomseed(20260101)
        """
}

/// The functions of tests.
private final class TestingAPI {
    private let environment: ScriptEnvironment
    private let host: any TestHost
    private let suite: TestSuite
    private var state: LuaState { environment.state }

    init(_ environment: ScriptEnvironment, _ host: any TestHost, _ suite: TestSuite) { (self.environment, self.host, self.suite) = (environment, host, suite) }

    func install() throws {
        suite.register(in: state)
        JobRunResult.register(state)
        registerFrames()
        registerFiles()
        registerJobs()
        try registerClock()
        let functions: [(String, LuaHandler)] = [
            ("fail", { call in
                let lines = call[1].table?.items.compactMap(\.text) ?? []
                throw ExpectationFailure(call[0].text ?? "", lines.isEmpty ? .none : .lines(lines.map(ExpectedValue.escaped)))
            }),
            ("unknown", { call in
                let (name, known) = (call[0].text ?? "", call[1].table?.items.compactMap(\.text) ?? [])
                throw APIError("expect(...) has no '\(ExpectedValue.escaped(name))'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))")
            }),
            ("text", { call in [.string(ExpectedValue.text(call[0]))] }),
            ("is_frame", { call in [.boolean(Self.isFrame(call[0]))] }),
            ("is_dynamic", { call in [.boolean(call[0].object(as: DynamicFrame.self) != nil)] }),
            ("count", { [unowned self] call in [.integer(Int64(try count(call[0])))] }),
            ("rows", { [unowned self] call in try expectRows(call[0], call[1], call[2], isNegated: call[3].isTruthy) }),
            ("same_frame", { [unowned self] call in try expectFrame(call[0], call[1], call[2], isNegated: call[3].isTruthy) }),
            ("contains", { [unowned self] call in try expectRow(call[0], call[1], isNegated: call[2].isTruthy) }),
            ("schema", { [unowned self] call in try expectSchema(call[0], call[1], isNegated: call[2].isTruthy) }),
            ("columns", { [unowned self] call in [.array(try schema(of: call[0]).names.map { .string($0) })] }),
            ("snapshot", { [unowned self] call in try expectSnapshot(call[0], call[1]) }),
            ("format_of", { [unowned self] call in [.string(try dataFormat(of: call[0].text ?? ""))] }),
        ]
        // The object lives as long as the interpreter that calls it.
        let keeper = self
        var table = LuaTable()
        for (name, body) in functions { table.fields[name] = state.makeFunction("expect") { call in try withExtendedLifetime(keeper) { try body(call) } } }
        _ = try state.loadInternal(BundledLua.testing, name: "testing").call([.table(table)])
    }

    // MARK: Frames

    private static func isFrame(_ value: LuaValue) -> Bool { value.object(as: DynamicFrame.self) != nil || value.object(as: DataFrame.self) != nil }

    private func batch(of value: LuaValue) throws -> Batch {
        if let frame = value.object(as: DynamicFrame.self) { return try frame.head(.max) }
        if let frame = value.object(as: DataFrame.self) { return try frame.rows() }
        throw APIError("expect(...) was given \(value.kindDescription) where a DynamicFrame or a DataFrame belongs")
    }

    private func schema(of value: LuaValue) throws -> Schema {
        if let frame = value.object(as: DynamicFrame.self) { return try frame.schema() }
        if let frame = value.object(as: DataFrame.self) { return try frame.schema() }
        throw APIError("expect(...) was given \(value.kindDescription) where a DynamicFrame or a DataFrame belongs")
    }

    private func count(_ value: LuaValue) throws -> Int {
        if let frame = value.object(as: DynamicFrame.self) { return try frame.count() }
        if let frame = value.object(as: DataFrame.self) { return try frame.count() }
        throw APIError("expect(...) was given \(value.kindDescription) where a DynamicFrame or a DataFrame belongs")
    }

    private static func row(_ batch: Batch, _ row: Int, _ columns: [Int?]) -> [LuaValue] { columns.map { $0.map { batch.columns[$0].value(at: row).lua } ?? .nil } }

    private struct RowOptions {
        var comparison = FrameComparison.Options()
        var isExact = false

        init(_ tables: [LuaTable]) throws {
            let known = ["exact", "key", "ordered", "tolerance"]
            for (name, value) in tables.flatMap(\.sortedFields) {
                switch name {
                case "ordered": comparison.isOrdered = value.isTruthy
                case "exact": isExact = value.isTruthy
                case "key":
                    comparison.key = value.text.map { [$0] } ?? value.table?.items.compactMap(\.text) ?? []
                    if comparison.key.isEmpty { throw APIError("expect(frame):toHaveRows: 'key' is a column's name or a list of names, not \(value.kindDescription)") }
                case "tolerance":
                    guard let number = value.double, number >= 0 else { throw APIError("expect(frame):toHaveRows: 'tolerance' is a number from 0, not \(value.kindDescription)") }
                    comparison.tolerance = number
                default:
                    throw APIError(
                        "expect(frame):toHaveRows has no option '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", "))); rows stand in a list, {{\(name) = ...}}")
                }
            }
        }
    }

    private func expectRows(_ value: LuaValue, _ rows: LuaValue, _ more: LuaValue, isNegated: Bool) throws -> [LuaValue] {
        guard let table = rows.table else { throw APIError("expect(frame):toHaveRows takes a list of rows, {{id = 1}, {id = 2}}, not \(rows.kindDescription)") }
        let options = try RowOptions([table] + (more.table.map { [$0] } ?? []))
        let batch = try batch(of: value)
        let names = try Self.columns(of: table.items, in: batch.schema, "toHaveRows")
        if options.isExact, let other = batch.schema.names.first(where: { !names.contains($0) }), !isNegated {
            throw ExpectationFailure("the frame has the column '\(other)', which no expected row names (columns: \(batch.schema.names.joined(separator: ", ")))")
        }
        for name in options.comparison.key where !names.contains(name) {
            throw APIError("expect(frame):toHaveRows: the key column '\(name)' is none of the rows'\(Suggestion.hint(for: name, in: names)) (columns: \(names.joined(separator: ", ")))")
        }
        let shown = names.isEmpty ? batch.schema.names : names
        let expected = table.items.map { Self.expectedRow($0, shown) }
        let missing = shown.filter { name in batch.schema.index(of: name) == nil && expected.contains { ExpectedValue.key($0[shown.firstIndex(of: name) ?? 0]) != "null" } }
        if let name = missing.first, !isNegated {
            let known = batch.schema.names
            throw ExpectationFailure("the frame has no column '\(name)'\(Suggestion.hint(for: name, in: known)) (columns: \(known.isEmpty ? "none" : known.joined(separator: ", ")))")
        }
        let places = shown.map { batch.schema.index(of: $0) }
        let comparison = FrameComparison(columns: shown, expected: expected, found: (0..<batch.count).map { Self.row(batch, $0, places) }, options: options.comparison)
        if isNegated {
            if comparison.isEqual { throw ExpectationFailure("the frame has exactly the rows that it was not to have") }
        } else if !comparison.isEqual {
            throw ExpectationFailure("the frame's rows are not those expected: \(comparison.summary)", .rows(comparison))
        }
        return []
    }

    /// The columns that rows name: in the frame's order, and behind them those that it does not have.
    private static func columns(of rows: [LuaValue], in schema: Schema, _ matcher: String) throws -> [String] {
        var named = Set<String>()
        var hasPlaces = false
        for (number, row) in rows.enumerated() {
            guard let table = row.table else { throw APIError("expect(frame):\(matcher): row \(number + 1) is \(row.kindDescription); a row is a table, such as {id = 1}") }
            named.formUnion(table.fields.keys)
            if !table.items.isEmpty {
                hasPlaces = true
                guard table.fields.isEmpty else { throw APIError("expect(frame):\(matcher): row \(number + 1) has values with names and without; it must be one or the other") }
                guard table.items.count <= schema.fields.count else {
                    throw ExpectationFailure("row \(number + 1) has \(table.items.count) values, and the frame \(FrameComparison.counted(schema.fields.count, "column")) (\(schema.names.joined(separator: ", ")))")
                }
            }
        }
        if hasPlaces { return schema.names + named.subtracting(schema.names).sorted() }
        return schema.names.filter(named.contains) + named.subtracting(schema.names).sorted()
    }

    private static func expectedRow(_ row: LuaValue, _ names: [String]) -> [LuaValue] {
        guard let table = row.table else { return names.map { _ in .nil } }
        if table.items.isEmpty { return names.map { table[$0] } }
        return names.indices.map { $0 < table.items.count ? table.items[$0] : .nil }
    }

    private func expectRow(_ value: LuaValue, _ row: LuaValue, isNegated: Bool) throws -> [LuaValue] {
        guard let table = row.table, table.items.isEmpty, !table.fields.isEmpty else { throw APIError("expect(frame):toContainRow takes one row with names, {id = 1}, not \(row.kindDescription)") }
        let batch = try batch(of: value)
        let names = try Self.columns(of: [row], in: batch.schema, "toContainRow")
        let wanted = names.map { ExpectedValue.key(table[$0]) }
        let places = names.map { batch.schema.index(of: $0) }
        let found = (0..<batch.count).map { Self.row(batch, $0, places) }
        let contains = found.contains { $0.map(ExpectedValue.key) == wanted }
        let shown = zip(names, names.map { table[$0] }).map { "\($0) = \(ExpectedValue.text($1))" }.joined(separator: ", ")
        if isNegated {
            if contains { throw ExpectationFailure("the frame contains the row {\(shown)}, which it was not to") }
            return []
        }
        if contains { return [] }
        if let name = names.first(where: { batch.schema.index(of: $0) == nil && ExpectedValue.key(table[$0]) != "null" }) {
            throw ExpectationFailure("the frame has no column '\(name)'\(Suggestion.hint(for: name, in: batch.schema.names)) (columns: \(batch.schema.names.joined(separator: ", ")))")
        }
        // The likest of its rows says more than all of them.
        let comparison = FrameComparison(columns: names, expected: [names.map { table[$0] }], found: found)
        let likest = comparison.changed.first.map { FrameComparison(columns: names, expected: [names.map { table[$0] }], found: [found[$0.found]]) }
        throw ExpectationFailure(
            "none of the frame's \(FrameComparison.counted(batch.count, "row")) is {\(shown)}\(likest == nil ? "" : "; the likest is")", likest.map { .rows($0) } ?? .none)
    }

    private func expectFrame(_ value: LuaValue, _ other: LuaValue, _ more: LuaValue, isNegated: Bool) throws -> [LuaValue] {
        let (found, expected) = (try batch(of: value), try batch(of: other))
        let options = try RowOptions(more.table.map { [$0] } ?? [])
        let columns = expected.schema.names
        let schemas = (Self.schemaText(expected.schema), Self.schemaText(found.schema))
        func rows(_ batch: Batch) -> [[LuaValue]] { (0..<batch.count).map { Self.row(batch, $0, columns.map { batch.schema.index(of: $0) }) } }
        let comparison = FrameComparison(columns: columns, expected: rows(expected), found: rows(found), options: options.comparison)
        let isSame = schemas.0 == schemas.1 && comparison.isEqual
        if isNegated {
            if isSame { throw ExpectationFailure("the two frames have the same schema and the same rows, which they were not to") }
        } else if schemas.0 != schemas.1 {
            throw ExpectationFailure("the frame's schema is another than expected", .text(LineComparison(expected: schemas.0, found: schemas.1)))
        } else if !comparison.isEqual {
            throw ExpectationFailure("the frame's rows are not those expected: \(comparison.summary)", .rows(comparison))
        }
        return []
    }

    private static func schemaText(_ schema: Schema) -> String { schema.fields.map { "\($0.name) \($0.type.hiveName)" }.joined(separator: "\n") }

    /// `toHaveSchema`: text such as `id bigint, name string`, names and types in their order; or a table of types by name, whose order does not count.
    private func expectSchema(_ value: LuaValue, _ wanted: LuaValue, isNegated: Bool) throws -> [LuaValue] {
        let found = try schema(of: value)
        let place = "expect(frame):toHaveSchema"
        var expected: Schema
        var actual = found
        if let table = wanted.table {
            guard table.items.isEmpty, table.others.isEmpty else { throw APIError("\(place) takes text such as \"id bigint, name string\", or types by name: {id = \"bigint\", name = \"string\"}") }
            expected = Schema(try table.sortedFields.map { Field($0.key, try SchemaText.type(of: $0.value, place)) })
            actual = Schema(found.fields.sorted { $0.name < $1.name })
        } else {
            expected = try SchemaText.schema(of: wanted, place)
        }
        let (a, b) = (Self.schemaText(expected), Self.schemaText(actual))
        if isNegated {
            if a == b { throw ExpectationFailure("the frame has exactly the schema that it was not to have: \(a.replacing("\n", with: ", "))") }
        } else if a != b {
            throw ExpectationFailure("the frame's schema is another than expected", .text(LineComparison(expected: a, found: b)))
        }
        return []
    }

    private func expectSnapshot(_ value: LuaValue, _ name: LuaValue) throws -> [LuaValue] {
        if !name.isNil, name.text == nil { throw APIError("expect(x):toMatchSnapshot takes the snapshot's name, a string, not \(name.kindDescription)") }
        let text: String
        if Self.isFrame(value) {
            let batch = try batch(of: value)
            // Rows in the order of their texts: that of a frame may differ from run to run.
            let order = (0..<batch.count).map { (batch.json(row: $0), Int32($0)) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            let sorted = batch.take(Values(order.map(\.1)))
            text = batch.schema.treeDescription + "\n\n" + Self.snapshotTable(sorted) + "\(FrameComparison.counted(batch.count, "row"))\n"
        } else if let own = value.text {
            // One line end more than the text has: with and without one are two texts.
            text = own + "\n"
        } else {
            text = Self.snapshotText(value, "") + "\n"
        }
        switch try host.snapshot(name.text, text: text) {
        case .same, .written: return []
        case .differs(let expected, let path):
            throw ExpectationFailure("the value is another than in the snapshot \(path); if it should be, mastic test --update-snapshots", .text(LineComparison(expected: expected, found: text)))
        case .missing(let path):
            throw ExpectationFailure("there is no snapshot \(path), and none is written with --ci; run mastic test without it and keep the file")
        }
    }

    /// The rows as a table whose cells differ where the values do.
    private static func snapshotTable(_ batch: Batch) -> String {
        let rows = [batch.schema.names.map(ExpectedValue.escaped)] + (0..<batch.count).map { row in batch.columns.map { ExpectedValue.cell($0.value(at: row).lua) } }
        let widths = batch.schema.names.indices.map { column in rows.reduce(3) { max($0, $1[column].count) } }
        let border = "+" + widths.map { String(repeating: "-", count: $0) }.joined(separator: "+") + "+\n"
        let lines = rows.map { cells in
            "|" + zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "|") + "|\n"
        }
        return border + (lines.first ?? "") + border + lines.dropFirst().joined() + border
    }

    private static func snapshotText(_ value: LuaValue, _ indent: String) -> String {
        guard let table = value.table, !table.isEmpty else { return ExpectedValue.text(value) }
        let inner = indent + "  "
        var lines = table.items.map { inner + snapshotText($0, inner) }
        lines += table.sortedFields.map { inner + "\($0.key) = " + snapshotText($0.value, inner) }
        lines += table.others.map { inner + "[\(ExpectedValue.text($0.key))] = " + snapshotText($0.value, inner) }.sorted()
        return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
    }

    private func registerFrames() {
        let environment = environment
        state.register("frame") { call in
            let batch = try FrameFixture.batch(of: call[0])
            return [.object(DynamicFrame(ScanNode(MemorySource(name: "frame", schema: batch.schema, batches: [batch])), name: "frame", environment: environment))]
        }
    }

    // MARK: Files

    private func fixturePath(_ call: LuaCall) throws -> String {
        guard let name = call[0].text, !name.isEmpty else { throw APIError("\(call.name) needs the name of a file in \(host.fixtureFolder)") }
        let path = LocalPath.absolute(name, from: host.fixtureFolder)
        guard LocalPath.exists(path) else {
            let names = (try? LocalPath.names(in: LocalPath.parent(of: path))) ?? []
            throw APIError("there is no fixture '\(name)'\(Suggestion.hint(for: LocalPath.name(of: path), in: names)) (looked for \(path))")
        }
        return path
    }

    private func registerFiles() {
        state.register("fixture_path") { [self] call in [.string(try fixturePath(call))] }
        state.register("copy_fixture") { [self] call in
            let source = try fixturePath(call)
            let wanted = call[1].text ?? LocalPath.name(of: source)
            let isInto = wanted.hasSuffix("/") || LocalPath.isFolder(LocalPath.absolute(wanted))
            let target = LocalPath.absolute(isInto ? wanted + "/" + LocalPath.name(of: source) : wanted)
            try FileCopy.copy(source, to: target)
            return [.string(target)]
        }
    }

    /// The format of the data files at a path, by their names.
    private func dataFormat(of path: String) throws -> String {
        let location = try environment.locate(path)
        guard try environment.job.exists(location) else { throw APIError("there is nothing at '\(path)' to read (working folder: \(LocalPath.workingDirectory))") }
        let files = try environment.job.files(at: location, options: ListingOptions()).all()
        guard let name = files.first(where: { !$0.path.hasSuffix("_SUCCESS") }).map({ LocalPath.name(of: $0.path).lowercased() }) else { throw APIError("'\(path)' holds no files to read") }
        for (format, endings) in [("parquet", [".parquet"]), ("csv", [".csv", ".tsv"]), ("json", [".json", ".jsonl", ".ndjson"])] {
            if endings.contains(where: { ending in name.hasSuffix(ending) || name.contains(ending + ".") }) { return format }
        }
        throw APIError("the name of '\(name)' in '\(path)' does not say its format; say it: read(\"\(path)\", {format = \"csv\"})")
    }

    // MARK: Jobs

    private func registerJobs() {
        let suite = suite
        state.register("run_job") { [self] call in
            guard let script = call[0].text, !script.isEmpty else { throw APIError("run_job needs the path of a script in the project: run_job(\"jobs/sales.lua\", {target = \"out/\"})") }
            let result = JobRunResult(try host.runJob(script, arguments: try Self.words(call[1], script: script)), line: call.line)
            suite.runs.append(result)
            return [.object(result)]
        }
        state.register("crawl") { [self] call in
            guard let path = call[0].text, let database = call[1].text, !database.isEmpty else { throw APIError("crawl needs a path and a database: crawl(\"data/\", \"sales_db\")") }
            try host.crawl(path, database: database)
            return []
        }
    }

    /// A job's arguments as words of a command line; `JOB_NAME` is the script's name where it is not given.
    private static func words(_ value: LuaValue, script: String) throws -> [String] {
        guard !value.isNil else { return words(["JOB_NAME": jobName(script)]) }
        guard let table = value.table, table.others.isEmpty, table.items.isEmpty || table.fields.isEmpty else {
            throw APIError("run_job takes the job's arguments as a table: run_job(\"\(script)\", {target = \"out/\"}), not \(value.kindDescription)")
        }
        if !table.items.isEmpty {
            return try table.items.map { item in
                guard let word = item.text ?? item.integer.map({ "\($0)" }) else { throw APIError("run_job: an argument must be a string, not \(item.kindDescription)") }
                return word
            }
        }
        var given: [String: String] = ["JOB_NAME": jobName(script)]
        for (name, value) in table.fields {
            switch value {
            case .string, .integer, .number, .boolean, .decimal, .date, .timestamp: given[name] = value.text ?? ExpectedValue.text(value)
            default: throw APIError("run_job: the argument '\(name)' must be a string or a number, not \(value.kindDescription)")
            }
        }
        return words(given)
    }

    private static func words(_ arguments: [String: String]) -> [String] { arguments.sorted { $0.key < $1.key }.flatMap { ["--" + $0.key, $0.value] } }

    private static func jobName(_ script: String) -> String {
        let name = LocalPath.name(of: script)
        return name.hasSuffix(".lua") ? String(name.dropLast(4)) : name
    }

    // MARK: The clock

    private func registerClock() throws {
        state.register("clock.set") { call in
            WallClock.stop(at: try Self.moment(call[0]))
            return []
        }
        state.register("clock.advance") { call in
            let (sum, overflow) = WallClock.now.addingReportingOverflow(try Self.duration(call[0]))
            if overflow { throw APIError("clock.advance leads beyond the end of time") }
            WallClock.stop(at: sum)
            return [.timestamp(sum)]
        }
        state.register("clock.now") { _ in [.timestamp(WallClock.now)] }
    }

    private static func moment(_ value: LuaValue) throws -> Int64 {
        switch value {
        case .timestamp(let microseconds): return microseconds
        case .date(let days): return Int64(days) * 86_400_000_000
        case .integer(let seconds) where abs(seconds) < 1 << 40: return seconds * 1_000_000
        case .string(let bytes):
            if case .timestamp(let microseconds) = Column(.string, values: [.string(bytes)]).cast(to: .timestamp).value(at: 0) { return microseconds }
            throw APIError("clock.set: '\(ExpectedValue.escaped(value.text ?? ""))' is no moment; write it as \"2026-03-01 02:00:00\" (UTC)")
        default: throw APIError("clock.set takes a moment such as \"2026-03-01 02:00:00\" (UTC), not \(value.kindDescription)")
        }
    }

    /// Microseconds of `90s`, `15m`, `2h`, `1d 12h`, `2w`, or of seconds as a number; backwards with a minus in front.
    private static func duration(_ value: LuaValue) throws -> Int64 {
        func refused() -> APIError { APIError("clock.advance takes a length of time such as \"90s\", \"15m\", \"2h\" or \"1d 12h\", not \(value.kindDescription)") }
        if let seconds = value.double, seconds.isFinite, abs(seconds) < 1e12 { return Int64(seconds * 1e6) }
        guard var text = value.text?.lowercased() else { throw refused() }
        let isBackwards = text.hasPrefix("-")
        if isBackwards { text.removeFirst() }
        let units: [String: Double] = ["ms": 1e3, "s": 1e6, "sec": 1e6, "m": 60e6, "min": 60e6, "h": 3600e6, "d": 86_400e6, "w": 604_800e6]
        var total = 0.0
        var rest = Substring(text.filter { $0 != " " })
        guard !rest.isEmpty else { throw refused() }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let word = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(word.count)
            guard let number = Double(digits), let unit = units[String(word)] else { throw refused() }
            total += number * unit
        }
        guard total < 1e18 else { throw refused() }
        return Int64(isBackwards ? -total : total)
    }
}
