import Columnar
import Testing

import Engine

@Suite struct ConstantFoldingTests {
    struct Case: Sendable {
        let before: String
        let after: String
    }

    @Test(arguments: [
        Case(before: "a > 1 + 2", after: "a > 3"),
        Case(before: "3 < a", after: "a > 3"),
        Case(before: "NOT NOT a = 1", after: "a = 1"),
        Case(before: "NOT (a < 1 OR b = 'x')", after: "a >= 1 AND b <> 'x'"),
        Case(before: "NOT (a < 1 AND b = 'x')", after: "a >= 1 OR b <> 'x'"),
        Case(before: "a = a", after: "a IS NOT NULL"),
        Case(before: "a <> a", after: "false"),
        Case(before: "a = 1 AND a = 1", after: "a = 1"),
        Case(before: "a = 1 AND a = 2", after: "false"),
        Case(before: "a > 5 AND a < 3", after: "false"),
        Case(before: "a > 5 AND a < 5", after: "false"),
        Case(before: "a >= 5 AND a <= 5", after: "a >= 5 AND a <= 5"),
        Case(before: "a > 5 AND a > 3 AND a >= 5", after: "a > 5"),
        Case(before: "a = 4 AND a > 3 AND a < 9", after: "a = 4"),
        Case(before: "a = 4 AND a > 4", after: "false"),
        Case(before: "b = 'x' AND NULL", after: "false"),
        Case(before: "a = 1 OR 1 = 2", after: "a = 1"),
        Case(before: "a = 1 OR 1 = 1", after: "true"),
        Case(before: "a IN (7)", after: "a = 7"),
        Case(before: "(a = 1 AND b = 'x') OR (a = 1 AND b = 'y')", after: "a = 1 AND (b = 'x' OR b = 'y')"),
        Case(before: "(a = 1 AND b = 'x') OR a = 1", after: "a = 1"),
        // A null is unlike any number: what is said of it twice is not said of anything else.
        Case(before: "a = 1 AND c = 2.0D", after: "a = 1 AND c = 2.0D"),
    ]) func conditionsBecomeSimpler(_ test: Case) throws {
        #expect(ConditionSimplifier.simplified(try Plans.expression(test.before)).description == test.after)
    }

    @Test func filtersThatAreAlwaysTrueGo() throws { #expect(Plans.rewritten(try Plans.filter(Plans.l, "1 < 2 OR a = 1")) == ["Scan l"]) }

    @Test func whatIsMadeOfNoRowsIsNothing() throws {
        let nothing = try Plans.filter(Plans.l, "a = 1 AND a = 2")
        let plan = try Plans.aggregate(try Plans.join(nothing, Plans.r, .inner, [("a", "x")]), by: ["b"], Aggregate("n", .count, []))
        #expect(Plans.rewritten(plan) == ["Scan nothing"])
        // Without keys there is a row all the same, and right rows stay in a right join.
        #expect(Plans.rewritten(try Plans.aggregate(nothing, by: [], Aggregate("n", .count, []))) == ["Aggregate (count(1) as n)", "  Scan nothing"])
        #expect(Plans.rewritten(try Plans.join(nothing, Plans.r, .right, [("a", "x")])) == ["Right join (a = x)", "  Scan nothing", "  Scan r"])
        #expect(Plans.rewritten(try Plans.join(Plans.r, nothing, .leftAnti, [("x", "a")])) == ["Scan r"])
    }

    /// Ten thousand terms are folded term by term.
    @Test func longConditionsEnd() throws {
        let terms = (0..<10_000).map { Expression.comparison(.field("a"), .notEqual, .literal(Int64($0))) }
        let node = FilterNode(try Plans.project(Plans.l, ("a", "a"), ("b", "upper(b)")), condition: .all(terms))
        let rewritten = PlanRewriter().rewritten(node)
        #expect((rewritten.inputs[0] as? FilterNode)?.condition.conjuncts.count == 10_000)
    }
}

@Suite struct FilterPushdownTests {
    @Test func filtersMergeAndPassProjections() throws {
        let plan = try Plans.filter(Plans.filter(Plans.project(Plans.l, ("n", "a + 1"), ("b", "b")), "n > 3"), "b = 'x'")
        #expect(Plans.rewritten(plan) == ["Project (a + 1 as n, b)", "  Filter (a + 1 > 3 AND b = 'x')", "    Scan l"])
    }

    @Test func filtersPassKeysOfAggregates() throws {
        let sums = try Plans.aggregate(Plans.l, by: ["b"], Aggregate("n", .count, []))
        #expect(
            Plans.rewritten(try Plans.filter(sums, "b = 'x' AND n > 3")) == [
                "Filter (n > 3)", "  Aggregate (count(1) as n by b)", "    Filter (b = 'x')", "      Scan l",
            ])
        // Of no rows an aggregate without keys makes one.
        let all = try Plans.aggregate(Plans.l, by: [], Aggregate("n", .count, []))
        #expect(Plans.rewritten(try Plans.filter(all, "n > 3")) == ["Filter (n > 3)", "  Aggregate (count(1) as n)", "    Scan l"])
    }

    @Test func filtersPassSortsAndUnionsButNotLimits() throws {
        let sorted = SortNode(Plans.l, keys: [SortNode.Key("a")])
        #expect(Plans.rewritten(try Plans.filter(sorted, "a > 1")) == ["Sort (a)", "  Filter (a > 1)", "    Scan l"])
        #expect(
            Plans.rewritten(try Plans.filter(UnionNode([sorted, Plans.l]), "a > 1")) == [
                "Union", "  Sort (a)", "    Filter (a > 1)", "      Scan l", "  Filter (a > 1)", "    Scan l",
            ])
        #expect(Plans.rewritten(try Plans.filter(LimitNode(Plans.l, count: 3), "a > 1")) == ["Filter (a > 1)", "  Limit 3", "    Scan l"])
        let top = SortNode(Plans.l, keys: [SortNode.Key("a")], limit: 3)
        #expect(Plans.rewritten(try Plans.filter(top, "a > 1")) == ["Filter (a > 1)", "  Top 3 (a)", "    Scan l"])
    }

    @Test func filtersPassPartitionsOfWindows() throws {
        let call = WindowCall(.ranking(.rowNumber), [], partition: [.field("b")], order: [SortNode.Key("a")])
        let window = WindowNode(Plans.l, columns: [WindowNode.Column("n", call)])
        #expect(
            Plans.rewritten(try Plans.filter(window, "b = 'x' AND a > 1 AND n = 1")) == [
                "Filter (a > 1 AND n = 1)", "  Window (row_number() as n by b ordered by a)", "    Filter (b = 'x')", "      Scan l",
            ])
    }

    struct JoinCase: Sendable, CustomTestStringConvertible {
        let kind: JoinNode.Kind
        let condition: String
        let lines: [String]
        var testDescription: String { "\(kind): \(condition)" }
    }

    @Test(arguments: [
        JoinCase(
            kind: .inner, condition: "c > 1 AND y = 'u' AND b = y AND c < z",
            lines: ["Join (a = x, b = y, c < z)", "  Filter (c > 1 AND b = 'u')", "    Scan l", "  Filter (y = 'u')", "    Scan r"]),
        JoinCase(kind: .left, condition: "c > 1", lines: ["Left join (a = x)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(kind: .left, condition: "z > 1", lines: ["Join (a = x)", "  Scan l", "  Filter (z > 1)", "    Scan r"]),
        JoinCase(kind: .left, condition: "z IS NULL", lines: ["Filter (z IS NULL)", "  Left join (a = x)", "    Scan l", "    Scan r"]),
        JoinCase(
            kind: .left, condition: "coalesce(z, 0) = 0",
            lines: ["Filter (coalesce(z, 0) = 0)", "  Left join (a = x)", "    Scan l", "    Scan r"]),
        JoinCase(kind: .right, condition: "c > 1", lines: ["Join (a = x)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(kind: .full, condition: "c > 1", lines: ["Left join (a = x)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(kind: .full, condition: "z > 1", lines: ["Right join (a = x)", "  Scan l", "  Filter (z > 1)", "    Scan r"]),
        JoinCase(kind: .full, condition: "c > z", lines: ["Join (a = x, c > z)", "  Scan l", "  Scan r"]),
        JoinCase(kind: .leftSemi, condition: "c > 1", lines: ["Semi join (a = x)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(kind: .leftAnti, condition: "c > 1", lines: ["Anti join (a = x)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(
            kind: .existence("e"), condition: "c > 1 AND e", lines: ["Filter (e)", "  Existence join (a = x)", "    Filter (c > 1)", "      Scan l", "    Scan r"]),
        // What is known of one key is of the other.
        JoinCase(kind: .inner, condition: "a = 5", lines: ["Join (a = x)", "  Filter (a = 5)", "    Scan l", "  Filter (x = 5)", "    Scan r"]),
        JoinCase(kind: .leftAnti, condition: "a = 5", lines: ["Anti join (a = x)", "  Filter (a = 5)", "    Scan l", "  Filter (x = 5)", "    Scan r"]),
        // A disjunction over both sides asks something of each.
        JoinCase(
            kind: .inner, condition: "(b = 'F' AND y = 'G') OR (b = 'G' AND y = 'F')",
            lines: [
                "Join (a = x, b = 'F' AND y = 'G' OR b = 'G' AND y = 'F')", "  Filter (b = 'F' OR b = 'G')", "    Scan l",
                "  Filter (y = 'G' OR y = 'F')", "    Scan r",
            ]),
    ]) func filtersMeetJoins(_ test: JoinCase) throws {
        #expect(Plans.rewritten(try Plans.filter(Plans.join(Plans.l, Plans.r, test.kind, [("a", "x")]), test.condition)) == test.lines)
    }

    @Test(arguments: [
        JoinCase(kind: .inner, condition: "a = x AND c > 1 AND z > 1", lines: ["Join (a = x)", "  Filter (c > 1)", "    Scan l", "  Filter (z > 1)", "    Scan r"]),
        JoinCase(kind: .left, condition: "a = x AND c > 1 AND z > 1", lines: ["Left join (a = x, c > 1)", "  Scan l", "  Filter (z > 1)", "    Scan r"]),
        JoinCase(kind: .right, condition: "x = a AND c > 1 AND z > 1", lines: ["Right join (a = x, z > 1)", "  Filter (c > 1)", "    Scan l", "  Scan r"]),
        JoinCase(kind: .full, condition: "a = x AND c > 1", lines: ["Full join (a = x, c > 1)", "  Scan l", "  Scan r"]),
        JoinCase(kind: .leftAnti, condition: "a <=> x AND c > 1 AND z > 1", lines: ["Anti join (a <=> x, c > 1)", "  Scan l", "  Filter (z > 1)", "    Scan r"]),
        JoinCase(kind: .inner, condition: "(a = x AND c > 1) OR (a = x AND c < z)", lines: ["Join (a = x, c > 1 OR c < z)", "  Scan l", "  Scan r"]),
        JoinCase(kind: .inner, condition: "a + x = 3", lines: ["Join (a + x = 3)", "  Scan l", "  Scan r"]),
    ]) func conditionsOfJoinsAreTakenApart(_ test: JoinCase) throws {
        #expect(Plans.rewritten(try Plans.join(Plans.l, Plans.r, test.kind, [], test.condition)) == test.lines)
    }

    @Test func theNextJoinDecidesWhichNullsAreWanted() throws {
        let inner = try Plans.join(Plans.join(Plans.l, Plans.r, .left, [("a", "x")]), Plans.t, .inner, [("y", "v")])
        #expect(Plans.rewritten(inner) == ["Join (y = v)", "  Join (a = x)", "    Scan l", "    Scan r", "  Scan t"])
    }

    @Test func namesAreFoundInAnyCase() throws {
        let plan = try Plans.filter(Plans.project(Plans.l, ("n", "A + 1")), "n > 3")
        #expect(Plans.rewritten(plan) == ["Project (a + 1 as n)", "  Filter (a + 1 > 3)", "    Scan l"])
    }

    @Test func columnsThatAreNotThereStopNothing() throws {
        let plan = try Plans.filter(Plans.project(Plans.l, ("n", "missing + 1")), "n > 3")
        #expect(PlanRewriter().rewritten(plan) === plan)
    }
}

@Suite struct ProjectAndLimitRuleTests {
    @Test func projectionsMergeUnlessWorkIsDoubled() throws {
        let inner = try Plans.project(Plans.l, ("n", "a + 1"), ("b", "b"))
        #expect(Plans.rewritten(try Plans.project(inner, ("m", "n * 2"), ("b2", "upper(b)"))) == ["Project ((a + 1) * 2 as m, upper(b) as b2)", "  Scan l"])
        #expect(Plans.rewritten(try Plans.project(inner, ("m", "n * n"))) == ["Project (n * n as m)", "  Project (a + 1 as n, b)", "    Scan l"])
        #expect(Plans.rewritten(SelectColumnsNode(Plans.l, columns: ["a", "b", "c"])) == ["Scan l"])
    }

    @Test func limitsReachSortsAndInputsOfUnions() throws {
        let sorted = LimitNode(try Plans.project(SortNode(Plans.l, keys: [SortNode.Key("a")]), ("n", "a + 1")), count: 5)
        #expect(Plans.rewritten(sorted) == ["Project (a + 1 as n)", "  Top 5 (a)", "    Scan l"])
        #expect(
            Plans.rewritten(LimitNode(UnionNode([Plans.l, Plans.l]), count: 5)) == ["Limit 5", "  Union", "    Limit 5", "      Scan l", "    Limit 5", "      Scan l"])
        #expect(Plans.rewritten(LimitNode(LimitNode(Plans.l, count: 9), count: 5)) == ["Limit 5", "  Scan l"])
    }
}
