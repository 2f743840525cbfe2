internal import CLua

/// What a state calls back into: the handlers by number, and the objects that userdata stand for.
///
/// Apart from `LuaState`, so that it is still there while a closing state releases its objects.
final class LuaHost {
    weak var state: LuaState?
    var handlers: [LuaHandler] = []
    var names: [String] = []
    /// How functions and methods are called, by their names: `Filter.apply`, `DynamicFrame:filter`.
    var signatures: [String: Signature] = [:]
    var write: ((UnsafeRawBufferPointer) -> Void)?
    /// Class numbers by Swift type.
    var classes: [ObjectIdentifier: Int32] = [:]
    /// Class names by their number.
    var classNames: [Int32: String] = [:]

    func className(ofNumber number: Int32) -> String? { classNames[number] }

    // MARK: Objects

    private struct Slot {
        var object: AnyObject?
        var generation: UInt64
        /// Userdata that stand for the object.
        var count: Int
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private var places: [ObjectIdentifier: Int] = [:]

    /// Counts one more userdata of the object. Slots count from 1, generations too.
    func retain(_ object: AnyObject) throws -> (classNumber: Int32, slot: UInt64, generation: UInt64) {
        guard let number = classes[ObjectIdentifier(type(of: object))] else {
            throw ScriptError(code: .runtime, message: "a \(type(of: object)) is nothing that scripts know")
        }
        let key = ObjectIdentifier(object)
        if let place = places[key] {
            slots[place].count += 1
            return (number, UInt64(place + 1), slots[place].generation)
        }
        let place: Int
        if let reused = free.popLast() {
            place = reused
            slots[place].object = object
            slots[place].generation += 1
            slots[place].count = 1
        } else {
            place = slots.count
            slots.append(Slot(object: object, generation: 1, count: 1))
        }
        places[key] = place
        return (number, UInt64(place + 1), slots[place].generation)
    }

    /// The object of a handle; nil when the handle is stale.
    func object(_ slot: UInt64, _ generation: UInt64) -> AnyObject? {
        guard slot >= 1, slot <= slots.count, slots[Int(slot) - 1].generation == generation else { return nil }
        return slots[Int(slot) - 1].object
    }

    func release(_ slot: UInt64, _ generation: UInt64) {
        guard slot >= 1, slot <= slots.count else { return }
        let place = Int(slot) - 1
        guard slots[place].generation == generation, let object = slots[place].object else { return }
        slots[place].count -= 1
        if slots[place].count > 0 { return }
        places[ObjectIdentifier(object)] = nil
        slots[place].object = nil
        free.append(place)
    }

    /// Lets go of all objects; userdata that still stand for them are stale.
    func forgetObjects() { (slots, free, places) = ([], [], [:]) }

    /// Objects that scripts hold.
    var objectCount: Int { places.count }

    // MARK: Calls

    /// Runs a handler. What it throws goes back as a value; the C side raises it when this frame is gone.
    func handle(_ call: UnsafeMutablePointer<mst_call>) {
        guard let state else { return fail(call, "the script has ended", placed: false) }
        let function = Int(call.pointee.function)
        var reader = SlotReader(call.pointee.arguments, host: self)
        var arguments: [LuaValue] = []
        arguments.reserveCapacity(Int(call.pointee.argument_count))
        for _ in 0..<call.pointee.argument_count { arguments.append(reader.read()) }
        var receiver: AnyObject?
        if Int(call.pointee.receiver.kind) == Int(MST_OBJECT) {
            receiver = object(call.pointee.receiver.low, call.pointee.receiver.high)
            if receiver == nil { return fail(call, "\(names[function]): the object has been closed", placed: false) }
        }
        var source: UnsafePointer<CChar>?
        var length = 0
        let line = mst_call_place(call, &source, &length)
        let file = source.map { String(decoding: UnsafeRawBufferPointer(start: $0, count: length), as: UTF8.self) }
        let context = LuaCall(
            state: state, name: names[function], receiver: receiver, arguments: arguments, file: file, line: line > 0 ? Int(line) : nil)
        state.currentCall = CallSite(name: names[function], file: file, line: context.line)
        do {
            let results = try handlers[function](context)
            var writer = SlotWriter()
            defer { writer.free() }
            for result in results { try writer.append(result, in: self) }
            for var slot in writer.slots {
                if Int(slot.kind) == Int(MST_STRING) {
                    guard let copy = mst_call_copy(call, UnsafeRawPointer(bitPattern: UInt(slot.low)), Int(slot.high)) else {
                        return fail(call, "not enough memory", placed: false)
                    }
                    slot.low = UInt64(UInt(bitPattern: copy))
                }
                guard mst_call_return(call, slot) else { return fail(call, "not enough memory", placed: false) }
            }
        } catch let error as ScriptExit {
            // The state is doomed already; the words are never seen.
            fail(call, "exit \(error.status)", placed: true)
        } catch let error as ScriptError {
            state.remember(error, as: error.luaMessage, in: context)
            fail(call, error.luaMessage, placed: true)
        } catch {
            let message = String(describing: error)
            let place = file.map { "\($0):\(line): " } ?? ""
            state.remember(error, as: place + message, in: context)
            fail(call, place + message, placed: true)
        }
    }

    private func fail(_ call: UnsafeMutablePointer<mst_call>, _ message: String, placed: Bool) {
        var message = message
        message.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { mst_call_fail(call, $0.baseAddress ?? UnsafePointer(bitPattern: 1)!, $0.count, placed) }
        }
    }
}

/// A function of Swift that scripts can call.
///
/// What it throws becomes a Lua error with the caller's place in front; uncaught, the original error reaches whoever ran the script.
public typealias LuaHandler = (LuaCall) throws -> [LuaValue]

/// What a script called, and where.
public struct CallSite: Sendable {
    /// The name under which the function was registered: `DynamicFrame:count`, `create_dynamic_frame.from_catalog`.
    public let name: String
    public let file: String?
    public let line: Int?
}

/// One call from a script.
public struct LuaCall {
    public let state: LuaState
    /// The name under which the function was registered.
    public let name: String
    /// The object that a method was called on.
    public let receiver: AnyObject?
    /// The arguments, without the receiver.
    public let arguments: [LuaValue]
    /// Where the script calls: the innermost place in the user's own code.
    public let file: String?
    public let line: Int?

    /// The argument at a zero-based position; nil beyond the last.
    public subscript(index: Int) -> LuaValue { index < arguments.count ? arguments[index] : .nil }
}
