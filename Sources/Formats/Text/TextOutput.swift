internal import CKernels
internal import Columnar
internal import Glibc

/// Bytes under construction: raw memory with a count, so that a writer's inner loop is stores and nothing else.
struct TextOutput: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int
    /// Where Columnar formats what is not worth a second implementation here.
    private var scratch = TextBuffer(capacity: 512)

    init(capacity: Int = 64 << 10) {
        self.capacity = capacity
        base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    mutating func reserve(_ n: Int) { if count + n > capacity { grow(n) } }

    @inline(never)
    private mutating func grow(_ n: Int) {
        capacity = max(capacity * 2, count + n)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        memcpy(new, base, count)
        base.deallocate()
        base = new
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        if let source = bytes.baseAddress { memcpy(base + count, source, bytes.count) }
        count += bytes.count
    }

    mutating func append(_ text: StaticString) { append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) }

    /// Takes back all but the first `n` bytes.
    mutating func truncate(to n: Int) { count = n }

    // MARK: Values

    @inline(__always)
    mutating func append(integer value: Int64) {
        reserve(20)
        if value < 0 {
            base[count] = UInt8(ascii: "-")
            count += 1
        }
        var left = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 19, left >= bound {
            digits += 1
            bound &*= 10
        }
        if digits == 19, left >= 10_000_000_000_000_000_000 { digits = 20 }
        var at = base + count + digits
        count += digits
        repeat {
            at -= 1
            at.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left % 10)
            left /= 10
        } while left != 0
    }

    mutating func append(double value: Double) {
        scratch.removeAll()
        scratch.append(double: value)
        append(scratch.bytes)
    }

    mutating func append(float value: Float) {
        scratch.removeAll()
        scratch.append(float: value)
        append(scratch.bytes)
    }

    mutating func append(decimal unscaled: Int128, scale: Int) {
        scratch.removeAll()
        scratch.append(decimal: unscaled, scale: scale)
        append(scratch.bytes)
    }

    mutating func append(date days: Int32) {
        scratch.removeAll()
        scratch.append(date: days)
        append(scratch.bytes)
    }

    mutating func append(timestamp microseconds: Int64, style: TextBuffer.TimestampStyle) {
        scratch.removeAll()
        scratch.append(timestamp: microseconds, style: style)
        append(scratch.bytes)
    }

    /// Appends a timestamp as Spark writes it to text files: `2024-02-29T13:45:10.000Z`, cut to milliseconds.
    mutating func append(sparkTimestamp microseconds: Int64) {
        let day: Int64 = 86_400_000_000
        let days = (microseconds >= 0 ? microseconds : microseconds &- (day - 1)) / day
        let time = microseconds &- days &* day
        append(date: Int32(clamping: days))
        append(UInt8(ascii: "T"))
        func two(_ value: Int64) -> (UInt8, UInt8) { (UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10), UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)) }
        for (value, end) in [(time / 3_600_000_000, UInt8(ascii: ":")), (time / 60_000_000 % 60, UInt8(ascii: ":")), (time / 1_000_000 % 60, UInt8(ascii: "."))] {
            let digits = two(value)
            append(digits.0)
            append(digits.1)
            append(end)
        }
        let milliseconds = time / 1000 % 1000
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: milliseconds / 100))
        let digits = two(milliseconds % 100)
        append(digits.0)
        append(digits.1)
        append(UInt8(ascii: "Z"))
    }

    mutating func append(base64 source: UnsafeRawBufferPointer) {
        var text = TextBuffer(capacity: source.count / 3 * 4 + 8)
        text.append(base64: source)
        append(text.bytes)
    }

    /// Appends text between quotes, a quote in it doubled.
    @inline(__always)
    mutating func append(quoted text: UnsafeRawBufferPointer, _ quote: UInt8) {
        reserve(text.count * 2 + 2)
        let out = base
        var n = count
        out[n] = quote
        n += 1
        let source = text.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }
        for i in 0..<text.count {
            let byte = source.unsafelyUnwrapped[i]
            out[n] = byte
            n += 1
            if byte == quote {
                out[n] = quote
                n += 1
            }
        }
        out[n] = quote
        count = n + 1
    }

    /// Appends text as a JSON string (RFC 8259, section 7). Bytes that are no UTF-8 become U+FFFD.
    @inline(__always)
    mutating func append(jsonString text: UnsafeRawBufferPointer) {
        reserve(text.count + 2)
        base[count] = UInt8(ascii: "\"")
        count += 1
        if let start = text.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            let plain = mastic_scan_json_plain(start, text.count)
            memcpy(base + count, start, plain)
            count += plain
            if plain < text.count { appendEscaped(start + plain, text.count - plain) }
        }
        append(UInt8(ascii: "\""))
    }

    @inline(never)
    private mutating func appendEscaped(_ start: UnsafePointer<UInt8>, _ n: Int) {
        if TextScan.utf8Prefix(start, n) < n {
            // The part before is ASCII, so the repair sees whole characters.
            var repaired = String(decoding: UnsafeBufferPointer(start: start, count: n), as: UTF8.self)
            repaired.withUTF8 { appendEscaped($0.baseAddress!, $0.count) }
            return
        }
        reserve(n * 6)
        let hex: StaticString = "0123456789abcdef"
        for i in 0..<n {
            let byte = start[i]
            let short: UInt8
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): short = byte
            case 0x08: short = UInt8(ascii: "b")
            case 0x09: short = UInt8(ascii: "t")
            case 0x0a: short = UInt8(ascii: "n")
            case 0x0c: short = UInt8(ascii: "f")
            case 0x0d: short = UInt8(ascii: "r")
            case 0..<0x20:
                append("\\u00")
                append(hex.utf8Start[Int(byte >> 4)])
                append(hex.utf8Start[Int(byte & 15)])
                continue
            default:
                append(byte)
                continue
            }
            append(UInt8(ascii: "\\"))
            append(short)
        }
    }
}
