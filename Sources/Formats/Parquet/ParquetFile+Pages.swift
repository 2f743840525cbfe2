public import Columnar

/// What a file tells of the parts of a row group: its page index, its dictionaries.
///
/// All of it is optional, and what is not there, or does not agree with itself, is not used: nothing depends on it but how much is read.
extension ParquetFile {
    /// A data page of a column: its rows in the row group, and what is known of their values.
    public struct Page: Sendable, Equatable {
        public let rows: Range<Int>
        public let statistics: ParquetStatistics
    }

    /// Returns the pages of a top-level column that is neither nested nor repeated, in order and without gaps; nil for others, and where the file
    /// does not index them.
    ///
    /// - Throws: errors of the source.
    public func pages(rowGroup: Int, column: String) throws -> [Page]? {
        guard let leaf = flatLeaf(column), let locations = try pageLocations(rowGroup: rowGroup, leaf: leaf) else { return nil }
        let chunk = metadata.rowGroups[rowGroup].columns[leaf]
        guard let bytes = try part(chunk.columnIndexOffset, chunk.columnIndexLength) else { return nil }
        var reader = ThriftReader(UnsafeRawBufferPointer(start: bytes.base, count: bytes.size), source: source.name, origin: chunk.columnIndexOffset ?? 0)
        let read = try? withExtendedLifetime(bytes) { try ParquetChunkIndex.bounds(reading: &reader) }
        guard let bounds = read, bounds.count == locations.count else { return nil }
        let rowCount = rowGroups[rowGroup].rowCount
        return locations.indices.map { i in
            let rows = locations[i].firstRow..<(i + 1 < locations.count ? locations[i + 1].firstRow : rowCount)
            var known = ParquetChunkStatistics(nullCount: bounds[i].nullCount)
            if bounds[i].isAllNull {
                known.nullCount = rows.count
            } else {
                (known.min, known.max) = (bounds[i].min, bounds[i].max)
            }
            // The index does not say whether a bound was cut.
            let told = interpret(known, leaf: leaf, valueCount: rows.count)
            return Page(
                rows: rows, statistics: ParquetStatistics(min: told.min, max: told.max, isMinExact: false, isMaxExact: false, nullCount: told.nullCount))
        }
    }

    /// Returns the values that a string column has in a row group, each once and nulls left out; nil where that would take more than the
    /// dictionary, or the dictionary has more than `limit` values.
    ///
    /// - Throws: `FormatError` when the dictionary is damaged; errors of the source.
    public func dictionary(rowGroup: Int, column: String, limit: Int) throws -> [Value]? {
        guard let index = flatLeaf(column), tree.leaves[index].type == .string, let metadata = metadata.rowGroups[rowGroup].columns[index].metadata else {
            return nil
        }
        let data = metadata.pageEncodings.filter { $0.kind != .dictionary && $0.kind != .index && $0.count > 0 }
        guard !data.isEmpty, data.allSatisfy({ $0.encoding == .rleDictionary || $0.encoding == .plainDictionary }), metadata.valueCount > 0 else { return nil }
        let reader = try ParquetLeafReader(
            source, self.metadata.rowGroups[rowGroup].columns[index], leaf: tree.leaves[index], end: dataEnd,
            selection: ParquetPageReader.Selection(locations: [], wanted: [], rowCount: 0))
        guard let dictionary = try reader.readDictionaryOnly(), dictionary.count <= limit else { return nil }
        return dictionary.count == 0 ? [] : (0..<dictionary.count).map { dictionary.column.value(at: $0) }
    }

    /// The leaf of a top-level column that is neither nested nor repeated.
    private func flatLeaf(_ column: String) -> Int? {
        guard let node = tree.fields.first(where: { $0.name == column }), case .leaf(let index) = node.kind, tree.leaves[index].maximumRepetition == 0,
            tree.leaves[index].maximumDefinition <= 1
        else { return nil }
        return index
    }

    /// Where the data pages of a flat leaf lie; nil where the file does not tell, or not what can be.
    func pageLocations(rowGroup: Int, leaf: Int) throws -> [ParquetPageLocation]? {
        let chunk = metadata.rowGroups[rowGroup].columns[leaf]
        guard let metadata = chunk.metadata, let bytes = try part(chunk.offsetIndexOffset, chunk.offsetIndexLength) else { return nil }
        var reader = ThriftReader(UnsafeRawBufferPointer(start: bytes.base, count: bytes.size), source: source.name, origin: chunk.offsetIndexOffset ?? 0)
        let read = try? withExtendedLifetime(bytes) { try ParquetChunkIndex.locations(reading: &reader) }
        guard let locations = read, let first = locations.first, first.firstRow == 0, first.offset == metadata.dataPageOffset else { return nil }
        var (row, offset) = (-1, 0)
        for location in locations {
            guard location.firstRow > row, location.firstRow < rowGroups[rowGroup].rowCount, location.offset >= offset, location.size > 0,
                location.offset <= dataEnd, location.size <= dataEnd - location.offset
            else { return nil }
            (row, offset) = (location.firstRow, location.offset + location.size)
        }
        return locations
    }

    /// A part of the file; nil where it is none, or unlikely long.
    private func part(_ offset: Int?, _ length: Int?) throws -> Buffer? {
        guard let offset, let length, offset >= 4, length > 0, length <= 16 << 20, offset <= source.size, length <= source.size - offset else { return nil }
        return try source.read(at: offset, count: length)
    }
}
