import Columnar
import Scripting
import Synchronization

/// Collects what a script prints.
final class Output: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: UnsafeRawBufferPointer) { bytes.withLock { $0.append(contentsOf: more) } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// Runs a script in a fresh state; gives what it printed.
func output(
    of code: String, sandbox: Bool = false, memoryLimit: Int? = nil, control: RunControl = RunControl(), setup: (LuaState) throws -> Void = { _ in }
) throws -> String {
    let output = Output()
    let state = LuaState(.init(memoryLimit: memoryLimit, sandbox: sandbox, write: { output.append($0) }), control: control)
    try setup(state)
    try state.run(Array(code.utf8), name: "script.lua")
    return output.text
}

/// The error that a script ends with.
func failure(
    of code: String, _ options: LuaState.Options = .init(), control: RunControl = RunControl(), setup: (LuaState) throws -> Void = { _ in }
) -> ScriptError? {
    do {
        let state = LuaState(options, control: control)
        try setup(state)
        try state.run(Array(code.utf8), name: "script.lua")
        return nil
    } catch {
        return error as? ScriptError
    }
}

/// One value of a row, for batches written down in tests.
indirect enum Cell {
    case null
    case bool(Bool)
    case int(Int64)
    case long(Int64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case decimal(Int128, Int, Int)
    case date(Int32)
    case timestamp(Int64)
    case array([Cell])
    case object([(String, Cell)])
    case map([(Cell, Cell)])

    func append(to builder: VariantBuilder) {
        switch self {
        case .null: builder.appendNull()
        case .bool(let value): builder.append(bool: value)
        case .int(let value): builder.append(integer: value, as: .int)
        case .long(let value): builder.append(integer: value, as: .long)
        case .double(let value): builder.append(double: value)
        case .string(let value): builder.append(string: value)
        case .bytes(let value): value.withUnsafeBytes { builder.append(string: $0) }
        case .decimal(let value, let precision, let scale): builder.append(decimal: value, precision: precision, scale: scale)
        case .date(let value): builder.append(date: value)
        case .timestamp(let value): builder.append(timestamp: value)
        case .array(let items):
            let elements = builder.beginArray()
            for item in items { item.append(to: elements) }
            builder.endArray()
        case .object(let fields):
            let record = builder.beginStruct()
            for (name, value) in fields { value.append(to: record.field(name)!) }
            record.endRow()
        case .map(let entries):
            let (keys, values) = builder.beginMap()
            for (key, value) in entries {
                key.append(to: keys)
                value.append(to: values)
            }
            builder.endMap()
        }
    }
}

/// A batch of rows; fields in the order of their first appearance.
func makeBatch(_ rows: [[(String, Cell)]]) -> Batch {
    let builder = RecordBuilder()
    for row in rows {
        for (name, value) in row { value.append(to: builder.field(name)!) }
        builder.endRow()
    }
    return builder.finish()
}

/// A row function from its source.
func rowFunction(_ code: String, in state: LuaState = LuaState()) throws -> (state: LuaState, function: RowFunction) {
    let reference = try state.run(Array(code.utf8), name: "job.lua")[0].function!
    return (state, try state.rowFunction(reference))
}

/// The rows of a batch as text: `{a=1, b="x"}`, with types that tell integers from floats.
func describe(_ batch: Batch) -> [String] {
    (0..<batch.count).map { row in
        "{" + zip(batch.schema.names, batch.columns).map { "\($0)=\(describe($1.value(at: row)))" }.joined(separator: ", ") + "}"
    }
}

func describe(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .double(let value): "\(value)"
    case .decimal(let unscaled, let scale): "\(unscaled)e-\(scale)"
    case .string(let bytes): "\"" + String(decoding: bytes, as: UTF8.self) + "\""
    case .binary(let bytes): "\(bytes)"
    case .date(let days): "date(\(days))"
    case .timestamp(let microseconds): "timestamp(\(microseconds))"
    case .array(let items): "[" + items.map(describe).joined(separator: ", ") + "]"
    case .struct(let fields): "{" + fields.map { "\($0.name)=\(describe($0.value))" }.joined(separator: ", ") + "}"
    case .map(let entries): "map{" + entries.map { "\(describe($0.key)): \(describe($0.value))" }.joined(separator: ", ") + "}"
    }
}

/// A schema as text: `a: long, b: struct<x:bigint>`.
func describe(_ schema: Schema) -> String { schema.fields.map { "\($0.name): \($0.type.hiveName)" }.joined(separator: ", ") }
