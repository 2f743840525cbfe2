public import Columnar
internal import Glibc

/// How rows are written as CSV. The defaults are Glue's (`format_options`).
public struct CSVWriteOptions: Sendable {
    /// Between fields: one byte, not a line end.
    public var separator = UInt8(ascii: ",")
    /// Around strings; doubled inside them. Nil: nothing is quoted, and a string that would need it is an error.
    public var quote: UInt8? = UInt8(ascii: "\"")
    public var writeHeader = true
    /// Quote only strings that could not be told apart otherwise: empty ones, and those that hold a separator, quote or line end.
    public var strictCheckForQuoting = false
    /// What stands before a quote inside a quoted string, and before itself there; nil: quotes are doubled.
    public var escape: UInt8?
    /// What a null is.
    public var nullText: [UInt8] = []
    /// What an empty string is; nil: two quotes.
    public var emptyText: [UInt8]?
    /// Whether numbers and times are written as Spark writes them: `1.0E20`, `2024-02-29T13:45:10.000Z`.
    public var writesAsSpark = false

    public init() {}
}

/// Writes rows as CSV (RFC 4180, but with `\n` at the end of lines).
///
/// Strings are quoted, the header's names too; a null is empty, and so differs from the empty string. Numbers, booleans, dates (`2024-02-29`) and
/// timestamps (`2024-02-29 13:45:10`) are bare unless they hold the separator. Nested values are JSON text, binaries base 64, both quoted. A
/// choice is its member's value.
public final class CSVWriter {
    private let schema: Schema
    private let encoder: CSVRowEncoder
    private let sink: any ByteSink
    private var out = TextOutput(capacity: CSVWriter.flushSize + (64 << 10))
    private var rows = 0

    private static let flushSize = 256 << 10

    /// Writes the header, where the options want one.
    ///
    /// - Parameter schema: the columns to write; one that a batch lacks is empty there.
    /// - Throws: `FormatError.invalidRequest` for options that clash.
    public init(schema: Schema, options: CSVWriteOptions = CSVWriteOptions(), sink: any ByteSink) throws {
        func refuse(_ message: String) -> FormatError { FormatError(.invalidRequest, source: "csv options", message) }
        if options.separator == 0x0a || options.separator == 0x0d { throw refuse("separator is a line end") }
        if options.quote == options.separator { throw refuse("separator and quoteChar are the same character") }
        if options.quote == 0x0a || options.quote == 0x0d { throw refuse("quoteChar is a line end") }
        (self.schema, self.sink) = (schema, sink)
        encoder = CSVRowEncoder(options)
        if options.writeHeader, schema.count > 0 {
            for (i, name) in schema.names.enumerated() {
                if i > 0 { out.append(options.separator) }
                var name = name
                guard name.withUTF8({ encoder.append(string: UnsafeRawBufferPointer($0), to: &out) }) else { throw unquotable(i) }
            }
            out.append(0x0a)
        }
    }

    public func write(_ batch: Batch) throws {
        let cells = CellViews(schema.fields.map { batch.column($0.name) ?? Column(type: .null, count: batch.count, storage: .null) })
        var row = 0
        while row < batch.count {
            // Rows until the buffer is worth a write.
            if let column = encoder.append(cells, &row, batch.count, flushSize: Self.flushSize, to: &out) {
                rows += row
                throw unquotable(column)
            }
            if out.count >= Self.flushSize { try flush() }
        }
        rows += batch.count
    }

    /// Writes what is left. Nothing may be written afterwards.
    public func finish() throws { try flush() }

    private func flush() throws {
        if out.count > 0 { try sink.write(out.bytes) }
        out.removeAll()
    }

    private func unquotable(_ column: Int) -> FormatError {
        FormatError(
            .invalidRequest, source: "csv output",
            "column '\(schema[column].name)' holds a separator or a line end in row \(rows + 1), and nothing is quoted; choose a quoteChar or another separator")
    }
}

/// Cells as CSV text.
struct CSVRowEncoder {
    private let separator: UInt8
    private let quote: UInt8?
    private let isStrict: Bool
    private let escape: UInt8?
    private let nullText: [UInt8]
    private let emptyText: [UInt8]?
    private let asSpark: Bool
    /// Numbers, dates and the like may hold the separator.
    private let bareNeedsCheck: Bool

    init(_ options: CSVWriteOptions) {
        (separator, quote, isStrict) = (options.separator, options.quote, options.strictCheckForQuoting)
        (escape, nullText, emptyText, asSpark) = (options.escape, options.nullText, options.emptyText, options.writesAsSpark)
        bareNeedsCheck = " +-.0123456789:eE".utf8.contains(options.separator) || (0x41...0x7a).contains(options.separator)
    }

    /// Appends rows from `row` on, as long as the text is shorter than `flushSize`. Returns the column of a string that can't be written, with
    /// `row` at its row.
    func append(_ cells: CellViews, _ row: inout Int, _ count: Int, flushSize: Int, to out: inout TextOutput) -> Int? {
        let (views, columns) = (cells.views, cells.count)
        return withExtendedLifetime(cells) { () -> Int? in
            while row < count, out.count < flushSize {
                for i in 0..<columns {
                    if i > 0 { out.append(separator) }
                    if views[i].isNull(row) {
                        if !nullText.isEmpty { nullText.withUnsafeBytes { out.append($0) } }
                        continue
                    }
                    if !append(views + i, row, to: &out) { return i }
                }
                // A lone empty field would be a blank line, which is no record.
                if columns == 1, views[0].isNull(row), nullText.isEmpty, let quote {
                    out.append(quote)
                    out.append(quote)
                }
                out.append(0x0a)
                row += 1
            }
            return nil
        }
    }

    /// False for a string that can't be written.
    private func append(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) -> Bool {
        switch view.pointee.kind {
        case .string:
            let string = view.pointee.value(StringView.self, row)
            return string.withBytes { append(string: $0, to: &out) }
        case .choice:
            return append(view.pointee.children + Int(view.pointee.tags[row]), Int(view.pointee.value(Int32.self, row)), to: &out)
        case .dictionary: return append(view.pointee.children, Int(view.pointee.value(Int32.self, row)), to: &out)
        case .list, .struct, .map, .binary: return appendText(view, row, to: &out)
        default:
            let start = out.count
            appendBare(view, row, to: &out)
            if bareNeedsCheck, memchr(out.base + start, Int32(separator), out.count - start) != nil {
                out.truncate(to: start)
                return appendText(view, row, to: &out)
            }
            return true
        }
    }

    /// Appends a value that is no string as if its text were one.
    private func appendText(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) -> Bool {
        var text = TextOutput(capacity: 256)
        appendBare(view, row, to: &text)
        return append(string: text.bytes, to: &out)
    }

    @inline(__always)
    private func appendBare(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) {
        switch view.pointee.kind {
        case .long: out.append(integer: view.pointee.value(Int64.self, row))
        case .int: out.append(integer: Int64(view.pointee.value(Int32.self, row)))
        case .float where asSpark: appendJava(to: &out) { $0.append(float: view.pointee.value(Float.self, row), style: .java) }
        case .double where asSpark: appendJava(to: &out) { $0.append(double: view.pointee.value(Double.self, row), style: .java) }
        case .timestamp where asSpark: out.append(sparkTimestamp: view.pointee.value(Int64.self, row))
        case .float: out.append(float: view.pointee.value(Float.self, row))
        case .double: out.append(double: view.pointee.value(Double.self, row))
        case .date: out.append(date: view.pointee.value(Int32.self, row))
        case .timestamp: out.append(timestamp: view.pointee.value(Int64.self, row), style: .sql)
        case .binary:
            let bytes = view.pointee.value(StringView.self, row)
            bytes.withBytes { out.append(base64: $0) }
        default: JSONText.append(view, row, to: &out)
        }
    }

    private func appendJava(to out: inout TextOutput, _ body: (inout TextBuffer) -> Void) {
        var text = TextBuffer(capacity: 32)
        body(&text)
        out.append(text.bytes)
    }

    /// Appends a string as the options quote it; false when nothing is quoted and it would have to be.
    @inline(__always)
    func append(string text: UnsafeRawBufferPointer, to out: inout TextOutput) -> Bool {
        guard let quote else {
            if needsQuotes(text, 0x0a) { return false }
            out.append(text)
            return true
        }
        if isStrict, text.count > 0, !needsQuotes(text, quote) {
            out.append(text)
        } else if text.isEmpty, let emptyText {
            emptyText.withUnsafeBytes { out.append($0) }
        } else if let escape, escape != quote {
            out.append(quote)
            for byte in text {
                if byte == quote || byte == escape { out.append(escape) }
                out.append(byte)
            }
            out.append(quote)
        } else {
            out.append(quoted: text, quote)
        }
        return true
    }

    private func needsQuotes(_ text: UnsafeRawBufferPointer, _ quote: UInt8) -> Bool {
        text.contains { $0 == separator || $0 == quote || $0 == 0x0a || $0 == 0x0d }
    }
}
