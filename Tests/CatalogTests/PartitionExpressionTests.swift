import Catalog
import Testing

@Suite struct PartitionExpressionTests {
    static let keys = [
        ColumnRecord("year", "string"), ColumnRecord("n", "int"), ColumnRecord("day", "date"), ColumnRecord("price", "decimal(10,2)"),
        ColumnRecord("at", "timestamp"), ColumnRecord("Shop", "varchar(20)"),
    ]
    static let partitions = [
        ["2023", "1", "2023-12-31", "1.50", "2023-12-31 23:59:59", "a_b"],
        ["2024", "02", "2024-02-29", "10", "2024-02-29 12:00:00.5", "a%b"],
        ["2024", "-3", "2024-03-01", "9.99", "2024-03-01 00:00:00", "O'Neil"],
        ["__HIVE_DEFAULT_PARTITION__", "10", "2025-01-01", "-0.5", "2025-01-01 00:00:00", "axb*"],
    ]

    struct Case: CustomTestStringConvertible {
        let text: String
        let rows: [Int]
        init(_ text: String, _ rows: [Int]) { (self.text, self.rows) = (text, rows) }
        var testDescription: String { text }
    }

    static let cases = [
        Case("", [0, 1, 2, 3]), Case("  \n", [0, 1, 2, 3]),
        Case("year = '2024'", [1, 2]), Case("year=2024", [1, 2]), Case("YEAR = '2024'", [1, 2]), Case("year <> '2024'", [0]),
        Case("year > '2023'", [1, 2]), Case("year >= '2023'", [0, 1, 2]), Case("year < '2024'", [0]), Case("year <= '2024'", [0, 1, 2]),
        Case("year BETWEEN 2015 AND 2023", [0]), Case("year between '2024' and '2023'", [0, 1, 2]), Case("year NOT BETWEEN 2024 AND 2030", [0]),
        Case("year IN ('2023', '2025')", [0]), Case("year NOT IN ('2023')", [1, 2]), Case("year in (2024)", [1, 2]),
        Case("year IS NULL", [3]), Case("year is not null", [0, 1, 2]),
        Case("year LIKE '20%'", [0, 1, 2]), Case("year LIKE '%3'", [0]), Case("year LIKE '202_'", [0, 1, 2]), Case("year NOT LIKE '2023'", [1, 2]),
        Case("year LIKE '2'", []), Case("year LIKE '%0%2%'", [0, 1, 2]),
        // Only % and _ are special in LIKE, and case counts.
        Case("Shop LIKE 'a_b'", [0, 1]), Case("Shop LIKE '%*'", [3]), Case("Shop LIKE 'A_b'", []), Case("Shop LIKE '%''%'", [2]),
        Case("shop = 'O''Neil'", [2]),
        Case("n = 2", [1]), Case("n = '2'", [1]), Case("n > 1", [1, 3]), Case("n < 0", [2]), Case("n = -3", [2]), Case("n IN (1, 10)", [0, 3]),
        Case("n NOT IN (1, 10)", [1, 2]), Case("n BETWEEN -5 AND 1", [0, 2]), Case("n <> 2", [0, 2, 3]),
        Case("day = '2024-02-29'", [1]), Case("day > '2024-02-28' AND day < '2025-01-01'", [1, 2]),
        Case("price > 9.98", [1, 2]), Case("price = 10.00", [1]), Case("price < 0", [3]), Case("price = 1.5", [0]),
        Case("at > '2024-02-29 12:00:00'", [1, 2, 3]), Case("at = '2024-02-29 12:00:00.500'", [1]),
        Case("year = '2024' AND n < 0 OR n = 10", [2, 3]), Case("year = '2024' AND (n < 0 OR n = 10)", [2]),
        Case("n = 1 OR n = 2 AND year = '2023'", [0]), Case("((year = '2023'))", [0]),
        Case("year='2024'AND n=2", [1]),
    ]

    @Test(arguments: cases) func meansTheRightPartitions(_ test: Case) throws {
        let matcher = try PartitionMatcher(PartitionExpression(parsing: test.text), keys: Self.keys)
        #expect(try Self.partitions.indices.filter { try matcher.matches(Self.partitions[$0]) } == test.rows)
    }

    /// The database must come to the same result as the evaluation in memory, whichever part of the expression it decides.
    @Test(arguments: cases) func databaseAgrees(_ test: Case) throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.makeTable(keys: Self.keys)
        try catalog.store.createPartitions(Self.partitions.map { PartitionRecord(values: $0) }, of: "t", in: "db")
        let expression = try PartitionExpression(parsing: test.text)
        let expected = Set(test.rows.map { Self.partitions[$0] })
        #expect(Set(try catalog.store.partitionLocations(of: "t", in: "db", where: expression).map(\.values)) == expected)
        #expect(Set(try catalog.store.partitions(of: "t", in: "db", where: expression).map(\.values)) == expected)
        let paged = try (0..<4).flatMap { try catalog.store.partitions(of: "t", in: "db", where: expression, limit: 1, offset: $0) }
        #expect(Set(paged.map(\.values)) == expected)
    }

    @Test(arguments: [
        ("year == '2024'", "Unsupported expression 'year == '2024''"), ("year != '2024'", "Unsupported expression 'year != '2024''"),
        ("year = 'x", "Unsupported expression 'year = 'x'"), ("year", "Unsupported expression 'year'"), ("(year = 1", "Unsupported expression '(year = 1'"),
        ("year = 1)", "Unsupported expression 'year = 1)'"), ("year = 1 AND", "Unsupported expression 'year = 1 AND'"),
        ("NOT year = 1", "Unsupported expression 'NOT year = 1'"), ("year IN ()", "Unsupported expression 'year IN ()'"),
        ("1 = 1", "Unsupported expression '1 = 1'"), ("year LIKE 2", "Unsupported expression 'year LIKE 2'"),
        ("n LIKE '1%'", "Integral data type doesn't support operation 'LIKE'"), ("day LIKE '2%'", "Date data type doesn't support operation 'LIKE'"),
        ("n = 'x'", "\"x\" is not an integer."), ("day = '2023-02-29'", "\"2023-02-29\" is not a date."),
        ("price = 'x'", "\"x\" is not a decimal."), ("at = '2024'", "\"2024\" is not a timestamp."),
        ("month = '1'", "Invalid partition expression! 'month' is no partition key; the keys are 'year', 'n', 'day', 'price', 'at', 'Shop'."),
    ])
    func refuses(text: String, message: String) {
        let error = catalogError { _ = try PartitionMatcher(PartitionExpression(parsing: text), keys: Self.keys) }
        #expect(error == CatalogError(.invalidInput, message))
    }

    @Test func refusesTypesThatCannotBeFiltered() {
        let error = catalogError { _ = try PartitionMatcher(PartitionExpression(parsing: "b = 1"), keys: [ColumnRecord("b", "boolean")]) }
        #expect(error == CatalogError(.invalidInput, "Unknown type : 'boolean'"))
    }

    @Test func refusesAnUnpartitionedTable() {
        let error = catalogError { _ = try PartitionMatcher(PartitionExpression(parsing: "b = 1"), keys: []) }
        #expect(error == CatalogError(.invalidInput, "Invalid partition expression! The table is not partitioned."))
    }

    @Test func storedValueOfTheWrongTypeIsAnError() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        try catalog.makeTable(keys: [ColumnRecord("n", "int")])
        try catalog.store.createPartitions([PartitionRecord(values: ["abc"]), PartitionRecord(values: ["1"])], of: "t", in: "db")
        let error = catalogError { _ = try catalog.store.partitionLocations(of: "t", in: "db", where: PartitionExpression(parsing: "n = 1")) }
        #expect(error == CatalogError(.invalidState, "the partition value \"abc\" of key 'n' is not an integer."))
    }

    @Test(arguments: [2048, 2049]) func hasALengthLimit(length: Int) {
        let text = "year = '" + String(repeating: "x", count: length - 9) + "'"
        #expect((catalogError { _ = try PartitionExpression(parsing: text) } == nil) == (length == 2048))
    }

    @Test func deepNestingIsRefusedAndDoesNotCrash() {
        let text = String(repeating: "(", count: 1000) + "n = 1" + String(repeating: ")", count: 1000)
        #expect(catalogError { _ = try PartitionExpression(parsing: text) } != nil)
    }
}
