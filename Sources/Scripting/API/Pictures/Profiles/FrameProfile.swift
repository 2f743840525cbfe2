internal import Columnar

/// What a profile says of a frame, as texts and numbers that are ready to be shown.
struct FrameProfile: Sendable, Equatable {
    struct Top: Sendable, Equatable {
        let text: String
        let count: Int
    }

    struct Lengths: Sendable, Equatable {
        let least: Int
        let most: Int
        let mean: Double
        /// What is counted: `letters`, `bytes`, `elements`.
        let unit: String
    }

    struct Column: Sendable, Equatable {
        var name: String
        var type: String
        /// Whether it is a field of a struct that stands above it.
        var isField = false
        var unit = AxisUnit.number
        var rows = 0
        var nulls = 0
        /// Rows that are NaN.
        var notNumbers = 0
        var distinct: Int?
        var isDistinctExact = true
        var least: String?
        var most: String?
        var mean: Double?
        var deviation: Double?
        var quartiles: [Double]?
        /// Rows in parts of the range that are equally wide; empty where there is no range.
        var histogram: [Double] = []
        var top: [Top] = []
        var areTopCountsExact = true
        var lengths: Lengths?
        /// Rows that are true, of booleans.
        var trues: Int?

        /// The number of different values, with `~` where it is an estimate.
        var distinctText: String { distinct.map { (isDistinctExact ? "" : "~") + NumberText.count($0) } ?? "" }

        func text(_ value: Double?) -> String { value.map { unit.text($0) } ?? "" }
    }

    var rows: Int
    var columns: [Column]

    /// Parts of a small histogram.
    static let parts = 10

    var title: String {
        let count = columns.count { !$0.isField }
        return "\(NumberText.count(rows)) row\(rows == 1 ? "" : "s"), \(NumberText.count(count)) column\(count == 1 ? "" : "s")"
    }
}

extension FrameProfile.Column {
    init(name: String, isField: Bool, _ facts: ColumnFacts) {
        self.init(name: name, type: facts.type.hiveName, isField: isField, unit: facts.type.axisUnit)
        (rows, nulls, notNumbers) = (facts.rows, facts.nulls, facts.notNumbers)
        (distinct, isDistinctExact) = (facts.distinct, facts.isDistinctExact)
        (mean, deviation, quartiles) = (facts.mean, facts.deviation, facts.quartiles)
        (least, most) = (Self.text(facts.least, facts.type), Self.text(facts.most, facts.type))
        // Few whole numbers have a part each.
        let span = facts.type.isInteger ? facts.range.map { $0.high - $0.low } ?? 0 : .infinity
        histogram = facts.histogram(parts: span < Double(FrameProfile.parts) ? Int(span) + 1 : FrameProfile.parts)
        areTopCountsExact = facts.areTopCountsExact
        top = facts.top.map { FrameProfile.Top(text: Self.text($0.value, facts.type) ?? "", count: $0.count) }
        if facts.type == .boolean { trues = facts.trues }
        if let lengths = facts.lengths {
            let unit =
                switch facts.type {
                case .string: "letters"
                case .binary: "bytes"
                case .map: "entries"
                default: "elements"
                }
            self.lengths = FrameProfile.Lengths(least: lengths.least, most: lengths.most, mean: lengths.mean, unit: unit)
        }
    }

    /// A value in full.
    private static func text(_ value: Value, _ type: DataType) -> String? {
        switch value {
        case .null: nil
        case .boolean(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): NumberText.value(number, digits: type == .float ? 7 : 15).replacing(",", with: "")
        case .decimal(let unscaled, let scale): decimal(unscaled, scale)
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        case .binary(let bytes): bytes.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + (bytes.count > 16 ? "…" : "")
        case .date(let days): MomentText.date(days: Double(days))
        case .timestamp(let microseconds): MomentText.moment(microseconds: Double(microseconds))
        default: nil
        }
    }

    private static func decimal(_ unscaled: Int128, _ scale: Int) -> String {
        var digits = String(unscaled.magnitude)
        if scale > 0 {
            digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return (unscaled < 0 ? "-" : "") + digits
    }
}
