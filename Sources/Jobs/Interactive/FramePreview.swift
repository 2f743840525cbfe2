internal import Columnar
public import Scripting

/// The first rows of a frame, or of anything else that has columns, as a table to look at.
public struct FramePreview: Displayable, Sendable {
    public struct Column: Sendable, Equatable {
        public let name: String
        /// What stands under the name; nothing where the values have no type of their own.
        public let type: String
        /// Whether the values stand to the right.
        public let isNumeric: Bool
        /// Whether a part of a value would be taken for another one, as with numbers and times.
        let isWhole: Bool

        public init(_ name: String, type: String = "", isNumeric: Bool = false, isWhole: Bool? = nil) {
            (self.name, self.type, self.isNumeric, self.isWhole) = (name, type, isNumeric, isWhole ?? isNumeric)
        }
    }

    public let columns: [Column]
    /// A text a column, escaped so that it cannot steer a terminal; nil for a null.
    public let rows: [[String?]]
    public let total: RowTotal

    public init(columns: [Column], rows: [[String?]], total: RowTotal? = nil) {
        (self.columns, self.rows) = (columns, rows)
        self.total = total ?? .exactly(rows.count)
    }

    public init(_ sample: FrameSample) {
        columns = zip(sample.names, sample.rows.schema.fields).map { name, field in
            Column(TerminalText.escaped(name), type: TerminalText.escaped(Self.typeName(field.type)), isNumeric: field.type.isNumeric, isWhole: field.type.isNumeric || field.type == .date || field.type == .timestamp)
        }
        let fields = sample.rows.schema.fields
        rows = (0..<sample.rows.count).map { row in
            zip(sample.rows.columns, fields).map { CellText.text($0.value(at: row), $1.type) }
        }
        total = sample.total
    }

    /// The type as `printSchema` calls it.
    static func typeName(_ type: DataType) -> String {
        if case .decimal(let precision, let scale) = type { return "decimal(\(precision),\(scale))" }
        return type.name
    }

    /// What is said of the rows that are not shown; nil where all are.
    var rowNote: String? {
        switch total {
        case .exactly(let count):
            let left = count - rows.count
            return left > 0 ? "… \(Self.grouped(left)) more row\(left == 1 ? "" : "s")" : nil
        case .moreThan(let count):
            let left = count - rows.count
            return left > 0 ? "… more than \(Self.grouped(left)) more rows" : "… more rows"
        }
    }

    /// What is said of how many rows there are, where all are shown.
    var sizeNote: String { "\(Self.grouped(rows.count)) row\(rows.count == 1 ? "" : "s")" }

    /// A number with its digits in groups of three: `1,204`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
