internal import GRDB

/// The part of a partition filter that the database can decide by its index alone.
///
/// The SQL condition is true for at least the partitions that are meant: what SQL cannot say becomes TRUE. Because an expression has no `NOT`
/// over groups, widening its leaves can only widen the whole. `isExact` says that nothing was widened, so that no partition need be tested again.
struct PartitionFilterSQL {
    /// How many of the first values have a column of their own.
    static let indexedKeys = 4

    let condition: String
    let arguments: StatementArguments
    let isExact: Bool

    init(_ matcher: PartitionMatcher) {
        var builder = Builder()
        condition = builder.build(matcher.root)
        arguments = StatementArguments(builder.arguments)
        isExact = builder.isExact
    }

    private struct Builder {
        var arguments: [String] = []
        var isExact = true

        mutating func build(_ node: PartitionMatcher.Node) -> String {
            switch node {
            case .everything: return "TRUE"
            case .and(let a, let b): return "(\(build(a)) AND \(build(b)))"
            case .or(let a, let b): return "(\(build(a)) OR \(build(b)))"
            case .leaf(let leaf):
                guard leaf.index < PartitionFilterSQL.indexedKeys else { return inexact() }
                return build(leaf.test, column: "p.v\(leaf.index)", type: leaf.type)
            }
        }

        private mutating func inexact() -> String {
            isExact = false
            return "TRUE"
        }

        private mutating func bind(_ text: String) -> String {
            arguments.append(text)
            return "?"
        }

        private mutating func build(_ test: PartitionMatcher.Test, column: String, type: PartitionKeyType) -> String {
            if case .isNull(let negated) = test { return "\(column) \(negated ? "<>" : "=") '\(PartitionMatcher.nullValue)'" }
            switch type {
            case .string:
                guard let text = buildText(test, column) else { return inexact() }
                // An equality cannot be true of the null value unless it names it, and then it must not be.
                return "(\(text) AND \(column) <> '\(PartitionMatcher.nullValue)')"
            case .integer:
                guard let number = buildNumber(test, "CAST(\(column) AS INTEGER)") else { return inexact() }
                // Values that are not written as SQLite writes them (leading zeros, no number at all) are left to the exact test.
                isExact = false
                return "(\(number) OR CAST(CAST(\(column) AS INTEGER) AS TEXT) <> \(column))"
            case .decimal, .date, .timestamp:
                return inexact()
            }
        }

        private mutating func buildText(_ test: PartitionMatcher.Test, _ column: String) -> String? {
            switch test {
            case .comparison(let comparison, .text(let literal)): return "\(column) \(comparison.rawValue) \(bind(literal))"
            case .between(.text(let low), .text(let high), let negated):
                return "\(column) \(negated ? "NOT BETWEEN" : "BETWEEN") \(bind(low)) AND \(bind(high))"
            case .isIn(let literals, let negated):
                var list: [String] = []
                for case .text(let literal) in literals { list.append(bind(literal)) }
                return "\(column) \(negated ? "NOT IN" : "IN") (\(list.joined(separator: ", ")))"
            case .like(let pattern, let negated):
                return "\(column) \(negated ? "NOT GLOB" : "GLOB") \(bind(Self.glob(pattern)))"
            default: return nil
            }
        }

        private func buildNumber(_ test: PartitionMatcher.Test, _ value: String) -> String? {
            switch test {
            case .comparison(let comparison, .number(let literal)): return "\(value) \(comparison.rawValue) \(literal)"
            case .between(.number(let low), .number(let high), let negated): return "\(value) \(negated ? "NOT BETWEEN" : "BETWEEN") \(low) AND \(high)"
            case .isIn(let literals, let negated):
                let list = literals.compactMap { if case .number(let literal) = $0 { "\(literal)" } else { nil } }
                return "\(value) \(negated ? "NOT IN" : "IN") (\(list.joined(separator: ", ")))"
            default: return nil
            }
        }

        /// SQLite's own LIKE ignores case; its GLOB does not.
        private static func glob(_ pattern: [Unicode.Scalar]) -> String {
            var glob = String.UnicodeScalarView()
            for c in pattern {
                switch c {
                case "%": glob.append("*")
                case "_": glob.append("?")
                case "*", "?", "[":
                    glob.append(contentsOf: "[".unicodeScalars)
                    glob.append(c)
                    glob.append("]")
                default: glob.append(c)
                }
            }
            return String(glob)
        }
    }
}
