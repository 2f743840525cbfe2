/// A picture of numbers before it is drawn: what stands where, and nothing of letters or points. Drawing is pure: the same chart and the same screen give
/// the same text.
package struct Chart: Sendable, Equatable {
    package struct Axis: Sendable, Equatable {
        var title: String
        var unit = AxisUnit.number
        var isLogarithmic = false

        package init(title: String, unit: AxisUnit = .number, isLogarithmic: Bool = false) { (self.title, self.unit, self.isLogarithmic) = (title, unit, isLogarithmic) }
    }

    /// One place of a line or a scatter plot; of a line over many rows, with the lowest and the highest value that stand here.
    package struct Point: Sendable, Equatable {
        var x: Double
        var y: Double
        var low: Double
        var high: Double
        /// How many rows stand here.
        var weight: Double

        package init(_ x: Double, _ y: Double, low: Double? = nil, high: Double? = nil, weight: Double = 1) {
            (self.x, self.y, self.low, self.high, self.weight) = (x, y, low ?? y, high ?? y, weight)
        }
    }

    package enum Content: Sendable, Equatable {
        /// For each series a value for each label; nil where there is none.
        case bars(labels: [String], values: [[Double?]])
        /// One count between each two edges.
        case histogram(edges: [Double], counts: [Double])
        /// For each series its points, x ascending.
        case lines([[Point]])
        case scatter([[Point]])
    }

    var title: String
    var content: Content
    /// What the series are called.
    var series: [String]
    var x: Axis
    var y: Axis
    /// What is said beneath the picture, a sentence each.
    var notes: [String] = []
    /// Columns and lines of letters that were asked for; nil to fit the screen.
    var width: Int?
    var height: Int?
    /// Whether the last bar stands for all that the others do not; it has a length only where that is no longer than theirs.
    var endsWithOthers = false

    package init(
        title: String, content: Content, series: [String], x: Axis, y: Axis, notes: [String] = [], width: Int? = nil, height: Int? = nil, endsWithOthers: Bool = false
    ) {
        (self.title, self.content, self.series, self.x, self.y) = (title, content, series, x, y)
        (self.notes, self.width, self.height, self.endsWithOthers) = (notes, width, height, endsWithOthers)
    }

    /// Whether there is anything to draw.
    var isEmpty: Bool {
        switch content {
        case .bars(let labels, _): labels.isEmpty
        case .histogram(_, let counts): counts.isEmpty
        case .lines(let series), .scatter(let series): series.allSatisfy(\.isEmpty)
        }
    }

    /// What a reader who sees nothing is told.
    var summary: String {
        let kind: String
        switch content {
        case .bars(let labels, _): kind = "Bar chart of \(y.title) for \(NumberText.count(labels.count)) values of \(x.title)"
        case .histogram(_, let counts): kind = "Histogram of \(x.title) in \(counts.count) bins"
        case .lines: kind = "Line chart of \(y.title) over \(x.title)"
        case .scatter: kind = "Scatter plot of \(y.title) over \(x.title)"
        }
        return ([kind] + notes).joined(separator: ". ") + "."
    }
}
