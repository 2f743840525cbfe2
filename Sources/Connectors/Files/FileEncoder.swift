public import Columnar
public import Formats

/// Rows in a file's format, made on any thread and appended to the file later.
public protocol EncodedChunk: Sendable {
    var rowCount: Int { get }
}

/// A batch as a format's chunk builders take it.
public protocol PreparedRows: AnyObject, Sendable {
    var count: Int { get }
}

/// Rows on their way into one chunk of a file. Used by one thread at a time.
public protocol ChunkBuilder: AnyObject {
    /// Bytes in memory, about.
    var heldBytes: Int { get }
    /// Appends the rows at the given positions, in their order; all rows where nil. Keeps nothing of the batch that the rows came from.
    func append(_ rows: any PreparedRows, at positions: UnsafeBufferPointer<Int32>?) throws
    /// Ends the chunk. The builder is not used any more.
    func finish() throws -> any EncodedChunk
}

/// One open output file: chunks in, bytes out.
public protocol FileAssembler: AnyObject {
    func append(_ chunk: any EncodedChunk) throws
    /// Ends the file's contents; returns its size in bytes as far as the format knows it.
    func finish() throws
}

/// How rows become files of one format.
public protocol FileEncoder: Sendable {
    /// Ends of the names of the files: `snappy.parquet`, `csv.gz`.
    var fileExtension: String { get }
    /// Whether all rows of all files must have one schema.
    var needsOneSchema: Bool { get }
    /// Rows that fill a chunk.
    var chunkRows: Int { get }
    /// Bytes of rows that fill a chunk.
    var chunkBytes: Int { get }
    /// - Throws: a sentence that names the column when the format cannot hold the schema.
    func check(_ schema: Schema) throws
    /// Takes a batch apart, once for all the chunks that its rows go to.
    ///
    /// - Parameter schema: of the files, which the batch's was merged into; without meaning where files need not have one schema.
    func prepare(_ batch: Batch, schema: Schema) throws -> any PreparedRows
    func makeBuilder(schema: Schema) throws -> any ChunkBuilder
    func makeFile(_ sink: any ByteSink, schema: Schema) throws -> any FileAssembler
}
