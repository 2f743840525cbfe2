/// Metrics in Prometheus' text format 0.0.4: families, each with its help, its type and its samples.
package struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package enum Kind: String {
        case counter, gauge, histogram
    }

    package typealias Labels = [(name: String, value: String)]

    package private(set) var text = ""
    private var family = ""

    package init() {}

    /// Begins a family; its samples follow at once.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample of the family.
    ///
    /// - Parameter suffix: of the family's name, as histograms have them.
    package mutating func add(_ value: Double, _ labels: Labels = [], suffix: String = "") {
        text += family + suffix
        if !labels.isEmpty { text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}" }
        text += " \(Self.number(value))\n"
    }

    package mutating func add(_ histogram: Histogram, _ labels: Labels = []) {
        var count = 0
        for (bound, counted) in zip(histogram.bounds + [.infinity], histogram.counts) {
            count += counted
            add(Double(count), labels + [("le", Self.number(bound))], suffix: "_bucket")
        }
        add(histogram.sum, labels, suffix: "_sum")
        add(Double(count), labels, suffix: "_count")
    }

    /// A family of one sample without labels.
    package mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        begin(name, kind, help)
        add(value)
    }

    package static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    /// Backslashes and line ends as the format wants them, and quotes in the values of labels.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// How often values fell into ranges.
package struct Histogram: Hashable, Sendable {
    /// The ranges' upper bounds, which belong to them, in order; the last range has none.
    let bounds: [Double]
    /// One more than there are bounds.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    package init(_ bounds: [Double]) { (self.bounds, counts) = (bounds, Array(repeating: 0, count: bounds.count + 1)) }

    package mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}
