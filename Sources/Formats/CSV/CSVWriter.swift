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

    public init() {}
}

/// Writes rows as CSV (RFC 4180, but with `\n` at the end of lines).
///
/// Strings are quoted, the header's names too; a null is empty, and so differs from the empty string. Numbers, booleans, dates (`2024-02-29`) and
/// timestamps (`2024-02-29 13:45:10`) are bare unless they hold the separator. Nested values are JSON text, binaries base 64, both quoted. A
/// choice is its member's value.
public final class CSVWriter {
    private let schema: Schema
    private let options: CSVWriteOptions
    private let sink: any ByteSink
    private var out = TextOutput(capacity: CSVWriter.flushSize + (64 << 10))
    private var nested = TextOutput(capacity: 1 << 10)
    private var rows = 0
    /// Numbers, dates and the like may hold the separator.
    private let bareNeedsCheck: Bool

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
        (self.schema, self.options, self.sink) = (schema, options, sink)
        bareNeedsCheck = " +-.0123456789:eE".utf8.contains(options.separator) || (0x41...0x7a).contains(options.separator)
        if options.writeHeader, schema.count > 0 {
            for (i, name) in schema.names.enumerated() {
                if i > 0 { out.append(options.separator) }
                var name = name
                try name.withUTF8 { try append(string: UnsafeRawBufferPointer($0), column: i) }
            }
            out.append(0x0a)
        }
    }

    public func write(_ batch: Batch) throws {
        let cells = CellViews(schema.fields.map { batch.column($0.name) ?? Column(type: .null, count: batch.count, storage: .null) })
        try withExtendedLifetime(cells) {
            for row in 0..<batch.count {
                for i in 0..<cells.count {
                    if i > 0 { out.append(options.separator) }
                    if cells.views[i].isNull(row) { continue }
                    try append(cells.views + i, row, column: i)
                }
                // A lone empty field would be a blank line, which is no record.
                if cells.count == 1, cells.views[0].isNull(row), let quote = options.quote {
                    out.append(quote)
                    out.append(quote)
                }
                out.append(0x0a)
                rows += 1
                if out.count >= Self.flushSize { try flush() }
            }
        }
    }

    /// Writes what is left. Nothing may be written afterwards.
    public func finish() throws { try flush() }

    private func flush() throws {
        if out.count > 0 { try sink.write(out.bytes) }
        out.removeAll()
    }

    private func append(_ view: UnsafePointer<CellView>, _ row: Int, column: Int) throws {
        switch view.pointee.kind {
        case .string:
            let string = view.pointee.value(StringView.self, row)
            try string.withBytes { try append(string: $0, column: column) }
        case .long where !bareNeedsCheck: out.append(integer: view.pointee.value(Int64.self, row))
        case .int where !bareNeedsCheck: out.append(integer: Int64(view.pointee.value(Int32.self, row)))
        case .double where !bareNeedsCheck: out.append(double: view.pointee.value(Double.self, row))
        case .choice:
            try append(view.pointee.children + Int(view.pointee.tags[row]), Int(view.pointee.value(Int32.self, row)), column: column)
        case .dictionary: try append(view.pointee.children, Int(view.pointee.value(Int32.self, row)), column: column)
        case .list, .struct, .map:
            nested.removeAll()
            JSONText.append(view, row, to: &nested)
            try append(string: nested.bytes, column: column)
        default:
            nested.removeAll()
            appendBare(view, row)
            let isQuoted = view.pointee.kind == .binary || (bareNeedsCheck && memchr(nested.base, Int32(options.separator), nested.count) != nil)
            try isQuoted ? append(string: nested.bytes, column: column) : out.append(nested.bytes)
        }
    }

    /// Formats a value that is no string into `nested`.
    private func appendBare(_ view: UnsafePointer<CellView>, _ row: Int) {
        switch view.pointee.kind {
        case .float: nested.append(float: view.pointee.value(Float.self, row))
        case .double: nested.append(double: view.pointee.value(Double.self, row))
        case .date: nested.append(date: view.pointee.value(Int32.self, row))
        case .timestamp: nested.append(timestamp: view.pointee.value(Int64.self, row), style: .sql)
        case .binary:
            let bytes = view.pointee.value(StringView.self, row)
            bytes.withBytes { nested.append(base64: $0) }
        default: JSONText.append(view, row, to: &nested)
        }
    }

    private func append(string text: UnsafeRawBufferPointer, column: Int) throws {
        guard let quote = options.quote else {
            if needsQuotes(text, 0x0a) { throw unquotable(column) }
            out.append(text)
            return
        }
        if options.strictCheckForQuoting, text.count > 0, !needsQuotes(text, quote) { out.append(text) } else { out.append(quoted: text, quote) }
    }

    private func needsQuotes(_ text: UnsafeRawBufferPointer, _ quote: UInt8) -> Bool {
        text.contains { $0 == options.separator || $0 == quote || $0 == 0x0a || $0 == 0x0d }
    }

    private func unquotable(_ column: Int) -> FormatError {
        FormatError(
            .invalidRequest, source: "csv output",
            "column '\(schema[column].name)' holds a separator or a line end in row \(rows + 1), and nothing is quoted; choose a quoteChar or another separator")
    }
}
