import Catalog
import Connectors
import Foundation
import Logging
import Testing
import Jobs

/// A folder that a trigger looks at, and a clock.
final class Inbox {
    let home: TemporaryHome
    let watcher: ArrivalWatcher
    var now: Double
    var next: Double?

    init(_ home: TemporaryHome, polls: Bool = false, at now: Double = CatalogStore.now, change: (inout TriggerRecord.Arrival) -> Void = { _ in }) throws {
        (self.home, self.now) = (home, now)
        watcher = ArrivalWatcher(home: home.home, log: silentLog, polls: polls)
        try watch(change)
    }

    func watch(_ change: (inout TriggerRecord.Arrival) -> Void = { _ in }) throws {
        var trigger = TriggerRecord(name: "t", type: .event, actions: [TriggerRecord.Action(job: "load")])
        trigger.arrival = TriggerRecord.Arrival(path: home.folder + "/in")
        change(&trigger.arrival!)
        try home.home.catalog.apply([.putTrigger(trigger, isActive: true)])
        watcher.update([trigger])
    }

    /// Looks, some seconds later, and returns what waits as paths below the folder.
    func look(after seconds: Double = 0) throws -> [String] {
        now += seconds
        next = try watcher.look(at: now)
        return try pending()
    }

    func pending() throws -> [String] {
        try home.home.catalog.pendingArrivals(of: "t").map { String($0.file.path.dropFirst(home.folder.count + 4)) }.sorted()
    }

    /// Says that a run has all that waits, and ended.
    func settle(_ run: String = "r", succeeded: Bool = true) throws {
        try home.home.catalog.schedule(nil) { transaction in
            try transaction.assignArrivals("t", transaction.pendingArrivals(of: "t").map(\.file.path), run: run)
            _ = try transaction.settleArrivals(of: run, succeeded: succeeded, error: "bad", at: now)
        }
    }
}

let silentLog = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

@Suite struct ArrivalWatcherTests {
    @Test(arguments: [false, true]) func filesThatLieThereCount(polls: Bool) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a.csv")
        try home.write("in/2024/01/b.csv")
        let inbox = try Inbox(home, polls: polls, at: CatalogStore.now + 100)
        // Where the kernel tells nothing, the times of another machine's clock say nothing either.
        #expect(try inbox.look() == (polls ? [] : ["2024/01/b.csv", "a.csv"]))
        #expect(inbox.next == (polls ? inbox.now + 2 : nil))
        #expect(try inbox.look(after: 2) == ["2024/01/b.csv", "a.csv"])
        try inbox.settle()
        #expect(try inbox.look(after: 20) == [])
    }

    @Test(arguments: [false, true]) func namesThatDoNotCount(polls: Bool) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        for name in [".hidden", "_SUCCESS", "a.tmp", "a.csv.part", "b.crdownload", "b.TMP", "c~", "_staging/x", ".git/config", "_failed/old.csv", "dead/x.csv", "good.csv", "sub/good"] {
            try home.write("in/" + name)
        }
        let inbox = try Inbox(home, polls: polls, at: CatalogStore.now + 100) { $0.deadLetterPath = home.folder + "/in/dead" }
        _ = try inbox.look()
        #expect(try inbox.look(after: 2) == ["good.csv", "sub/good"])
        for name in [".x", "_x", "x.tmp", "_staging/y", "dead/y.csv", "y.csv"] { try home.write("in/" + name) }
        _ = try inbox.look(after: 100)
        #expect(try inbox.look(after: 3) == ["good.csv", "sub/good", "y.csv"])
    }

    @Test(arguments: [
        ("*.csv", ["a.csv", "sub/b.csv"]), ("sub/*.csv", ["sub/b.csv"]), ("**/*.csv", ["a.csv", "sub/b.csv"]), ("*.{json,txt}", ["c.json"]), ("[!a]*", ["c.json", "sub/b.csv"]),
    ])
    func patterns(_ test: (pattern: String, files: [String])) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        for name in ["a.csv", "sub/b.csv", "c.json"] { try home.write("in/" + name) }
        let inbox = try Inbox(home, at: CatalogStore.now + 100) { $0.pattern = test.pattern }
        #expect(try inbox.look() == test.files)
    }

    @Test func aSlowWriterIsWaitedFor() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/old", "x")
        let inbox = try Inbox(home, at: CatalogStore.now + 100)
        _ = try inbox.look()
        try inbox.settle()
        let file = open(home.folder + "/in/slow.csv", O_WRONLY | O_CREAT, 0o644)
        defer { close(file) }
        for _ in 0..<5 {
            write(file, "abc\n", 4)
            #expect(try inbox.look(after: 60) == [])
        }
        #expect(inbox.next == nil)
        let copy = dup(file)
        close(copy)
        #expect(try inbox.look(after: 1) == [])
        // The last descriptor goes: the file is closed.
        dup2(open("/dev/null", O_RDONLY), file)
        #expect(try inbox.look(after: 1) == ["slow.csv"])
    }

    @Test func aSlowWriterIsWaitedForWhereNobodyTells() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/slow.csv", "1")
        let inbox = try Inbox(home, polls: true)
        #expect(try inbox.look() == [])
        for i in 2...5 {
            try home.write("in/slow.csv", String(repeating: "1", count: i))
            #expect(try inbox.look(after: 2) == [])
        }
        #expect(try inbox.look(after: 1) == [])
        #expect(try inbox.look(after: 1) == ["slow.csv"])
        #expect(try home.home.catalog.arrivals(of: "t").map(\.file.size) == [5])
    }

    @Test func filesMovedInAreComplete() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/x.tmp")
        try home.write("elsewhere/y.csv")
        try home.write("elsewhere/day/z.csv")
        let inbox = try Inbox(home)
        #expect(try inbox.look() == [])
        rename(home.folder + "/in/x.tmp", home.folder + "/in/x.csv")
        rename(home.folder + "/elsewhere/y.csv", home.folder + "/in/y.csv")
        link(home.folder + "/elsewhere/day/z.csv", home.folder + "/in/linked.csv")
        #expect(try inbox.look(after: 0.1) == ["x.csv", "y.csv"])
        // Files of a folder that came whole, and links, are watched for a while.
        rename(home.folder + "/elsewhere/day", home.folder + "/in/day")
        #expect(try inbox.look(after: 0.1) == ["x.csv", "y.csv"])
        #expect(inbox.next != nil)
        #expect(try inbox.look(after: 3) == ["day/z.csv", "linked.csv", "x.csv", "y.csv"])
        #expect(inbox.next == nil)
        // The folder is watched under its new name.
        rename(home.folder + "/in/day", home.folder + "/in/night")
        _ = try inbox.look(after: 3)
        try home.write("in/night/w.csv")
        #expect(try inbox.look(after: 3) == ["linked.csv", "night/w.csv", "night/z.csv", "x.csv", "y.csv"])
    }

    @Test func newFoldersAreWatched() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/first")
        let inbox = try Inbox(home)
        _ = try inbox.look(after: 10)
        // Made faster than anybody can begin to watch.
        try home.write("in/a/b/c/d/e.csv")
        _ = try inbox.look(after: 1)
        #expect(try inbox.look(after: 3) == ["a/b/c/d/e.csv", "first"])
        try home.write("in/a/b/c/d/f.csv")
        try home.write("in/a/b/g.csv")
        #expect(try inbox.look(after: 0.1) == ["a/b/c/d/e.csv", "a/b/c/d/f.csv", "a/b/g.csv", "first"])
        #expect(inbox.next == nil)
    }

    @Test(arguments: [false, true]) func burst(overflows: Bool) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/0")
        let inbox = try Inbox(home)
        _ = try inbox.look(after: 10)
        for i in 1..<1000 { try home.write("in/\(i % 10)x/\(i)") }
        if overflows { inbox.watcher.rescan() }
        _ = try inbox.look(after: 1)
        #expect(try inbox.look(after: 3).count == 1000)
        try inbox.settle()
        inbox.watcher.rescan()
        #expect(try inbox.look(after: 100) == [])
    }

    @Test(arguments: [false, true]) func changedFilesArriveAgain(polls: Bool) throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a", "1")
        let inbox = try Inbox(home, polls: polls)
        _ = try inbox.look()
        #expect(try inbox.look(after: 3) == ["a"])
        try inbox.settle()
        // Opened for writing and closed: nothing changed.
        close(open(home.folder + "/in/a", O_WRONLY))
        _ = try inbox.look(after: 20)
        #expect(try inbox.look(after: 3) == [])
        try home.write("in/a", "22")
        _ = try inbox.look(after: 20)
        #expect(try inbox.look(after: 3) == ["a"])
        try inbox.settle()
        // Moved away, and put back as it was.
        rename(home.folder + "/in/a", home.folder + "/a")
        #expect(try inbox.look(after: 20) == [])
        #expect(try home.home.catalog.arrivals(of: "t").isEmpty)
        rename(home.folder + "/a", home.folder + "/in/a")
        _ = try inbox.look(after: 20)
        #expect(try inbox.look(after: 3) == ["a"])
        // A pending file that vanishes waits no more.
        unlink(home.folder + "/in/a")
        #expect(try inbox.look(after: 20) == [])
    }

    @Test func aFileThatChangesWhileARunHasItArrivesAgain() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a", "1")
        try home.write("in/b", "1")
        let inbox = try Inbox(home)
        #expect(try inbox.look(after: 10) == ["a", "b"])
        let store = home.home.catalog
        _ = try store.schedule(nil) { try $0.assignArrivals("t", [home.folder + "/in/a", home.folder + "/in/b"], run: "r1") }
        try home.write("in/a", "22")
        unlink(home.folder + "/in/b")
        #expect(try inbox.look(after: 1) == ["a"])
        _ = try store.schedule(nil) { try $0.settleArrivals(of: "r1", succeeded: false, at: inbox.now) }
        // The failure was that of the old content, and b is gone.
        #expect(try store.arrivals(of: "t").map(\.failures.count) == [0])
        #expect(try inbox.look(after: 1) == ["a"])
    }

    @Test func aFolderMayComeLaterAndGo() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        let inbox = try Inbox(home)
        #expect(try inbox.look() == [])
        #expect(inbox.next == inbox.now + 10)
        try home.write("in/a")
        #expect(try inbox.look(after: 10) == ["a"])
        #expect(inbox.next == nil)
        try FileManager.default.removeItem(atPath: home.folder + "/in")
        _ = try inbox.look(after: 1)
        #expect(inbox.next == inbox.now + 10)
        try home.write("in/b")
        _ = try inbox.look(after: 10)
        #expect(try inbox.look(after: 3) == ["b"])
    }

    @Test func aRestartLosesAndDoublesNothing() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a")
        let first = try Inbox(home)
        #expect(try first.look(after: 10) == ["a"])
        try first.settle()
        try home.write("in/b")
        let second = try Inbox(home)
        #expect(try second.look(after: 10) == ["b"])
        unlink(home.folder + "/in/b")
        let third = try Inbox(home)
        #expect(try third.look(after: 10) == [])
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a")
        let inbox = try Inbox(home, polls: true, at: CatalogStore.now + 3600)
        #expect(try inbox.look() == [])
        #expect(try inbox.look(after: -3600) == [])
        #expect(try inbox.look(after: 2) == ["a"])
    }

    @Test func triggersThatGoAreLookedAtNoMore() throws {
        let home = try TemporaryHome()
        defer { home.remove() }
        try home.write("in/a")
        let inbox = try Inbox(home)
        #expect(try inbox.look(after: 10) == ["a"])
        inbox.watcher.update([])
        try home.write("in/b")
        #expect(try inbox.look(after: 10) == ["a"])
        try inbox.watch()
        #expect(try inbox.look(after: 10) == ["a", "b"])
    }
}
