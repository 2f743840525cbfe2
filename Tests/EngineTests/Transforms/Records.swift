import Columnar

/// Batches as JSON records, one a line, so that tests read like the data they are about.
///
/// Reading types values as a JSON reader does (integers of 32 bits are `int`, longer ones `long`, other numbers `double`). Writing gives
/// dates as `date(days)`, timestamps as `timestamp(microseconds)`, binaries as `binary(bytes)`.
func records(_ lines: String...) -> Batch {
    let builder = RecordBuilder()
    for line in lines {
        var parser = RecordParser(line)
        parser.record(into: builder)
    }
    return builder.finish()
}

/// A column of one record field.
func column(_ lines: String...) -> Column {
    let builder = VariantBuilder()
    for line in lines {
        var parser = RecordParser(line)
        parser.value(into: builder)
    }
    return builder.finish()
}

func text(_ batch: Batch) -> [String] {
    (0..<batch.count).map { row in
        "{" + zip(batch.schema.fields, batch.columns).map { "\"\($0.name)\": \(text($1.value(at: row)))" }.joined(separator: ", ") + "}"
    }
}

func text(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .boolean(let v): return "\(v)"
    case .integer(let v): return "\(v)"
    case .double(let v): return "\(v)"
    case .decimal(let unscaled, let scale):
        var digits = String(unscaled.magnitude)
        while digits.count <= scale { digits = "0" + digits }
        if scale > 0 { digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale)) }
        return (unscaled < 0 ? "-" : "") + digits
    case .string(let bytes): return "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    case .binary(let bytes): return "binary(\(bytes))"
    case .date(let days): return "date(\(days))"
    case .timestamp(let microseconds): return "timestamp(\(microseconds))"
    case .array(let elements): return "[" + elements.map { text($0) }.joined(separator: ", ") + "]"
    case .struct(let fields): return "{" + fields.map { "\"\($0.name)\": \(text($0.value))" }.joined(separator: ", ") + "}"
    case .map(let entries): return "{" + entries.map { "\(text($0.key)) -> \(text($0.value))" }.joined(separator: ", ") + "}"
    }
}

/// A schema as `name:type` pairs, in Hive's words.
func text(_ schema: Schema) -> String { schema.fields.map { "\($0.name):\($0.type.hiveName)" }.joined(separator: ", ") }

private struct RecordParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func record(into record: RecordBuilder) {
        expect("{")
        while !take("}") {
            let name = string()
            expect(":")
            value(into: record.field(name)!)
            _ = take(",")
        }
        record.endRow()
    }

    mutating func value(into builder: VariantBuilder) {
        skipSpaces()
        switch bytes[position] {
        case UInt8(ascii: "{"): record(into: builder.beginStruct())
        case UInt8(ascii: "["):
            position += 1
            let elements = builder.beginArray()
            while !take("]") {
                value(into: elements)
                _ = take(",")
            }
            builder.endArray()
        case UInt8(ascii: "\""): builder.append(string: string())
        default:
            let start = position
            while position < bytes.count, !",]} ".utf8.contains(bytes[position]) { position += 1 }
            let word = String(decoding: bytes[start..<position], as: UTF8.self)
            switch word {
            case "null": builder.appendNull()
            case "true": builder.append(bool: true)
            case "false": builder.append(bool: false)
            default:
                if let integer = Int64(word) { builder.append(jsonInteger: integer) } else { builder.append(double: Double(word)!) }
            }
        }
    }

    private mutating func string() -> String {
        expect("\"")
        let start = position
        while bytes[position] != UInt8(ascii: "\"") { position += 1 }
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func expect(_ character: Character) { precondition(take(character), "\(character) expected in a test's record") }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }
}
