import Catalog
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct RunTransactionTests {
    @Test func nothingShowsBeforeTheCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("old/part.txt", "old")
        let run = try RunTransaction(home: place.home, job: "j")
        try run.output(to: place.location("new/deep"), mode: .append).put("1", in: "k=1")
        try run.output(to: place.location("old"), mode: .append).put("2")
        #expect(place.contents("old", content: true) == ["part.txt: old"])
        #expect(place.contents("new").isEmpty)
        try run.commit(state: .succeeded)
        try run.finish(.succeeded)
        #expect(place.contents(content: true) == ["new/deep/k=1/part-00000-RUN.txt: 1", "old/part-00000-RUN-1.txt: 2", "old/part.txt: old"])
        #expect(try place.home.catalog.run(run.run.id)?.state == .succeeded)
        #expect(try place.home.catalog.unfinishedRuns().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.home.path + "/runs").isEmpty)
    }

    @Test func rollbackLeavesNothing() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("a/b"), mode: .append).put("1")
        try run.output(to: place.location("c"), mode: .overwrite).put("1")
        try run.finish(.failed, error: "on purpose")
        #expect(place.contents().isEmpty)
        #expect(try place.home.catalog.run(run.run.id)?.error == "on purpose")
    }

    @Test func appendingKeepsWhatThereIs() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for round in 0..<3 {
            let run = try RunTransaction(home: place.home)
            let output = try run.output(to: place.location("t"), mode: .append)
            try output.put("\(round)", in: "k=1")
            try output.put("\(round)", in: "k=new\(round)/m=\(round)")
            try output.put("\(round)")
            try run.commit()
            try run.finish(.succeeded)
        }
        #expect(
            place.contents("t", content: true) == [
                "k=1/part-00000-RUN.txt: 0", "k=1/part-00000-RUN.txt: 1", "k=1/part-00000-RUN.txt: 2", "k=new0/m=0/part-00000-RUN.txt: 0",
                "k=new1/m=1/part-00000-RUN.txt: 1", "k=new2/m=2/part-00000-RUN.txt: 2", "part-00000-RUN.txt: 0", "part-00000-RUN.txt: 1",
                "part-00000-RUN.txt: 2",
            ])
    }

    @Test func overwritingReplacesTheWholeFolder() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/k=1/old.txt")
        try place.write("t/_SUCCESS")
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("t"), mode: .overwrite).put("new", in: "k=2")
        #expect(place.contents("t") == ["_SUCCESS", "k=1/old.txt"])
        try run.commit()
        #expect(place.contents(content: true) == ["t/k=2/part-00000-RUN.txt: new"])
        // An empty write empties the folder, and a missing one is made.
        _ = try run.output(to: place.location("t"), mode: .overwrite)
        _ = try run.output(to: place.location("u"), mode: .overwrite)
        try run.commit()
        try run.finish(.succeeded)
        #expect(place.contents() == ["t/", "u/"])
    }

    @Test func aRunSeesItsOwnWrites() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/b.txt", "old")
        try place.write("u/c.txt", "other")
        let run = try RunTransaction(home: place.home)
        func see(_ name: String, _ options: ListingOptions = ListingOptions()) throws -> [String] {
            try run.files(at: place.location(name), options: options).all().map { file in
                #expect(FileManager.default.fileExists(atPath: file.storedPath))
                return String(file.path.dropFirst(place.folder.count + 1)).replacing(#/jr_[0-9a-f]{32}/#, with: "RUN")
            }
        }
        let appended = try run.output(to: place.location("t"), mode: .append)
        try appended.put("1", in: "k=1")
        try appended.put("2")
        try run.output(to: place.location("n"), mode: .append).put("3")
        #expect(try see("t") == ["t/b.txt", "t/k=1/part-00000-RUN.txt", "t/part-00000-RUN.txt"])
        #expect(try see("t", ListingOptions(isRecursive: false)) == ["t/b.txt", "t/part-00000-RUN.txt"])
        #expect(try see("t", ListingOptions(exclusions: [Glob("k=1/*")])) == ["t/b.txt", "t/part-00000-RUN.txt"])
        #expect(try see("t/k=1") == ["t/k=1/part-00000-RUN.txt"])
        #expect(try see("n") == ["n/part-00000-RUN-1.txt"])
        #expect(try see("") == ["n/part-00000-RUN-1.txt", "t/b.txt", "t/k=1/part-00000-RUN.txt", "t/part-00000-RUN.txt", "u/c.txt"])
        try run.output(to: place.location("t"), mode: .overwrite).put("4", in: "k=2")
        #expect(try see("t") == ["t/k=2/part-00000-RUN-2.txt"])
        #expect(try see("") == ["n/part-00000-RUN-1.txt", "t/k=2/part-00000-RUN-2.txt", "u/c.txt"])
        #expect(throws: StorageError.self) { _ = try see("t/k=1") }
        try run.commit()
        #expect(try see("") == ["n/part-00000-RUN-1.txt", "t/k=2/part-00000-RUN-2.txt", "u/c.txt"])
        try run.finish(.succeeded)
    }

    @Test func writesToOneTargetShareOneTree() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("t"), mode: .append).put("1")
        try run.output(to: place.location("t"), mode: .append).put("2")
        try run.output(to: place.location("t/k=1"), mode: .append).put("3")
        let error = #expect(throws: StorageError.self) { _ = try run.output(to: place.location("t/k=1"), mode: .overwrite) }
        #expect(error?.code == .conflict)
        try run.commit()
        try run.finish(.succeeded)
        #expect(place.contents(content: true) == ["t/k=1/part-00000-RUN-2.txt: 3", "t/part-00000-RUN-1.txt: 2", "t/part-00000-RUN.txt: 1"])
    }

    @Test func outputsInOutputsAreMerged() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/old.txt")
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("t/k=1"), mode: .append).put("1")
        try run.output(to: place.location("t"), mode: .append).put("2")
        try run.commit()
        #expect(place.contents() == ["t/k=1/part-00000-RUN.txt", "t/old.txt", "t/part-00000-RUN-1.txt"])
        try run.output(to: place.location("t/k=1"), mode: .append).put("3")
        try run.output(to: place.location("t"), mode: .overwrite).put("4")
        try run.output(to: place.location("t/k=2"), mode: .overwrite).put("5")
        try run.commit()
        try run.finish(.succeeded)
        #expect(place.contents(content: true) == ["t/k=2/part-00000-RUN-4.txt: 5", "t/part-00000-RUN-3.txt: 4"])
    }

    @Test func targetsMayBeLinks() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("real/old.txt")
        try FileManager.default.createSymbolicLink(atPath: place.folder + "/link", withDestinationPath: "real")
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("link"), mode: .overwrite).put("new")
        #expect(try run.files(at: place.location("link"), options: ListingOptions()).all().count == 1)
        try run.commit()
        try run.finish(.succeeded)
        #expect(place.contents("real") == ["part-00000-RUN.txt"])
    }

    @Test func theHomeIsNeverOverwritten() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home)
        let error = #expect(throws: StorageError.self) { _ = try run.output(to: StorageLocation(path: place.folder), mode: .overwrite) }
        #expect(error?.message == "\(place.folder) cannot be overwritten: \(place.home.path) is in it")
        try run.finish(.failed)
    }

    @Test func aFileInTheWayIsNamed() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t")
        let run = try RunTransaction(home: place.home)
        let direct = #expect(throws: StorageError.self) { _ = try run.output(to: place.location("t"), mode: .append) }
        #expect(direct?.message == "\(place.folder)/t cannot be written as a folder: a file has this name")
        let below = #expect(throws: StorageError.self) { _ = try run.output(to: place.location("t/u"), mode: .append) }
        #expect(below?.message == "\(place.folder)/t/u cannot be created: \(place.folder)/t is a file")
        try run.finish(.failed)
    }

    @Test func aNameThatIsTakenStopsTheCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/named.txt", "old")
        let run = try RunTransaction(home: place.home)
        let output = try run.output(to: place.location("t"), mode: .append)
        try output.put("other")
        try output.newFile(name: "named.txt").close()
        let error = #expect(throws: StorageError.self) { try run.commit() }
        #expect(error?.message == "\(place.folder)/t/named.txt cannot be written: it exists already")
        try run.finish(.failed)
        #expect(place.contents(content: true) == ["t/named.txt: old"])
    }

    @Test func stagedFilesThatVanishStopTheCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("t"), mode: .append).put("1")
        try FileManager.default.removeItem(atPath: place.folder + "/_staging")
        #expect(throws: StorageError.self) { try run.commit() }
        try run.finish(.failed)
        #expect(try Recovery.run(place.home) == Recovery.Report())
    }

    @Test(.enabled(if: geteuid() != 0, "root may write anywhere")) func aReadOnlyFolderIsNamed() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("t/k=1/x.txt")
        chmod(place.folder + "/t", 0o500)
        defer { chmod(place.folder + "/t", 0o700) }
        let run = try RunTransaction(home: place.home)
        let error = #expect(throws: StorageError.self) { _ = try run.output(to: place.location("t"), mode: .append) }
        #expect(error?.message == "\(place.folder)/t cannot be written: permission denied")
    }

    @Test func catalogAndFilesAreOneCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home)
        try run.output(to: place.location("t"), mode: .append).put("1")
        // The table's database is missing: nothing of the commit happens.
        #expect(throws: CatalogError.self) { try run.commit(changes: [.createTable(TableRecord(name: "t"), database: "d")]) }
        try run.finish(.failed)
        #expect(place.contents().isEmpty)
        #expect(try place.home.catalog.unfinishedRuns().isEmpty)
    }

    @Test func oneRunOfAJobAtATime() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let first = try RunTransaction(home: place.home, job: "j", usesBookmark: true)
        let error = #expect(throws: JobError.self) { _ = try RunTransaction(home: place.reopened(), job: "j", usesBookmark: true) }
        #expect(
            error?.message == "job 'j' is already running: run \(first.run.id) (process \(getpid())) uses its bookmark; wait for it, or stop it")
        // Without the bookmark, and for another job, nobody is in the way.
        try RunTransaction(home: place.home, job: "j").finish(.succeeded)
        try RunTransaction(home: place.home, job: "k", usesBookmark: true).finish(.succeeded)
        try first.finish(.succeeded)
        try RunTransaction(home: place.home, job: "j", usesBookmark: true).finish(.succeeded)
    }

    @Test func aRunThatWasTakenOverCannotCommit() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let run = try RunTransaction(home: place.home, job: "j", usesBookmark: true)
        try run.output(to: place.location("t"), mode: .append).put("1")
        try place.home.catalog.insertRun(RunRecord(id: "other", job: "j", processID: 1))
        _ = try place.home.catalog.acquireLease(on: "j", for: "other") { _ in false }
        let error = #expect(throws: CatalogError.self) { try run.commit() }
        #expect(error?.code == .staleLease)
        try run.finish(.failed)
        #expect(place.contents().isEmpty)
    }
}
