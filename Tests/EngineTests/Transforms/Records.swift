import Columnar

/// Batches as JSON records, one a line, so that tests read like the data they are about.
///
/// Values are typed as a JSON reader types them: integers of 32 bits are `int`, longer ones `long`, other numbers `double`.
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

/// Each row as `show` prints it.
func text(_ batch: Batch) -> [String] { (0..<batch.count).map { batch.json(row: $0) } }

/// One value as `show` prints it.
func text(_ column: Column, _ row: Int) -> String {
    var out = TextBuffer()
    column.appendJSON(row: row, to: &out)
    return out.string
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
