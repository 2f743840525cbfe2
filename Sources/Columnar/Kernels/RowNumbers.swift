/// What functions do with the numbers of one row.
public enum RowNumbers {
    /// `conv`: the digits of a whole number to another base. They are read up to the first that is none; too large a number is the largest of 64 bits. A negative
    /// target base gives a sign. False for bases that are none, and for no text.
    public static func convert(_ bytes: UnsafeRawBufferPointer, from: Int, to: Int, _ out: inout TextBuffer) -> Bool {
        guard from >= 2, from <= 36, Swift.abs(to) >= 2, Swift.abs(to) <= 36 else { return false }
        let text = NumberParsing.trimmed(bytes)
        guard !text.isEmpty else { return false }
        var at = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative { at = 1 }
        var value: UInt64 = 0
        while at < text.count {
            let byte = text[at]
            let digit: Int
            switch byte {
            case 48...57: digit = Int(byte) - 48
            case 65...90: digit = Int(byte) - 55
            case 97...122: digit = Int(byte) - 87
            default: digit = 99
            }
            guard digit < from else { break }
            let (product, overflow) = value.multipliedReportingOverflow(by: UInt64(from))
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry {
                value = .max
                break
            }
            value = sum
            at += 1
        }
        if isNegative {
            if to > 0 { value = Int64(bitPattern: value) < 0 ? .max : 0 &- value }
        }
        var showsSign = false
        if to < 0 {
            if isNegative {
                showsSign = true
                if Int64(bitPattern: value) < 0 { value = .max }
            } else if Int64(bitPattern: value) < 0 {
                value = 0 &- value
                showsSign = true
            }
        }
        if showsSign { out.append(UInt8(ascii: "-")) }
        out.append(String(value, radix: Swift.abs(to), uppercase: true))
        return true
    }

    /// `width_bucket`: 0 below the range, one more than there are buckets above it; null for a range or a number of buckets that is none.
    public static func bucket(_ value: Double, _ min: Double, _ max: Double, _ count: Int64) -> Int64? {
        guard count > 0, count < .max, !value.isNaN, min.isFinite, max.isFinite, min != max else { return nil }
        let lower = Swift.min(min, max), upper = Swift.max(min, max)
        if min < max {
            if value < lower { return 0 }
            if value >= upper { return count + 1 }
            return boundedInt64(Double(count) * (value - lower) / (upper - lower)) + 1
        }
        if value > upper { return 0 }
        if value <= lower { return count + 1 }
        return boundedInt64(Double(count) * (upper - value) / (upper - lower)) + 1
    }
}
