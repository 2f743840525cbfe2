import Columnar
import Testing

import Engine

/// A relation of which only what it says of itself is known.
private struct NamedSource: BatchSource {
    let name: String
    let schema: FrameSchema
    var rows: Int?
    var distinct: [String: Int] = [:]
    func statistics() -> SourceStatistics? { rows.map { SourceStatistics(rows: $0, isExact: true) } }
    func statistics(of column: String) -> SourceColumnStatistics? {
        distinct[column].map { SourceColumnStatistics(min: .integer(1), max: .integer(Int64($0)), nullFraction: 0, distinct: $0) }
    }
    func open(_ request: ScanRequest, context: ScanContext) throws -> any BatchScan { MemoryScan([]) }
}

/// Short ways to write plans, and their text, for golden tests of rules.
enum Plans {
    /// A scan: `scan("sales", "id long, amount double")`.
    ///
    /// - Parameters:
    ///   - rows: how many rows the source says that it has.
    ///   - distinct: how many values its columns have, from 1 on.
    static func scan(_ name: String, _ columns: String, rows: Int? = nil, distinct: [String: Int] = [:]) -> PlanNode {
        let fields = columns.split(separator: ",").map { column -> Field in
            let words = column.split(separator: " ").map(String.init)
            let types: [String: DataType] = ["long": .long, "int": .int, "double": .double, "string": .string, "date": .date, "array": .array(.long)]
            return Field(words[0], types[words[1]] ?? .null)
        }
        return ScanNode(NamedSource(name: name, schema: .exact(Schema(fields)), rows: rows, distinct: distinct))
    }

    static let l = scan("l", "a long, b string, c double")
    static let r = scan("r", "x long, y string, z double")
    static let t = scan("t", "k long, v string")

    static func expression(_ text: String) throws -> Expression { try Expression(parsing: text) }

    static func filter(_ input: PlanNode, _ condition: String) throws -> PlanNode { FilterNode(input, condition: try expression(condition)) }

    static func project(_ input: PlanNode, _ columns: (String, String)...) throws -> PlanNode {
        ProjectNode(input, columns: try columns.map { NamedExpression($0.0, try expression($0.1)) })
    }

    static func join(
        _ left: PlanNode, _ right: PlanNode, _ kind: JoinNode.Kind = .inner, _ keys: [(String, String)] = [], _ condition: String? = nil
    ) throws -> PlanNode {
        JoinNode(
            left, right, kind: kind, keys: try keys.map { JoinNode.Key(try expression($0.0), try expression($0.1)) }, condition: try condition.map(expression))
    }

    static func aggregate(_ input: PlanNode, by keys: [String], _ aggregates: Aggregate...) throws -> PlanNode {
        AggregateNode(input, keys: try keys.map { NamedExpression($0, try expression($0)) }, aggregates: aggregates)
    }

    /// The plan after rewriting, a node a line, without what is wanted of scans.
    static func rewritten(_ plan: PlanNode) -> [String] { text(PlanRewriter().rewritten(plan)) }

    static func text(_ plan: PlanNode) -> [String] {
        var lines = [plan.label + (plan.detail.isEmpty ? "" : " (\(plan.detail))")]
        for input in plan.inputs { lines += text(input).map { "  " + $0 } }
        return lines
    }
}
