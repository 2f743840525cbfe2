import Testing

import mastic

@Suite struct CommandLineTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let words: [String]
        let parsed: [String]
        let job: [String]
        var testDescription: String { words.joined(separator: " ") }
        init(_ words: String, _ parsed: String, job: String = "") {
            func split(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
            (self.words, self.parsed, self.job) = (split(words), split(parsed), split(job))
        }
    }

    @Test(arguments: [
        Case("--home h run --no-lift job.lua --day 1", "run --home h --no-lift job.lua", job: "--day 1"),
        Case("run job.lua --home x", "run job.lua", job: "--home x"),
        Case("--home=h --json catalog tables db", "catalog tables db --home=h --json"),
        Case("--home h job run sales --day 1", "job run sales --day 1 --home h"),
        Case("--json job run sales -- --home x", "job --json run sales -- --home x"),
        Case("-e 1", "-e 1"),
        Case("--quiet -e 1", "--quiet -e 1"),
        Case("run --bad job.lua", "run --bad job.lua"),
        Case("run - --a", "run -", job: "--a"),
        Case("run", "run"),
        Case("", ""),
    ]) func commonOptionsStandOnEitherSide(_ test: Case) {
        let splitter = ArgumentSplitter(test.words)
        #expect(splitter.words == test.parsed)
        #expect(splitter.jobArguments == test.job)
    }

    @Test(arguments: [("512MiB", 512 << 20), ("4GB", 4_000_000_000), ("1.5k", 1536), ("100", 100), ("2TiB", 2 << 40)])
    func sizes(text: String, bytes: Int) { #expect(ByteSize(argument: text)?.bytes == bytes) }

    @Test(arguments: ["", "x", "-1", "1.2.3", "5 apples", "0", "1e99", "999999999TiB"])
    func noSizes(text: String) { #expect(ByteSize(argument: text) == nil) }

    @Test(arguments: [("500ms", 500_000_000), ("90", 90_000_000_000), ("15m", 900_000_000_000), ("2h", 7_200_000_000_000)])
    func durations(text: String, nanoseconds: Int) { #expect(RunDuration(argument: text)?.nanoseconds == nanoseconds) }

    @Test(arguments: ["", "soon", "-5s", "1y"]) func noDurations(text: String) { #expect(RunDuration(argument: text) == nil) }

    @Test func listingsAreNamesOrATable() {
        var listing = Listing("table", "columns")
        listing.rows = [["orders", "2"], ["x", "10"]]
        #expect(listing.render(asTable: false) == "orders\nx\n")
        #expect(listing.render(asTable: true) == "table   columns\n------  -------\norders  2\nx       10\n")
    }

    @Test func errorsShowControlCharactersAsEscapes() {
        #expect(Complaint.escaped("a\u{1b}[31mb\r\n\tc\u{202e}") == "a\\u{1b}[31mb\\r\n\tc\\u{202e}")
    }
}
