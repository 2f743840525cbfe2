public import Columnar
public import Formats

/// Rows in a file's format, made on any thread and appended to the file later.
public protocol EncodedChunk: Sendable {
    var rowCount: Int { get }
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
    /// Rows that make a chunk worth encoding.
    var chunkRows: Int { get }
    /// Bytes of rows that make a chunk worth encoding.
    var chunkBytes: Int { get }
    /// - Throws: a sentence that names the column when the format cannot hold the schema.
    func check(_ schema: Schema) throws
    func encode(_ batches: [Batch], schema: Schema) throws -> any EncodedChunk
    func makeFile(_ sink: any ByteSink, schema: Schema) throws -> any FileAssembler
}
