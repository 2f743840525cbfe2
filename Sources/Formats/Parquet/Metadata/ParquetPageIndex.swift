/// Where a column chunk's data pages lie and what values they have: the ColumnIndex and OffsetIndex of PageIndex.md in apache/parquet-format.
struct ParquetChunkIndex: Sendable {
    /// One for each data page.
    var locations: [ParquetPageLocation] = []
    /// One for each data page; nil where the bounds of some page are not known.
    var bounds: [ParquetPageBounds]?
    var order = ParquetBoundaryOrder.unordered
}

struct ParquetPageLocation: Sendable {
    /// Of the page's header; in the file, or in the chunk as long as the chunk has no place in a file.
    var offset: Int
    /// Bytes, the header's among them.
    var size: Int
    /// Position in the row group.
    var firstRow: Int
}

struct ParquetPageBounds: Sendable {
    var isAllNull = false
    /// Empty where all values are null.
    var min: [UInt8] = []
    var max: [UInt8] = []
    var nullCount: Int?
}

enum ParquetBoundaryOrder: Int32, Sendable {
    case unordered, ascending, descending
}

/// Collects the index of a column chunk page by page.
struct ParquetChunkIndexBuilder {
    private var index = ParquetChunkIndex(bounds: [])
    private var last: ParquetStatisticsCollector?
    private var isAscending = true
    private var isDescending = true
    private var nextOffset = 0

    mutating func add(_ page: ParquetStatisticsCollector, firstRow: Int, size: Int, isAllNull: Bool) {
        index.locations.append(ParquetPageLocation(offset: nextOffset, size: size, firstRow: firstRow))
        nextOffset += size
        let statistics = page.finish()
        if isAllNull {
            index.bounds?.append(ParquetPageBounds(isAllNull: true, nullCount: statistics.nullCount))
            return
        }
        guard let min = statistics.min, let max = statistics.max else {
            // Values that have no order, such as NaN alone.
            index.bounds = nil
            return
        }
        index.bounds?.append(ParquetPageBounds(min: min, max: max, nullCount: statistics.nullCount))
        if let last {
            let order = last.order(to: page)
            isAscending = isAscending && order.isAscending
            isDescending = isDescending && order.isDescending
        }
        last = page
    }

    /// - Parameter firstOffset: of the first data page in the chunk.
    func finish(firstOffset: Int) -> ParquetChunkIndex {
        var result = index
        for i in result.locations.indices { result.locations[i].offset += firstOffset }
        result.order = isAscending ? .ascending : isDescending ? .descending : .unordered
        return result
    }
}

extension ParquetChunkIndex {
    var offsetIndexBytes: [UInt8] {
        var writer = ThriftWriter()
        writer.element { writer in
            writer.write(1, list: locations, of: .struct) { location, writer in
                writer.element { writer in
                    writer.write(1, i64: location.offset)
                    writer.write(2, i32: location.size)
                    writer.write(3, i64: location.firstRow)
                }
            }
        }
        return writer.bytes
    }

    /// Nil where the bounds are not known.
    var columnIndexBytes: [UInt8]? {
        guard let bounds else { return nil }
        var writer = ThriftWriter()
        writer.element { writer in
            writer.write(1, list: bounds, of: .booleanTrue) { $1.element(bool: $0.isAllNull) }
            writer.write(2, list: bounds, of: .binary) { $1.element(binary: $0.min) }
            writer.write(3, list: bounds, of: .binary) { $1.element(binary: $0.max) }
            writer.write(4, i32: Int(order.rawValue))
            let nullCounts = bounds.compactMap(\.nullCount)
            if nullCounts.count == bounds.count { writer.write(5, list: nullCounts, of: .i64) { $1.element(int: $0) } }
        }
        return writer.bytes
    }
}

extension ParquetChunkIndex {
    /// Reads an OffsetIndex.
    static func locations(reading reader: inout ThriftReader) throws -> [ParquetPageLocation] {
        var locations: [ParquetPageLocation] = []
        try reader.readStruct { field, kind, reader in
            guard field == 1 else { return false }
            try reader.readList(kind) { kind, reader in
                guard kind == .struct else { throw reader.failure("the page locations are no structs") }
                var location = ParquetPageLocation(offset: -1, size: -1, firstRow: -1)
                try reader.readStruct { field, kind, reader in
                    switch field {
                    case 1: location.offset = try reader.readInt(kind)
                    case 2: location.size = try reader.readInt(kind)
                    case 3: location.firstRow = try reader.readInt(kind)
                    default: return false
                    }
                    return true
                }
                locations.append(location)
            }
            return true
        }
        return locations
    }

    /// Reads a ColumnIndex.
    static func bounds(reading reader: inout ThriftReader) throws -> [ParquetPageBounds] {
        var areNull: [Bool] = []
        var (mins, maxs): ([[UInt8]], [[UInt8]]) = ([], [])
        var nullCounts: [Int]?
        try reader.readStruct { field, kind, reader in
            switch field {
            case 1: try reader.readList(kind) { _, reader in areNull.append(try reader.readBoolElement()) }
            case 2: try reader.readList(kind) { kind, reader in mins.append(try reader.readBytes(kind)) }
            case 3: try reader.readList(kind) { kind, reader in maxs.append(try reader.readBytes(kind)) }
            case 5:
                var counts: [Int] = []
                try reader.readList(kind) { kind, reader in counts.append(try reader.readInt(kind)) }
                nullCounts = counts
            default: return false
            }
            return true
        }
        guard mins.count == areNull.count, maxs.count == areNull.count, nullCounts.map({ $0.count == areNull.count }) ?? true else {
            throw reader.failure("the lists of a column index have different lengths")
        }
        return areNull.indices.map { ParquetPageBounds(isAllNull: areNull[$0], min: mins[$0], max: maxs[$0], nullCount: nullCounts?[$0]) }
    }
}
