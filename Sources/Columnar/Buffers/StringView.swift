public import Glibc

/// 16 bytes that stand for a string: its length and its bytes, or where they are.
///
///     length <= 12   | length: u32 | bytes, zero padded: 12              |
///     length  > 12   | length: u32 | first four bytes | pointer: 8 bytes |
///
/// The pointer leads into a buffer that the column retains, so reading, slicing and filtering strings copies no bytes. Equality looks at the
/// first 8 bytes of both views before it follows a pointer.
public struct StringView: BitwiseCopyable, Sendable {
    /// length and first four bytes, or length and the whole of a short string
    public var low: UInt64
    public var high: UInt64

    public static let empty = StringView(low: 0, high: 0)
    public static let maximumInlineLength = 12

    @inlinable @inline(__always)
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// A view of `length` bytes at `bytes`, which must outlive every column that holds the view when there are more than 12.
    @inlinable @inline(__always)
    public init(_ bytes: UnsafeRawPointer, length: Int) {
        if length <= 12 {
            var low: UInt64 = 0
            var high: UInt64 = 0
            // Fixed-size copies; a variable-size memcpy would be a call.
            if length >= 8 {
                let head = bytes.loadUnaligned(as: UInt64.self)
                low = head << 32
                let tail = UInt64((bytes + (length - 4)).loadUnaligned(as: UInt32.self))
                high = head >> 32 | (tail >> UInt64(truncatingIfNeeded: (12 - length) * 8)) << 32
            } else if length >= 4 {
                let head = UInt64(bytes.loadUnaligned(as: UInt32.self))
                let tail = UInt64((bytes + (length - 4)).loadUnaligned(as: UInt32.self))
                low = head << 32
                high = tail >> UInt64(truncatingIfNeeded: (8 - length) * 8)
            } else if length > 0 {
                for i in 0..<length {
                    low |= UInt64((bytes + i).load(as: UInt8.self)) << UInt64(truncatingIfNeeded: 32 + i * 8)
                }
            }
            self.low = low | UInt64(truncatingIfNeeded: length)
            self.high = high
        } else {
            low = UInt64(bytes.loadUnaligned(as: UInt32.self)) << 32 | UInt64(truncatingIfNeeded: length)
            high = UInt64(UInt(bitPattern: bytes))
        }
    }

    @inlinable @inline(__always)
    public var length: Int { Int(low & 0xffff_ffff) }

    @inlinable @inline(__always)
    public var isInline: Bool { low & 0xffff_ffff <= 12 }

    /// The pointer of a long string.
    @inlinable @inline(__always)
    public var pointer: UnsafeRawPointer { UnsafeRawPointer(bitPattern: UInt(high)).unsafelyUnwrapped }

    /// Calls `body` with the bytes, which are valid during the call only.
    @inlinable @inline(__always)
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        if isInline {
            var copy = self
            return try withUnsafePointer(to: &copy) { pointer throws(E) in
                try body(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + 4, count: length))
            }
        }
        return try body(UnsafeRawBufferPointer(start: pointer, count: length))
    }

    /// The string, with bytes that are no UTF-8 replaced.
    public var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    @inlinable
    public static func == (a: StringView, b: StringView) -> Bool {
        if a.low != b.low { return false }
        if a.high == b.high { return true }
        return a.isInline ? false : memcmp(a.pointer, b.pointer, a.length) == 0
    }

    /// Orders by bytes, as Spark and Lua's C locale do.
    public static func < (a: StringView, b: StringView) -> Bool { a.compare(b) < 0 }

    /// Negative, zero or positive, by unsigned bytes, a prefix before what it begins.
    public func compare(_ other: StringView) -> Int {
        let p1 = UInt32(truncatingIfNeeded: low >> 32).byteSwapped
        let p2 = UInt32(truncatingIfNeeded: other.low >> 32).byteSwapped
        if p1 != p2 { return p1 < p2 ? -1 : 1 }
        let order = withBytes { a in other.withBytes { b in memcmp(a.baseAddress!, b.baseAddress!, min(a.count, b.count)) } }
        return order != 0 ? Int(order) : length - other.length
    }
}
