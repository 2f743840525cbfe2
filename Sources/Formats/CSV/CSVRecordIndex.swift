package import CKernels
package import Columnar

/// The fields of records that are all alike: the fast way through a CSV file.
///
/// Nearly all files are regular: each record has the fields that the header has, and quotes stand where RFC 4180 wants them. Then record `r`'s
/// field `c` ends at entry `r * columns + c` of one list of field ends, so nothing needs to be walked, and a column that nobody wants costs
/// nothing. Whatever is not regular is left to `CSVTokenizer`, which knows all the rules.
package struct CSVRecordIndex {
    private var dialect: mastic_csv_dialect
    private let columnCount: Int
    private let limit: Int
    private let ends: Buffer
    /// Rows of a column that hold doubled quotes.
    private let raw: Buffer
    private let cells: Buffer

    private let level: mastic_csv_level

    /// Records in the index.
    package private(set) var rows = 0
    private var hasQuotes = false

    /// What `read` found.
    package enum Outcome {
        /// Records are in the index, and the text behind them begins at `next`. `isRegular` is false when what comes there is not.
        case records(next: Int, isRegular: Bool)
        /// The text holds no whole record.
        case incomplete
        /// The first record needs a closer look.
        case irregular
    }

    /// Nil where the options need more than an index.
    package init?(_ options: CSVReadOptions, lineEnd: UInt8, columnCount: Int, rowLimit: Int, level: mastic_csv_level) {
        if let escape = options.escape, escape != options.quote { return nil }
        guard columnCount >= 2 else { return nil }
        dialect = mastic_csv_dialect(
            separator: options.separator, line_end: lineEnd, quote: options.quote.map { Int32($0) } ?? -1, multiline: options.multiLine,
            columns: UInt32(columnCount))
        (self.columnCount, self.level) = (columnCount, level)
        limit = max(1, min(rowLimit, (1 << 20) / columnCount))
        ends = Buffer(size: (limit * columnCount + 192) * 4)
        raw = Buffer(size: limit * 4)
        cells = Buffer(size: limit * MemoryLayout<CSVTokenizer.Cell>.stride)
    }

    /// Indexes records from `start`, which is the start of one, on.
    ///
    /// - Parameter checksUTF8: whether records that are not UTF-8 are irregular.
    /// - Precondition: 64 bytes behind `end` can be read.
    package mutating func read(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, checksUTF8: Bool) -> Outcome {
        let ends = ends.values(of: UInt32.self)
        let found = mastic_csv_index(base, UInt32(truncatingIfNeeded: start), UInt32(truncatingIfNeeded: end), &dialect, limit, level, ends)
        rows = found.rows
        hasQuotes = found.has_quotes
        guard rows > 0 else { return found.stop == mastic_csv_exhausted ? .incomplete : .irregular }
        let next = Int(ends[rows * columnCount]) + 1
        if checksUTF8, found.has_high, TextScan.utf8Prefix(base + start, next - start) < next - start { return .irregular }
        return .records(next: next, isRegular: found.stop != mastic_csv_irregular)
    }

    /// The field at a position in the records, as a column of `type`, or of a choice of it and string.
    ///
    /// - Parameter selected: the records wanted, in order; nil for all.
    package func column(
        _ field: Int, as type: DataType, _ selected: Values<Int32>?, base: UnsafePointer<UInt8>, buffer: Buffer, decoder: CSVFieldDecoder
    ) -> Column {
        let count = selected?.count ?? rows
        var fields = mastic_csv_fields(
            base: base, ends: UnsafePointer(ends.values(of: UInt32.self)) + field, columns: dialect.columns,
            trims_return: field == columnCount - 1 && dialect.line_end == 0x0a, quote: hasQuotes ? dialect.quote : -1, rows: selected?.start,
            count: count)
        return withExtendedLifetime(selected) {
            let fast: Column? =
                switch type {
                case .string, .binary: strings(&fields, type, buffer)
                case .double: numbers(count, type, Double.self) { mastic_csv_doubles(&fields, $0, $1) }
                case .long: numbers(count, type, Int64.self) { mastic_csv_longs(&fields, $0, $1) }
                case .int: numbers(count, type, Int32.self) { mastic_csv_ints(&fields, $0, $1) }
                default: nil
                }
            if let fast { return fast }
            let cells = cells.values(of: CSVTokenizer.Cell.self)
            mastic_csv_cells(&fields, cells)
            var builder = CSVColumns(base: base, buffer: buffer, rows: count, hasMissing: false, decoder: decoder)
            return builder.column(cells, as: type)
        }
    }

    private func strings(_ fields: inout mastic_csv_fields, _ type: DataType, _ buffer: Buffer) -> Column {
        let out = Buffer(size: fields.count * 16)
        let views = out.values(of: UInt64.self)
        let raw = raw.values(of: UInt32.self)
        let found = mastic_csv_views(&fields, views, raw)
        var buffers = found.has_pointers ? [buffer] : []
        if found.raw_count > 0 {
            let side = Buffer(size: found.raw_bytes)
            _ = mastic_csv_raw_views(&fields, raw, found.raw_count, views, side.values(of: UInt8.self))
            buffers.append(side)
        }
        return Column(type: type, count: fields.count, storage: .views(Values(out, count: fields.count), buffers: buffers))
    }

    /// Nil when some field is no number.
    @inline(__always)
    private func numbers<T: BitwiseCopyable>(
        _ count: Int, _ type: DataType, _: T.Type, _ read: (UnsafeMutablePointer<T>, UnsafeMutablePointer<UInt64>) -> Int
    ) -> Column? {
        let out = Buffer(size: count * MemoryLayout<T>.stride)
        let valid = Buffer(size: (count + 63) / 64 * 8)
        let nulls = read(out.values(of: T.self), valid.values(of: UInt64.self))
        if nulls < 0 { return nil }
        return Column(type, Values<T>(out, count: count), validity: nulls == 0 ? nil : Bitmap(valid, count: count))
    }
}
