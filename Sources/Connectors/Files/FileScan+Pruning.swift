internal import Columnar
internal import Engine
internal import Formats

/// What need not be read, because no row of it can fulfil the request's predicate: files, row groups, pages.
extension FileScan {
    /// Whether the values that a file's folders give leave room for a row that fulfils the predicate: asked before the file is opened, and so only
    /// where the catalog says that the files hold no columns of the keys' names.
    func mayMatch(_ file: InputFile) -> Bool {
        guard let predicate = request.predicate, let declared = source.declared else { return true }
        func value(_ name: String) -> (Value, DataType)? { declared.index(of: name) == nil ? partitionValue(of: name, file) : nil }
        return predicate.withoutIdleCasts { value($0)?.1 }.mayBeTrue { value($0).map { Self.statistics(of: $0.0) } }
    }

    /// Whether a row group's statistics leave room for a row that fulfils the predicate.
    func mayMatch(_ parquet: ParquetFile, rowGroup: Int, _ file: InputFile) -> Bool {
        guard let predicate = predicate(for: parquet, file) else { return true }
        return predicate.mayBeTrue { statistics(of: $0, parquet, rowGroup: rowGroup, file) }
    }

    /// The rows of a row group that may fulfil the predicate, as far as its dictionaries and its page index tell; nil for all.
    func rowsToRead(_ parquet: ParquetFile, rowGroup: Int, _ file: InputFile) throws -> [Range<Int>]? {
        guard let predicate = predicate(for: parquet, file) else { return nil }
        let names = predicate.fields.filter { field($0, parquet) != nil }
        for name in names {
            guard try !isRefused(by: name, predicate, parquet, rowGroup: rowGroup, file) else {
                context.execution.counters.addRowGroups(read: -1, skipped: 1)
                return []
            }
        }
        var pages: [String: [ParquetFile.Page]] = [:]
        for name in names {
            if let found = try parquet.pages(rowGroup: rowGroup, column: field(name, parquet)!.name), found.count > 1 { pages[name] = found }
        }
        if pages.isEmpty { return nil }
        // Pages of different columns end at different rows: what lies between two ends of pages lies in one page of each.
        let starts = Set(pages.values.joined().map(\.rows.lowerBound)).sorted()
        var places = pages.mapValues { _ in 0 }
        var ranges: [Range<Int>] = []
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : parquet.rowGroups[rowGroup].rowCount
            for (name, place) in places where pages[name]![place].rows.upperBound <= start { places[name] = place + 1 }
            let mayMatch = predicate.mayBeTrue { name in
                guard let place = places[name] else { return statistics(of: name, parquet, rowGroup: rowGroup, file) }
                let page = pages[name]![place]
                return (page.statistics.min, page.statistics.max, page.statistics.nullCount, page.rows.count)
            }
            if !mayMatch { continue }
            if let last = ranges.last, last.upperBound == start { ranges[ranges.count - 1] = last.lowerBound..<end } else { ranges.append(start..<end) }
        }
        return ranges == [0..<parquet.rowGroups[rowGroup].rowCount] ? nil : ranges
    }

    /// Whether none of the values that a string column has in a row group leaves room for a row that fulfils the predicate.
    private func isRefused(by name: String, _ predicate: Expression, _ parquet: ParquetFile, rowGroup: Int, _ file: InputFile) throws -> Bool {
        guard let field = field(name, parquet), field.type == .string else { return false }
        func mayBeTrue(_ value: ColumnStatistics) -> Bool {
            predicate.mayBeTrue { $0 == name ? value : statistics(of: $0, parquet, rowGroup: rowGroup, file) }
        }
        // Where a value that hardly any column has passes, it is not this column that decides.
        guard !mayBeTrue(Self.statistics(of: .string([0x01, 0xff, 0x01]))) else { return false }
        let known = statistics(of: name, parquet, rowGroup: rowGroup, file)
        if known?.nullCount != 0, mayBeTrue(Self.statistics(of: .null)) { return false }
        guard let values = try parquet.dictionary(rowGroup: rowGroup, column: field.name, limit: Self.dictionaryLimit) else { return false }
        return !values.contains { mayBeTrue(Self.statistics(of: $0)) }
    }

    /// Values of a dictionary that are looked at.
    private static let dictionaryLimit = 4096

    private func predicate(for parquet: ParquetFile, _ file: InputFile) -> Expression? {
        request.predicate?.withoutIdleCasts { name in field(name, parquet)?.type ?? partitionValue(of: name, file)?.1 }
    }

    /// The file's column that the predicate calls `name`.
    private func field(_ name: String, _ parquet: ParquetFile) -> Field? { parquet.schema.index(ofAnyCase: name).map { parquet.schema[$0] } }

    /// What is known of a column in a row group.
    private func statistics(of name: String, _ parquet: ParquetFile, rowGroup: Int, _ file: InputFile) -> ColumnStatistics? {
        guard let field = field(name, parquet) else { return partitionValue(of: name, file).map { Self.statistics(of: $0.0) } }
        return parquet.statistics(rowGroup: rowGroup, column: field.name).map {
            ColumnStatistics(min: $0.min, max: $0.max, nullCount: $0.nullCount, rowCount: parquet.rowGroups[rowGroup].rowCount)
        }
    }

    private func partitionValue(of name: String, _ file: InputFile) -> (Value, DataType)? {
        guard let index = source.partitionKeys.firstIndex(where: { $0.name == name }) else { return nil }
        let type = source.partitionKeys[index].type
        return (index < file.partition.count ? Self.partitionValue(file.partition[index], as: type) : .null, type)
    }

    /// Statistics of rows that all have one value.
    private static func statistics(of value: Value) -> ColumnStatistics {
        value == .null ? (min: nil, max: nil, nullCount: 1, rowCount: 1) : (min: value, max: value, nullCount: 0, rowCount: 1)
    }
}
