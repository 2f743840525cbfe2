/// Writes Thrift's compact protocol: the counterpart of `ThriftReader`.
///
/// Fields go out in the order of their numbers. Absent values (nil) leave no trace.
package struct ThriftWriter {
    package private(set) var bytes: [UInt8] = []
    private var lastField: Int16 = 0

    package init() {}

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private mutating func header(_ field: Int16, _ kind: ThriftReader.Kind) {
        let delta = field - lastField
        if delta > 0, delta <= 15 {
            bytes.append(UInt8(delta) << 4 | kind.rawValue)
        } else {
            bytes.append(kind.rawValue)
            zigzag(Int64(field))
        }
        lastField = field
    }

    package mutating func write(_ field: Int16, bool value: Bool?) {
        if let value { header(field, value ? .booleanTrue : .booleanFalse) }
    }

    mutating func write(_ field: Int16, byte value: Int8) {
        header(field, .byte)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func write(_ field: Int16, i16 value: Int?) {
        guard let value else { return }
        header(field, .i16)
        zigzag(Int64(value))
    }

    package mutating func write(_ field: Int16, i32 value: Int?) {
        guard let value else { return }
        header(field, .i32)
        zigzag(Int64(value))
    }

    package mutating func write(_ field: Int16, i64 value: Int?) {
        guard let value else { return }
        header(field, .i64)
        zigzag(Int64(value))
    }

    mutating func write(_ field: Int16, binary value: [UInt8]?) {
        guard let value else { return }
        header(field, .binary)
        element(binary: value)
    }

    package mutating func write(_ field: Int16, string value: String?) { write(field, binary: value.map { Array($0.utf8) }) }

    package mutating func write(_ field: Int16, _ body: (inout ThriftWriter) -> Void) {
        header(field, .struct)
        element(body)
    }

    package mutating func write<T>(_ field: Int16, list elements: [T], of kind: ThriftReader.Kind, _ body: (T, inout ThriftWriter) -> Void) {
        header(field, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xf0 | kind.rawValue)
            varint(UInt64(elements.count))
        }
        for element in elements { body(element, &self) }
    }

    /// An element of a list, or a struct on its own.
    package mutating func element(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        bytes.append(0)
        lastField = outer
    }

    package mutating func element(int value: Int) { zigzag(Int64(value)) }
    mutating func element(bool value: Bool) { bytes.append(value ? 1 : 2) }

    mutating func element(binary value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }
}
