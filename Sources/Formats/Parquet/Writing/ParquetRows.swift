internal import CKernels
public import Columnar

/// A batch as row groups take its rows: of the file's schema, and taken apart into raw memory.
///
/// Made once for all the row groups that the rows go to, which then touch no reference counts.
public final class ParquetRows: @unchecked Sendable {
    // Sendable: a view of immutable columns, which `batch` keeps alive.
    public let count: Int
    let batch: Batch
    /// One for each field of the schema.
    let columns: UnsafeMutableBufferPointer<ParquetSourceColumn>

    /// - Parameter batch: of `schema`, or of a schema that `schema` was merged from.
    /// - Throws: `FormatError.invalidRequest` naming a column that does not fit.
    public init(_ batch: Batch, schema: Schema) throws {
        let conforming = try Self.conform(batch, to: schema)
        let flat = Batch(schema: conforming.schema, columns: conforming.columns.map(ParquetSourceColumn.prepared), count: conforming.count)
        count = flat.count
        self.batch = flat
        columns = .allocate(capacity: flat.columns.count)
        for (i, column) in flat.columns.enumerated() { columns.initializeElement(at: i, to: ParquetSourceColumn(column)) }
    }

    deinit {
        columns.deinitialize()
        columns.deallocate()
    }

    private static func conform(_ batch: Batch, to schema: Schema) throws -> Batch {
        if batch.schema === schema || batch.schema == schema { return batch }
        for field in batch.schema.fields {
            guard let index = schema.index(of: field.name) else {
                throw FormatError(.invalidRequest, source: "Parquet", "a batch has a column '\(field.name)', which the file's schema lacks")
            }
            guard schema[index].type.merging(field.type) == schema[index].type else {
                throw FormatError(
                    .invalidRequest, source: "Parquet",
                    "column '\(field.name)' is \(field.type.hiveName) in a batch, \(schema[index].type.hiveName) in the file's schema")
            }
        }
        return batch.conforming(to: schema)
    }
}

/// A column as raw memory.
struct ParquetSourceColumn {
    enum Values {
        /// No value at all.
        case nulls
        case bits(UnsafePointer<UInt8>)
        case fixed(UnsafeRawPointer)
        case views(UnsafePointer<mpq_view>)
        /// Row `i` is `values[places[i]]`; all `count` values are there.
        case dictionary(places: UnsafePointer<Int32>, values: UnsafePointer<mpq_view>, count: Int)
        case nested
    }

    let column: Column
    /// Bytes of a value; 0 where values have no fixed size.
    let fixedSize: Int
    let values: Values
    /// Bit set = value present; nil = no nulls.
    let validity: UnsafePointer<UInt8>?
    /// The dictionary's values, which tell one dictionary from another.
    let dictionary: Column?
    let dictionaryID: ObjectIdentifier?

    /// The column in a form that `init` takes apart: dictionaries of strings stay where every value of theirs is there, others are resolved.
    static func prepared(_ column: Column) -> Column {
        guard case .dictionary(let indices, let values) = column.storage else { return column }
        guard column.type == .string || column.type == .binary, values.count > 0, values.count <= max(column.count * 4, 1024) else { return column.flattened }
        guard case .views = values.storage, values.nullCount == 0 else { return column.flattened }
        return Column(type: column.type, count: column.count, validity: column.validity, storage: .dictionary(indices: indices, values: values))
    }

    init(_ column: Column) {
        self.column = column
        fixedSize = column.type.fixedSize
        validity = column.validity?.bytes
        var dictionary: Column?
        switch column.storage {
        case .null: values = .nulls
        case .bits(let bits): values = .bits(bits.bytes)
        case .fixed(_, let start): values = .fixed(start)
        case .views(let views, _): values = .views(UnsafeRawPointer(views.start).assumingMemoryBound(to: mpq_view.self))
        case .dictionary(let indices, let inner):
            dictionary = inner
            values = .dictionary(
                places: indices.start, values: UnsafeRawPointer(inner.views.start).assumingMemoryBound(to: mpq_view.self), count: inner.count)
        case .list, .struct, .map, .choice: values = .nested
        }
        self.dictionary = dictionary
        dictionaryID = dictionary.map(ObjectIdentifier.init)
    }
}
