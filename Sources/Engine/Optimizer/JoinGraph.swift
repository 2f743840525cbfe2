internal import Columnar

/// The relations of a join tree, and what connects them: finds the order of joins that costs least.
struct JoinGraph {
    /// An expression over one relation that equals the others of its class.
    private struct Member {
        let expression: Expression
        let relation: Int
    }
    /// A condition that is asked as soon as all its relations are there.
    private struct Condition {
        let expression: Expression
        let relations: UInt64
        /// The two sides of an equality, which is a key where each lies on a side of its own.
        var sides: (left: Expression, leftRelations: UInt64, right: Expression, rightRelations: UInt64, nullsMatch: Bool)?
    }
    /// The best way to join some relations that is known.
    private struct Candidate {
        let relations: UInt64
        let estimate: Estimate
        var cost: Double
        /// The two sets whose results are joined; nil for one relation.
        var parts: (UInt64, UInt64)?
    }

    private let facts: PlanFacts
    private var relations: [PlanNode]
    /// Sets of expressions that are all equal where their relations are joined.
    private var classes: [[Member]] = []
    private var conditions: [Condition] = []
    /// The relations that each one shares an equality or a condition with.
    private var neighbours: [UInt64]

    /// - Returns: nil for conditions that may not change their places.
    init?(_ tree: JoinTree, _ facts: PlanFacts) {
        self.facts = facts
        relations = tree.relations
        neighbours = Array(repeating: 0, count: relations.count)
        var owners: [String: Int] = [:]
        for (i, relation) in relations.enumerated() { for name in facts.columns(of: relation) { owners[name] = i } }
        func mask(_ expression: Expression) -> UInt64? {
            var mask: UInt64 = 0
            for name in expression.fields {
                guard let owner = owners[name] else { return nil }
                mask |= 1 << UInt64(owner)
            }
            return mask
        }
        var filters: [Int: [Expression]] = [:]
        for expression in tree.conditions {
            guard expression.isMovable, let all = mask(expression), all != 0 else { return nil }
            if all.nonzeroBitCount == 1 {
                filters[all.trailingZeroBitCount, default: []].append(expression)
                continue
            }
            var condition = Condition(expression: expression, relations: all)
            let (pair, nullsMatch): ((Expression, Expression)?, Bool) =
                switch expression {
                case .comparison(let a, .equal, let b): ((a, b), false)
                case .identity(let a, let b): ((a, b), true)
                default: (nil, false)
                }
            if let (a, b) = pair, let left = mask(a), let right = mask(b), left != 0, right != 0, left & right == 0 {
                if !nullsMatch, left.nonzeroBitCount == 1, right.nonzeroBitCount == 1,
                    unite(Member(expression: a, relation: left.trailingZeroBitCount), Member(expression: b, relation: right.trailingZeroBitCount)) {
                    continue
                }
                condition.sides = (a, left, b, right, nullsMatch)
            }
            conditions.append(condition)
        }
        for members in classes {
            // What equals one thing twice in a relation is equal there.
            var first: [Int: Expression] = [:]
            for member in members {
                if let known = first[member.relation] {
                    filters[member.relation, default: []].append(.comparison(known, .equal, member.expression))
                } else {
                    first[member.relation] = member.expression
                }
            }
            let all = members.reduce(UInt64(0)) { $0 | 1 << UInt64($1.relation) }
            for member in members { neighbours[member.relation] |= all }
        }
        for condition in conditions { for i in relations.indices where condition.relations & 1 << UInt64(i) != 0 { neighbours[i] |= condition.relations } }
        for i in relations.indices { neighbours[i] &= ~(1 << UInt64(i)) }
        for (i, own) in filters { relations[i] = relations[i].filtered(by: own) }
    }

    /// Notes that two expressions are equal; false where that would say too much: values of different types, and zeros and NaNs, may be equal and not the same.
    private mutating func unite(_ a: Member, _ b: Member) -> Bool {
        guard let type = facts.type(of: a.expression, over: relations[a.relation]), type == facts.type(of: b.expression, over: relations[b.relation]),
            !type.isNested, type != .float, type != .double
        else { return false }
        let i = classes.firstIndex { $0.contains { $0.expression == a.expression } }
        let j = classes.firstIndex { $0.contains { $0.expression == b.expression } }
        switch (i, j) {
        case (nil, nil): classes.append([a, b])
        case (let i?, nil): classes[i].append(b)
        case (nil, let j?): classes[j].append(a)
        case (let i?, let j?) where i != j:
            classes[i] += classes[j]
            classes.remove(at: j)
        default: break
        }
        return true
    }

    // MARK: Joining two sets

    /// What joins two sets of relations.
    private func link(_ left: UInt64, _ right: UInt64) -> (keys: [JoinNode.Key], conditions: [Expression]) {
        var keys: [JoinNode.Key] = []
        var rest: [Expression] = []
        for members in classes {
            guard let a = members.first(where: { left & 1 << UInt64($0.relation) != 0 }), let b = members.first(where: { right & 1 << UInt64($0.relation) != 0 }) else {
                continue
            }
            keys.append(JoinNode.Key(a.expression, b.expression))
        }
        let all = left | right
        for condition in conditions where condition.relations & ~all == 0 && condition.relations & ~left != 0 && condition.relations & ~right != 0 {
            if let sides = condition.sides {
                if sides.leftRelations & ~left == 0, sides.rightRelations & ~right == 0 {
                    keys.append(JoinNode.Key(sides.left, sides.right, nullsMatch: sides.nullsMatch))
                    continue
                }
                if sides.leftRelations & ~right == 0, sides.rightRelations & ~left == 0 {
                    keys.append(JoinNode.Key(sides.right, sides.left, nullsMatch: sides.nullsMatch))
                    continue
                }
            }
            rest.append(condition.expression)
        }
        return (keys, rest)
    }

    private func areConnected(_ left: UInt64, _ right: UInt64) -> Bool {
        var set = left
        while set != 0 {
            if neighbours[set.trailingZeroBitCount] & right != 0 { return true }
            set &= set - 1
        }
        return false
    }

    /// The join of two candidates.
    ///
    /// - Parameter known: the estimate of the result, which is the same whichever way its relations are joined.
    private func joined(_ a: Candidate, _ b: Candidate, known: Estimate? = nil) -> Candidate {
        let link = link(a.relations, b.relations)
        let estimate =
            known
            ?? Cardinality(facts: facts).joined(
                a.estimate, b.estimate, kind: .inner, keys: link.keys, condition: link.conditions.isEmpty ? nil : .all(link.conditions))
        let (small, large) = (min(a.estimate.rows, b.estimate.rows), max(a.estimate.rows, b.estimate.rows))
        var cost = a.cost + b.cost + estimate.rows + 2 * small + large
        // Without keys every row meets every row.
        if link.keys.isEmpty { cost += small * large }
        return Candidate(relations: a.relations | b.relations, estimate: estimate, cost: cost, parts: (a.relations, b.relations))
    }

    // MARK: Searching

    func cheapest() -> PlanNode {
        var best: [UInt64: Candidate] = [:]
        for (i, relation) in relations.enumerated() {
            best[1 << UInt64(i)] = Candidate(relations: 1 << UInt64(i), estimate: facts.estimate(of: relation), cost: 0, parts: nil)
        }
        var islands: [Candidate] = []
        for component in components() {
            islands.append(component.nonzeroBitCount <= JoinReordering.exhaustive ? searched(component, &best) : grown(component, &best))
        }
        // Small ones first: the product of two large ones meets as few others as can be.
        islands.sort { $0.estimate.rows < $1.estimate.rows }
        var whole = islands[0]
        for island in islands.dropFirst() {
            whole = joined(whole, island)
            best[whole.relations] = whole
        }
        return plan(whole, best)
    }

    /// Sets of relations that conditions connect.
    private func components() -> [UInt64] {
        var left: UInt64 = relations.count == 64 ? .max : (1 << UInt64(relations.count)) - 1
        var components: [UInt64] = []
        while left != 0 {
            var component: UInt64 = 1 << UInt64(left.trailingZeroBitCount)
            while true {
                var reach = component
                var set = component
                while set != 0 {
                    reach |= neighbours[set.trailingZeroBitCount]
                    set &= set - 1
                }
                if reach == component { break }
                component = reach
            }
            components.append(component)
            left &= ~component
        }
        return components
    }

    /// The best of all plans for connected relations.
    private func searched(_ all: UInt64, _ best: inout [UInt64: Candidate]) -> Candidate {
        let places = relations.indices.filter { all & 1 << UInt64($0) != 0 }
        func spread(_ bits: Int) -> UInt64 {
            var result: UInt64 = 0
            for (i, place) in places.enumerated() where bits & 1 << i != 0 { result |= 1 << UInt64(place) }
            return result
        }
        for bits in 1..<(1 << places.count) where bits.nonzeroBitCount > 1 {
            let set = spread(bits)
            var found: Candidate?
            // Each pair of parts once: the one with the lowest relation is the first.
            let lowest = bits & -bits
            var part = (bits - 1) & bits
            while part != 0 {
                if part & lowest != 0 {
                    let (left, right) = (spread(part), spread(bits ^ part))
                    if let a = best[left], let b = best[right], areConnected(left, right) {
                        let candidate = joined(a, b, known: found?.estimate)
                        if found.map({ candidate.cost < $0.cost }) ?? true { found = candidate }
                    }
                }
                part = (part - 1) & bits
            }
            if let found { best[set] = found }
        }
        return best[all] ?? grown(all, &best)
    }

    /// A plan for connected relations by always joining the two whose join is the smallest.
    private func grown(_ all: UInt64, _ best: inout [UInt64: Candidate]) -> Candidate {
        var islands = relations.indices.filter { all & 1 << UInt64($0) != 0 }.compactMap { best[1 << UInt64($0)] }
        var pairs: [UInt64: Candidate] = [:]
        while islands.count > 1 {
            var chosen: (i: Int, j: Int, candidate: Candidate)?
            for i in islands.indices {
                for j in islands.indices where j > i && areConnected(islands[i].relations, islands[j].relations) {
                    let set = islands[i].relations | islands[j].relations
                    let candidate = pairs[set] ?? joined(islands[i], islands[j])
                    pairs[set] = candidate
                    if chosen.map({ candidate.estimate.rows < $0.candidate.estimate.rows }) ?? true { chosen = (i, j, candidate) }
                }
            }
            let (i, j, candidate) = chosen ?? (0, 1, joined(islands[0], islands[1]))
            best[candidate.relations] = candidate
            islands.remove(at: j)
            islands[i] = candidate
        }
        return islands[0]
    }

    private func plan(_ candidate: Candidate, _ best: [UInt64: Candidate]) -> PlanNode {
        guard let parts = candidate.parts, let a = best[parts.0], let b = best[parts.1] else { return relations[candidate.relations.trailingZeroBitCount] }
        // The smaller side is kept, and what was written first where they are alike.
        let (left, right) = a.estimate.rows < b.estimate.rows ? (b, a) : (a, b)
        let link = link(left.relations, right.relations)
        let node = JoinNode(
            plan(left, best), plan(right, best), kind: .inner, keys: link.keys, condition: link.conditions.isEmpty ? nil : .all(link.conditions))
        facts.noteOrdered(node, candidate.estimate)
        return node
    }
}
