internal import Columnar
internal import Synchronization

/// A filter on the rows of a scan that is not known before the plan runs: what the built side of a join has left for the other side to match.
///
///     Join l_partkey = p_partkey          builds from the few parts that are left, then tells the scan below which keys those have
///     ├─ Filter l_quantity < 10           hands the filter through
///     │  └─ Scan lineitem                 decodes l_partkey, and other columns of matching rows alone
///     └─ Filter p_brand = 'Brand#12'
///
/// A stream says which of its columns come from a scan as they are (`Stream.targets`); a join puts its filter there before it opens the stream, and the scan takes
/// all that it finds when it is opened. What a filter lets pass wrongly does no harm, for the join looks at every row itself.
struct LateFilter: Sendable {
    /// Who made it.
    let node: PlanNode
    let column: String
    /// What holds for all rows that pass, as statistics can tell; nil for nothing.
    let bounds: Expression?
    /// The rows that may pass, by the column; nil for all.
    let passes: @Sendable (Column) -> Bitmap?
}

/// Where a scan finds the filters that were made for it since the plan was lowered.
final class LateFilters: Sendable {
    private let filters = Locked<[LateFilter]>([])

    var all: [LateFilter] { filters.withLock { $0 } }

    /// A node that is opened again replaces what it said before.
    func add(_ filter: LateFilter) {
        filters.withLock { filters in
            filters.removeAll { $0.node === filter.node && $0.column == filter.column }
            filters.append(filter)
        }
    }
}

/// A column of a scan.
struct LateFilterTarget: Sendable {
    let filters: LateFilters
    let column: String
}

/// The columns of scans that a stream's column is.
typealias LateFilterTargets = @Sendable (String) -> [LateFilterTarget]

/// Gives up on a filter that lets nearly everything pass.
final class FilterRate: Sendable {
    private let seen = Atomic<Int>(0)
    private let passed = Atomic<Int>(0)

    var isWorthwhile: Bool {
        let all = seen.load(ordering: .relaxed)
        return all < 65536 || passed.load(ordering: .relaxed) < all / 8 * 7
    }

    func note(_ rows: Int, passed count: Int) {
        seen.add(rows, ordering: .relaxed)
        passed.add(count, ordering: .relaxed)
    }
}

extension HashJoin {
    /// Tells the scans below the probing side which keys the built one has.
    func handDown(_ table: JoinTable, to probing: Stream, node: PlanNode) {
        guard dropsUnmatchedProbes, let targets = probing.targets, let index = table.index else { return }
        for (k, name) in probe.keyColumns.enumerated() where !nullsMatch[k] {
            guard let name else { continue }
            let found = targets(name)
            if found.isEmpty { continue }
            guard let set = index.keySet(k, of: { table.keyColumn(k) }) else { continue }
            let bounds: Expression? = set.range.map { range in
                let (low, high) = (Expression.literal(range.low, keyTypes[k]), Expression.literal(range.high, keyTypes[k]))
                return .between(.field([""]), low, high)
            }
            let type = keyTypes[k]
            for target in found {
                let rate = FilterRate()
                target.filters.add(
                    LateFilter(node: node, column: target.column, bounds: bounds?.renamingFields(["": target.column])) { column in
                        guard column.type == type, rate.isWorthwhile else { return nil }
                        let mask = set.contains(column)
                        rate.note(column.count, passed: mask.setCount)
                        return mask
                    })
            }
        }
    }
}
