internal import CLua

/// Values as the flat run of tagged slots that crosses into C: a table's head is followed by its contents.
struct SlotWriter {
    private(set) var slots: [mst_slot] = []
    /// Keeps string bytes where the slots point to.
    private var strings: [UnsafeMutableRawPointer] = []

    /// Appends a value. Strings are copied to memory that `free` gives back.
    mutating func append(_ value: LuaValue, in host: LuaHost) throws {
        var slot = mst_slot()
        switch value {
        case .nil, .foreign: slot.kind = UInt8(MST_NIL)
        case .boolean(let value):
            slot.kind = UInt8(MST_BOOLEAN)
            slot.low = value ? 1 : 0
        case .integer(let value):
            slot.kind = UInt8(MST_INTEGER)
            slot.low = UInt64(bitPattern: value)
        case .number(let value):
            slot.kind = UInt8(MST_NUMBER)
            slot.low = value.bitPattern
        case .string(let bytes):
            let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
            bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: bytes.count) }
            strings.append(copy)
            slot.kind = UInt8(MST_STRING)
            slot.low = UInt64(UInt(bitPattern: copy))
            slot.high = UInt64(bytes.count)
        case .decimal(let unscaled, let scale):
            slot.kind = UInt8(MST_DECIMAL)
            slot.detail = UInt8(clamping: scale)
            slot.low = UInt64(truncatingIfNeeded: unscaled)
            slot.high = UInt64(truncatingIfNeeded: unscaled >> 64)
        case .date(let days):
            slot.kind = UInt8(MST_DATE)
            slot.low = UInt64(bitPattern: Int64(days))
        case .timestamp(let microseconds):
            slot.kind = UInt8(MST_TIMESTAMP)
            slot.low = UInt64(bitPattern: microseconds)
        case .null: slot.kind = UInt8(MST_NULL)
        case .function(let reference):
            guard reference.state === host.state else {
                throw ScriptError(code: .runtime, message: "a function of another script cannot be passed here")
            }
            slot.kind = UInt8(MST_FUNCTION)
            slot.low = UInt64(UInt32(bitPattern: reference.number))
        case .object(let object):
            let (number, handle, generation) = try host.retain(object.value)
            slot.kind = UInt8(MST_OBJECT)
            slot.extra = UInt32(number)
            slot.low = handle
            slot.high = generation
        case .table(let table):
            slot.kind = UInt8(MST_TABLE)
            slot.low = UInt64(table.items.count)
            slot.high = UInt64(table.fields.count + table.others.count)
            switch table.manner {
            case .plain: slots.append(slot)
            case .callable:
                slot.extra = UInt32(MST_MANNER_CALLABLE)
                slots.append(slot)
            case .row(let names), .rows(let names):
                slot.extra = UInt32(MST_MANNER_ROW)
                if case .rows = table.manner { slot.extra = UInt32(MST_MANNER_ROWS) }
                slots.append(slot)
                try append(.array(names.map { .string($0) }), in: host)
            }
            for (place, item) in table.items.enumerated() {
                if place & 4095 == 4095, host.state?.control.reason != nil { throw ScriptError(code: .stopped(host.state?.control.reason ?? .interrupted), message: "interrupted") }
                try append(item, in: host)
            }
            for (key, value) in table.fields {
                try append(.string(key), in: host)
                try append(value, in: host)
            }
            for pair in table.others {
                try append(pair.key, in: host)
                try append(pair.value, in: host)
            }
            return
        }
        slots.append(slot)
    }

    mutating func appendNil() { slots.append(mst_slot()) }

    mutating func free() {
        for string in strings { string.deallocate() }
        strings = []
    }
}

/// Reads values out of slots, in order.
struct SlotReader {
    private var next: UnsafePointer<mst_slot>?
    private let host: LuaHost

    init(_ slots: UnsafePointer<mst_slot>?, host: LuaHost) {
        next = slots
        self.host = host
    }

    mutating func read() -> LuaValue {
        guard let at = next else { return .nil }
        let slot = at.pointee
        next = at + 1
        switch Int(slot.kind) {
        case Int(MST_BOOLEAN): return .boolean(slot.low != 0)
        case Int(MST_INTEGER): return .integer(Int64(bitPattern: slot.low))
        case Int(MST_NUMBER): return .number(Double(bitPattern: slot.low))
        case Int(MST_STRING): return .string(Array(bytes(slot)))
        case Int(MST_DECIMAL): return .decimal(unscaled: Int128(truncatingIfNeeded: slot.high) << 64 | Int128(slot.low), scale: Int(slot.detail))
        case Int(MST_DATE): return .date(Int32(truncatingIfNeeded: slot.low))
        case Int(MST_TIMESTAMP): return .timestamp(Int64(bitPattern: slot.low))
        case Int(MST_NULL): return .null
        case Int(MST_FUNCTION):
            guard let state = host.state else { return .nil }
            return .function(LuaReference(Int32(truncatingIfNeeded: slot.low), state))
        case Int(MST_OBJECT): return host.object(slot.low, slot.high).map { .object(LuaObject($0)) } ?? .nil
        case Int(MST_FOREIGN):
            return .foreign(UnsafePointer<CChar>(bitPattern: UInt(slot.low)).map { String(cString: $0) } ?? "userdata")
        case Int(MST_TABLE): return .table(readTable(slot))
        default: return .nil
        }
    }

    private mutating func readTable(_ head: mst_slot) -> LuaTable {
        var table = LuaTable()
        table.items.reserveCapacity(Int(head.low))
        for _ in 0..<head.low { table.items.append(read()) }
        for _ in 0..<head.high {
            let key = read()
            let value = read()
            if let name = key.text { table.fields[name] = value } else { table.others.append(LuaTable.Pair(key, value)) }
        }
        return table
    }

    private func bytes(_ slot: mst_slot) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(slot.low)), count: Int(slot.high))
    }
}
