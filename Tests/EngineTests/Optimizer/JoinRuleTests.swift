import Columnar
import Testing

import Engine

@Suite struct JoinReorderingTests {
    // A star: a large table, and two small ones that say which of its rows are wanted.
    private let sales = Plans.scan("sales", "shop long, item long, amount double", rows: 1_000_000, distinct: ["shop": 100, "item": 5000])
    private let shops = Plans.scan("shops", "s_id long, city string", rows: 100, distinct: ["s_id": 100])
    private let items = Plans.scan("items", "i_id long, kind long", rows: 5000, distinct: ["i_id": 5000, "kind": 50])

    /// Tables in the order of the text, all that connects them behind it.
    private func product(_ tables: [PlanNode], _ condition: String) throws -> PlanNode {
        try Plans.filter(tables.dropFirst().reduce(tables[0]) { try Plans.join($0, $1) }, condition)
    }

    @Test func noProductIsMadeWhereConditionsConnect() throws {
        let plan = try product([shops, items, sales], "shop = s_id AND item = i_id AND kind = 3")
        #expect(
            Plans.rewritten(plan) == [
                "Project (s_id, city, i_id, kind, shop, item, amount)", "  Join (shop = s_id)", "    Join (item = i_id)", "      Scan sales",
                "      Filter (kind = 3)", "        Scan items", "    Scan shops",
            ])
    }

    /// What few rows pass is joined first, whatever the order of the text.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) func theOrderOfTheTextDoesNotCount(_ order: [Int]) throws {
        let tables = [shops, items, sales]
        let plan = try product(order.map { tables[$0] }, "shop = s_id AND item = i_id AND city = 'x' AND kind > 25")
        let lines = Plans.rewritten(plan).filter { $0.contains("Join") || $0.contains("Scan") }.map { $0.drop { $0 == " " } }
        #expect(lines == ["Join (item = i_id)", "Join (shop = s_id)", "Scan sales", "Scan shops", "Scan items"])
    }

    @Test func equalitiesAreTransitive() throws {
        let other = Plans.scan("other", "o_id long", rows: 10, distinct: ["o_id": 10])
        let plan = try product([sales, items, other], "item = i_id AND item = o_id")
        let lines = Plans.rewritten(plan)
        #expect(lines.count { $0.contains("Join (") } == 2, "\(lines)")
        #expect(!lines.contains { $0.contains("Cross") })
    }

    @Test func manyRelationsAreJoinedOneByOne() throws {
        let tables = (0..<30).map { Plans.scan("t\($0)", "a\($0) long, b\($0) long", rows: 1000 + $0, distinct: ["a\($0)": 1000 + $0, "b\($0)": 1000]) }
        let plan = try product(tables, (1..<30).map { "b\($0 - 1) = a\($0)" }.joined(separator: " AND "))
        let lines = Plans.rewritten(plan)
        #expect(lines.count { $0.contains("Scan") } == 30)
        #expect(!lines.contains { $0.contains("Cross") })
    }

    @Test func relationsThatNothingConnectsComeLast() throws {
        let lines = Plans.rewritten(try product([shops, items, sales], "shop = s_id AND kind = 3"))
        #expect(lines[1].hasSuffix("Cross join"))
        #expect(lines.contains("    Join (shop = s_id)"))
    }

    @Test func theSmallerSideIsKept() throws {
        #expect(Plans.rewritten(try Plans.join(shops, sales, .inner, [("s_id", "shop")])) == ["Join (s_id = shop, build left)", "  Scan shops", "  Scan sales"])
        #expect(Plans.rewritten(try Plans.join(sales, shops, .inner, [("shop", "s_id")])) == ["Join (shop = s_id)", "  Scan sales", "  Scan shops"])
        // Where nothing is known, what was written stays.
        #expect(Plans.rewritten(try Plans.join(Plans.l, Plans.r, .inner, [("a", "x")])) == ["Join (a = x)", "  Scan l", "  Scan r"])
    }

    @Test func semiJoinsGoToTheRowsThatTheyAreAbout() throws {
        let few = Plans.scan("few", "f long", rows: 10, distinct: ["f": 10])
        let joined = try Plans.join(sales, items, .inner, [("item", "i_id")])
        #expect(
            Plans.rewritten(try Plans.join(joined, few, .leftSemi, [("i_id", "f")])) == [
                "Join (item = i_id)", "  Scan sales", "  Semi join (i_id = f)", "    Scan items", "    Scan few",
            ])
    }

    @Test func partnersNeedNotBeDistinct() throws {
        let distinct = try Plans.aggregate(Plans.r, by: ["x"])
        #expect(Plans.rewritten(try Plans.join(Plans.l, distinct, .leftAnti, [("a", "x")])) == ["Anti join (a = x)", "  Scan l", "  Project (x)", "    Scan r"])
    }
}

@Suite struct CardinalityTests {
    private let scan = Plans.scan("sales", "shop long, item long, amount double", rows: 1_000_000, distinct: ["shop": 100, "item": 5000])

    struct Case: Sendable {
        let condition: String
        let rows: ClosedRange<Double>
    }

    @Test(arguments: [
        Case(condition: "shop = 7", rows: 10_000...10_000), Case(condition: "shop > 50", rows: 450_000...550_000),
        Case(condition: "shop > 25 AND shop <= 50", rows: 200_000...300_000), Case(condition: "shop = 7 AND item = 8", rows: 1...10),
        Case(condition: "shop IN (1, 2, 3)", rows: 30_000...30_000), Case(condition: "shop <> 7", rows: 990_000...990_000),
        Case(condition: "shop = 7 OR shop = 8", rows: 19_000...20_000), Case(condition: "shop > 200", rows: 0...1),
    ]) func filtersAreEstimated(_ test: Case) throws {
        let facts = PlanFacts(nil)
        let plan = try Plans.filter(scan, test.condition)
        facts.noteInterest(in: plan)
        #expect(test.rows.contains(facts.estimate(of: plan).rows))
    }

    @Test func joinsAndGroupsAreEstimated() throws {
        let items = Plans.scan("items", "i_id long", rows: 5000, distinct: ["i_id": 5000])
        let join = try Plans.join(scan, items, .inner, [("item", "i_id")])
        let groups = try Plans.aggregate(join, by: ["shop"], Aggregate("n", .count, []))
        let facts = PlanFacts(nil)
        facts.noteInterest(in: groups)
        #expect((900_000...1_100_000).contains(facts.estimate(of: join).rows))
        #expect((90...100).contains(facts.estimate(of: groups).rows))
    }
}
