internal import CLua
public import Columnar

/// A row whose function raised an error.
public struct RowError: Error, Sendable, Equatable {
    /// The row's position in the batch that the function was called on.
    public let row: Int
    /// Lua's words, without the place: `attempt to index a nil value (field 's')`.
    public let message: String
    public let file: String?
    public let line: Int?
    /// The stack of calls; empty beyond the first hundred errors of a batch.
    public let traceback: String
}

/// A Lua function that takes a record, ready to run over batches in one state.
///
/// The loop over rows is in C: no Swift runs and no table is built for a row. Used on its state's thread only.
public final class RowFunction {
    public let reference: LuaReference
    public let facts: FunctionFacts
    private let state: LuaState
    /// The function in its direct form, in the same state; nil where it has none.
    fileprivate private(set) lazy var direct: LuaReference? = facts.direct.flatMap { form in
        var number: Int32 = 0
        let status = form.bytecode.withUnsafeBytes {
            mst_direct_load(state.pointer, reference.number, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count, &number)
        }
        return status == Int32(MST_OK) ? LuaReference(number, state) : nil
    }

    /// - Parameter facts: what is known of the function's code; see `LuaState.facts(of:)`.
    public init(_ reference: LuaReference, facts: FunctionFacts, in state: LuaState) {
        (self.reference, self.facts, self.state) = (reference, facts, state)
    }

    /// Calls the function on every row; a bit is set where it returned something true. Rows that raised have no bit.
    ///
    /// - Throws: `ScriptError` when the run was stopped or is out of memory, `ScriptExit` after `os.exit`.
    public func filter(_ batch: Batch) throws -> (kept: Bitmap, errors: [RowError]) {
        let run = try LoopRun(batch, function: self, state: state, body: mst_filter)
        let bits = run.loop.bits.flatMap { run.memory.take($0) } ?? Buffer(zeroed: 8)
        return (Bitmap(bits, count: batch.count), run.errors)
    }

    /// Calls the function on every row and makes a batch of the records it returned.
    ///
    /// - Returns: the records; the input row of each when some rows are missing, else nil; and the rows that raised, or whose result is no record.
    /// - Throws: `ScriptError` when the run was stopped or is out of memory, `ScriptExit` after `os.exit`.
    public func map(_ batch: Batch) throws -> (batch: Batch, rows: Values<Int32>?, errors: [RowError]) {
        let run = try LoopRun(batch, function: self, state: state, body: mst_map)
        let assembly = CellAssembly(batch, run.loop, shape: facts.shape, memory: run.memory)
        let result = assembly.batch()
        return (result, result.count == batch.count ? nil : assembly.kept, run.errors)
    }
}

/// Buffers that a loop writes its output to.
final class LoopMemory {
    private var buffers: [UnsafeMutableRawPointer: Buffer] = [:]

    func allocate(_ size: Int) -> UnsafeMutableRawPointer {
        let buffer = Buffer(size: size)
        buffers[buffer.base] = buffer
        return buffer.base
    }

    /// The buffer that starts here; it belongs to the caller from now on.
    func take(_ base: UnsafeRawPointer) -> Buffer? { buffers.removeValue(forKey: UnsafeMutableRawPointer(mutating: base)) }

    /// Whatever was not taken: the blocks with the text of strings.
    var rest: [Buffer] { Array(buffers.values) }
}

/// One pass of a function over a batch; frees what the C side holds when it goes.
private final class LoopRun {
    private(set) var loop = mst_loop()
    let memory = LoopMemory()
    private let bridge: BatchBridge

    init(
        _ batch: Batch, function: RowFunction, state: LuaState, body: (OpaquePointer, UnsafeMutablePointer<mst_loop>) -> Int32
    ) throws {
        bridge = BatchBridge(batch)
        var description = bridge.description
        loop.function = function.reference.number
        loop.escapes = function.facts.recordEscapes
        loop.bounded = function.facts.isBounded
        loop.context = Unmanaged.passUnretained(memory).toOpaque()
        loop.allocate = { context, size in Unmanaged<LoopMemory>.fromOpaque(context!).takeUnretainedValue().allocate(size) }
        let (reads, returns) = (names(function.facts.readsByNameOnly ? function.facts.fieldsRead : nil), names(function.facts.returnedFields))
        if let reads { (loop.read_names, loop.read_count) = (UnsafePointer(reads), Int32(function.facts.fieldsRead?.count ?? 0)) }
        if let direct = function.direct, let form = function.facts.direct {
            let uses = memory.allocate(form.uses.count).bindMemory(to: UInt8.self, capacity: form.uses.count)
            for (i, use) in form.uses.enumerated() { uses[i] = use.rawValue }
            (loop.direct, loop.uses, loop.returns_fields) = (direct.number, UnsafePointer(uses), form.returnsFields)
        }
        if let returns { (loop.result_names, loop.result_count) = (UnsafePointer(returns), Int32(function.facts.returnedFields?.count ?? 0)) }
        let status = withUnsafePointer(to: &description) { description in
            loop.batch = description
            return body(state.pointer, &loop)
        }
        (loop.batch, loop.read_names, loop.result_names, loop.uses) = (nil, nil, nil, nil)
        if status != Int32(MST_OK) { throw state.lastError() }
    }

    deinit { mst_loop_free(&loop) }

    /// Names as the C side takes them, in memory of the loop's; nil for nil.
    private func names(_ names: [String]?) -> UnsafeMutablePointer<mst_name>? {
        guard let names else { return nil }
        let size = names.count * MemoryLayout<mst_name>.stride
        let texts = names.map { Array($0.utf8) }
        let memory = memory.allocate(max(size + texts.reduce(0) { $0 + $1.count }, 1))
        let list = memory.bindMemory(to: mst_name.self, capacity: names.count)
        var place = memory + size
        for (i, text) in texts.enumerated() {
            text.withUnsafeBytes { if let base = $0.baseAddress { place.copyMemory(from: base, byteCount: text.count) } }
            list[i] = mst_name(bytes: place.assumingMemoryBound(to: CChar.self), length: text.count)
            place += text.count
        }
        return list
    }

    var errors: [RowError] {
        (0..<loop.error_count).map { i in
            let error = loop.errors[i]
            return RowError(
                row: Int(error.row),
                message: error.message.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: error.message_length), as: UTF8.self) } ?? "",
                file: error.source.map { String(cString: $0) }, line: error.line > 0 ? Int(error.line) : nil,
                traceback: error.traceback.map { String(cString: $0) } ?? "")
        }
    }
}
