internal import Columnar
internal import Engine

/// Asks the engine for what a picture shows: some hundreds of numbers, however many rows there are.
///
/// Rows are filtered, grouped and counted by plans; a line or a scatter plot over many rows is made from a grid of places.
struct PlotData {
    let request: PlotRequest
    let frame: DataFrame
    let relation: Relation

    /// Bars where `limit` says nothing.
    static let bars = 20
    /// Points up to which each is drawn for itself.
    static let points = 2_000
    /// Places along a line that has more.
    static let places = 720
    /// Cells of the grid that many points of a scatter plot are counted in.
    static let grid = (across: 180, up: 120)
    /// Different places up to which rows are grouped by x before they are drawn as a line.
    static let groups = 200_000

    init(_ request: PlotRequest, _ frame: DataFrame) throws { (self.request, self.frame, relation) = (request, frame, try frame.relation()) }

    func chart() throws -> Chart {
        switch request.kind {
        case .bar: return try bars()
        case .histogram: return try histogram()
        case .line: return try lines()
        case .scatter: return try scatter()
        }
    }

    // MARK: Queries

    /// A part of the frame's columns under known names.
    private func selected(_ items: [(Expression, String)]) throws -> Relation { try relation.select(items.map { Select.Item(.alias($0.0, $0.1)) }) }

    private func column(_ relation: Relation, _ index: Int) -> Expression { .attribute(relation.attributes[index].reference) }

    private func rows(_ relation: Relation) throws -> Batch { try frame.with(relation).rows() }

    /// The values of a result of one row.
    private func row(_ relation: Relation) throws -> [Value] {
        let batch = try rows(relation)
        return batch.columns.map { batch.count > 0 ? $0.value(at: 0) : .null }
    }

    private func sql(_ text: String, _ arguments: Expression...) throws -> Expression { try Expression(sql: text, arguments) }

    /// A column's place on an axis.
    private func number(_ attribute: Attribute) throws -> Expression {
        let column = Expression.attribute(attribute.reference)
        switch attribute.type {
        case .date: return try sql("cast(unix_date(_0) as double)", column)
        case .timestamp: return try sql("cast(unix_micros(_0) as double)", column)
        default: return .cast(column, .double)
        }
    }

    /// Whether a double is one that has a place.
    private func isFinite(_ value: Expression) throws -> Expression { try sql("_0 is not null and not isnan(_0) and abs(_0) <= 1.7976931348623157E308D", value) }

    // MARK: Words

    private static func integer(_ value: Value) -> Int { if case .integer(let number) = value { Int(number) } else { 0 } }
    private static func double(_ value: Value) -> Double? { if case .double(let number) = value { number } else { value.asNumber } }

    private func rowsText(_ count: Int) -> String { "\(NumberText.count(count)) row\(count == 1 ? "" : "s")" }

    /// What is said of a picture without anything in it.
    private func nothing(_ count: Int, of names: [String]) -> String {
        if count == 0 { return "Nothing to draw: the frame has no rows." }
        let whose = names.map { "'\($0)'" }.joined(separator: " and ")
        return "Nothing to draw: none of the \(rowsText(count)) has a number in \(whose) that is neither null nor NaN."
    }

    private func leftOut(_ count: Int, of names: [String]) -> [String] {
        if count == 0 { return [] }
        return ["\(rowsText(count)) without a number in \(names.map { "'\($0)'" }.joined(separator: " or ")) \(count == 1 ? "is" : "are") left out."]
    }

    private func chart(_ content: Chart.Content, series: [String], y: Chart.Axis, notes: [String], title: String) -> Chart {
        Chart(
            title: request.title ?? title, content: content, series: series, x: Chart.Axis(title: request.x.name, unit: request.x.type.axisUnit), y: y, notes: notes,
            width: request.width, height: request.height)
    }

    // MARK: Bars

    /// The largest bars, and one for all others together.
    private func bars() throws -> Chart {
        let limit = request.limit ?? Self.bars
        let aggregate = request.aggregate ?? (request.y.isEmpty ? nil : .sum)
        let base = try selected([(.attribute(request.x.reference), "x")] + request.y.enumerated().map { (.attribute($1.reference), "y\($0)") })
        let x = column(base, 0)
        let count = Expression.aggregate(AggregateCall(.count, []))
        var measures: [Expression] = try request.y.indices.map { try sql(aggregate?.sql ?? "sum(_0)", column(base, $0 + 1)) }
        if measures.isEmpty { measures = [count] }
        func items(_ more: [Expression]) -> [Select.Item] { (measures + more).enumerated().map { Select.Item(.alias($1, "m\($0)")) } }

        let groups = try base.aggregate(by: [Select.Item(x)], items([count]))
        // Rows that are in an order already keep it, where they are bars as they stand.
        var kept = try isSorted ? rows(base.limited(to: limit + 1)) : nil
        if let found = kept, found.count > limit || Set(found.columns[0].values).count < found.count || request.y.isEmpty { kept = nil }
        var others: [Value]?
        var hidden = 0
        var top: Batch
        if let kept {
            top = kept
        } else {
            let keys = [SortNode.Key(column(groups, 1), descending: true, nullsFirst: false), SortNode.Key(column(groups, 0), descending: false)]
            top = try rows(try groups.sorted(by: keys).limited(to: limit + 2))
            // One bar for one other value would say less than that value's own.
            if top.count > limit + 1 {
                top = top.slice(0..<limit)
                let values = top.columns[0].values
                let some = values.filter { $0 != .null }.map { Expression.literal($0, request.x.type) }
                let known = try some.isEmpty ? Expression.literal(false) : sql("coalesce(_0, false)", .membership(x, some))
                let isOther = values.contains(.null) ? try sql("_0 is not null and not _1", x, known) : .not(known)
                let rest = try base.filter(isOther)
                let found = try row(try rest.aggregate(by: [], items([try sql("count(distinct _0)", x), try sql("count_if(_0 is null)", x)])))
                hidden = Self.integer(found[measures.count]) + (Self.integer(found[measures.count + 1]) > 0 ? 1 : 0)
                others = Array(found.prefix(measures.count))
            }
        }
        var order = Array(0..<top.count)
        if kept == nil, request.x.type.isOrdered || request.x.type == .boolean {
            let places = top.columns[0].values.map { $0.asNumber ?? .infinity }
            order.sort { places[$0] < places[$1] }
        }
        var labels = order.map { label(top.columns[0].value(at: $0)) }
        var values = measures.indices.map { m in order.map { Self.double(top.columns[m + 1].value(at: $0)) } }
        if let others {
            labels.append("others (\(NumberText.count(hidden)))")
            for m in values.indices { values[m].append(Self.double(others[m])) }
        }
        // Where each bar is one row, nothing was made of several.
        let isPlain = kept != nil || others == nil && top.columns[top.columns.count - 1].values.allSatisfy { $0 == .integer(1) } && ["sum", "avg", "min", "max", "median"].contains(aggregate?.name ?? "")
        let names = request.y.map { isPlain ? $0.name : "\(aggregate?.name ?? "sum") of \($0.name)" }
        let y = names.isEmpty ? "count" : names.joined(separator: ", ")
        var notes: [String] = []
        if labels.isEmpty { notes.append("Nothing to draw: the frame has no rows.") }
        if others != nil { notes.append("The \(NumberText.count(limit)) largest of \(NumberText.count(hidden + limit)) values of '\(request.x.name)'; limit = n shows more.") }
        let numbers = values.joined().compactMap { $0 }
        if !labels.isEmpty, numbers.isEmpty { notes.append("Every value of \(y) is null.") }
        if request.isLogarithmic, !labels.isEmpty {
            let without = numbers.count { $0 <= 0 }
            notes.append("Logarithmic lengths." + (without > 0 ? " \(without) value\(without == 1 ? " that is" : "s that are") not above 0 \(without == 1 ? "has" : "have") no bar." : ""))
        }
        var made = chart(
            .bars(labels: labels, values: values), series: names.isEmpty ? ["count"] : names, y: Chart.Axis(title: y, isLogarithmic: request.isLogarithmic), notes: notes,
            title: "\(y) by \(request.x.name)")
        made.endsWithOthers = others != nil
        return made
    }

    private var isSorted: Bool { relation.plan.selfAndAncestors.first { !($0 is ProjectNode || $0 is SelectColumnsNode) } is SortNode }

    private func label(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): NumberText.value(number, digits: 6)
        case .decimal: value.asNumber.map { NumberText.value($0, digits: 6) } ?? ""
        case .string(let bytes): bytes.isEmpty ? "(empty)" : String(decoding: bytes.prefix(400), as: UTF8.self)
        case .binary(let bytes): bytes.prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + (bytes.count > 12 ? "…" : "")
        case .date(let days): MomentText.date(days: Double(days))
        case .timestamp(let microseconds): MomentText.moment(microseconds: Double(microseconds))
        case .array(let items): "[" + items.prefix(10).map(label).joined(separator: ", ") + (items.count > 10 ? ", …" : "") + "]"
        case .struct(let fields): "{" + fields.prefix(10).map { label($0.value) }.joined(separator: ", ") + (fields.count > 10 ? ", …" : "") + "}"
        case .map: "(a map)"
        }
    }

    // MARK: Histograms

    private func histogram() throws -> Chart {
        let base = try selected([(try number(request.x), "x")])
        let x = column(base, 0)
        let good = try sql("if(_1, _0, null)", x, try isFinite(x))
        let facts = try row(try base.aggregate(by: [], try [sql("count(*)"), sql("count(_0)", good), sql("min(_0)", good), sql("max(_0)", good)].enumerated().map { Select.Item(.alias($1, "f\($0)")) }))
        let (all, count) = (Self.integer(facts[0]), Self.integer(facts[1]))
        let title = "distribution of \(request.x.name)"
        let y = Chart.Axis(title: "count", unit: .whole, isLogarithmic: request.isLogarithmic)
        guard let low = Self.double(facts[2]), let high = Self.double(facts[3]) else {
            return chart(.histogram(edges: [], counts: []), series: ["count"], y: y, notes: [nothing(all, of: [request.x.name])], title: title)
        }
        let bins = HistogramBins(low: low, high: high, count: count, unit: request.x.type.axisUnit, wanted: request.bins)
        let number = try bins.expression(of: x)
        let counted = try base.filter(try isFinite(x)).aggregate(by: [Select.Item(.alias(number, "bin"))], [Select.Item(.alias(try sql("count(*)"), "n"))])
        let found = try rows(counted)
        var counts = [Double](repeating: 0, count: bins.count)
        for i in 0..<found.count {
            let bin = Self.integer(found.columns[0].value(at: i))
            if counts.indices.contains(bin) { counts[bin] += Double(Self.integer(found.columns[1].value(at: i))) }
        }
        let unit = request.x.type.axisUnit
        let width = unit == .date || unit == .timestamp ? "" : ", each \(NumberText.value(bins.width)) wide"
        let notes = ["\(rowsText(count)) from \(unit.text(low)) to \(unit.text(high)) in \(bins.count) bin\(bins.count == 1 ? "" : "s")\(width)."] + leftOut(all - count, of: [request.x.name])
            + (request.isLogarithmic ? ["Logarithmic counts."] : [])
        return chart(.histogram(edges: bins.edges, counts: counts), series: ["count"], y: y, notes: notes, title: title)
    }

    // MARK: Lines

    private func lines() throws -> Chart {
        let base = try selected([(try number(request.x), "x")] + request.y.enumerated().map { (takesAnything ? .attribute($1.reference) : try number($1), "y\($0)") })
        let x = column(base, 0)
        let there = try base.filter(try isFinite(x))
        let facts = try row(
            try base.aggregate(
                by: [],
                try [sql("count(*)"), sql("count_if(_0)", try isFinite(x)), sql("approx_count_distinct(_0)", x), sql("min(if(_1, _0, null))", x, try isFinite(x)), sql("max(if(_1, _0, null))", x, try isFinite(x))]
                    .enumerated().map { Select.Item(.alias($1, "f\($0)")) }))
        let (all, count, different) = (Self.integer(facts[0]), Self.integer(facts[1]), Self.integer(facts[2]))
        var notes = leftOut(all - count, of: [request.x.name])
        let aggregate = request.aggregate ?? .average
        // Of so many rows with an x of their own each place shows the lowest and the highest, whatever repeats.
        let isDirect = request.aggregate == nil && !request.y.isEmpty && different > Self.groups
        var source: Relation
        var repeats = false
        if isDirect {
            source = there
        } else {
            let columns = there.attributes.indices.dropFirst()
            var measures = try columns.map { try sql(aggregate.sql, takesAnything ? column(there, $0) : sql("if(_1, _0, null)", column(there, $0), try isFinite(column(there, $0)))) }
            if measures.isEmpty { measures = [try sql("count(*)")] }
            source = try there.aggregate(by: [Select.Item(column(there, 0))], (measures.map { .cast($0, .double) } + [try sql("count(*)")]).enumerated().map { Select.Item(.alias($1, "m\($0)")) })
        }
        let series = max(1, request.y.count)
        var points = [[Chart.Point]](repeating: [], count: series)
        let most = request.limit ?? Self.points
        var isReduced = isDirect
        if !isDirect {
            let found = try rows(try source.sorted(by: [SortNode.Key(column(source, 0), descending: false)]).limited(to: most + 1))
            repeats = found.columns[series + 1].values.contains { $0 != .integer(1) }
            isReduced = found.count > most
            if !isReduced {
                for i in 0..<found.count {
                    guard let place = Self.double(found.columns[0].value(at: i)) else { continue }
                    for s in 0..<series { if let y = Self.double(found.columns[s + 1].value(at: i)), y.isFinite { points[s].append(Chart.Point(place, y)) } }
                }
            }
        }
        if isReduced, let low = Self.double(facts[3]), let high = Self.double(facts[4]) {
            let places = min(most, Self.places)
            let bins = HistogramBins(low: low, high: high, count: count, unit: .number, wanted: places)
            var items = [Select.Item(.alias(try sql("avg(_0)", column(source, 0)), "x"))]
            for s in 0..<series {
                let y = column(source, s + 1)
                let good = try sql("if(_1, _0, null)", y, try isFinite(y))
                for (name, text) in [("avg", "avg(_0)"), ("low", "min(_0)"), ("high", "max(_0)")] { items.append(Select.Item(.alias(try sql(text, good), "\(name)\(s)"))) }
            }
            let reduced = try source.aggregate(by: [Select.Item(.alias(try bins.expression(of: column(source, 0)), "bin"))], items)
            let found = try rows(try reduced.sorted(by: [SortNode.Key(column(reduced, 0), descending: false)]))
            for i in 0..<found.count {
                guard let place = Self.double(found.columns[1].value(at: i)) else { continue }
                for s in 0..<series {
                    let values = (0..<3).map { Self.double(found.columns[2 + s * 3 + $0].value(at: i)) }
                    if let y = values[0], y.isFinite { points[s].append(Chart.Point(place, y, low: values[1], high: values[2])) }
                }
            }
            notes.insert("\(isDirect ? rowsText(count) : "Many points") in \(NumberText.count(found.count)) places: a line through the averages, and strokes from the lowest to the highest value.", at: 0)
        }
        let isCount = aggregate.name.hasPrefix("count")
        let names = request.y.map { repeats || isCount ? "\(aggregate.name) of \($0.name)" : $0.name }
        let y = names.isEmpty ? "count" : names.joined(separator: ", ")
        if points.allSatisfy(\.isEmpty) { notes = [nothing(all, of: [request.x.name] + request.y.map(\.name))] }
        notes += logarithmicNotes(points)
        return chart(
            .lines(points), series: names.isEmpty ? ["count"] : names, y: Chart.Axis(title: y, isLogarithmic: isLogarithmic(points)), notes: notes, title: "\(y) over \(request.x.name)")
    }

    private var takesAnything: Bool { request.aggregate?.takesAnything ?? false }

    /// A logarithmic axis needs a value above 0.
    private func isLogarithmic(_ points: [[Chart.Point]]) -> Bool { request.isLogarithmic && !points.joined().isEmpty && points.joined().allSatisfy { $0.low > 0 } }

    private func logarithmicNotes(_ points: [[Chart.Point]]) -> [String] {
        guard request.isLogarithmic, !points.joined().isEmpty else { return [] }
        return [isLogarithmic(points) ? "Logarithmic axis." : "The axis is not logarithmic: some values are not above 0."]
    }

    // MARK: Points

    private func scatter() throws -> Chart {
        let base = try selected([(try number(request.x), "x")] + request.y.enumerated().map { (try number($1), "y\($0)") })
        let x = column(base, 0)
        let ys = request.y.indices.map { column(base, $0 + 1) }
        var items = try [sql("count(*)")]
        for y in ys {
            let good = try sql("_0 and _1", try isFinite(x), try isFinite(y))
            items += [try sql("count_if(_0)", good)]
            for value in [x, y] { items += [try sql("min(if(_1, _0, null))", value, good), try sql("max(if(_1, _0, null))", value, good)] }
        }
        let facts = try row(try base.aggregate(by: [], items.enumerated().map { Select.Item(.alias($1, "f\($0)")) }))
        let all = Self.integer(facts[0])
        let counts = ys.indices.map { Self.integer(facts[1 + $0 * 5]) }
        let total = counts.reduce(0, +)
        var notes: [String] = []
        var points: [[Chart.Point]] = []
        for (s, y) in ys.enumerated() {
            guard counts[s] > 0, let left = Self.double(facts[2 + s * 5]), let right = Self.double(facts[3 + s * 5]), let low = Self.double(facts[4 + s * 5]), let high = Self.double(facts[5 + s * 5]) else {
                points.append([])
                continue
            }
            let there = try base.filter(try sql("_0 and _1", try isFinite(x), try isFinite(y)))
            if total <= Self.points || request.limit != nil {
                var source = there
                if let limit = request.limit, counts[s] > limit {
                    // The same rows each time.
                    source = there.over(SampleNode(there.plan, fraction: min(1, Double(limit) / Double(counts[s])), seed: 42))
                    notes.append("A sample of about \(NumberText.count(limit)) of \(rowsText(counts[s])).")
                }
                let found = try rows(try source.select([Select.Item(column(there, 0)), Select.Item(column(there, s + 1))]))
                points.append((0..<found.count).compactMap { i in
                    guard let x = Self.double(found.columns[0].value(at: i)), let y = Self.double(found.columns[1].value(at: i)) else { return nil }
                    return Chart.Point(x, y)
                })
            } else {
                let across = HistogramBins(low: left, high: right, count: counts[s], unit: .number, wanted: Self.grid.across)
                let up = HistogramBins(low: low, high: high, count: counts[s], unit: .number, wanted: Self.grid.up)
                let cells = try there.aggregate(
                    by: [Select.Item(.alias(try across.expression(of: column(there, 0)), "across")), Select.Item(.alias(try up.expression(of: column(there, s + 1)), "up"))],
                    try [sql("avg(_0)", column(there, 0)), sql("avg(_0)", column(there, s + 1)), sql("count(*)")].enumerated().map { Select.Item(.alias($1, "m\($0)")) })
                let found = try rows(try cells.sorted(by: [SortNode.Key(column(cells, 0), descending: false), SortNode.Key(column(cells, 1), descending: false)]))
                points.append((0..<found.count).compactMap { i in
                    guard let x = Self.double(found.columns[2].value(at: i)), let y = Self.double(found.columns[3].value(at: i)) else { return nil }
                    return Chart.Point(x, y, weight: Double(Self.integer(found.columns[4].value(at: i))))
                })
                notes.append("\(rowsText(counts[s]))\(ys.count > 1 ? " with '\(request.y[s].name)'" : "") in \(NumberText.count(found.count)) places.")
            }
        }
        let y = request.y.map(\.name).joined(separator: ", ")
        if total == 0 { notes = [nothing(all, of: [request.x.name] + request.y.map(\.name))] } else { notes += leftOut(all - (counts.max() ?? 0), of: [request.x.name] + request.y.map(\.name)) }
        notes += logarithmicNotes(points)
        return chart(.scatter(points), series: request.y.map(\.name), y: Chart.Axis(title: y, isLogarithmic: isLogarithmic(points)), notes: notes, title: "\(y) over \(request.x.name)")
    }
}
