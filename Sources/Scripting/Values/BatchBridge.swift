internal import CLua
internal import Columnar

/// A batch as the C loops see it: columns in place, nothing copied.
///
/// Holds the batch, and the descriptions in one piece of memory each; both live as long as the bridge.
final class BatchBridge {
    let batch: Batch
    private(set) var description = mst_batch()
    private var columns: [UnsafeMutablePointer<mst_column>] = []
    private var names: [UnsafeMutablePointer<mst_name>] = []
    private var texts: [UnsafeMutableRawPointer] = []

    init(_ batch: Batch) {
        self.batch = batch
        description.columns = UnsafePointer(makeColumns(batch.columns))
        description.names = UnsafePointer(makeNames(batch.schema.fields))
        description.column_count = Int32(batch.columns.count)
        description.row_count = Int64(batch.count)
    }

    deinit {
        for pointer in columns { pointer.deallocate() }
        for pointer in names { pointer.deallocate() }
        for pointer in texts { pointer.deallocate() }
    }

    private func makeNames(_ fields: [Field]) -> UnsafeMutablePointer<mst_name> {
        let result = UnsafeMutablePointer<mst_name>.allocate(capacity: max(fields.count, 1))
        names.append(result)
        for (i, field) in fields.enumerated() {
            let bytes = Array(field.name.utf8)
            let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
            texts.append(copy)
            bytes.withUnsafeBytes { if let base = $0.baseAddress { copy.copyMemory(from: base, byteCount: bytes.count) } }
            copy.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
            result[i] = mst_name(bytes: copy.assumingMemoryBound(to: CChar.self), length: bytes.count)
        }
        return result
    }

    private func makeColumns(_ source: [Column]) -> UnsafeMutablePointer<mst_column> {
        let result = UnsafeMutablePointer<mst_column>.allocate(capacity: max(source.count, 1))
        columns.append(result)
        for (i, column) in source.enumerated() { result[i] = describe(column) }
        return result
    }

    private func describe(_ column: Column) -> mst_column {
        var c = mst_column()
        if let validity = column.validity { c.validity = validity.bytes }
        func children(_ columns: [Column]) {
            c.children = UnsafePointer(makeColumns(columns))
            c.child_count = Int32(columns.count)
        }
        switch column.storage {
        case .null: c.kind = UInt8(MST_COLUMN_NULL)
        case .bits(let bits):
            c.kind = UInt8(MST_COLUMN_BITS)
            c.values = UnsafeRawPointer(bits.bytes)
        case .fixed(_, let start):
            c.values = start
            c.kind = Self.kind(of: column.type)
            if case .decimal(_, let scale) = column.type { c.scale = UInt8(scale) }
        case .views(let views, _):
            c.kind = UInt8(MST_COLUMN_STRING)
            c.values = UnsafeRawPointer(views.start)
        case .list(let offsets, let child):
            c.kind = UInt8(MST_COLUMN_LIST)
            c.offsets = offsets.start
            children([child])
        case .struct(let fields):
            c.kind = UInt8(MST_COLUMN_STRUCT)
            children(fields)
            if case .struct(let types) = column.type { c.names = UnsafePointer(makeNames(types)) }
        case .map(let offsets, let keys, let values):
            c.kind = UInt8(MST_COLUMN_MAP)
            c.offsets = offsets.start
            children([keys, values])
        case .choice(let tags, let rows, let members):
            c.kind = UInt8(MST_COLUMN_CHOICE)
            c.tags = tags.start
            c.values = UnsafeRawPointer(rows.start)
            children(members)
        case .dictionary(let indices, let values):
            c.kind = UInt8(MST_COLUMN_DICTIONARY)
            c.values = UnsafeRawPointer(indices.start)
            children([values])
        }
        return c
    }

    private static func kind(of type: DataType) -> UInt8 {
        switch type {
        case .byte: UInt8(MST_COLUMN_INT8)
        case .short: UInt8(MST_COLUMN_INT16)
        case .int: UInt8(MST_COLUMN_INT32)
        case .long: UInt8(MST_COLUMN_INT64)
        case .float: UInt8(MST_COLUMN_FLOAT)
        case .double: UInt8(MST_COLUMN_DOUBLE)
        case .decimal: UInt8(MST_COLUMN_DECIMAL)
        case .date: UInt8(MST_COLUMN_DATE)
        case .timestamp: UInt8(MST_COLUMN_TIMESTAMP)
        default: UInt8(MST_COLUMN_NULL)
        }
    }
}
