import Columnar
import Connectors
import Formats
import Foundation
import Glibc
import Testing

@Suite struct LocalFileTests {
    @Test(arguments: [0, 1, 255 << 10, 256 << 10, (256 << 10) + 1, 1_000_000]) func whatIsWrittenIsRead(size: Int) throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sink = try LocalFileSink(path: folder.path + "/f")
        for start in stride(from: 0, to: size, by: 70_001) {
            try bytes[start..<min(size, start + 70_001)].withUnsafeBytes { try sink.write($0) }
        }
        #expect(sink.size == size)
        try sink.close()
        let file = try LocalFile(path: folder.path + "/f")
        #expect(file.size == size)
        let buffer = try file.read(at: 0, count: size)
        #expect(UnsafeRawBufferPointer(start: buffer.base, count: size).elementsEqual(bytes))
    }

    @Test func aFileThatShrinksIsAnError() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("f", content: "0123456789")
        let file = try LocalFile(path: folder.path + "/f", name: "the file")
        #expect(truncate(folder.path + "/f", 4) == 0)
        do {
            _ = try file.read(at: 2, count: 6)
            Issue.record("no error")
        } catch let error as FormatError {
            #expect(error == FormatError(.truncated, source: "the file", offset: 4, "the file became shorter while it was read"))
        }
        #expect(throws: FormatError.self) { try file.read(at: 8, into: .allocate(byteCount: 10, alignment: 1)) }
    }

    @Test func aSinkTakesNoNameTwice() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("f")
        #expect(storageError { _ = try LocalFileSink(path: folder.path + "/f") }?.message == "\(folder.path)/f cannot be written: it exists already")
        #expect(folder.text("f") == "x")
    }

    @Test func anAbandonedSinkLeavesNothing() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        do {
            let sink = try LocalFileSink(path: folder.path + "/f")
            try Array("abc".utf8).withUnsafeBytes { try sink.write($0) }
        }
        #expect(folder.contents().isEmpty)
    }

    @Test func aFullDiskIsOneSentence() throws {
        func sentence(_ number: Int32) -> String { StorageError(path: "/x/f", action: "written", errno: number).message }
        #expect(sentence(ENOSPC) == "/x/f cannot be written: the disk is full")
        #expect(sentence(EDQUOT) == "/x/f cannot be written: the disk quota is used up")
        #expect(sentence(EROFS) == "/x/f cannot be written: the file system is read-only")
        #expect(sentence(EACCES) == "/x/f cannot be written: permission denied")
        #expect(sentence(EMFILE) == "/x/f cannot be written: too many files are open; raise the limit with ulimit -n")
    }

    @Test func namesOfMissingAndForeignThings() throws {
        #expect(storageError { _ = try LocalFile(path: "/no/such") }?.message == "/no/such cannot be read: there is no such file or folder")
        #expect(storageError { _ = try LocalFile(path: "/tmp") }?.message == "/tmp cannot be read: it is not a file")
    }
}
