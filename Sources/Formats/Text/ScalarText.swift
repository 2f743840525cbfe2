internal import CKernels
internal import Columnar

/// Reads typed values out of text cells: one function a type, nil for text that is no such value.
///
/// Spaces and tabs around anything but a string are no part of it.
package enum ScalarText {
    package typealias Bytes = UnsafePointer<UInt8>

    /// The text without spaces and tabs around it.
    @inline(__always)
    package static func trimmed(_ bytes: Bytes, _ count: Int) -> (Bytes, Int) {
        // Nearly all text has none.
        if count == 0 || (bytes[0] > 0x20 && bytes[count - 1] > 0x20) { return (bytes, count) }
        var (bytes, count) = (bytes, count)
        while count > 0, bytes[0] == 0x20 || bytes[0] == 0x09 { (bytes, count) = (bytes + 1, count - 1) }
        while count > 0, bytes[count - 1] == 0x20 || bytes[count - 1] == 0x09 { count -= 1 }
        return (bytes, count)
    }

    /// An optional sign and digits, within 64 bits.
    @inline(__always)
    package static func long(_ bytes: Bytes, _ count: Int) -> Int64? {
        let (bytes, count) = trimmed(bytes, count)
        var value: Int64 = 0
        return mastic_number_long(bytes, count, &value) ? value : nil
    }

    /// A decimal number with optional sign, point and exponent. With `words` also `inf`, `infinity` and `nan`, in any case.
    @inline(__always)
    package static func double(_ bytes: Bytes, _ count: Int, words: Bool) -> Double? {
        let (bytes, count) = trimmed(bytes, count)
        var value = 0.0
        return mastic_number_double(bytes, count, words, &value) ? value : nil
    }

    /// `true` or `false`, in any case.
    static func boolean(_ bytes: Bytes, _ count: Int) -> Bool? {
        let (bytes, count) = trimmed(bytes, count)
        func lowered(_ i: Int) -> UInt8 { bytes[i] | 0x20 }
        if count == 4, lowered(0) == 0x74, lowered(1) == 0x72, lowered(2) == 0x75, lowered(3) == 0x65 { return true }
        if count == 5, lowered(0) == 0x66, lowered(1) == 0x61, lowered(2) == 0x6c, lowered(3) == 0x73, lowered(4) == 0x65 { return false }
        return nil
    }

    /// `yyyy-mm-dd`, a day that exists: days since 1970-01-01.
    static func date(_ bytes: Bytes, _ count: Int) -> Int32? {
        let (bytes, count) = trimmed(bytes, count)
        return count == 10 ? day(bytes) : nil
    }

    /// ISO 8601 as data have it: `yyyy-mm-dd`, `T` or a space, `hh:mm`, optional seconds with an optional fraction, an optional `Z` or offset
    /// (`+hh:mm`, `+hhmm`, `+hh`). Without an offset the time is UTC. Microseconds since 1970-01-01T00:00:00Z; finer digits are dropped.
    static func timestamp(_ bytes: Bytes, _ count: Int) -> Int64? {
        let (bytes, count) = trimmed(bytes, count)
        guard count >= 16, bytes[10] == 0x54 || bytes[10] == 0x20, let day = day(bytes) else { return nil }
        guard let hour = two(bytes + 11), hour < 24, bytes[13] == 0x3a, let minute = two(bytes + 14), minute < 60 else { return nil }
        var at = 16
        var seconds = 0
        var micros: Int64 = 0
        if at + 3 <= count, bytes[at] == 0x3a {
            guard let value = two(bytes + at + 1), value < 60 else { return nil }
            seconds = value
            at += 3
            if at < count, bytes[at] == 0x2e || bytes[at] == 0x2c {
                at += 1
                let first = at
                var unit: Int64 = 100_000
                while at < count, bytes[at] &- 0x30 <= 9 {
                    micros += Int64(bytes[at] &- 0x30) * unit
                    unit /= 10
                    at += 1
                }
                if at == first { return nil }
            }
        }
        var offset = 0
        if at < count {
            switch bytes[at] {
            case 0x5a, 0x7a: at += 1
            case 0x2b, 0x2d:
                let sign = bytes[at] == 0x2b ? 1 : -1
                guard count - at >= 3, let hours = two(bytes + at + 1), hours < 24 else { return nil }
                at += 3
                var minutes = 0
                if at < count {
                    if bytes[at] == 0x3a { at += 1 }
                    guard count - at == 2, let value = two(bytes + at), value < 60 else { return nil }
                    minutes = value
                    at += 2
                }
                offset = sign * (hours * 60 + minutes)
            default: return nil
            }
        }
        guard at == count else { return nil }
        return (Int64(day) * 86_400 + Int64(hour * 3600 + (minute - offset) * 60 + seconds)) * 1_000_000 + micros
    }

    /// An optional sign, digits and point, within `precision` digits, no more than `scale` of them after the point but for zeros: the value times
    /// 10^`scale`.
    static func decimal(_ bytes: Bytes, _ count: Int, precision: Int, scale: Int) -> Int128? {
        let (bytes, count) = trimmed(bytes, count)
        var at = 0
        var negative = false
        if count > 0, bytes[0] == 0x2d || bytes[0] == 0x2b {
            negative = bytes[0] == 0x2d
            at = 1
        }
        var unscaled: Int128 = 0
        var (digits, significant, fraction) = (0, 0, -1)
        while at < count {
            let byte = bytes[at]
            at += 1
            if byte == 0x2e {
                if fraction >= 0 { return nil }
                fraction = 0
                continue
            }
            let digit = byte &- 0x30
            if digit > 9 { return nil }
            digits += 1
            if fraction >= 0 {
                if fraction == scale {
                    if digit != 0 { return nil }
                    continue
                }
                fraction += 1
            }
            if significant > 0 || digit != 0 { significant += 1 }
            if significant > 38 { return nil }
            unscaled = unscaled &* 10 &+ Int128(digit)
        }
        if digits == 0 { return nil }
        for _ in max(fraction, 0)..<scale {
            if significant > 0 { significant += 1 }
            if significant > 38 { return nil }
            unscaled = unscaled &* 10
        }
        if significant > precision { return nil }
        return negative ? -unscaled : unscaled
    }

    @inline(__always)
    private static func two(_ bytes: Bytes) -> Int? {
        let (a, b) = (bytes[0] &- 0x30, bytes[1] &- 0x30)
        return a <= 9 && b <= 9 ? Int(a) * 10 + Int(b) : nil
    }

    /// The ten bytes `yyyy-mm-dd` as days since 1970-01-01.
    @inline(__always)
    private static func day(_ bytes: Bytes) -> Int32? {
        guard let century = two(bytes), let years = two(bytes + 2), bytes[4] == 0x2d, let month = two(bytes + 5), bytes[7] == 0x2d,
            let day = two(bytes + 8), month >= 1, month <= 12, day >= 1
        else { return nil }
        let year = century * 100 + years
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
        guard day <= length else { return nil }
        // Years that begin in March, so that the leap day comes last; all years are 0...9999 here.
        let y = month <= 2 ? year + 399 : year + 400
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32((era - 1) * 146_097 + dayOfEra - 719_468)
    }
}
