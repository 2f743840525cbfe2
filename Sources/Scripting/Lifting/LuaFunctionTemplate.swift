internal import CLua

/// A Lua function with everything it reaches, ready to be loaded into other interpreters.
///
/// It holds bytecode and a copy of the data that the function and the functions it calls read, as they were when the template was made.
public final class LuaFunctionTemplate: @unchecked Sendable {
    // Sendable: the bytes are never written again.
    private let template: mst_template
    public let facts: FunctionFacts

    fileprivate init(_ template: mst_template, facts: FunctionFacts) {
        self.template = template
        self.facts = facts
    }

    deinit {
        var template = template
        mst_template_free(&template)
    }

    /// The function as a program over batches.
    ///
    /// - Throws: `LiftRefusal` when it has to be interpreted.
    package func lifted() throws -> LiftedFunction {
        let bytes = UnsafeRawBufferPointer(start: template.bytes, count: template.length)
        guard let code = MovedCode.read(bytes) else { throw LiftRefusal(reason: "cannot be read", line: 0) }
        return try LiftedFunction.lift(code, shape: facts.shape)
    }

    /// Loads the function into a state; the result runs there.
    ///
    /// - Throws: `ScriptError` when the state's limits do not allow it.
    public func instantiate(in state: LuaState) throws -> RowFunction {
        var number: Int32 = 0
        guard mst_template_load(state.pointer, template.bytes, template.length, &number) == Int32(MST_OK) else { throw state.lastError() }
        return RowFunction(LuaReference(number, state), facts: facts, in: state)
    }
}

extension LuaState {
    /// Looks at a row function's code and at what it closes over.
    ///
    /// - Returns: what is known of it, and a template to run it elsewhere; nil when it must run here, in row order, for the reason in its facts.
    /// - Throws: `ScriptError` when the run was stopped or is out of memory.
    public func analyze(_ function: LuaReference) throws -> (facts: FunctionFacts, template: LuaFunctionTemplate?) {
        let inspector = FunctionInspector()
        var mover = mst_mover()
        mover.context = Unmanaged.passUnretained(inspector).toOpaque()
        mover.inspect = { context, moving, function in
            Unmanaged<FunctionInspector>.fromOpaque(context!).takeUnretainedValue().inspect(function!.pointee, moving!)
        }
        mover.permits = { _, path in
            let path = String(cString: path!).split(separator: ".").map(String.init)
            return StandardLibrary.kind(path) == .pure
        }
        var result = mst_template()
        guard mst_template_make(pointer, function.number, &mover, &result) == Int32(MST_OK) else { throw lastError() }
        var facts = inspector.facts
        if result.bytes == nil {
            let reason = result.reason.map { String(cString: $0) } ?? "cannot be moved"
            // What it reaches may hold metatables, whose functions run unseen.
            facts.isBounded = false
            facts.direct = nil
            facts.purity = .impure(reason: reason, line: result.line > 0 ? Int(result.line) : inspector.definitionLine)
            mst_template_free(&result)
            return (facts, nil)
        }
        return (facts, LuaFunctionTemplate(result, facts: facts))
    }

    /// A row function that runs in this state, with what is known of its code.
    public func rowFunction(_ function: LuaReference) throws -> RowFunction {
        RowFunction(function, facts: try analyze(function).facts, in: self)
    }
}

/// Analyses the functions that a template is made of, as the C side comes upon them.
private final class FunctionInspector {
    var facts = FunctionFacts.unknown
    var definitionLine = 0

    func inspect(_ function: mst_function, _ moving: OpaquePointer) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: function.bytecode, count: function.length)
        let prototype: Prototype
        do { prototype = try BytecodeReader.read(bytes) } catch { return refuse(String(describing: error), 0, moving) }
        let held = (0..<Int(function.upvalue_count)).map { i -> AbstractValue in
            let upvalue = function.upvalues[i]
            switch Int(upvalue.holds) {
            case MST_HOLDS_PLAIN: return .plain
            case MST_HOLDS_ENVIRONMENT: return .environment
            case MST_HOLDS_STANDARD: return .global(Self.text(upvalue.path).split(separator: ".").map(String.init))
            default: return .upvalue(i, [])
            }
        }
        let analysis = FunctionAnalysis(prototype, parameter: function.is_root ? .record : .unknown, held: held)
        let findings = analysis.findings
        if function.is_root {
            definitionLine = prototype.lineDefined
            let use = analysis.recordUse
            facts = FunctionFacts(
                fieldsRead: findings.readsAnyField ? nil : findings.fieldsRead.sorted(), recordEscapes: findings.recordEscapes,
                returnsRecord: analysis.returnsRecord, shape: analysis.shape, readsByNameOnly: use.readsByNameOnly,
                returnedFields: use.returnedFields, isBounded: findings.isBounded, purity: .pure)
            if let read = facts.fieldsRead, use.readsByNameOnly {
                facts.direct = DirectForm(prototype, bytes, fields: read, returned: use.returnedFields, tables: use.returnedTables)
            }
        }
        if let (reason, line) = findings.impurity {
            let here = function.is_root ? reason : "calls a function that \(reason)"
            return refuse(here, line, moving)
        }
        for path in findings.globals.sorted() {
            var path = path
            path.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self) { mst_mover_needs(moving, $0.baseAddress, $0.count) } }
        }
        return true
    }

    private func refuse(_ reason: String, _ line: Int, _ moving: OpaquePointer) -> Bool {
        var reason = reason
        reason.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self) { mst_mover_refuse(moving, $0.baseAddress, $0.count, Int32(clamping: line)) } }
        return false
    }

    private static func text(_ name: mst_name) -> String {
        String(decoding: UnsafeRawBufferPointer(start: name.bytes, count: name.length), as: UTF8.self)
    }
}
