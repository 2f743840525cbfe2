public import Columnar
public import Engine
public import Formats
internal import Glibc

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
/// Workers cut their batches by partition and copy the rows out of the batches they came from; the pieces are then queued in the order of the
/// morsels, so the files hold the rows in the frame's order whatever the number of threads. Whoever fills a partition's chunk encodes it, in
/// parallel with the others; chunks are appended to the partition's file in order. Memory is bounded: when the pieces that wait take more than
/// the budget, the fullest partitions are encoded early, and a worker too far ahead of the slowest morsel waits for it.
public final class FrameWriter: BatchConsumer, @unchecked Sendable {
    // Sendable: `lock` guards all mutable state; encoding happens outside of it on values that are owned by one worker.
    private let encoder: any FileEncoder
    private let output: any OutputFolder
    private let partitionKeys: [String]
    private let node: PlanNode
    private let budget: Int
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    private var schema: Schema?
    private var fileSchema: Schema?
    private var isSchemaFixed = false
    private var lastConforming: Schema?
    /// Batches of morsels under way that are still to be cut, fewer than `rowsToCut` rows each.
    private var uncut: [Int: [Batch]] = [:]
    private var morsels: [Int: [Piece]] = [:]
    private var finishedMorsels = Set<Int>()
    private var nextMorsel = 0
    private var partitions: [String: Partition] = [:]
    private var waitingBytes = 0
    private var failure: (any Error)?
    public private(set) var rowsWritten = 0
    public private(set) var partitionValues: [String: [String?]] = [:]

    /// How far a worker may run ahead of the oldest unfinished morsel.
    private static let window = 32
    private static let rowsToCut = 32768

    /// - Parameters:
    ///   - schema: the schema of all rows where it is known; else the first rows decide, and rows that do not fit raise a `SchemaSurprise`.
    ///   - node: the plan whose rows these are, for the surprise.
    public init(
        encoder: any FileEncoder, output: any OutputFolder, partitionKeys: [String], schema: Schema?, node: PlanNode, budget: Int = 96 << 20
    ) throws {
        self.encoder = encoder
        self.output = output
        self.partitionKeys = partitionKeys
        self.node = node
        self.budget = min(budget, max(MemoryPool.shared.limit / 4, 1 << 20))
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

    // MARK: BatchConsumer

    public func consume(_ batch: Batch, morsel: Int) throws -> Bool {
        // Rows are cut many at a time: every piece costs some buffers, however few its rows.
        let together: [Batch]? = try locked {
            if let failure { throw failure }
            try checkSchema(batch.schema)
            var waiting = uncut.removeValue(forKey: morsel) ?? []
            waiting.append(batch)
            if waiting.reduce(0, { $0 + $1.count }) >= Self.rowsToCut { return waiting }
            uncut[morsel] = waiting
            return nil
        }
        if let together { try cut(together, of: morsel) }
        return true
    }

    /// Cuts the batches of a morsel, those of one schema as one.
    private func cut(_ batches: [Batch], of morsel: Int) throws {
        var pieces: [Piece] = []
        var rest = batches[...]
        while let first = rest.first {
            let run = rest.prefix { $0.schema == first.schema }
            pieces += try cut(Batch.concatenate(Array(run), schema: first.schema))
            rest = rest.dropFirst(run.count)
        }
        locked {
            morsels[morsel, default: []] += pieces
            waitingBytes += pieces.reduce(0) { $0 + $1.size }
        }
    }

    public func endMorsel(_ number: Int) throws {
        if let left = locked({ uncut.removeValue(forKey: number) }) { try cut(left, of: number) }
        var work: [Chunk] = []
        try locked {
            finishedMorsels.insert(number)
            while finishedMorsels.remove(nextMorsel) != nil {
                for piece in morsels.removeValue(forKey: nextMorsel) ?? [] { queue(piece) }
                nextMorsel += 1
            }
            pthread_cond_broadcast(changed)
            if isReadyToEncode { work = try takeFullChunks() }
        }
        for chunk in work { try encode(chunk) }
        try locked {
            while number - nextMorsel > Self.window, failure == nil { pthread_cond_wait(changed, lock) }
            if let failure { throw failure }
        }
    }

    public func finish() throws {
        for (number, left) in locked({ uncut }).sorted(by: { $0.key < $1.key }) { try cut(left, of: number) }
        var work: [Chunk] = []
        try locked {
            uncut = [:]
            // Morsels of an early end may never have been ended in order.
            for number in morsels.keys.sorted() { for piece in morsels[number]! { queue(piece) } }
            morsels = [:]
            if !isSchemaFixed { try fix(schema ?? .empty) }
            work = takeChunks { _ in true }
        }
        for chunk in work { try encode(chunk) }
        for partition in partitions.values { try partition.close() }
    }

    public var mayRestart: Bool { encoder.needsOneSchema }

    public func restart() throws {
        try locked {
            (schema, fileSchema, isSchemaFixed, lastConforming, failure) = (nil, nil, false, nil, nil)
            uncut = [:]
            (morsels, finishedMorsels, nextMorsel, partitions, waitingBytes, rowsWritten) = ([:], [], 0, [:], 0, 0)
            partitionValues = [:]
            try output.removeAll()
        }
        if let known = node.knownSchema { try fix(known) }
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

    // MARK: Partitions

    /// Rows of one batch that belong to one partition.
    private struct Piece {
        let partition: String
        let values: [String?]
        let batch: Batch
        let size: Int
    }

    private struct Chunk {
        let partition: Partition
        let sequence: Int
        let batches: [Batch]
        let size: Int
    }

    /// One output file and the rows that wait for it.
    private final class Partition {
        let folder: String
        var waiting: [Batch] = []
        var rows = 0
        var bytes = 0
        var nextSequence = 0
        // Guarded by `appendLock`: chunks are appended by whoever completes the sequence.
        let appendLock = Locked<Appending>(Appending())
        struct Appending {
            var next = 0
            var ready: [Int: any EncodedChunk] = [:]
            var file: (any FileAssembler)?
            var sink: (any OutputFile)?
        }

        init(folder: String) { self.folder = folder }

        func close() throws {
            try appendLock.withLock { state in
                try state.file?.finish()
                try state.sink?.close()
                (state.file, state.sink) = (nil, nil)
            }
        }
    }

    private func cut(_ batch: Batch) throws -> [Piece] {
        if partitionKeys.isEmpty {
            let own = batch.compacted()
            return [Piece(partition: "", values: [], batch: own, size: own.approximateSize)]
        }
        let indices = partitionKeys.map { batch.schema.index(of: $0) }
        let texts = zip(partitionKeys, indices).map { key, index -> PartitionTexts in
            index.map { PartitionTexts(batch.columns[$0]) } ?? PartitionTexts(nulls: batch.count)
        }
        var rest: [Int] = []
        for i in batch.schema.fields.indices where !partitionKeys.contains(batch.schema[i].name) { rest.append(i) }
        let body = batch.selecting(rest)
        let groups = PartitionTexts.groups(texts, rows: batch.count)
        return groups.map { group in
            let values = zip(texts, group.codes).map { $0.text(of: $1) }
            let folder = zip(partitionKeys, values).map { HivePath.segment(key: $0, value: $1) }.joined(separator: "/")
            let rows = (groups.count == 1 ? body : body.take(group.rows)).compacted()
            return Piece(partition: folder, values: values, batch: rows, size: rows.approximateSize)
        }
    }

    private func queue(_ piece: Piece) {
        let partition: Partition
        if let known = partitions[piece.partition] {
            partition = known
        } else {
            partition = Partition(folder: piece.partition)
            partitions[piece.partition] = partition
            partitionValues[piece.partition] = piece.values
        }
        partition.waiting.append(piece.batch)
        partition.rows += piece.batch.count
        partition.bytes += piece.size
        rowsWritten += piece.batch.count
    }

    // MARK: Encoding

    /// Whether something could be encoded now: the schema is settled, or enough rows have been seen to settle it.
    private var isReadyToEncode: Bool {
        waitingBytes > budget || partitions.values.contains { $0.rows >= encoder.chunkRows || $0.bytes >= encoder.chunkBytes }
    }

    private func takeFullChunks() throws -> [Chunk] {
        if !isSchemaFixed { try fix(schema ?? .empty) }
        var chunks = takeChunks { $0.rows >= encoder.chunkRows || $0.bytes >= encoder.chunkBytes }
        if waitingBytes > budget {
            // The fullest partitions go first, until half of the budget is free.
            let order = partitions.values.filter { $0.rows > 0 }.sorted { $0.bytes > $1.bytes }
            var chosen = Set<ObjectIdentifier>()
            var freed = 0
            for partition in order where freed < waitingBytes / 2 {
                chosen.insert(ObjectIdentifier(partition))
                freed += partition.bytes
            }
            chunks += takeChunks { chosen.contains(ObjectIdentifier($0)) }
        }
        return chunks
    }

    private func takeChunks(where isWanted: (Partition) -> Bool) -> [Chunk] {
        var chunks: [Chunk] = []
        for partition in partitions.values where partition.rows > 0 && isWanted(partition) {
            chunks.append(Chunk(partition: partition, sequence: partition.nextSequence, batches: partition.waiting, size: partition.bytes))
            partition.nextSequence += 1
            waitingBytes -= partition.bytes
            (partition.waiting, partition.rows, partition.bytes) = ([], 0, 0)
        }
        return chunks
    }

    private func encode(_ chunk: Chunk) throws {
        let schema = encoder.needsOneSchema ? fileSchema! : chunk.batches.dropFirst().reduce(chunk.batches[0].schema) { $0.merging($1.schema) }
        let encoded = try encoder.encode(chunk.batches.map { $0.conforming(to: schema) }, schema: schema)
        let partition = chunk.partition
        try partition.appendLock.withLock { state in
            state.ready[chunk.sequence] = encoded
            while let next = state.ready.removeValue(forKey: state.next) {
                if state.file == nil {
                    let sink = try output.makeFile(in: partition.folder, extension: encoder.fileExtension)
                    (state.sink, state.file) = (sink, try encoder.makeFile(sink, schema: schema))
                }
                try state.file!.append(next)
                state.next += 1
            }
        }
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

/// What a write can be asked wrongly.
public enum WriteError: Error, Equatable, CustomStringConvertible {
    case unknownPartitionKey(String, nearest: String?, columns: [String])
    case nestedPartitionKey(String, type: DataType)

    public var description: String {
        switch self {
        case .nestedPartitionKey(let key, let type):
            "column '\(key)' is \(type.hiveName), which cannot name a folder; partition by a column of a plain type"
        case .unknownPartitionKey(let key, let nearest, let columns):
            "there is no column '\(key)' to partition by" + (nearest.map { "; did you mean '\($0)'?" } ?? "") + " (columns: \(columns.joined(separator: ", ")))"
        }
    }
}
