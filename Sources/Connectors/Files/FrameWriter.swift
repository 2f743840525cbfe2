public import Columnar
public import Engine
public import Formats
internal import Glibc
internal import Synchronization

/// Where the files of a write are made: the staging area of the run's transaction.
public protocol OutputFolder: AnyObject, Sendable {
    /// Opens a new file in a folder relative to the target (`""` or `year=2024/month=01`), under a name that no other file has.
    func makeFile(in folder: String, extension: String) throws -> any OutputFile
    /// Removes every file made so far: the write starts again.
    func removeAll() throws
}

/// A file under construction.
public protocol OutputFile: ByteSink {
    /// Makes the bytes durable and closes the file.
    func close() throws
}

/// Writes a frame as files: unpartitioned, or one folder for each combination of partition values.
///
/// A worker sorts the rows of its batch by partition and copies them straight to where each partition's chunk is put together; a chunk is encoded
/// bit by bit as its rows come, so what waits in memory is mostly encoded already. Rows go to their chunk in the order of the morsels, so the files
/// hold the rows in the frame's order whatever the number of threads: batches of the oldest morsel at once, those of later ones when their turn comes.
/// A chunk belongs to one worker at a time, who also does what others have brought in the meantime.
///
/// Memory is bounded: when the chunks hold more than the budget, the largest are ended early, and a worker too far ahead of the slowest morsel, or
/// with too many rows waiting for other workers, waits.
public final class FrameWriter: BatchConsumer, @unchecked Sendable {
    // Sendable: `lock` guards all mutable state but what is inside partitions and chunks, which say themselves who may touch it.
    private let encoder: any FileEncoder
    private let output: any OutputFolder
    private let partitionKeys: [String]
    private let node: PlanNode
    private let budget: Int
    /// Bytes of rows that fill a chunk. Where there is but one file, the next chunk must begin before the rows that wait for the first fill the memory,
    /// so that two workers have something to do.
    private let chunkBytes: Int
    private let workers: WorkerPool?
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    private var schema: Schema?
    private var fileSchema: Schema?
    private var isSchemaFixed = false
    private var hasRestarted = false
    private var isFinishing = false
    private var lastConforming: Schema?
    /// Batches of morsels whose turn has not come.
    private var ahead: [Int: [Item]] = [:]
    private var aheadBytes = 0
    private var finishedMorsels = Set<Int>()
    private var nextMorsel = 0
    /// Batches whose turn has come before the schema was settled.
    private var unsettled: [Item] = []
    private var unsettledBytes = 0
    /// Bytes of rows that wait in chunks which another worker has.
    private var waitingBytes = 0
    /// Bytes that builders hold.
    private var heldBytes = 0
    private var failure: (any Error)?
    private var turn = 0
    public private(set) var rowsWritten = 0

    private let repairs = Locked<[String: Int]>([:])
    /// Texts that were no UTF-8 and were written with U+FFFD in the place of what was none, by column.
    public var repairedTexts: [String: Int] { repairs.withLock { $0 } }
    /// The schema of the rows that were written, partition keys included; nil before it is settled.
    public var writtenSchema: Schema? { locked { schema } }
    private let writesEmptyFile: Bool

    private let partitions = Locked<[String: OutputPartition]>([:])
    private let cutters = Locked<[PartitionCutter<OutputPartition>]>([])

    private enum Item {
        case batch(Batch)
        case cut(CutBatch)
    }

    /// How far a worker may run ahead of the oldest unfinished morsel.
    private static let window = 32
    /// Bytes of rows that may keep the memory they were read from alive while they wait for their turn.
    private static let uncompactedBytes = 8 << 20
    /// Chunks and rows that a worker takes at once, so that others can have the rest.
    private static let chunksTaken = 8
    private static let rowsTaken = 8192

    /// - Parameters:
    ///   - schema: the schema of all rows where it is known; else the first rows decide, and rows that do not fit raise a `SchemaSurprise`.
    ///   - node: the plan whose rows these are, for the surprise.
    ///   - workers: who ends the files; the calling thread alone where nil.
    ///   - writesEmptyFile: whether a frame without rows and partitions leaves a file, which tells its schema.
    public init(
        encoder: any FileEncoder, output: any OutputFolder, partitionKeys: [String], schema: Schema?, node: PlanNode, workers: WorkerPool? = nil,
        writesEmptyFile: Bool = false, budget: Int = 192 << 20
    ) throws {
        self.writesEmptyFile = writesEmptyFile
        self.encoder = encoder
        self.output = output
        self.partitionKeys = partitionKeys
        self.node = node
        self.workers = workers
        self.budget = min(budget, max(MemoryPool.shared.limit / 4, 1 << 20))
        chunkBytes = partitionKeys.isEmpty ? min(encoder.chunkBytes, max(self.budget / 6, 1 << 20)) : encoder.chunkBytes
        lock = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
        if let schema { try fix(schema) }
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(changed)
        lock.deallocate()
        changed.deallocate()
    }

    /// The values of each partition that got rows, by folder.
    public var partitionValues: [String: [String?]] {
        partitions.withLock { $0.filter { !$0.key.isEmpty }.mapValues(\.values) }
    }

    // MARK: BatchConsumer

    public var label: String { "write" }

    public func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        let (isSettled, keepsBytes) = try locked {
            if let failure { throw failure }
            // A surprise has made the plan learn its schema.
            if hasRestarted, !isSchemaFixed, let known = node.knownSchema { try fix(known) }
            try checkSchema(batch.schema)
            return (isSchemaFixed, morsel != nextMorsel && aheadBytes > Self.uncompactedBytes)
        }
        if batch.count == 0 { return true }
        let whole = repairingText(batch)
        let rows = keepsBytes || !isSettled ? whole.compacted() : whole
        let item = isSettled ? Item.cut(try cut(rows)) : .batch(rows)
        let chunks = try locked {
            rowsWritten += batch.count
            guard morsel == nextMorsel else {
                ahead[morsel, default: []].append(item)
                aheadBytes += size(item)
                return [OutputChunk]()
            }
            return try take(item)
        }
        try work(on: chunks)
        try locked {
            // Others have those rows, and do what they can.
            while waitingBytes > budget / 4, failure == nil { pthread_cond_wait(changed, lock) }
            if let failure { throw failure }
        }
        return true
    }

    private func repairingText(_ batch: Batch) -> Batch {
        var columns = batch.columns
        var isWhole = true
        for (i, column) in batch.columns.enumerated() {
            var repaired = 0
            columns[i] = column.repairingText(&repaired)
            if repaired == 0 { continue }
            isWhole = false
            repairs.withLock { $0[batch.schema[i].name, default: 0] += repaired }
        }
        return isWhole ? batch : Batch(schema: batch.schema, columns: columns, count: batch.count)
    }

    public func endMorsel(_ number: Int) throws {
        var chunks: [OutputChunk] = []
        try locked {
            finishedMorsels.insert(number)
            repeat {
                // The turn of what the next one has brought so far comes, too.
                for item in ahead.removeValue(forKey: nextMorsel) ?? [] {
                    aheadBytes -= size(item)
                    chunks += try take(item)
                }
                guard finishedMorsels.remove(nextMorsel) != nil else { break }
                nextMorsel += 1
            } while true
            pthread_cond_broadcast(changed)
        }
        try work(on: chunks)
        try locked {
            while number > nextMorsel, number - nextMorsel > Self.window || aheadBytes > budget / 4, failure == nil { pthread_cond_wait(changed, lock) }
            if let failure { throw failure }
        }
    }

    public func finish() throws {
        let chunks = try locked {
            isFinishing = true
            var chunks: [OutputChunk] = []
            // Morsels of an early end may never have been ended in order.
            for number in ahead.keys.sorted() {
                for item in ahead[number]! { chunks += try take(item) }
            }
            (ahead, aheadBytes) = ([:], 0)
            if !isSchemaFixed { try fix(node.knownSchema ?? schema ?? .empty) }
            return try chunks + takeUnsettled()
        }
        var seen = Set<ObjectIdentifier>()
        let full = chunks.filter { $0.isSealed && seen.insert(ObjectIdentifier($0)).inserted }
        try inParallel(full.count) { [self] in try work(on: [full[$0]]) }
        let rest = partitions.withLock { Array($0.values) }
        try inParallel(rest.count) { [self] in try close(rest[$0]) }
        if writesEmptyFile, rest.isEmpty, partitionKeys.isEmpty, let fileSchema, fileSchema.count > 0 {
            let file = try output.makeFile(in: "", extension: encoder.fileExtension)
            try encoder.makeFile(file, schema: fileSchema).finish()
            try file.close()
        }
    }

    /// Calls `body` with the numbers up to `count` on all threads.
    private func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        let next = Atomic<Int>(0)
        let failure = Locked<(any Error)?>(nil)
        @Sendable func run() {
            do {
                while failure.withLock({ $0 == nil }) {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    guard number < count else { return }
                    try body(number)
                }
            } catch {
                failure.withLock { if $0 == nil { $0 = error } }
            }
        }
        if let workers, count > 1 { workers.run(workers: min(workers.count, count)) { _ in run() } } else { run() }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func close(_ partition: OutputPartition) throws {
        let chunk = locked {
            defer { partition.open = nil }
            partition.open?.isSealed = true
            return partition.open
        }
        if let chunk { try work(on: [chunk]) }
        try partition.close()
    }

    public var mayRestart: Bool { encoder.needsOneSchema }

    public func restart() throws {
        try locked {
            (schema, fileSchema, isSchemaFixed, lastConforming, failure) = (nil, nil, false, nil, nil)
            (ahead, aheadBytes, unsettled, unsettledBytes, waitingBytes, heldBytes) = ([:], 0, [], 0, 0, 0)
            (finishedMorsels, nextMorsel, rowsWritten) = ([], 0, 0)
            partitions.withLock { $0 = [:] }
            cutters.withLock { $0 = [] }
            repairs.withLock { $0 = [:] }
            (hasRestarted, isFinishing) = (true, false)
            try output.removeAll()
        }
    }

    // MARK: Schema

    /// The schema of the files is settled: from now on rows must conform.
    private func fix(_ schema: Schema) throws {
        for key in partitionKeys where schema.index(of: key) == nil && schema.count > 0 {
            throw WriteError.unknownPartitionKey(key, nearest: Suggestion.nearest(key, in: schema.names), columns: schema.names)
        }
        for key in partitionKeys {
            if let index = schema.index(of: key), schema[index].type.isNested { throw WriteError.nestedPartitionKey(key, type: schema[index].type) }
        }
        let file = Schema(schema.fields.filter { !partitionKeys.contains($0.name) })
        if file.count == 0, !partitionKeys.isEmpty, schema.count > 0 { throw WriteError.onlyPartitionKeys(partitionKeys) }
        try encoder.check(file)
        self.schema = schema
        fileSchema = file
        isSchemaFixed = true
    }

    private func checkSchema(_ batch: Schema) throws {
        if batch === lastConforming { return }
        if isSchemaFixed, encoder.needsOneSchema {
            guard schema!.merging(batch) == schema! else { throw SchemaSurprise(node) }
        } else if !isSchemaFixed {
            schema = (schema ?? .empty).merging(batch)
        }
        lastConforming = batch
    }

    // MARK: Rows to chunks

    /// Sorts a batch by partition. Needs the schema settled.
    private func cut(_ batch: Batch) throws -> CutBatch {
        let size = batch.sampledSize
        if partitionKeys.isEmpty {
            let partition = partition(of: [])
            return CutBatch(rows: try encoder.prepare(batch, schema: fileSchema!), order: nil, parts: [(partition, 0..<batch.count)], size: size)
        }
        let cutter = cutters.withLock { $0.popLast() } ?? PartitionCutter(keys: partitionKeys) { [unowned self] in partition(of: $0) }
        let cut = cutter.cut(batch)
        cutters.withLock { $0.append(cutter) }
        let body = batch.selecting(batch.schema.fields.indices.filter { !partitionKeys.contains(batch.schema[$0].name) })
        let order = cut.parts.count == 1 ? nil : cut.rows
        return CutBatch(rows: try encoder.prepare(body, schema: fileSchema!), order: order, parts: cut.parts, size: size)
    }

    private func partition(of values: [String?]) -> OutputPartition {
        let folder = zip(partitionKeys, values).map { HivePath.segment(key: $0, value: $1) }.joined(separator: "/")
        return partitions.withLock { partitions in
            if let known = partitions[folder] { return known }
            let made = OutputPartition(folder: folder, values: values)
            partitions[folder] = made
            return made
        }
    }

    private func size(_ item: Item) -> Int {
        switch item {
        case .batch(let batch): batch.sampledSize
        case .cut(let cut): cut.size
        }
    }

    // What follows is called with the lock held.

    /// Gives the rows of a batch whose turn has come to their chunks. Returns the chunks.
    private func take(_ item: Item) throws -> [OutputChunk] {
        guard isSchemaFixed, unsettled.isEmpty else {
            unsettled.append(item)
            unsettledBytes += size(item)
            // So many rows tell the schema; should later ones differ, the write starts again.
            guard unsettledBytes > budget / 4 || isSchemaFixed else { return [] }
            if !isSchemaFixed { try fix(node.knownSchema ?? schema ?? .empty) }
            return try takeUnsettled()
        }
        let cut: CutBatch
        switch item {
        case .batch(let batch): cut = try self.cut(batch)
        case .cut(let made): cut = made
        }
        var chunks: [OutputChunk] = []
        chunks.reserveCapacity(cut.parts.count)
        for (partition, range) in cut.parts {
            let chunk = partition.openChunk()
            chunk.waiting.append(OutputChunk.Rows(cut: cut, range: range))
            chunk.rowCount += range.count
            chunk.byteCount += cut.size(of: range)
            chunks.append(chunk)
            if chunk.rowCount >= encoder.chunkRows || chunk.byteCount >= chunkBytes { seal(chunk) }
        }
        waitingBytes += cut.size
        return chunks
    }

    private func takeUnsettled() throws -> [OutputChunk] {
        let items = unsettled
        (unsettled, unsettledBytes) = ([], 0)
        return try items.flatMap { try take($0) }
    }

    private func seal(_ chunk: OutputChunk) {
        chunk.isSealed = true
        if chunk.partition.open === chunk { chunk.partition.open = nil }
    }

    // MARK: Work on chunks

    private typealias Task = (chunk: OutputChunk, rows: [OutputChunk.Rows])

    /// Gives the chunks that no other worker has their waiting rows, and ends those that are full.
    private func work(on chunks: [OutputChunk]) throws {
        if chunks.isEmpty { return }
        // Workers begin at different places.
        let first = locked { () -> Int in
            turn &+= chunks.count / 2 + 1
            return turn % chunks.count
        }
        var place = 0
        while true {
            var tasks: [Task] = []
            locked {
                var rows = 0
                while place < chunks.count, tasks.count < Self.chunksTaken, rows < Self.rowsTaken {
                    let chunk = chunks[(first + place) % chunks.count]
                    place += 1
                    guard let task = startTask(chunk) else { continue }
                    tasks.append(task)
                    rows += task.rows.reduce(0) { $0 + $1.range.count }
                }
            }
            if tasks.isEmpty, place == chunks.count { break }
            try perform(&tasks)
        }
        // At the end all chunks are ended anyway, each by whoever closes its file.
        let largest = locked { heldBytes > budget && !isFinishing ? sealLargest() : [] }
        if !largest.isEmpty { try work(on: largest) }
    }

    /// Takes a chunk that has something to be done; with the lock held.
    private func startTask(_ chunk: OutputChunk) -> Task? {
        guard !chunk.isTaken, !chunk.isFinished, !chunk.waiting.isEmpty || chunk.isSealed else { return nil }
        chunk.isTaken = true
        defer { chunk.waiting = [] }
        return (chunk, chunk.waiting)
    }

    private func perform(_ tasks: inout [Task]) throws {
        while !tasks.isEmpty {
            for (chunk, rows) in tasks {
                let builder: any ChunkBuilder
                if let made = chunk.builder {
                    builder = made
                } else {
                    builder = try encoder.makeBuilder(schema: fileSchema!)
                    chunk.builder = builder
                }
                for part in rows { try builder.append(part.cut.rows, at: part.cut.positions(part.range)) }
            }
            var next: [Task] = []
            var full: [OutputChunk] = []
            locked {
                for (chunk, rows) in tasks {
                    waitingBytes -= rows.reduce(0) { $0 + $1.cut.size(of: $1.range) }
                    let held = chunk.builder?.heldBytes ?? 0
                    heldBytes += held - chunk.heldBytes
                    chunk.heldBytes = held
                    if !chunk.waiting.isEmpty {
                        next.append((chunk, chunk.waiting))
                        chunk.waiting = []
                    } else if chunk.isSealed {
                        chunk.isFinished = true
                        full.append(chunk)
                    } else {
                        chunk.isTaken = false
                    }
                }
                pthread_cond_broadcast(changed)
            }
            tasks = next
            for chunk in full { try end(chunk) }
        }
    }

    /// Encodes what is left of a chunk and appends it to its file.
    private func end(_ chunk: OutputChunk) throws {
        let encoded = try chunk.builder!.finish()
        chunk.builder = nil
        let partition = chunk.partition
        try partition.append(encoded, sequence: chunk.sequence) {
            let sink = try output.makeFile(in: partition.folder, extension: encoder.fileExtension)
            return (sink, try encoder.makeFile(sink, schema: fileSchema!))
        }
        locked {
            heldBytes -= chunk.heldBytes
            chunk.heldBytes = 0
            pthread_cond_broadcast(changed)
        }
    }

    /// Seals the largest chunks, until half of the budget will be free; with the lock held.
    private func sealLargest() -> [OutputChunk] {
        let open = partitions.withLock { $0.values.compactMap(\.open) }.sorted { $0.heldBytes > $1.heldBytes }
        var sealed: [OutputChunk] = []
        var left = heldBytes
        for chunk in open where left > budget / 2 && chunk.heldBytes > 0 {
            seal(chunk)
            sealed.append(chunk)
            left -= chunk.heldBytes
        }
        return sealed
    }

    // MARK: Locking

    private func locked<R>(_ body: () throws -> R) rethrows -> R {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body()
    }

    public func abort(_ error: any Error) {
        locked {
            if failure == nil { failure = error }
            pthread_cond_broadcast(changed)
        }
    }
}

extension Batch {
    /// About how many bytes the rows take, by a few of the strings.
    fileprivate var sampledSize: Int {
        columns.reduce(0) { sum, column in
            guard case .views(let views, _) = column.storage, views.count > 64 else { return sum + column.approximateSize }
            let step = views.count / 32
            var bytes = 0
            for i in 0..<32 where !views[i * step].isInline { bytes += views[i * step].length }
            return sum + views.count * (16 + bytes / 32)
        }
    }
}

/// What a write can be asked wrongly.
public enum WriteError: Error, Equatable, CustomStringConvertible {
    case unknownPartitionKey(String, nearest: String?, columns: [String])
    case nestedPartitionKey(String, type: DataType)
    case onlyPartitionKeys([String])

    public var description: String {
        switch self {
        case .onlyPartitionKeys(let keys):
            "every column is one to partition by (\(keys.joined(separator: ", "))); one at least must be left for the files"
        case .nestedPartitionKey(let key, let type):
            "column '\(key)' is \(type.hiveName), which cannot name a folder; partition by a column of a plain type"
        case .unknownPartitionKey(let key, let nearest, let columns):
            "there is no column '\(key)' to partition by" + (nearest.map { "; did you mean '\($0)'?" } ?? "") + " (columns: \(columns.joined(separator: ", ")))"
        }
    }
}

extension WriteError: CodedError {
    public var errorCode: ErrorCode {
        switch self {
        case .unknownPartitionKey, .onlyPartitionKeys: .unknownPartitionColumn
        case .nestedPartitionKey: .incompatibleTypes
        }
    }

    public var subjects: [String] {
        switch self {
        case .unknownPartitionKey(let key, _, _), .nestedPartitionKey(let key, _): [key]
        case .onlyPartitionKeys(let keys): keys
        }
    }

    public var headline: String? {
        guard case .unknownPartitionKey(let key, let nearest, _) = self else { return nil }
        return "there is no column '\(key)' to partition by" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    }

    public var notes: [ErrorNote] {
        guard case .unknownPartitionKey(let key, _, let columns) = self else { return [] }
        return [ErrorNote("columns", Suggestion.sorted(columns, by: key).joined(separator: ", "))]
    }
}
