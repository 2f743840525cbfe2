internal import Columnar
internal import Engine
internal import Formats

/// One pass over the files of a source.
final class FileScan: BatchScan {
    let source: FileSource
    let request: ScanRequest
    private let exact: Schema?
    let context: ScanContext
    private let state: Locked<State>

    private struct State {
        var files: ArraySlice<InputFile>
        var parts: ArraySlice<Part> = []
        var number = 0
    }

    /// A part of a file that one worker reads.
    fileprivate enum Part: @unchecked Sendable {
        // Sendable: files are shareable, splits are values.
        case csv(CSVFile, TextSplit, InputFile)
        case json(JSONFile, TextSplit, InputFile)
        case parquet(ParquetFile, Int, InputFile)
    }

    init(source: FileSource, files: [InputFile], request: ScanRequest, exact: Schema?, context: ScanContext) {
        (self.source, self.request, self.exact, self.context) = (source, request, exact, context)
        state = Locked(State(files: files[...]))
    }

    func nextMorsel() throws -> (any Morsel)? {
        try state.withLock { state in
            while state.parts.isEmpty {
                guard let file = state.files.popFirst() else { return nil }
                state.parts = try parts(of: file)[...]
            }
            let part = state.parts.removeFirst()
            defer { state.number += 1 }
            return FileMorsel(number: state.number, part: part, scan: self)
        }
    }

    private func parts(of file: InputFile) throws -> [Part] {
        guard mayMatch(file) else {
            context.progress?.addBytes(file.size)
            context.progress?.addFile()
            return []
        }
        context.execution.counters.addBytes(file.size)
        context.progress?.addFile()
        switch try source.open(file) {
        case .csv(let csv):
            // Partition keys have their values from the folders.
            context.noteUnread(csv.unreadNames.filter { name in !source.partitionKeys.contains { $0.name.lowercased() == name.lowercased() } }, of: file.path)
            return try csv.splits().map { .csv(csv, $0, file) }
        case .json(let json): return try json.splits().map { .json(json, $0, file) }
        case .parquet(let parquet):
            let wanted = parquet.rowGroups.indices.filter { mayMatch(parquet, rowGroup: $0, file) }
            context.execution.counters.addRowGroups(read: wanted.count, skipped: parquet.rowGroups.count - wanted.count)
            let rows = wanted.reduce(0) { $0 + parquet.rowGroups[$1].rowCount }
            context.progress?.addBytes(file.size - share(of: file, rows: rows, parquet))
            return wanted.map { .parquet(parquet, $0, file) }
        }
    }

    /// The bytes of a file that some of its rows take, about.
    private func share(of file: InputFile, rows: Int, _ parquet: ParquetFile) -> Int {
        let all = parquet.rowGroups.reduce(0) { $0 + $1.rowCount }
        return all > 0 ? Int(Double(file.size) * (Double(rows) / Double(all))) : file.size
    }

    /// The bytes of a part.
    private func size(of part: Part) -> Int {
        switch part {
        case .csv(_, let split, _), .json(_, let split, _): split.byteRange.count
        case .parquet(let parquet, let group, let file): share(of: file, rows: parquet.rowGroups[group].rowCount, parquet)
        }
    }

    fileprivate func read(_ part: Part, _ emit: (Batch) throws -> Bool) throws {
        let execution = context.execution
        let progress = context.progress.map { PartProgress($0, bytes: size(of: part), rows: rowCount(of: part)) }
        defer { progress?.finish() }
        func report(_ records: [BadRecord]) throws {
            if source.failsFast, let first = records.first {
                throw FormatError(.malformed, source: first.source, line: first.line > 0 ? first.line : nil, first.message)
            }
            try context.report(records.map { UnreadableRecord(source: $0.source, line: $0.line, message: $0.message, input: $0.input) })
        }
        // The readers' callback for bad records cannot throw; what it finds wrong is thrown with the next batch, or at the end.
        var failure: (any Error)?
        func bad(_ records: [BadRecord]) {
            do { try report(records) } catch { failure = failure ?? error }
        }
        func count(_ rows: Int) throws {
            if let failure { throw failure }
            execution.counters.addRows(rows)
            progress?.note(rows)
            try execution.cancellation.check()
        }
        let filters = request.filters
        let finish = Finish()
        func pass(_ batch: Batch, _ file: InputFile) throws -> Bool {
            if filters.isEmpty { try count(batch.count) }
            return try emit(finish.apply(to: batch) ?? finish.note(finished(batch, file, request.columns), from: batch))
        }
        /// The filters over the columns of a file; `inside` turns names into the file's.
        func rowFilters(_ file: InputFile, _ inside: (Set<String>) -> Set<String>) -> [RowFilter] {
            filters.enumerated().map { number, filter in
                let finish = Finish()
                return RowFilter(columns: inside(filter.columns)) { [self] batch in
                    if number == 0 { try count(batch.count) }
                    return try filter.apply(finish.apply(to: batch) ?? finish.note(finished(batch, file, filter.columns), from: batch))
                }
            }
        }
        switch part {
        case .csv(let csv, let split, let file):
            let names = csv.schema.names
            try csv.read(
                split, columns: request.columns.map { inside($0, names) }, filters: rowFilters(file) { inside($0, names) }, emit: { try pass($0, file) },
                bad: bad)
        case .json(let json, let split, let file):
            try json.read(split, columns: request.columns, filters: rowFilters(file) { $0 }, emit: { try pass($0, file) }, bad: bad)
        case .parquet(let parquet, let group, let file):
            let names = parquet.schema.names
            let (wanted, filters) = (request.columns.map { inside($0, names) }, rowFilters(file) { inside($0, names) })
            try parquet.read(rowGroup: group, columns: wanted, rows: rowsToRead(parquet, rowGroup: group, file), filters: filters) { try pass($0, file) }
        }
        if let failure { throw failure }
    }

    /// The rows of a part, where they are known.
    private func rowCount(of part: Part) -> Int {
        if case .parquet(let parquet, let group, _) = part { return parquet.rowGroups[group].rowCount }
        return 0
    }

    /// The wanted columns as a file calls them that has columns of these names.
    private func inside(_ wanted: Set<String>, _ names: [String]) -> Set<String> {
        guard let declared = source.declared else { return wanted }
        return Set(names.filter { name in wanted.contains(name) || declared.index(ofAnyCase: name).map { wanted.contains(declared[$0].name) } ?? false })
    }

    /// The batch with the names that the catalog gives and the columns that the folders give, under the exact schema where there is one.
    ///
    /// - Parameter wanted: the columns to have; nil for all.
    private func finished(_ batch: Batch, _ file: InputFile, _ wanted: Set<String>?) -> Batch {
        var fields = FileSource.matching(batch.schema, to: source.declared).fields
        var columns = batch.columns
        func isWanted(_ name: String) -> Bool { wanted?.contains(name) ?? true }
        func add(_ field: Field, _ column: @autoclosure () -> Column) {
            guard isWanted(field.name), !fields.contains(where: { $0.name == field.name }) else { return }
            fields.append(field)
            columns.append(column())
        }
        // Declared columns that the file lacks are null.
        if exact == nil, let declared = source.declared {
            for field in declared.fields { add(field, .nulls(field.type, count: batch.count)) }
        }
        for (index, key) in source.partitionKeys.enumerated() {
            add(key, Self.constant(index < file.partition.count ? file.partition[index] : nil, as: key.type, count: batch.count))
        }
        if let name = source.filenameColumn { add(Field(name, .string), Self.constant(.string(file.path), as: .string, count: batch.count)) }
        if let name = source.timestampColumn {
            add(Field(name, .timestamp), Self.constant(.timestamp(file.modified / 1000), as: .timestamp, count: batch.count))
        }
        if let exact {
            let schema = wanted == nil ? exact : Schema(exact.fields.filter { isWanted($0.name) })
            return Batch(schema: Schema(fields), columns: columns, count: batch.count).conforming(to: schemas.shared(schema))
        }
        return Batch(schema: schemas.shared(fields == batch.schema.fields ? batch.schema : Schema(fields)), columns: columns, count: batch.count)
    }

    /// One object for equal schemas, so that whoever follows the schema compares pointers.
    private let schemas = SchemaInterner()

    /// A column of one value: a dictionary of one entry.
    private static func constant(_ value: Value, as type: DataType, count: Int) -> Column {
        if value == .null { return .nulls(type, count: count) }
        return Column(
            type: type, count: count,
            storage: .dictionary(indices: Values(Buffer(zeroed: count * 4), count: count), values: Column(type, values: [value])))
    }

    /// A partition value, which is text, as its key's type.
    private static func constant(_ text: String?, as type: DataType, count: Int) -> Column {
        constant(partitionValue(text, as: type), as: type, count: count)
    }

    static func partitionValue(_ text: String?, as type: DataType) -> Value {
        guard let text else { return .null }
        return Column(.string, values: [.string(text)]).cast(to: type).value(at: 0)
    }
}

/// Shares a part's bytes out over its rows, as they are read. One thread's.
private final class PartProgress {
    private let stage: StageProgress
    private let bytes: Int
    private let rows: Int
    private var seen = 0
    private var done = 0

    init(_ stage: StageProgress, bytes: Int, rows: Int) { (self.stage, self.bytes, self.rows) = (stage, bytes, rows) }

    func note(_ count: Int) {
        stage.addRows(count)
        guard rows > 0 else { return }
        seen += count
        let now = min(bytes, Int(Double(bytes) * (Double(seen) / Double(rows))))
        stage.addBytes(now - done)
        done = now
    }

    func finish() { stage.addBytes(bytes - done) }
}

/// What `finished` did to the last batch, where that was no more than to put its columns under other names: then it is done to the next one without
/// looking at the schemas. One thread's.
private final class Finish {
    private var input: Schema?
    private var output: Schema?
    private var places: [Int] = []

    func apply(to batch: Batch) -> Batch? {
        guard let output, batch.schema === input else { return nil }
        return Batch(schema: output, columns: places.map { batch.columns[$0] }, count: batch.count)
    }

    func note(_ result: Batch, from batch: Batch) -> Batch {
        var places: [Int] = []
        for column in result.columns {
            guard let place = batch.columns.firstIndex(where: { $0 === column }) else {
                output = nil
                return result
            }
            places.append(place)
        }
        (input, output, self.places) = (batch.schema, result.schema, places)
        return result
    }
}

/// Gives one object for equal schemas.
final class SchemaInterner: Sendable {
    private let last = Locked<[Schema]>([])

    func shared(_ schema: Schema) -> Schema {
        last.withLock { known in
            if let found = known.first(where: { $0 == schema }) { return found }
            if known.count > 16 { known.removeFirst() }
            known.append(schema)
            return schema
        }
    }
}

private struct FileMorsel: Morsel {
    let number: Int
    let part: FileScan.Part
    let scan: FileScan

    func read(_ emit: (Batch) throws -> Bool) throws { try scan.read(part, emit) }
}
