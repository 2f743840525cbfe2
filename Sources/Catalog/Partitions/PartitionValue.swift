/// The types that a partition key may have in a filter.
enum PartitionKeyType: Equatable {
    case string
    /// Glue's name of the type, for messages.
    case integer(String)
    case decimal
    case date
    case timestamp

    /// - Throws: `invalidInput` for any other type, with Glue's message.
    init(_ column: ColumnRecord) throws(CatalogError) {
        let text = (column.type ?? "string").lowercased()
        switch text.prefix(while: { $0 != "(" }).trimmingSpaces {
        case "string", "char", "varchar": self = .string
        case "int", "integer": self = .integer("integer")
        case "bigint", "long": self = .integer("long")
        case "smallint", "short": self = .integer("short")
        case "tinyint", "byte": self = .integer("byte")
        case "decimal": self = .decimal
        case "date": self = .date
        case "timestamp": self = .timestamp
        default: throw CatalogError(.invalidInput, "Unknown type : '\(text)'")
        }
    }

    /// The type's name as it begins a sentence.
    var title: String {
        switch self {
        case .string: "String"
        case .integer: "Integral"
        case .decimal: "Decimal"
        case .date: "Date"
        case .timestamp: "Timestamp"
        }
    }

    /// What a text that cannot be cast is not.
    var noun: String {
        switch self {
        case .string: "a string"
        case .integer(let name): name == "integer" ? "an integer" : "a \(name)"
        case .decimal: "a decimal"
        case .date: "a date"
        case .timestamp: "a timestamp"
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return text
    }
}

/// A partition value or literal, cast to its key's type. Only values of one type are compared.
enum PartitionValue: Comparable {
    case text(String)
    case number(Int128)
    /// A moment as two numbers in order: days or seconds, then nanoseconds.
    case moment(Int64, Int64)

    /// Digits after the point that decimals are compared with: more than a Hive decimal may have.
    private static let decimalScale = 18

    /// Casts a text, or returns nil when it does not say a value of the type.
    init?(_ text: String, as type: PartitionKeyType) {
        switch type {
        case .string:
            self = .text(text)
        case .integer:
            guard let value = Int64(text) else { return nil }
            self = .number(Int128(value))
        case .decimal:
            guard let value = Self.decimal(text) else { return nil }
            self = .number(value)
        case .date:
            guard let days = Self.days(text.utf8[...]) else { return nil }
            self = .moment(days, 0)
        case .timestamp:
            guard let moment = Self.moment(text) else { return nil }
            self = moment
        }
    }

    static func < (a: PartitionValue, b: PartitionValue) -> Bool {
        switch (a, b) {
        // By code units, as Hive and SQLite do; Swift's own order is by Unicode equivalence.
        case (.text(let x), .text(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
        case (.number(let x), .number(let y)): x < y
        case (.moment(let x, let m), .moment(let y, let n)): (x, m) < (y, n)
        default: false
        }
    }

    static func == (a: PartitionValue, b: PartitionValue) -> Bool {
        switch (a, b) {
        case (.text(let x), .text(let y)): x.utf8.elementsEqual(y.utf8)
        case (.number(let x), .number(let y)): x == y
        case (.moment(let x, let m), .moment(let y, let n)): (x, m) == (y, n)
        default: false
        }
    }

    private static func decimal(_ text: String) -> Int128? {
        var bytes = text.utf8[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        var value: Int128 = 0
        var digits = 0
        var fraction: Int?
        for byte in bytes {
            if byte == UInt8(ascii: "."), fraction == nil { fraction = 0; continue }
            guard (0x30...0x39).contains(byte) else { return nil }
            digits += 1
            if let places = fraction {
                if places == decimalScale { continue }
                fraction = places + 1
            }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int128(byte & 15))
            if overflow || carry { return nil }
            value = sum
        }
        guard digits > 0 else { return nil }
        for _ in (fraction ?? 0)..<decimalScale {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = scaled
        }
        return negative ? -value : value
    }

    /// Days since 1970-01-01 of `yyyy-MM-dd`; nil for anything else.
    private static func days(_ text: Substring.UTF8View) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            (1...12).contains(month), day >= 1, day <= daysInMonth(month, year)
        else { return nil }
        // Days from civil (proleptic Gregorian calendar), counted from March so that the leap day comes last.
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysInMonth(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `yyyy-MM-dd HH:mm:ss[.f...]`, with up to nine digits of a second.
    private static func moment(_ text: String) -> PartitionValue? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let days = days(text.utf8.prefix(10)), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
            let second = number(bytes[17..<19]), hour < 24, minute < 60, second < 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if bytes.count > 19 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count <= 29, let fraction = number(bytes[20...]) else { return nil }
            nanoseconds = fraction
            for _ in bytes.count..<29 { nanoseconds *= 10 }
        }
        return .moment(days * 86_400 + hour * 3600 + minute * 60 + second, nanoseconds)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 & 15) }
    }
}
