import Catalog
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct RecoveryTests {
    struct Case: CustomTestStringConvertible {
        let step: RunTransaction.Step?
        let mode: WriteMode
        let existing: Bool
        var testDescription: String { "\(mode), target \(existing ? "with files" : "missing"), dies \(step.map { "after \($0)" } ?? "before the commit")" }
    }

    static let cases = [nil, .staged, .intended, .published, .finished].flatMap { step in
        [(WriteMode.append, true), (.append, false), (.overwrite, true), (.overwrite, false)].map { Case(step: step, mode: $0.0, existing: $0.1) }
    }

    /// Whatever the step that a run dies after, the next command finds all of it or nothing, bookmark and table included, and nothing else.
    @Test(arguments: cases) func aDeadRunLeavesAllOrNothing(_ test: Case) throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        if test.existing { try place.write("t/k=1/old.txt", "old") }
        let before = place.contents("t", content: true)

        try autoreleased {
            let step = test.step
            let run = try RunTransaction(home: place.home, job: "j", usesBookmark: true) { if $0 == step { throw Crash() } }
            let output = try run.output(to: place.location("t"), mode: test.mode)
            for i in 0..<3 { try output.put("\(i)", in: "k=\(i)", number: i) }
            try run.output(to: place.location("u"), mode: test.mode).put("u")
            guard step != nil else { return }
            #expect(throws: Crash.self) {
                try run.commit(
                    changes: [.ensureDatabase(DatabaseRecord(name: "d")), .createTable(TableRecord(name: "t"), database: "d")],
                    bookmarks: [BookmarkUpdate(context: "c", state: "{}")], state: .succeeded)
            }
            // The run goes out of scope without an end: its lock is gone, as a kill would have it.
        }

        let committed = test.step != nil && test.step != .staged
        let report = try Recovery.run(try place.reopened())
        #expect(report.warnings.isEmpty)
        #expect(report.completed.count == (test.step == .intended || test.step == .published ? 1 : 0))
        let written = (0..<3).map { "k=\($0)/part-0000\($0)-RUN.txt: \($0)" }
        let kept = test.existing && test.mode == .append ? ["k=1/old.txt: old"] : []
        #expect(place.contents("t", content: true) == (committed ? (written + kept).sorted() : before))
        #expect(place.contents().filter { $0.hasPrefix("u") || $0.contains("_staging") } == (committed ? ["u/part-00000-RUN-1.txt"] : []))
        #expect(try (place.home.catalog.table("t", in: "d") != nil) == committed)
        #expect(try place.home.catalog.bookmarkVersions(ofJob: "j").count == (committed ? 1 : 0))
        let run = try #require(try place.home.catalog.runs(ofJob: "j").first)
        #expect(run.state == (committed ? .succeeded : .failed))
        #expect(run.error == (committed ? nil : "the process ended before the run did"))

        #expect(try Recovery.run(place.home) == Recovery.Report())
        // A child process of another test may hold a copy of the dead run's lock for a moment.
        for attempt in 0..<200 {
            do {
                try RunTransaction(home: place.home, job: "j", usesBookmark: true).finish(.succeeded)
                break
            } catch let error as JobError where error.code == .alreadyRunning && attempt < 199 {
                usleep(10_000)
            }
        }
    }

    /// Runs a closure in a frame of its own, so that what it holds is released at its end.
    @inline(never) private func autoreleased(_ body: () throws -> Void) rethrows { try body() }

    @Test func aLiveRunIsLeftAlone() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home, job: "j")
        try run.output(to: place.location("t"), mode: .append).put("1")
        #expect(try Recovery.run(try place.reopened()) == Recovery.Report())
        #expect(place.contents().count == 1)
        try run.commit(state: .succeeded)
        try run.finish(.succeeded)
        #expect(place.contents() == ["t/part-00000-RUN.txt"])
    }

    /// A publication that stopped between any two renames is completed by carrying out the same orders again.
    @Test(arguments: 0..<4) func halfPublishedIsCompleted(moved: Int) throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/k=1/old.txt", "old")
        try autoreleased {
            let run = try RunTransaction(home: place.home) { if $0 == .intended { throw Crash() } }
            let output = try run.output(to: place.location("t"), mode: .append)
            for i in 0..<3 { try output.put("\(i)", in: "k=\(i)") }
            #expect(throws: Crash.self) { try run.commit() }
            let staged = output.folder
            // As the publisher would have: new folders whole, files of existing folders alone.
            for i in 0..<moved {
                let (from, to) = (staged + "/k=\(i)", place.folder + "/t/k=\(i)")
                if i == 1 {
                    let name = try FileManager.default.contentsOfDirectory(atPath: from)[0]
                    try FileManager.default.moveItem(atPath: from + "/" + name, toPath: to + "/" + name)
                } else {
                    try FileManager.default.moveItem(atPath: from, toPath: to)
                }
            }
        }
        #expect(try Recovery.run(place.home).completed.count == 1)
        #expect(
            place.contents(content: true) == [
                "t/k=0/part-00000-RUN.txt: 0", "t/k=1/old.txt: old", "t/k=1/part-00000-RUN.txt: 1", "t/k=2/part-00000-RUN.txt: 2",
            ])
    }

    @Test func anExchangeIsNotUndoneByDoingItAgain() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/old.txt", "old")
        try autoreleased {
            let run = try RunTransaction(home: place.home) { if $0 == .published { throw Crash() } }
            try run.output(to: place.location("t"), mode: .overwrite).put("new")
            #expect(throws: Crash.self) { try run.commit() }
        }
        // Both trees are there, exchanged.
        #expect(place.contents(content: true).count == 2)
        #expect(try Recovery.run(place.home).completed.count == 1)
        #expect(place.contents(content: true) == ["t/part-00000-RUN.txt: new"])
    }

    @Test func whatCannotBePublishedIsSaidAndTriedAgain() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try autoreleased {
            let run = try RunTransaction(home: place.home) { [folder = place.folder] step in
                // Somebody puts a file in the target's place after the checks.
                if step == .intended { try "x".write(toFile: folder + "/t", atomically: false, encoding: .utf8) }
            }
            try run.output(to: place.location("t"), mode: .append).put("1")
            let error = #expect(throws: JobError.self) { try run.commit(state: .succeeded) }
            #expect(error?.code == .unpublished)
            try run.finish(.succeeded)
        }
        let report = try Recovery.run(place.home)
        #expect(report.completed.isEmpty && report.warnings.count == 1)
        try FileManager.default.removeItem(atPath: place.folder + "/t")
        #expect(try Recovery.run(place.home).completed.count == 1)
        #expect(place.contents(content: true) == ["t/part-00000-RUN.txt: 1"])
    }

    @Test func twoRecoveriesAtOnceAgree() async throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for i in 0..<5 {
            try autoreleased {
                let run = try RunTransaction(home: place.home) { if $0 == .intended { throw Crash() } }
                try run.output(to: place.location("t"), mode: .append).put("\(i)", in: "k=\(i)")
                #expect(throws: Crash.self) { try run.commit() }
            }
        }
        let path = place.home.path
        let completed = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try Recovery.run(try Home(path: path, environment: [:])).completed.count } }
            return try await group.reduce(0, +)
        }
        #expect(completed == 5)
        #expect(place.contents("t").count == 5)
    }

    @Test func aNewHomeIsNotCreatedByLooking() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        #expect(try Recovery.run(place.home) == Recovery.Report())
        #expect(!FileManager.default.fileExists(atPath: place.home.path))
    }
}
