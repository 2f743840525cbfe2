import Columnar
import Formats
import Glibc

/// A file on disk, read whole.
func fileSource(_ path: String) throws -> MemorySource {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw FormatError(.truncated, source: path, "there is no such file") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    _ = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return MemorySource(name: String(path.split(separator: "/").last!), bytes: bytes)
}

/// The conformance files of the Parquet community, beside the package or beside one of its parents.
let parquetData: String? = {
    var parts = #filePath.split(separator: "/").map(String.init)
    while !parts.isEmpty {
        parts.removeLast()
        let path = "/" + (parts + ["shared/data/parquet-testing"]).joined(separator: "/")
        if access(path, R_OK) == 0 { return path }
    }
    return nil
}()

/// FNV-1a over a canonical rendering of values: doubles by their bits (all NaN alike), decimals unscaled, strings as bytes.
struct ValueChecksum {
    private(set) var state: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    private mutating func add(_ tag: Character, _ text: String) { add("\(tag)\(text);".utf8) }

    mutating func add(_ value: Value) {
        switch value {
        case .null: add("0", "")
        case .boolean(let bool): add("?", bool ? "1" : "0")
        case .integer(let integer): add("i", String(integer))
        case .double(let double): add("d", double.isNaN ? "nan" : String(double.bitPattern))
        case .decimal(let unscaled, let scale): add("n", "\(unscaled)e\(scale)")
        case .string(let bytes):
            add("s", String(bytes.count))
            add(bytes)
        case .binary(let bytes):
            add("b", String(bytes.count))
            add(bytes)
        case .date(let days): add("D", String(days))
        case .timestamp(let micros): add("T", String(micros))
        case .array(let elements):
            add("[", String(elements.count))
            for element in elements { add(element) }
        case .struct(let fields):
            add("{", String(fields.count))
            for field in fields {
                add(":", field.name)
                add(field.value)
            }
        case .map(let entries):
            add("<", String(entries.count))
            for entry in entries {
                add(entry.key)
                add(entry.value)
            }
        }
    }
}

/// Every row of a file, as values by column.
func allRows(_ file: ParquetFile, columns: Set<String>? = nil, batchRows: Int = 8192) throws -> [[Value]] {
    var rows: [[Value]] = []
    for group in file.rowGroups.indices {
        try file.read(rowGroup: group, columns: columns, batchRows: batchRows) { batch in
            for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(at: row) }) }
            return true
        }
    }
    return rows
}

func checksum(_ rows: [[Value]]) -> UInt64 {
    var checksum = ValueChecksum()
    for row in rows { for value in row { checksum.add(value) } }
    return checksum.state
}

/// Writes batches as one row group each and returns the file.
func written(_ batches: [Batch], schema: Schema, _ options: ParquetWriteOptions = ParquetWriteOptions()) throws -> MemorySource {
    let sink = MemorySink()
    let writer = try ParquetWriter(schema: schema, options: options, sink: sink)
    for batch in batches { try writer.append(ParquetWriter.encode([batch], schema: schema, options: options)) }
    let (rows, bytes) = try writer.finish()
    precondition(rows == batches.reduce(0) { $0 + $1.count } && bytes == sink.bytes.count)
    return MemorySource(name: "written.parquet", bytes: sink.bytes)
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
