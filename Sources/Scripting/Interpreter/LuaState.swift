internal import Columnar
internal import CLua

/// A Lua interpreter with its limits: the main script's, or one of a worker's.
///
/// It belongs to one thread at a time. Errors come out as `ScriptError`, the end of a run that called `os.exit` as `ScriptExit`. No Lua error
/// ever unwinds through Swift: what may raise runs in C, inside protected calls.
///
///     let state = LuaState()
///     state.register("greet") { call in [.string("hello " + (call[0].text ?? "you"))] }
///     try state.run(Array("print(greet('world'))".utf8), name: "job.lua")
public final class LuaState: @unchecked Sendable {
    // Sendable: its owner hands it from thread to thread and never uses it on two at once; that is the whole protocol.
    let pointer: OpaquePointer
    let host: LuaHost
    public let control: RunControl
    public let options: Options
    /// Texts of the chunks that were run, by name, for error messages.
    private var sources: [String: [UInt8]] = [:]
    /// Their names, the oldest first.
    private var sourceNames: [String] = []
    /// Errors that Swift threw into the script lately, by the message that stands for them.
    private var remembered: [(message: String, error: any Error, call: FailedCall?)] = []
    /// What the script has called last of what Swift registered.
    public internal(set) var currentCall: CallSite?

    public struct Options: Sendable {
        /// Bytes that the interpreter may hold; nil for no limit.
        public var memoryLimit: Int?
        /// Instructions that it may execute; nil for no limit.
        public var instructionLimit: UInt64?
        /// Whether only the allow-listed functions exist: the level of jobs that arrive over the network.
        public var sandbox: Bool
        /// Takes what `print` writes; nil for standard output.
        public var write: (@Sendable (UnsafeRawBufferPointer) -> Void)?

        public init(
            memoryLimit: Int? = nil, instructionLimit: UInt64? = nil, sandbox: Bool = false,
            write: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
        ) {
            (self.memoryLimit, self.instructionLimit, self.sandbox, self.write) = (memoryLimit, instructionLimit, sandbox, write)
        }
    }

    public init(_ options: Options = Options(), control: RunControl = RunControl()) {
        let host = LuaHost()
        host.write = options.write
        var c = mst_options()
        c.host.context = Unmanaged.passUnretained(host).toOpaque()
        c.host.call = { context, call in Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue().handle(call!) }
        c.host.release = { context, slot, generation in Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue().release(slot, generation) }
        if options.write != nil {
            c.host.write = { context, bytes, length in
                Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue().write?(UnsafeRawBufferPointer(start: bytes, count: length))
            }
        }
        c.memory_limit = options.memoryLimit ?? 0
        c.instruction_limit = options.instructionLimit ?? 0
        c.sandbox = options.sandbox
        guard let pointer = mst_create(&c, control.pointer) else { fatalError("the machine has no memory left for an interpreter") }
        self.pointer = pointer
        self.host = host
        self.control = control
        self.options = options
        host.state = self
    }

    deinit { mst_close(pointer) }

    // MARK: Limits

    /// Bytes held now, and at most so far.
    public var memoryUsed: Int { mst_memory_used(pointer) }
    public var memoryPeak: Int { mst_memory_peak(pointer) }
    /// Swift objects that the script holds.
    public var objectCount: Int { host.objectCount }

    /// Runs a full garbage collection.
    public func collectGarbage() { mst_collect(pointer) }

    /// Lets a state run again that an interrupt or a limit ended: for interactive sessions.
    public func revive() {
        control.clear()
        mst_revive(pointer)
    }

    /// Flushes what the script wrote to standard output.
    public static func flush() { mst_flush() }

    /// Lets go of what Swift registered, which may hold the state in turn: for states that end before their process. Nothing may be run in it any more.
    public func retire() {
        host.state = nil
        host.handlers = []
        host.forgetObjects()
        remembered = []
    }

    /// Has a function called before a script writes to standard output: of whoever draws on the terminal. To be said before scripts run.
    public static func onOutput(_ listener: @escaping @convention(c) () -> Void) { mst_on_output(listener) }

    // MARK: Registration

    /// The names of the functions and methods that were registered: `Filter.apply`, `DynamicFrame:filter`.
    var registeredNames: [String] { host.names }
    /// How those of them are called that have a signature.
    var signatures: [String: Signature] { host.signatures }

    /// The name under which a function was registered; nil where it is none of Swift's.
    func registeredName(of function: LuaReference) -> String? {
        guard function.state === self else { return nil }
        let number = Int(mst_function_number(pointer, function.number))
        return host.names.indices.contains(number) ? host.names[number] : nil
    }

    private func add(_ name: String, _ handler: @escaping LuaHandler) -> Int32 {
        host.handlers.append(handler)
        host.names.append(name)
        return Int32(host.handlers.count - 1)
    }

    /// Registers a global function; a name with a dot (`"string.split"`) is a field of a global table, made where it is missing.
    public func register(_ name: String, _ handler: @escaping LuaHandler) {
        let (module, field) = Self.split(name)
        check(mst_set_function(pointer, module, field, add(name, handler)))
    }

    /// Sets a global, or a field of a global table.
    public func set(_ name: String, _ value: LuaValue) throws {
        let (module, field) = Self.split(name)
        try withSlots([value]) { slots, _ in check(mst_set_value(pointer, module, field, slots)) }
    }

    /// Returns a function for scripts that runs `handler`.
    public func makeFunction(_ name: String, _ handler: @escaping LuaHandler) -> LuaValue {
        let number = mst_make_function(pointer, name, add(name, handler))
        check(number != 0)
        return .function(LuaReference(number, self))
    }

    /// Registers what scripts can do with objects of a Swift class. Exactly this class, not its subclasses.
    public func register<T: AnyObject>(_ type: T.Type, name: String, _ define: (LuaClass<T>) -> Void) {
        let number = mst_class_create(pointer, name)
        check(number >= 0)
        host.classes[ObjectIdentifier(type)] = number
        host.classNames[number] = name
        define(
            LuaClass(
                name: name,
                addMethod: { method, handler in
                    self.check(mst_class_method(self.pointer, number, method, self.add("\(name):\(method)", handler)))
                },
                note: { self.host.signatures["\(name):\($0.name)"] = $0 },
                addMetamethod: { method, handler in
                    self.check(mst_class_metamethod(self.pointer, number, method, self.add("\(name).\(method)", handler)))
                }))
    }

    /// Makes `require(name)` give `value` without looking for a file.
    public func setLoaded(_ name: String, _ value: LuaValue) throws {
        try withSlots([value]) { slots, _ in check(mst_set_loaded(pointer, name, slots)) }
    }

    /// Sets what `require` asks for modules that are not loaded: the module's text and its chunk name, or an error that says where it looked.
    public func setModuleResolver(_ resolve: @escaping (String) throws -> (source: [UInt8], chunkName: String)) {
        let number = add("require") { [unowned self] call in
            let (source, chunkName) = try resolve(call[0].text ?? "")
            if chunkName.first == "@" { self.sources[String(chunkName.dropFirst())] = source }
            return [.string(source), .string(chunkName)]
        }
        check(mst_set_resolver(pointer, number))
    }

    private func check(_ done: Bool) {
        // Registration happens before the memory limit bites, or makes a few small values; failing means the machine is out of memory.
        if !done && mst_doom(pointer) == MST_RUNNING { fatalError("the machine has no memory left for an interpreter") }
    }

    private static func split(_ name: String) -> (String?, String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (nil, name) }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    /// The names of all globals.
    public var globalNames: [String] {
        var names: [String] = []
        withUnsafeMutablePointer(to: &names) { pointer in
            mst_each_global(self.pointer, pointer) { context, name, length in
                let bytes = UnsafeRawBufferPointer(start: name, count: length)
                context!.assumingMemoryBound(to: [String].self).pointee.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return names.sorted()
    }

    // MARK: Running

    /// Compiles a text; bytecode is refused.
    ///
    /// - Parameter name: what errors call it, usually the script's path.
    /// - Throws: `ScriptError` with code `.syntax`.
    public func load(_ source: [UInt8], name: String) throws -> LuaReference {
        let text = Self.withoutShebang(source)
        keep(text, name)
        return try load(text, chunkName: "@" + name)
    }

    /// Keeps a text for errors in it. Of sessions that go on for long the first are forgotten.
    private func keep(_ text: [UInt8], _ name: String) {
        if sources.updateValue(text, forKey: name) == nil { sourceNames.append(name) }
        if sourceNames.count > 1000 { sources[sourceNames.removeFirst()] = nil }
    }

    /// Whether a text can be compiled; nothing of it is kept.
    public func isLua(_ source: [UInt8]) -> Bool { (try? load(source, chunkName: "=text")) != nil }

    /// Compiles a text of ours: its frames show in no traceback, and errors in it are placed where the user's code calls it.
    public func loadInternal(_ source: [UInt8], name: String) throws -> LuaReference { try load(source, chunkName: Self.internalChunkName(name)) }

    /// The chunk name of a text of ours, for module resolvers.
    public static func internalChunkName(_ name: String) -> String { "=[mastic] \(name)" }

    private func load(_ text: [UInt8], chunkName: String) throws -> LuaReference {
        var reference: Int32 = 0
        // One space more, so that there is an address even for an empty text.
        let status = (text + [UInt8(ascii: " ")]).withUnsafeBytes { bytes in
            mst_load(pointer, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), text.count, chunkName, &reference)
        }
        if status == Int32(MST_OK) { return LuaReference(reference, self) }
        throw lastError(syntax: true, incomplete: status == Int32(MST_INCOMPLETE))
    }

    /// Compiles and runs a script; returns what it returns.
    @discardableResult
    public func run(_ source: [UInt8], name: String, arguments: [LuaValue] = []) throws -> [LuaValue] {
        try load(source, name: name).call(arguments)
    }

    /// Runs one line of an interactive session: as an expression whose values are returned, else as statements.
    ///
    /// - Throws: `ScriptError` with `.syntax(incomplete: true)` when the text ends where more was expected.
    public func evaluate(_ source: [UInt8], name: String) throws -> [LuaValue] { try evaluationFunction(source, name: name).call() }

    /// The function that `evaluate` would call.
    ///
    /// - Parameter statements: what is compiled where the text is no expression; errors show the text itself.
    public func evaluationFunction(_ source: [UInt8], name: String, statements: [UInt8]? = nil) throws -> LuaReference {
        if let expression = try? load(Array("return ".utf8) + source, name: name) {
            sources[name] = source
            return expression
        }
        defer { sources[name] = source }
        return try load(statements ?? source, name: name)
    }

    package func call(_ reference: LuaReference, _ arguments: [LuaValue]) throws -> [LuaValue] {
        try withSlots(arguments) { slots, count in
            var results = mst_results()
            guard mst_invoke(pointer, reference.number, slots, count, &results) == Int32(MST_OK) else { throw lastError() }
            defer { mst_results_drop(pointer, &results) }
            var reader = SlotReader(results.slots, host: host)
            return (0..<results.count).map { _ in reader.read() }
        }
    }

    private func withSlots<R>(_ values: [LuaValue], _ body: (UnsafePointer<mst_slot>, Int32) throws -> R) throws -> R {
        var writer = SlotWriter()
        defer { writer.free() }
        for value in values { try writer.append(value, in: host) }
        let count = Int32(values.count)
        if writer.slots.isEmpty { writer = Self.oneNil(host) }
        return try writer.slots.withUnsafeBufferPointer { try body($0.baseAddress!, count) }
    }

    private static func oneNil(_ host: LuaHost) -> SlotWriter {
        var writer = SlotWriter()
        writer.appendNil()
        return writer
    }

    /// Drops a first line that begins with `#`, but for its end, so that lines count as in the file; and a byte order mark.
    private static func withoutShebang(_ source: [UInt8]) -> [UInt8] {
        var text = source[...]
        if text.starts(with: [0xef, 0xbb, 0xbf]) { text = text.dropFirst(3) }
        if text.first == UInt8(ascii: "#") { text = text.drop { $0 != UInt8(ascii: "\n") } }
        return text.count == source.count ? source : Array(text)
    }

    // MARK: Errors

    /// Notes which error of ours a message stands for, in case the message ends the script.
    func remember(_ error: any Error, as message: String, in call: LuaCall? = nil) {
        if remembered.count == 4 { remembered.removeFirst() }
        remembered.append((message, error, call.map { FailedCall($0) }))
    }

    /// The error of the last call that failed, as Swift sees it.
    func lastError(syntax: Bool = false, incomplete: Bool = false) -> any Error {
        let doom = mst_doom(pointer)
        if doom == Int32(MST_EXITED) { return ScriptExit(status: mst_exit_code(pointer)) }
        let error = mst_last_error(pointer)
        func text(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> String {
            bytes.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: length), as: UTF8.self) } ?? ""
        }
        let luaMessage = text(error.message, error.message_length)
        let file = error.source.map { text($0, error.source_length) }
        let line = error.line > 0 ? Int(error.line) : nil
        let traceback = text(error.traceback, error.traceback_length)
        let code: ScriptError.Code =
            RunControl.Reason(rawValue: doom).map { .stopped($0) } ?? (syntax ? .syntax(incomplete: incomplete) : .runtime)
        let known = remembered.last { $0.message == luaMessage }
        let underlying = known?.error
        // What a function of ours threw after it had run Lua again knows its own place best.
        if let inner = underlying as? ScriptError, code == .runtime, inner.file != nil || file == nil { return inner }
        return ScriptError(
            code: code, message: explained(Self.withoutPlace(luaMessage, line: line)), file: file, line: line,
            sourceLine: file.flatMap { name in line.flatMap { sourceLine(name, $0) } }, traceback: traceback,
            underlying: (underlying as? ScriptError)?.underlying ?? underlying, luaMessage: luaMessage,
            source: file.flatMap { sources[$0] }, call: (underlying as? ScriptError)?.call ?? known?.call)
    }

    /// The message without `name:line: ` in front.
    static func withoutPlace(_ message: String, line: Int?) -> String {
        // What C raises in a function of ours has our place in front: `[mastic] testing:12: `.
        if message.hasPrefix("[mastic] "), let end = message.firstRange(of: ": "), message[..<end.lowerBound].last?.isNumber == true {
            return String(message[end.upperBound...])
        }
        guard let line, let range = message.firstRange(of: ":\(line): ") else { return message }
        let place = message[..<range.lowerBound]
        // A place is a file name: anything with a line break before the number is part of the words.
        return place.contains("\n") ? message : String(message[range.upperBound...])
    }

    /// The message with the nearest known name where a global is missing.
    private func explained(_ message: String) -> String {
        guard message.hasPrefix("attempt to"), message.contains("a nil value (global '"), let start = message.firstRange(of: "(global '"),
            let end = message[start.upperBound...].firstIndex(of: "'")
        else { return message }
        let name = String(message[start.upperBound..<end])
        // A word of another language is not misspelt.
        if ForeignWords.advice(for: name, isCalled: message.hasPrefix("attempt to call")) != nil { return message }
        return message + Suggestion.hint(for: name, in: globalNames)
    }

    private func sourceLine(_ name: String, _ line: Int) -> String? {
        guard let source = sources[name] else { return nil }
        var number = 1
        var start = 0
        while number < line {
            guard let end = source[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
            number += 1
        }
        let end = source[start...].firstIndex(of: UInt8(ascii: "\n")) ?? source.count
        return String(decoding: source[start..<end], as: UTF8.self).filter { $0 != "\r" }
    }

    /// The stack of calls as text, without our own frames.
    public var traceback: String {
        let text = mst_traceback(pointer)
        guard let bytes = text.bytes else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: text.length), as: UTF8.self)
    }
}

/// The registration of a class of objects; see `LuaState.register(_:name:_:)`.
public struct LuaClass<T: AnyObject> {
    public let name: String
    let addMethod: (String, @escaping LuaHandler) -> Void
    /// Notes how a method is called.
    let note: (Signature) -> Void
    let addMetamethod: (String, @escaping LuaHandler) -> Void

    /// Adds a method. `object:method(x)` and `object.method(x)` both call it with `x` alone.
    public func method(_ name: String, _ body: @escaping (T, LuaCall) throws -> [LuaValue]) {
        let className = self.name
        addMethod(name) { call in
            guard let object = call.receiver as? T else { throw ScriptError(code: .runtime, message: "\(className):\(name): called on something else") }
            return try body(object, call)
        }
    }

    /// Answers reads of names that are no methods: `df.amount`.
    public func property(_ body: @escaping (T, String) throws -> LuaValue) {
        addMetamethod("__index") { call in
            guard let object = call.receiver as? T else { return [.nil] }
            return [try body(object, call[0].text ?? call[0].typeName)]
        }
    }

    /// Answers reads of any key, numbers and objects included: `df[column]`, `list[1]`.
    public func subscripting(_ body: @escaping (T, LuaValue) throws -> LuaValue) {
        addMetamethod("__index") { call in
            guard let object = call.receiver as? T else { return [.nil] }
            return [try body(object, call[0])]
        }
    }

    /// Makes the object callable: `object(x)`.
    public func calling(_ body: @escaping (T, LuaCall) throws -> [LuaValue]) {
        addMetamethod("__call") { call in
            guard let object = call.receiver as? T else { return [] }
            return try body(object, call)
        }
    }

    /// Handles an operator: `"__add"`, `"__eq"`, `"__lt"`, `"__concat"`, `"__len"`, `"__tostring"` ... Either operand may be the object.
    public func metamethod(_ name: String, _ body: @escaping (LuaCall) throws -> [LuaValue]) { addMetamethod(name, body) }
}
