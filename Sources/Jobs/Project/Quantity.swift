internal import Glibc

/// Lengths of time and sizes as people write them: in records and in what is printed.
public enum Quantity {
    private static let timeUnits: [(name: String, seconds: Double)] = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001)]
    private static let timeWords: [String: Double] = [
        "ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600,
        "d": 86400, "day": 86400, "days": 86400,
    ]
    private static let sizeWords: [String: Double] = [
        "b": 1, "k": 1024, "kb": 1e3, "kib": 1024, "m": 1_048_576, "mb": 1e6, "mib": 1_048_576, "g": 1_073_741_824, "gb": 1e9, "gib": 1_073_741_824,
        "t": 1_099_511_627_776, "tb": 1e12, "tib": 1_099_511_627_776,
    ]

    /// Seconds of a length of time: `500ms`, `90s`, `15m`, `2h`, `1d`, `1h30m`. Nil for anything else, a number without a unit included.
    public static func seconds(_ text: String) -> Double? {
        var rest = text.lowercased()[...]
        var total = 0.0
        var parts = 0
        while true {
            rest = rest.drop { $0 == " " }
            if rest.isEmpty { break }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let word = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(word.count)
            guard let number = Double(digits), let unit = timeWords[String(word)] else { return nil }
            total += number * unit
            parts += 1
        }
        return parts > 0 && total < 1e10 ? total : nil
    }

    /// Bytes of a size: `512MiB`, `4GB`, `1.5g`, `100` (bytes). Nil for anything else.
    public static func bytes(_ text: String) -> Int? {
        let text = text.lowercased().filter { $0 != " " }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let word = String(text.dropFirst(digits.count))
        guard let number = Double(digits), let unit = word.isEmpty ? 1 : sizeWords[word], number * unit < 1e18 else { return nil }
        return Int(number * unit)
    }

    /// A length of time as a project file would have it: `1h30m`, `90s` as `1m30s`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds > 0, seconds < 1e12 else { return "0s" }
        var left = Int((seconds * 1000).rounded())
        var text = ""
        for unit in timeUnits {
            let size = Int(unit.seconds * 1000)
            let count = left / max(size, 1)
            if count > 0 { text += "\(count)\(unit.name)" }
            left -= count * max(size, 1)
        }
        return text.isEmpty ? "0s" : text
    }

    /// A time that was measured: `0.042 s`, `12.3 s`, `3m 12s`, `2h 05m`, `1d 03h`.
    public static func elapsed(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "" }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        func decimals(_ value: Double, _ scale: Int) -> String {
            let whole = Int((value * Double(scale)).rounded())
            let fraction = String(whole % scale)
            return "\(whole / scale)." + String(repeating: "0", count: String(scale).count - 1 - fraction.count) + fraction + " s"
        }
        if seconds < 0.9995 { return decimals(seconds, 1000) }
        if seconds < 59.95 { return decimals(seconds, 10) }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60)m \(two(whole % 60))s" }
        if whole < 86400 { return "\(whole / 3600)h \(two(whole % 3600 / 60))m" }
        return "\(whole / 86400)d \(two(whole % 86400 / 3600))h"
    }

    /// A number of bytes for people: `512 MiB`, `1.5 GiB`, `100 bytes`.
    public static func size(_ bytes: Int) -> String {
        for (unit, size) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size {
            let tenths = Int((Double(bytes) * 10 / Double(size)).rounded())
            return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return bytes == 1 ? "1 byte" : "\(bytes) bytes"
    }
}
