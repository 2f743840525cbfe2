import Catalog
import Connectors
import Foundation
import Testing
import Jobs

@Suite struct DeadLettersTests {
    /// A bad file that came with two good ones fails its runs, and is moved; the good ones are not.
    @Test func aBadFileDoomsNoGoodOnes() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        for name in ["a.csv", "bad.csv", "c.csv"] { try home.write("in/" + name, name) }
        let inbox = try Inbox(home)
        #expect(try inbox.look(after: 10).count == 3)
        let store = home.home.catalog
        let condition = TriggerRecord.EventBatchingCondition(batchSize: 10, batchWindow: 5)
        var runs: [String] = []
        for _ in 0..<10 {
            inbox.now += 1000
            for batch in ArrivalBatch(try store.pendingArrivals(of: "t"), condition, at: inbox.now).due {
                let run = "r\(runs.count)"
                let assigned = try store.schedule(nil) { transaction in
                    try [transaction.assignArrivals("t", batch, run: run), transaction.assignArrivals("t", batch, run: "other")]
                }
                #expect(assigned == [batch, []])
                let fails = batch.contains { $0.hasSuffix("bad.csv") }
                for _ in 0..<2 {
                    try store.schedule(nil) { transaction in
                        _ = try transaction.settleArrivals(of: run, succeeded: !fails, error: "line 7 is bad", maxFailures: 3, at: inbox.now, retryAt: inbox.now + 30)
                    }
                }
                runs.append(batch.map { ($0 as NSString).lastPathComponent }.joined(separator: " ") + (fails ? " FAILED" : ""))
            }
        }
        #expect(runs == ["a.csv bad.csv c.csv FAILED", "a.csv", "bad.csv FAILED", "c.csv", "bad.csv FAILED"])
        let letters = DeadLetters(home: home.home, log: silentLog)
        #expect(try letters.move(at: inbox.now) == 1)
        #expect(try letters.move(at: inbox.now) == 0)
        #expect(home.contents("in") == ["_failed/bad.csv", "_failed/bad.csv.error.json", "a.csv", "c.csv"])
        let text = try String(contentsOfFile: home.folder + "/in/_failed/bad.csv.error.json", encoding: .utf8)
        let letter = try RecordJSON.decode(DeadLetters.Letter.self, from: text)
        #expect(letter.failures.map(\.run) == ["r0", "r2", "r4"])
        #expect(letter.failures.allSatisfy { $0.error == "line 7 is bad" })
        #expect(letter.path == home.folder + "/in/bad.csv")
        #expect(try inbox.look(after: 10) == [])
        #expect(try store.arrivals(of: "t").map(\.state) == [.done, .done])
        // Put right and put back, it is a new arrival.
        rename(home.folder + "/in/_failed/bad.csv", home.folder + "/in/bad.csv")
        #expect(try inbox.look(after: 10) == ["bad.csv"])
    }

    private func fail(_ inbox: Inbox, _ name: String) throws {
        try inbox.home.home.catalog.schedule(nil) { transaction in
            try transaction.assignArrivals("t", [inbox.home.folder + "/in/" + name], run: "r")
            _ = try transaction.settleArrivals(of: "r", succeeded: false, error: "bad", maxFailures: 1, at: inbox.now)
        }
    }

    @Test func nothingIsOverwritten() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        let inbox = try Inbox(home)
        let letters = DeadLetters(home: home.home, log: silentLog)
        for i in 0..<3 {
            try home.write("in/a.csv", "content \(i)")
            _ = try inbox.look(after: 20)
            try fail(inbox, "a.csv")
            #expect(try letters.move(at: inbox.now) == 1)
        }
        #expect(home.contents("in", content: true).filter { !$0.contains(".json") } == ["_failed/a-1.csv: content 1", "_failed/a-2.csv: content 2", "_failed/a.csv: content 0"])
    }

    /// The steps of a move, each of them the last before a crash.
    @Test(arguments: ["note", "copied", "moved"]) func aMoveIsTakenUpAgain(after step: String) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a.csv", "content")
        let inbox = try Inbox(home)
        _ = try inbox.look(after: 20)
        try fail(inbox, "a.csv")
        let arrival = try #require(try home.home.catalog.failedArrivals(at: inbox.now).first)
        try home.write("in/_failed/a.csv.error.json", RecordJSON.encode(DeadLetters.Letter(arrival)))
        switch step {
        case "copied": try home.write("in/_failed/a.csv", "content")
        case "moved": rename(home.folder + "/in/a.csv", home.folder + "/in/_failed/a.csv")
        default: break
        }
        #expect(try DeadLetters(home: home.home, log: silentLog).move(at: inbox.now) == 1)
        #expect(home.contents("in") == ["_failed/a.csv", "_failed/a.csv.error.json"])
        #expect(try home.home.catalog.failedArrivals(at: .infinity).isEmpty)
    }

    @Test func anotherFileSystemTakesThem() throws {
        // Memory is a file system of its own.
        let shared = "/dev/shm/mastic-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: shared) }
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a.csv", String(repeating: "content\n", count: 300_000))
        let inbox = try Inbox(home) { $0.deadLetterPath = shared + "/deep/letters" }
        _ = try inbox.look(after: 20)
        try fail(inbox, "a.csv")
        #expect(try DeadLetters(home: home.home, log: silentLog).move(at: inbox.now) == 1)
        #expect(home.contents("in") == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: shared + "/deep/letters").sorted() == ["a.csv", "a.csv.error.json"])
        #expect(try FileManager.default.attributesOfItem(atPath: shared + "/deep/letters/a.csv")[.size] as? Int == 2_400_000)
    }

    @Test func whatCannotBeMovedIsTriedAgain() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a.csv")
        try home.write("blocked")
        let inbox = try Inbox(home) { $0.deadLetterPath = home.folder + "/blocked/letters" }
        _ = try inbox.look(after: 20)
        try fail(inbox, "a.csv")
        let letters = DeadLetters(home: home.home, log: silentLog)
        #expect(try letters.move(at: inbox.now) == 0)
        #expect(try home.home.catalog.failedArrivals(at: inbox.now).isEmpty)
        unlink(home.folder + "/blocked")
        #expect(try letters.move(at: inbox.now + 60) == 1)
        #expect(home.contents() == ["blocked/letters/a.csv", "blocked/letters/a.csv.error.json", "in/"])
    }

    @Test func stoppedRunsSayNothingOfTheirFiles() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a.csv")
        let inbox = try Inbox(home)
        _ = try inbox.look(after: 20)
        try home.home.catalog.schedule(nil) { transaction in
            try transaction.assignArrivals("t", [home.folder + "/in/a.csv"], run: "r2")
            try transaction.returnArrivals(of: "r1")
        }
        #expect(try inbox.pending() == [])
        try home.home.catalog.schedule(nil) { try $0.returnArrivals(of: "r2") }
        #expect(try home.home.catalog.pendingArrivals(of: "t").map(\.failures.count) == [0])
    }

    @Test(arguments: [("a.csv", 0, "a.csv"), ("a.csv", 2, "a-2.csv"), ("a", 1, "a-1"), ("a.b.csv", 1, "a.b-1.csv"), ("é.csv", 1, "é-1.csv"), (".x", 1, ".x-1")])
    func names(_ test: (name: String, number: Int, expected: String)) { #expect(DeadLetters.name(test.name, number: test.number) == test.expected) }

    @Test func argumentsOfManyFilesStandInAFile() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        #expect(try ArrivalArguments.compose(["/a b", "/é\"\n"], firing: "r", home: home.home) == ["--files": #"["/a b","/é\"\n"]"#])
        let many = (0..<100).map { "/" + String(repeating: "x", count: 3000) + "\($0)" }
        let path = home.home.path + "/runs/r.files"
        #expect(try ArrivalArguments.compose(many, firing: "r", home: home.home) == ["--files_list": path])
        #expect(try RecordJSON.decode([String].self, from: String(contentsOfFile: path, encoding: .utf8)) == many)
        ArrivalArguments.remove(firing: "arrived@r", home: home.home)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
