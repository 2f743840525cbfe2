internal import Columnar
internal import Engine
internal import Formats

/// One output file, and the chunk of it that takes rows now.
final class OutputPartition: @unchecked Sendable {
    // Sendable: `open` and `nextSequence` are guarded by the writer's lock, the file by its own.
    let folder: String
    let values: [String?]
    /// The chunk that takes rows; nil when the last one is full.
    var open: OutputChunk?
    private var nextSequence = 0
    private let file = Locked<File>(File())

    private struct File {
        /// The chunk that comes next in the file, and those that are done before their turn.
        var next = 0
        var ready: [Int: any EncodedChunk] = [:]
        var assembler: (any FileAssembler)?
        var sink: (any OutputFile)?
    }

    init(folder: String, values: [String?]) { (self.folder, self.values) = (folder, values) }

    func openChunk() -> OutputChunk {
        if let open { return open }
        let chunk = OutputChunk(partition: self, sequence: nextSequence)
        nextSequence += 1
        open = chunk
        return chunk
    }

    /// Appends a chunk to the file once those before it are there.
    func append(_ chunk: any EncodedChunk, sequence: Int, makeFile: () throws -> (any OutputFile, any FileAssembler)) throws {
        try file.withLock { file in
            file.ready[sequence] = chunk
            while let next = file.ready.removeValue(forKey: file.next) {
                if file.assembler == nil { (file.sink, file.assembler) = try makeFile() }
                try file.assembler!.append(next)
                file.next += 1
            }
        }
    }

    func close() throws {
        try file.withLock { file in
            try file.assembler?.finish()
            try file.sink?.close()
            (file.assembler, file.sink) = (nil, nil)
        }
    }
}

/// A chunk in the making: rows in the order of the frame, and what has become of them.
final class OutputChunk: @unchecked Sendable {
    // Sendable: `builder` is used by the worker that has the chunk, all else is guarded by the writer's lock.
    let partition: OutputPartition
    /// Place in the file.
    let sequence: Int
    var builder: (any ChunkBuilder)?
    /// Rows that the builder has not got yet.
    var waiting: [Rows] = []
    /// Whether a worker has the chunk.
    var isTaken = false
    /// Whether no more rows come.
    var isSealed = false
    var isFinished = false
    var rowCount = 0
    /// Bytes of the rows before encoding, about.
    var byteCount = 0
    /// Bytes that the builder held when its worker last gave the chunk back.
    var heldBytes = 0

    struct Rows {
        let cut: CutBatch
        let range: Range<Int>
    }

    init(partition: OutputPartition, sequence: Int) { (self.partition, self.sequence) = (partition, sequence) }
}

/// A batch with its rows sorted by partition.
final class CutBatch: Sendable {
    let rows: any PreparedRows
    /// Positions of the rows, partition by partition; nil where all go to one.
    let order: Values<Int32>?
    let parts: [(partition: OutputPartition, range: Range<Int>)]
    /// Bytes of the rows, about.
    let size: Int

    init(rows: any PreparedRows, order: Values<Int32>?, parts: [(partition: OutputPartition, range: Range<Int>)], size: Int) {
        (self.rows, self.order, self.parts, self.size) = (rows, order, parts, size)
    }

    func size(of range: Range<Int>) -> Int { rows.count == 0 ? 0 : size * range.count / rows.count }

    func positions(_ range: Range<Int>) -> UnsafeBufferPointer<Int32>? {
        order.map { UnsafeBufferPointer(start: $0.start + range.lowerBound, count: range.count) }
    }
}
