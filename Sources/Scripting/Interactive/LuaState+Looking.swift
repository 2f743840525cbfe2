internal import CLua

/// One step of a path from the globals to a value.
public enum LuaKey: Sendable, Equatable {
    case name(String)
    case number(Int)
}

/// What a value is, seen from outside.
public enum SeenValue: Sendable {
    case nothing
    case boolean, number, string, table
    /// A function; the name under which Swift registered it, if it did.
    case function(registered: String?)
    /// An object of a class; the class's name.
    case object(className: String, LuaObject)
    /// Anything else: a decimal, a date, a coroutine.
    case other

    /// A word for it.
    public var kind: String {
        switch self {
        case .nothing: "nil"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        case .object(let name, _): name
        case .other: "value"
        }
    }
}

/// What can be told of a function without calling it.
public struct SeenFunction: Sendable {
    /// The name under which Swift registered it; nil for a function of the script's or of Lua's.
    public var registeredName: String?
    public var isLua = false
    public var isVararg = false
    public var parameters: [String] = []
    /// Where it stands in the script: `job.lua:12`.
    public var place: String?
}

/// Looking at a script's values without running anything of the script's: what completion does.
extension LuaState {
    /// What stands at a path from the globals. Tables are followed, and the tables that stand behind them; nothing is called.
    public func look(at path: [LuaKey]) -> SeenValue {
        Self.withNames(path) { names, count in seen(mst_look(pointer, names, count)) }
    }

    /// The keys that are strings of the table at a path, sorted, with what stands there.
    public func keys(at path: [LuaKey]) -> [(key: String, value: SeenValue)] {
        final class Found {
            let state: LuaState
            var keys: [String: SeenValue] = [:]
            init(_ state: LuaState) { self.state = state }
        }
        let found = Found(self)
        Self.withNames(path) { names, count in
            mst_each_key(pointer, names, count, Unmanaged.passUnretained(found).toOpaque()) { context, key, length, value in
                let found = Unmanaged<Found>.fromOpaque(context!).takeUnretainedValue()
                let name = String(decoding: UnsafeRawBufferPointer(start: key, count: length), as: UTF8.self)
                if found.keys[name] == nil { found.keys[name] = found.state.seen(value!.pointee) }
            }
        }
        return found.keys.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What a function is.
    public func facts(of function: LuaReference) -> SeenFunction {
        final class Found {
            let state: LuaState
            var facts = SeenFunction()
            init(_ state: LuaState) { self.state = state }
        }
        let found = Found(self)
        mst_describe_function(pointer, function.number, Unmanaged.passUnretained(found).toOpaque()) { context, facts in
            let found = Unmanaged<Found>.fromOpaque(context!).takeUnretainedValue()
            let seen = facts!.pointee
            func text(_ name: mst_name) -> String { String(decoding: UnsafeRawBufferPointer(start: name.bytes, count: name.length), as: UTF8.self) }
            found.facts.registeredName = found.state.host.name(ofFunction: seen.function)
            (found.facts.isLua, found.facts.isVararg) = (seen.is_lua, seen.is_vararg)
            found.facts.parameters = (0..<Int(seen.parameter_count)).map { text(seen.parameters[$0]) }
            if seen.is_lua, seen.source.length > 0 {
                let source = text(seen.source)
                if source.first == "@" { found.facts.place = "\(source.dropFirst()):\(seen.line)" }
            }
        }
        return found.facts
    }

    private func seen(_ value: mst_seen) -> SeenValue {
        switch Int(value.kind) {
        case Int(MST_NIL): return .nothing
        case Int(MST_BOOLEAN): return .boolean
        case Int(MST_INTEGER), Int(MST_NUMBER): return .number
        case Int(MST_STRING): return .string
        case Int(MST_TABLE): return .table
        case Int(MST_FUNCTION): return .function(registered: host.name(ofFunction: value.function))
        case Int(MST_OBJECT):
            guard let object = host.object(value.object.low, value.object.high) else { return .other }
            return .object(className: host.className(ofNumber: Int32(bitPattern: value.object.extra)) ?? "object", LuaObject(object))
        default: return .other
        }
    }

    private static func withNames<R>(_ path: [LuaKey], _ body: (UnsafePointer<mst_name>?, Int32) -> R) -> R {
        var bytes: [UInt8] = []
        var places: [(start: Int, count: Int)?] = []
        for key in path {
            guard case .name(let name) = key else {
                places.append(nil)
                continue
            }
            places.append((bytes.count, name.utf8.count))
            bytes += Array(name.utf8)
        }
        // One byte more, so that there is an address even for an empty text.
        bytes.append(0)
        return bytes.withUnsafeBytes { text in
            let start = text.baseAddress!.assumingMemoryBound(to: CChar.self)
            let names = zip(path, places).map { key, place in
                if let place { return mst_name(bytes: start + place.start, length: place.count) }
                if case .number(let number) = key { return mst_name(bytes: nil, length: max(number, 0)) }
                return mst_name(bytes: start, length: 0)
            }
            return names.withUnsafeBufferPointer { body($0.baseAddress, Int32(names.count)) }
        }
    }
}

extension LuaHost {
    /// The name under which a function was registered; nil for a number that is none.
    func name(ofFunction number: Int32) -> String? { number >= 0 && Int(number) < names.count ? names[Int(number)] : nil }
}
