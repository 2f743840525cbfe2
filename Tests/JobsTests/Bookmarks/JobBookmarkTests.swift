import Catalog
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct JobBookmarkTests {
    /// Runs a job that reads folder `in` under context `c`, and returns the names of the files it got.
    @discardableResult
    private func run(
        _ place: TemporaryHome, option: BookmarkOption = .enable, bound: InputBound = .none, context: String = "c", commits: Bool = true,
        meanwhile: () throws -> Void = {}
    ) throws -> (names: [String], id: String) {
        let run = try RunTransaction(home: place.home, job: "j", usesBookmark: option.locksJob)
        let bookmark = try JobBookmark(job: "j", option: option, catalog: place.home.catalog)
        func scan() throws -> [String] {
            try bookmark.newFiles(context: context, source: "in", bound: bound) { try run.files(at: place.location("in"), options: ListingOptions()) }
                .all().map(\.name)
        }
        let names = try scan()
        try meanwhile()
        #expect(try option == .disable || context.isEmpty || scan() == names)
        if commits { try run.commit(bookmarks: bookmark.takeUpdates(), state: .succeeded) }
        try run.finish(commits ? .succeeded : .failed)
        return (names, run.run.id)
    }

    @Test func onlyNewFilesAreRead() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for name in ["a", "b"] { try place.write("in/\(name)", name) }
        #expect(try run(place).names == ["a", "b"])
        #expect(try run(place).names == [])
        // A late file: older than everything that was read.
        try place.write("in/late")
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: place.folder + "/in/late")
        #expect(try run(place, commits: false).names == ["late"])
        #expect(try run(place).names == ["late"])
        // A rewritten file is read again.
        try place.write("in/a", "rewritten")
        #expect(try run(place).names == ["a"])
        #expect(try run(place).names == [])
        #expect(try run(place, option: .disable).names == ["a", "b", "late"])
        #expect(try run(place, context: "").names == ["a", "b", "late"])
        #expect(try run(place, context: "other").names == ["a", "b", "late"])
        let summary = try place.home.catalog.bookmarkSummary(ofJob: "j")
        #expect(summary.map(\.context) == ["c", "other"] && summary.map(\.files) == [4, 3])
    }

    @Test func whatArrivesDuringTheRunWaits() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/a")
        #expect(try run(place, meanwhile: { try place.write("in/b") }).names == ["a"])
        #expect(try run(place).names == ["b"])
    }

    @Test func boundsLeaveTheRestForLater() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for i in 0..<5 { try place.write("in/\(i)", "1234567890") }
        #expect(try run(place, bound: .files(2)).names == ["0", "1"])
        #expect(try run(place, bound: .bytes(15)).names == ["2", "3"])
        #expect(try run(place, bound: .bytes(15)).names == ["4"])
        #expect(try run(place, bound: .files(2)).names == [])
    }

    @Test func rewindAndResetReadAgain() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/a")
        let first = try run(place).id
        try place.write("in/b")
        try run(place)
        try place.write("in/c")
        try run(place)
        try BookmarkCommands.rewind(job: "j", toRun: first, in: place.home)
        #expect(try run(place).names == ["b", "c"])
        try BookmarkCommands.reset(job: "j", in: place.home)
        #expect(try run(place).names == ["a", "b", "c"])
        #expect(throws: JobError.self) { try BookmarkCommands.rewind(job: "j", toRun: "nonsense", in: place.home) }
        let live = try RunTransaction(home: place.home, job: "j", usesBookmark: true)
        let error = #expect(throws: JobError.self) { try BookmarkCommands.reset(job: "j", in: place.home) }
        #expect(error?.message == "the bookmark of job 'j' cannot be changed while run \(live.run.id) (process \(getpid())) uses it")
        try live.finish(.succeeded)
    }

    @Test func aPauseReadsAndRecordsNothing() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        var ids: [String] = []
        for name in ["a", "b", "c"] {
            try place.write("in/\(name)")
            ids.append(try run(place).id)
        }
        try place.write("in/d")
        #expect(try run(place, option: .pause(from: nil, to: nil)).names == ["d"])
        #expect(try run(place, option: .pause(from: ids[0], to: ids[1])).names == ["b"])
        #expect(try run(place, option: .pause(from: ids[0], to: ids[2])).names == ["b", "c"])
        #expect(try run(place, option: .pause(from: ids[0], to: ids[0])).names == [])
        #expect(throws: JobError.self) { try run(place, option: .pause(from: ids[2], to: ids[0])) }
        #expect(try run(place).names == ["d"])
    }

    @Test func statesGoWithTheCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for (value, commits) in [("1", true), ("2", false)] {
            let run = try RunTransaction(home: place.home, job: "j", usesBookmark: true)
            let bookmark = try JobBookmark(job: "j", option: .enable, catalog: place.home.catalog)
            bookmark.setState(value, context: "keys")
            if commits { try run.commit(bookmarks: bookmark.takeUpdates()) }
            #expect(!commits || bookmark.takeUpdates().isEmpty)
            try run.finish(.succeeded)
        }
        #expect(try JobBookmark(job: "j", option: .enable, catalog: place.home.catalog).state(context: "keys") == "1")
        #expect(try JobBookmark(job: "j", option: .disable, catalog: place.home.catalog).state(context: "keys") == nil)
    }

    @Test(arguments: [
        ([:], BookmarkOption.disable), (["--job-bookmark-option": "job-bookmark-enable"], .enable), (["job-bookmark-option": "job-bookmark-disable"], .disable),
        (["--job-bookmark-option": "job-bookmark-pause"], .pause(from: nil, to: nil)),
        (["--job-bookmark-option": "job-bookmark-pause", "--job-bookmark-from": "a", "--job-bookmark-to": "b"], .pause(from: "a", to: "b")),
    ])
    func optionsAreRead(arguments: [String: String], option: BookmarkOption) throws {
        #expect(try BookmarkOption(arguments: arguments) == option)
    }

    @Test(arguments: [
        (["--job-bookmark-option": "enable"], "--job-bookmark-option is job-bookmark-enable, job-bookmark-disable or job-bookmark-pause, not 'enable'"),
        (
            ["--job-bookmark-option": "job-bookmark-pause", "--job-bookmark-from": "a"],
            "--job-bookmark-from and --job-bookmark-to are given together, or not at all"
        ),
        (
            ["--job-bookmark-option": "job-bookmark-enable", "--job-bookmark-from": "a", "--job-bookmark-to": "b"],
            "--job-bookmark-from and --job-bookmark-to need --job-bookmark-option job-bookmark-pause"
        ),
    ])
    func wrongOptionsAreNamed(arguments: [String: String], message: String) {
        #expect(throws: JobError(.invalidOption, message)) { try BookmarkOption(arguments: arguments) }
    }

    @Test func boundsAreRead() throws {
        #expect(try InputBound(boundedFiles: nil, boundedSize: nil) == .none)
        #expect(try InputBound(boundedFiles: "3", boundedSize: nil) == .files(3))
        #expect(try InputBound(boundedFiles: nil, boundedSize: "1000") == .bytes(1000))
        #expect(throws: JobError(.invalidOption, "boundedFiles is a number above 0, not '0'")) { try InputBound(boundedFiles: "0", boundedSize: nil) }
        #expect(throws: JobError(.invalidOption, "boundedFiles and boundedSize cannot both be given")) { try InputBound(boundedFiles: "1", boundedSize: "1") }
    }
}
