import Columnar
import Glibc
import Testing

import Engine

@Suite struct SpillFileTests {
    private static let types: [DataType] = [
        .null, .boolean, .byte, .short, .int, .long, .float, .double, .decimal(precision: 30, scale: 3), .string, .binary, .date, .timestamp, .array(.string),
        .array(.array(.int)), .struct([Field("a", .int), Field("b", .array(.string))]),
    ]

    @Test(arguments: types) func batchesComeBack(_ type: DataType) throws {
        let file = try SpillFile(in: SpillPolicy().folder)
        let schema = Schema([Field("x", type), Field("s", .string)])
        for (seed, rows) in [0, 1, 63, 64, 65, 2000].enumerated() {
            for nulls in [0, 3] {
                for batch in randomBatches(schema, rows: rows, batchRows: 900, variety: 500, nulls: nulls, seed: UInt64(seed)) {
                    // Slices that begin inside a byte of a bitmap, and gathered rows.
                    let parts = [batch, batch.slice(batch.count / 3..<batch.count), batch.take(Values((0..<Int32(batch.count)).reversed().map { $0 }))]
                    let segments = try parts.map { try file.write($0) }
                    for (part, segment) in zip(parts, segments).reversed() {
                        let back = try file.read(segment)
                        #expect(back.count == part.count)
                        for (a, b) in zip(back.columns, part.columns) {
                            #expect(a.type == b.type)
                            #expect(a.values.map { keyText([$0]) } == b.values.map { keyText([$0]) })
                        }
                    }
                }
            }
        }
    }

    @Test func choicesAndMapsComeBack() throws {
        let batch = records(
            #"{"c": 1, "m": {"a": "x"}}"#, #"{"c": "text that is longer than a view", "m": {}}"#, #"{"c": null}"#, #"{"c": [1, 2], "m": null}"#)
        let file = try SpillFile(in: SpillPolicy().folder)
        for part in [batch, batch.slice(1..<3), batch.take(Values([3, 0, 0, 1]))] { #expect(text(try file.read(try file.write(part))) == text(part)) }
    }

    @Test func theFileHasNoName() throws {
        var template = Array("/tmp/mastic-test-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(folder) }
        let file = try SpillFile(in: folder)
        _ = try file.write(Batch(schema: .empty, columns: [], count: 3))
        let listing = try #require(opendir(folder))
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            names.append(withUnsafePointer(to: &entry.pointee.d_name) { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) })
        }
        #expect(names.filter { $0 != "." && $0 != ".." } == [])
        withExtendedLifetime(file) {}
    }

    @Test func theFolderIsMadeWithThoseAboveIt() throws {
        var template = Array("/tmp/mastic-test-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { for below in ["/home/tmp", "/home", ""] { rmdir(folder + below) } }
        let file = try SpillFile(in: folder + "/home/tmp")
        #expect(access(folder + "/home/tmp", W_OK) == 0)
        withExtendedLifetime(file) {}
    }

    @Test func whatTheSystemRefusesIsSaid() {
        #expect(SpillError(folder: "/x", code: ENOSPC).description.hasPrefix("the disk of /x is full"))
        #expect(throws: SpillError.self) { try SpillFile(in: "/proc/nowhere") }
    }

    @Test func policyKnowsTheLimit() {
        #expect(!SpillPolicy().mustSpill(.max - 1, workers: 1))
        #expect(SpillPolicy(budget: 1000).mustSpill(501, workers: 2))
        #expect(!SpillPolicy(budget: 1000).mustSpill(500, workers: 2))
    }
}
