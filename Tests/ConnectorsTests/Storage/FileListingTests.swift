import Connectors
import Foundation
import Glibc
import Testing

@Suite struct FileListingTests {
    private func names(_ folder: TemporaryFolder, _ name: String = "", _ options: ListingOptions = ListingOptions()) throws -> [String] {
        let root = folder.location(name).path
        return try FileListing(path: root, options: options).all().map { String($0.path.dropFirst(root.count + 1)) }
    }

    @Test func hidesWhatIsNoData() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("a.csv", ".hidden", "_SUCCESS", "_staging/r/0/x", ".git/x", "sub_$folder$", "_k=1/b.csv", "sub/_meta", "sub/c.csv")
        try folder.write("empty.csv", content: "")
        #expect(try names(folder) == ["_k=1/b.csv", "a.csv", "empty.csv", "sub/c.csv"])
        #expect(try names(folder, "", ListingOptions(isRecursive: false)) == ["a.csv", "empty.csv"])
        #expect(try names(folder, "", ListingOptions(exclusions: [Glob("sub/**"), Glob("empty*")])) == ["_k=1/b.csv", "a.csv"])
        // A hidden name that was asked for is not hidden.
        #expect(try names(folder, "_staging") == ["r/0/x"])
    }

    @Test func isInTheOrderOfThePaths() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("a/b", "a-b", "a.c", "a0", "B", "ä", "a/a/z", "a/a.z", "a=1/x")
        let found = try names(folder)
        #expect(found == found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } && found.count == 9)
    }

    @Test func tellsSizeAndTime() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("f", content: "12345")
        let path = folder.path + "/f"
        var times = [timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789), timespec(tv_sec: 1_700_000_000, tv_nsec: 123_456_789)]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
        let file = try #require(try FileListing(path: path).next())
        #expect(file == FileEntry(path: path, size: 5, modified: 1_700_000_000_123_456_789))
    }

    @Test func followsLinksButNotInCircles() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("real/x", "elsewhere/y")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder.path + "/real/loop", withDestinationPath: folder.path + "/real")
        try files.createSymbolicLink(atPath: folder.path + "/real/up", withDestinationPath: "..")
        try files.createSymbolicLink(atPath: folder.path + "/real/link", withDestinationPath: "../elsewhere")
        try files.createSymbolicLink(atPath: folder.path + "/real/file", withDestinationPath: "x")
        // The parent contains the folder, but is not it: its other entries are listed once, through the link.
        #expect(try names(folder, "real") == ["file", "link/y", "up/elsewhere/y", "x"])
    }

    @Test func aBrokenLinkIsAnError() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/broken", withDestinationPath: "nowhere")
        #expect(
            storageError { _ = try FileListing(path: folder.path).all() }?.message
                == "\(folder.path)/broken is a symbolic link to a file that is not there; remove it or exclude it")
        #expect(try FileListing(path: folder.path, options: ListingOptions(exclusions: [Glob("broken")])).all().isEmpty)
    }

    @Test func pipesAreNoData() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("a")
        #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
        #expect(try names(folder) == ["a"])
        #expect(storageError { _ = try LocalFile(path: folder.path + "/pipe") }?.code == .invalidPath)
    }

    @Test func aNameThatIsNotUTF8IsAnError() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        var bytes = Array((folder.path + "/").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
        let descriptor = open(&bytes, O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        #expect(
            storageError { _ = try FileListing(path: folder.path) }?.message
                == "\(folder.path) has a file whose name is not UTF-8; rename it")
        unlink(&bytes)
    }

    @Test func aMissingPathIsNamed() {
        #expect(storageError { _ = try FileListing(path: "/no/such") } == StorageError(.notFound, path: "/no/such", "/no/such cannot be read: there is no such file or folder"))
    }
}
