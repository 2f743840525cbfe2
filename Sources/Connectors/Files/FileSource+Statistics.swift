public import Engine
internal import Columnar
internal import Formats

/// What the files say of their rows: Parquet's footers, the folders' names, sizes. Nothing of it is certain; it decides between plans.
extension FileSource {
    /// Files and row groups that are looked at, spread over all of them.
    private static let (sampledFiles, sampledGroups) = (16, 64)
    /// Values of a dictionary that are worth keeping.
    private static let dictionaryLimit = 4096

    /// The files are listed once.
    public var identity: ObjectIdentifier? { ObjectIdentifier(self) }

    public func statistics() -> SourceStatistics? {
        guard let files = try? files() else { return nil }
        if files.isEmpty { return SourceStatistics(rows: 0, isExact: true) }
        switch format {
        case .parquet:
            let sample = footers()
            let (rows, bytes) = (sample.reduce(0) { $0 + $1.parquet.rowCount }, sample.reduce(0) { $0 + $1.file.size })
            if sample.isEmpty { return nil }
            if sample.count == files.count { return SourceStatistics(rows: rows, isExact: true) }
            let all = files.reduce(0) { $0 + $1.size }
            return SourceStatistics(rows: Int(Double(rows) * Double(all) / Double(max(1, bytes))), isExact: false)
        case .csv, .json:
            guard let width = lineWidth(files[files.count / 2]) else { return nil }
            return SourceStatistics(rows: Int(Double(files.reduce(0) { $0 + $1.size }) / width), isExact: false)
        }
    }

    public func statistics(of column: String) -> SourceColumnStatistics? {
        if let known = knownStatistics(of: column) { return known }
        let found = findStatistics(of: column)
        if let found { note(found, of: column) }
        return found
    }

    private func findStatistics(of column: String) -> SourceColumnStatistics? {
        if let key = partitionKeys.firstIndex(where: { $0.name == column }) { return partitionStatistics(key) }
        guard case .parquet = format else { return nil }
        var result = SourceColumnStatistics()
        var (rows, nulls) = (0, 0)
        var (isBounded, countsNulls) = (true, true)
        let sample = footers()
        for (_, parquet) in sample {
            guard let index = parquet.schema.index(ofAnyCase: column) else { continue }
            let name = parquet.schema[index].name
            for group in Self.spread(parquet.rowGroups.count, Self.sampledGroups) {
                guard let known = parquet.statistics(rowGroup: group, column: name) else {
                    (isBounded, countsNulls) = (false, false)
                    continue
                }
                let count = parquet.rowGroups[group].rowCount
                rows += count
                if let own = known.nullCount { nulls += own } else { countsNulls = false }
                if known.nullCount == count { continue }
                guard let min = known.min, let max = known.max else {
                    isBounded = false
                    continue
                }
                result.min = result.min.map { Self.isLess(min, $0) ? min : $0 } ?? min
                result.max = result.max.map { Self.isLess($0, max) ? max : $0 } ?? max
            }
        }
        if !isBounded { (result.min, result.max) = (nil, nil) }
        if countsNulls, rows > 0 { result.nullFraction = Double(nulls) / Double(rows) }
        if let parquet = sample.first?.parquet, let index = parquet.schema.index(ofAnyCase: column), parquet.schema[index].type == .string,
            parquet.rowGroups.count > 0 {
            let group = parquet.rowGroups.count / 2
            if let values = try? parquet.dictionary(rowGroup: group, column: parquet.schema[index].name, limit: Self.dictionaryLimit), !values.isEmpty,
                values.count * 8 <= parquet.rowGroups[group].rowCount || parquet.rowGroups.count == 1 {
                (result.values, result.distinct) = (Column(.string, values: values), values.count)
            }
        }
        return result
    }

    private func partitionStatistics(_ key: Int) -> SourceColumnStatistics? {
        guard let files = try? files(), !files.isEmpty else { return nil }
        let texts = Set(files.map { key < $0.partition.count ? $0.partition[key] : nil })
        var result = SourceColumnStatistics()
        let values = texts.map { FileScan.partitionValue($0, as: partitionKeys[key].type) }.filter { $0 != .null }
        result.distinct = values.count
        if values.count <= Self.dictionaryLimit, !values.isEmpty { result.values = Column(partitionKeys[key].type, values: values) }
        for value in values {
            result.min = result.min.map { Self.isLess(value, $0) ? value : $0 } ?? value
            result.max = result.max.map { Self.isLess($0, value) ? value : $0 } ?? value
        }
        return result
    }

    /// Footers of some files.
    private func footers() -> [(file: InputFile, parquet: ParquetFile)] {
        guard let files = try? files() else { return [] }
        return Self.spread(files.count, Self.sampledFiles).compactMap { i in
            guard case .parquet(let parquet)? = try? open(files[i]) else { return nil }
            return (files[i], parquet)
        }
    }

    /// About how many bytes a row takes, by the beginning of a file.
    private func lineWidth(_ file: InputFile) -> Double? {
        guard file.size > 0, let source = try? bytes(of: file), let head = try? source.read(at: 0, count: min(file.size, 1 << 16)) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: head.base, count: head.size)
        let lines = withExtendedLifetime(head) { bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) } }
        // Compressed text has few ends of lines, and a document of one line has none.
        let width = Double(head.size) / Double(max(1, lines))
        return file.path.hasSuffix(".gz") || file.path.hasSuffix(".zst") || file.path.hasSuffix(".bz2") ? 15 : min(width, 4096)
    }

    /// So many of the numbers below `count`, at equal distances, the first and the last among them.
    private static func spread(_ count: Int, _ most: Int) -> [Int] {
        count <= most ? Array(0..<count) : (0..<most).map { $0 * (count - 1) / (most - 1) }
    }

    private static func isLess(_ a: Value, _ b: Value) -> Bool {
        if case .string(let x) = a, case .string(let y) = b { return x.lexicographicallyPrecedes(y) }
        guard let x = a.asNumber, let y = b.asNumber else { return false }
        return x < y
    }
}
