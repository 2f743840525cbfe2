public import Columnar

/// How records are written as JSON. There is nothing to choose yet.
public struct JSONWriteOptions: Sendable {
    public init() {}
}

/// Writes records as newline-delimited JSON: one object a line, fields in the schema's order, no spaces.
///
/// A field that is null is left out, at the top and in structs (as Glue does); nulls in arrays and maps are `null`. Doubles have their shortest
/// digits; those that JSON has no word for are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`. Decimals are numbers with their scale, dates
/// `"2024-02-29"`, timestamps `"2024-02-29T13:45:10Z"` with a fraction where there is one, binaries base 64. A choice is its member's value.
public final class JSONWriter {
    private let schema: Schema
    private let sink: any ByteSink
    private var out = TextOutput(capacity: JSONWriter.flushSize + (64 << 10))

    private static let flushSize = 256 << 10

    /// - Parameter schema: the fields to write; a batch may lack some, and have others, which are not written.
    public init(schema: Schema, options: JSONWriteOptions = JSONWriteOptions(), sink: any ByteSink) throws {
        self.schema = schema
        self.sink = sink
    }

    public func write(_ batch: Batch) throws {
        let fields = schema.names.compactMap { name in batch.column(name).map { (name, $0) } }
        let cells = CellViews(fields.map(\.1))
        let names = cells.names(fields.map(\.0))
        var row = 0
        while row < batch.count {
            // Rows until the buffer is worth a write.
            JSONText.append(cells, names, &row, batch.count, flushSize: Self.flushSize, to: &out)
            if out.count >= Self.flushSize { try flush() }
        }
    }

    /// Writes what is left. Nothing may be written afterwards.
    public func finish() throws { try flush() }

    private func flush() throws {
        if out.count > 0 { try sink.write(out.bytes) }
        out.removeAll()
    }
}

/// Cells as JSON text.
enum JSONText {
    /// Appends rows from `row` on as lines, as long as the text is shorter than `flushSize`.
    static func append(
        _ cells: CellViews, _ names: UnsafePointer<UnsafeRawBufferPointer>, _ row: inout Int, _ count: Int, flushSize: Int, to out: inout TextOutput
    ) {
        let (views, columns) = (cells.views, cells.count)
        withExtendedLifetime(cells) {
            while row < count, out.count < flushSize {
                out.append(UInt8(ascii: "{"))
                appendFields(views, columns, names, row, to: &out)
                out.append(UInt8(ascii: "}"))
                out.append(0x0a)
                row += 1
            }
        }
    }

    /// Appends the fields that are not null, with commas between.
    static func appendFields(
        _ views: UnsafePointer<CellView>, _ count: Int, _ names: UnsafePointer<UnsafeRawBufferPointer>, _ row: Int, to out: inout TextOutput
    ) {
        var isFirst = true
        for i in 0..<count where !views[i].isNull(row) {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(names[i])
            append(views + i, row, to: &out)
        }
    }

    /// Appends a cell that is not null.
    static func append(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) {
        switch view.pointee.kind {
        case .null: out.append("null")
        case .boolean: view.pointee.bit(row) ? out.append("true") : out.append("false")
        case .byte: out.append(integer: Int64(view.pointee.value(Int8.self, row)))
        case .short: out.append(integer: Int64(view.pointee.value(Int16.self, row)))
        case .int: out.append(integer: Int64(view.pointee.value(Int32.self, row)))
        case .long: out.append(integer: view.pointee.value(Int64.self, row))
        case .float:
            let value = view.pointee.value(Float.self, row)
            value.isFinite ? out.append(float: value) : appendWord(Double(value), to: &out)
        case .double:
            let value = view.pointee.value(Double.self, row)
            value.isFinite ? out.append(double: value) : appendWord(value, to: &out)
        case .decimal: out.append(decimal: view.pointee.value(Int128.self, row), scale: view.pointee.scale)
        case .date:
            out.append(UInt8(ascii: "\""))
            out.append(date: view.pointee.value(Int32.self, row))
            out.append(UInt8(ascii: "\""))
        case .timestamp:
            out.append(UInt8(ascii: "\""))
            out.append(timestamp: view.pointee.value(Int64.self, row), style: .iso)
            out.append(UInt8(ascii: "\""))
        case .string:
            let string = view.pointee.value(StringView.self, row)
            string.withBytes { out.append(jsonString: $0) }
        case .binary:
            out.append(UInt8(ascii: "\""))
            let bytes = view.pointee.value(StringView.self, row)
            bytes.withBytes { out.append(base64: $0) }
            out.append(UInt8(ascii: "\""))
        case .list:
            out.append(UInt8(ascii: "["))
            for i in view.pointee.offsets[row]..<view.pointee.offsets[row + 1] {
                if i > view.pointee.offsets[row] { out.append(UInt8(ascii: ",")) }
                appendOrNull(view.pointee.children, Int(i), to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .struct:
            out.append(UInt8(ascii: "{"))
            appendFields(view.pointee.children, view.pointee.childCount, view.pointee.names, row, to: &out)
            out.append(UInt8(ascii: "}"))
        case .map: appendMap(view, row, to: &out)
        case .choice:
            append(view.pointee.children + Int(view.pointee.tags[row]), Int(view.pointee.value(Int32.self, row)), to: &out)
        case .dictionary: append(view.pointee.children, Int(view.pointee.value(Int32.self, row)), to: &out)
        }
    }

    private static func appendOrNull(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) {
        view.pointee.isNull(row) ? out.append("null") : append(view, row, to: &out)
    }

    private static func appendMap(_ view: UnsafePointer<CellView>, _ row: Int, to out: inout TextOutput) {
        let (keys, values) = (view.pointee.children, view.pointee.children + 1)
        out.append(UInt8(ascii: "{"))
        for i in view.pointee.offsets[row]..<view.pointee.offsets[row + 1] {
            if i > view.pointee.offsets[row] { out.append(UInt8(ascii: ",")) }
            // Keys are strings in JSON, whatever they are here.
            var key = TextOutput(capacity: 64)
            appendOrNull(keys, Int(i), to: &key)
            if key.base[0] == UInt8(ascii: "\"") { out.append(key.bytes) } else { out.append(jsonString: key.bytes) }
            out.append(UInt8(ascii: ":"))
            appendOrNull(values, Int(i), to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    private static func appendWord(_ value: Double, to out: inout TextOutput) {
        out.append(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    }
}
