import Catalog
import Testing

@Suite struct RunsAndBookmarksTests {
    private func run(_ id: String, _ job: String? = "j") -> RunRecord { RunRecord(id: id, job: job, arguments: ["--x": "1"], processID: 42) }

    @Test func runsAreListedNewestFirst() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        for i in 0..<3 {
            var record = run("r\(i)")
            record.started = Double(i)
            try store.insertRun(record)
        }
        try store.insertRun(run("other", nil))
        try store.setRunState("r0", .succeeded)
        #expect(try !store.setRunState("r0", .failed, error: "late"))
        #expect(try store.runs(ofJob: "j").map(\.id) == ["r2", "r1", "r0"])
        #expect(try store.runs(ofJob: nil).map(\.id) == ["other"])
        #expect(try store.run("r0")?.state == .succeeded && store.run("r0")?.finished != nil && store.run("r0")?.error == nil)
        #expect(try store.openRuns().map(\.id).sorted() == ["other", "r1", "r2"])
        #expect(try store.run("r1")?.arguments == ["--x": "1"])
    }

    @Test func runsAreForgottenByNumberAndAge() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        for job in ["j", nil, "few"] {
            for i in 0..<(job == "few" ? 2 : 6) {
                var record = run("\(job ?? "none")\(i)", job)
                (record.started, record.state, record.isSettled) = (Double(i * 10), i == 3 ? .running : .succeeded, i != 2)
                record.finished = i == 3 ? nil : Double(i * 10 + 5)
                if i == 0 { record.details.firing = "t@\(job ?? "none")" }
                try store.insertRun(record)
            }
        }
        // 2 is not settled and 3 is working: neither counts, neither goes. Of the others of each job, the two newest stay.
        let many = try store.pruneRuns(keeping: 2, endedBefore: -1)
        #expect(many.map(\.run).sorted() == ["j0", "j1", "none0", "none1"].sorted())
        #expect(Set(many.map { $0.firing ?? "" }) == ["", "t@j", "t@none"])
        #expect(try store.runs(ofJob: "j").map(\.id) == ["j5", "j4", "j3", "j2"])
        #expect(try store.runs(ofJob: nil).map(\.id) == ["none5", "none4", "none3", "none2"])
        // What ended before a time goes, few or not.
        #expect(try store.pruneRuns(keeping: 2, endedBefore: 15).map(\.run) == ["few0"])
        #expect(try store.runs(ofJob: "few").map(\.id) == ["few1"])
        #expect(try store.pruneRuns(keeping: 2, endedBefore: 15).isEmpty)
    }

    @Test func aLeaseIsTakenOverFromTheDeadAlone() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        for id in ["a", "b", "c"] { try store.insertRun(run(id)) }
        let first = try #require(try store.acquireLease(on: "j", for: "a") { _ in true }.lease)
        let refused = try store.acquireLease(on: "j", for: "b") { _ in true }
        #expect(refused.lease == nil && refused.holder?.id == "a" && refused.holder?.processID == 42)
        let second = try #require(try store.acquireLease(on: "j", for: "b") { _ in false }.lease)
        #expect(second.token > first.token)

        var commit = CommitRecord(run: "a")
        (commit.lease, commit.bookmarks, commit.state) = (first, [BookmarkUpdate(context: "x", state: "1")], .succeeded)
        commit.changes = [.ensureDatabase(DatabaseRecord(name: "d"))]
        let stale = catalogError { _ = try store.commit(commit) }
        #expect(stale == CatalogError(.staleLease, "run a no longer holds job 'j': run b took it over; nothing of it was committed"))
        #expect(try store.databases().isEmpty && store.bookmarkSummary(ofJob: "j").isEmpty && store.run("a")?.state == .running)

        // The old holder cannot give away what is not its own.
        try store.releaseLease(first)
        #expect(try store.acquireLease(on: "j", for: "c") { _ in true }.lease == nil)
        try store.releaseLease(second)
        #expect(try store.acquireLease(on: "j", for: "c") { _ in true }.lease?.token == second.token + 1)
    }

    private func commit(_ store: CatalogStore, _ id: String, _ updates: [BookmarkUpdate]) throws {
        try store.insertRun(run(id))
        var commit = CommitRecord(run: id)
        commit.lease = try #require(try store.acquireLease(on: "j", for: id) { _ in false }.lease)
        (commit.bookmarks, commit.state) = (updates, .succeeded)
        #expect(try store.commit(commit) == nil)
    }

    private func file(_ path: String, _ modified: Int64 = 1, _ size: Int64 = 10) -> BookmarkFile { BookmarkFile(path: path, modified: modified, size: size) }

    private func files(_ store: CatalogStore, _ context: String, after: Int = 0, upTo: Int = .max) throws -> Set<BookmarkFile> {
        var found = Set<BookmarkFile>()
        try store.eachBookmarkFile(ofJob: "j", context: context, after: after, upTo: upTo) { found.insert($0) }
        return found
    }

    @Test func bookmarksGrowByCommitAndRewindByVersion() throws {
        let catalog = TemporaryCatalog()
        defer { catalog.remove() }
        let store = catalog.store
        try commit(store, "r1", [BookmarkUpdate(context: "a", files: [file("x"), file("y")], state: "{\"k\":1}")])
        try commit(store, "r2", [BookmarkUpdate(context: "a", files: [file("x", 2)]), BookmarkUpdate(context: "b", files: [file("z", 7, 5)])])
        try commit(store, "r3", [BookmarkUpdate(context: "a", files: [file("x")], state: "{\"k\":3}")])

        #expect(try store.bookmarkVersions(ofJob: "j").map(\.run) == ["r1", "r2", "r3"])
        #expect(try files(store, "a") == [file("x"), file("y"), file("x", 2)])
        #expect(try files(store, "a", upTo: 1) == [file("x"), file("y")])
        #expect(try files(store, "a", after: 1) == [file("x", 2)])
        #expect(try store.bookmarkState(ofJob: "j", context: "a") == "{\"k\":3}")
        #expect(try store.bookmarkState(ofJob: "j", context: "a", upTo: 2) == "{\"k\":1}")
        let summary = try store.bookmarkSummary(ofJob: "j")
        #expect(
            summary == [
                BookmarkSummary(context: "a", files: 3, bytes: 30, lastRun: "r3", version: 3, newestModified: 2, state: "{\"k\":3}"),
                BookmarkSummary(context: "b", files: 1, bytes: 5, lastRun: "r2", version: 2, newestModified: 7, state: nil),
            ])

        #expect(try store.rewindBookmark(ofJob: "j", to: 1) { _ in true }?.id == "r3")
        #expect(try files(store, "b") == [file("z", 7, 5)])
        #expect(try store.rewindBookmark(ofJob: "j", to: 1) { _ in false } == nil)
        #expect(try files(store, "a") == [file("x"), file("y")] && files(store, "b").isEmpty)
        #expect(try store.bookmarkSummary(ofJob: "j").map(\.context) == ["a"])
        #expect(try store.bookmarkState(ofJob: "j", context: "a") == "{\"k\":1}")
        #expect(try store.rewindBookmark(ofJob: "j", to: 0) { _ in false } == nil)
        #expect(try store.bookmarkVersions(ofJob: "j").isEmpty && store.bookmarkedJobs().isEmpty)
        #expect(catalogError { _ = try store.rewindBookmark(ofJob: "j", to: 0) { _ in false } }?.message == "job 'j' has no bookmark")
    }
}
