/// Java's regular expressions, which are Spark's, as PCRE2 writes them.
///
/// Most of both languages is the same. What is not is rewritten (`\p{Alpha}`, `\u00e9`, nested and intersected classes) or refused; what remains: `(?i)` takes all of
/// Unicode's letters for equal that differ in case, where Java without `(?u)` takes ASCII's, and `.` stops at `\n` and `\r` only.
struct RegexDialect {
    private let pattern: [UInt8]
    private var at = 0
    private var out: [UInt8] = []

    struct Failure: Error {
        let problem: String
        let offset: Int
    }

    static func translate(_ pattern: [UInt8]) throws(Failure) -> [UInt8] {
        var dialect = RegexDialect(pattern: pattern)
        try dialect.run()
        return dialect.out
    }

    private init(pattern: [UInt8]) { self.pattern = pattern }

    private func peek(_ ahead: Int = 0) -> UInt8 { at + ahead < pattern.count ? pattern[at + ahead] : 0 }

    private func fail(_ problem: String) -> Failure { Failure(problem: problem, offset: at) }

    private mutating func run() throws(Failure) {
        while at < pattern.count {
            switch peek() {
            case UInt8(ascii: "\\"): out += try escape(inClass: false)
            case UInt8(ascii: "["): out += try characterClass(depth: 0)
            case UInt8(ascii: "("):
                if peek(1) == UInt8(ascii: "*") { throw fail("a '*' stands behind '('") }
                if peek(1) == UInt8(ascii: "?") { try flags() } else { copy() }
            default: copy()
            }
        }
    }

    private mutating func copy() {
        out.append(pattern[at])
        at += 1
    }

    /// `(?`, with flags that PCRE2 knows; `u` is always on.
    private mutating func flags() throws(Failure) {
        out += [UInt8(ascii: "("), UInt8(ascii: "?")]
        at += 2
        var ahead = 0
        while "idmsuxU-".utf8.contains(peek(ahead)) { ahead += 1 }
        guard peek(ahead) == UInt8(ascii: ")") || peek(ahead) == UInt8(ascii: ":") else {
            if "<=!>:".utf8.contains(peek()) { return }
            throw fail("this group has no meaning")
        }
        while ahead > 0 {
            switch peek() {
            case UInt8(ascii: "U"), UInt8(ascii: "d"): throw fail("the flag '\(Character(Unicode.Scalar(peek())))' is not supported")
            case UInt8(ascii: "u"): at += 1
            default: copy()
            }
            ahead -= 1
        }
    }

    // MARK: Escapes

    /// What stands for the escape here.
    private mutating func escape(inClass: Bool) throws(Failure) -> [UInt8] {
        guard at + 1 < pattern.count else { throw fail("it ends in a backslash") }
        let letter = pattern[at + 1]
        switch letter {
        case UInt8(ascii: "Q"): return quoted()
        case UInt8(ascii: "p"), UInt8(ascii: "P"): return try property(inClass: inClass)
        case UInt8(ascii: "u"):
            at += 2
            guard var value = hex(4) else { throw fail("four hexadecimal digits are expected behind \\u") }
            if value >= 0xd800, value < 0xdc00, peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
                at += 2
                guard let low = hex(4), low >= 0xdc00, low < 0xe000 else { throw fail("the second half of a surrogate pair is expected") }
                value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
            }
            return code(value)
        case UInt8(ascii: "0"):
            at += 2
            var (value, digits): (UInt32, Int) = (0, 0)
            while digits < 3, peek() >= 48, peek() < 56, digits < 2 || value * 8 + UInt32(peek() - 48) <= 255 {
                value = value * 8 + UInt32(peek() - 48)
                at += 1
                digits += 1
            }
            if digits == 0 { throw fail("octal digits are expected behind \\0") }
            return code(value)
        default:
            let isLetter = letter | 0x20 >= UInt8(ascii: "a") && letter | 0x20 <= UInt8(ascii: "z")
            if isLetter, !"ABDEGHRSVWXZabcdefhknrstvwxz".utf8.contains(letter) { throw fail("the escape '\\\(Character(Unicode.Scalar(letter)))' has no meaning") }
            at += 2
            return [UInt8(ascii: "\\"), letter]
        }
    }

    private func code(_ value: UInt32) -> [UInt8] { Array("\\x{\(String(value, radix: 16))}".utf8) }

    private mutating func hex(_ count: Int) -> UInt32? {
        var value: UInt32 = 0
        for i in 0..<count {
            guard let digit = Character(Unicode.Scalar(peek(i))).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        at += count
        return value
    }

    /// `\Q...\E`, with every character that means something escaped.
    private mutating func quoted() -> [UInt8] {
        at += 2
        var text: [UInt8] = []
        while at < pattern.count {
            if peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "E") {
                at += 2
                break
            }
            let byte = peek()
            let isWord = byte >= 0x80 || (byte >= 48 && byte < 58) || (byte | 0x20 >= 97 && byte | 0x20 < 123) || byte == UInt8(ascii: "_")
            if !isWord { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
            at += 1
        }
        return text
    }

    private static let posix = [
        "Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit", "Alnum": "alnum", "Punct": "punct", "Graph": "graph",
        "Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit", "Space": "space",
    ]
    private static let unicode = [
        "IsDigit": "Nd", "IsPunctuation": "P", "IsLetter": "L", "IsControl": "Cc", "javaLowerCase": "Ll", "javaUpperCase": "Lu", "javaLetter": "L", "javaDigit": "Nd",
        "L1": "",
    ]

    private mutating func property(inClass: Bool) throws(Failure) -> [UInt8] {
        let start = at
        let isNegated = pattern[at + 1] == UInt8(ascii: "P")
        at += 2
        var name: [UInt8] = []
        if peek() == UInt8(ascii: "{") {
            at += 1
            while at < pattern.count, peek() != UInt8(ascii: "}") {
                name.append(peek())
                at += 1
            }
            guard at < pattern.count else { throw fail("the name of a property is never closed") }
        } else {
            name = [peek()]
        }
        at += 1
        var text = String(decoding: name, as: UTF8.self)
        if let posix = RegexDialect.posix[text] {
            let set = "[:\(isNegated ? "^" : "")\(posix):]"
            return Array((inClass ? set : "[\(set)]").utf8)
        }
        if let known = RegexDialect.unicode[text] { text = known } else if text.hasPrefix("Is") { text.removeFirst(2) }
        for prefix in ["script=", "sc=", "general_category=", "gc="] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
        guard !text.isEmpty, !text.hasPrefix("In"), !text.hasPrefix("java"), text.utf8.allSatisfy({ $0 | 0x20 >= 97 && $0 | 0x20 < 123 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "&") }) else {
            at = start
            throw fail("the property '\(text)' is not supported")
        }
        return Array("\\\(isNegated ? "P" : "p"){\(text)}".utf8)
    }

    // MARK: Classes

    /// A class in brackets, with nested ones flattened and an intersection as a look ahead.
    private mutating func characterClass(depth: Int) throws(Failure) -> [UInt8] {
        if depth > 50 { throw fail("classes are nested too deeply") }
        let (isNegated, items, other) = try classContent(depth: depth)
        let open = Array((isNegated ? "[^" : "[").utf8)
        guard let other else { return open + items + [UInt8(ascii: "]")] }
        if isNegated { throw fail("the negation of an intersection of classes is not supported") }
        return Array("(?:(?=".utf8) + other + Array(")[".utf8) + items + Array("])".utf8)
    }

    /// The content of a class up to its end: its items, and the class behind `&&`.
    private mutating func classContent(depth: Int) throws(Failure) -> (isNegated: Bool, items: [UInt8], other: [UInt8]?) {
        let start = at
        at += 1
        var isNegated = false
        if peek() == UInt8(ascii: "^") {
            isNegated = true
            at += 1
        }
        var items: [UInt8] = []
        var isFirst = true
        while true {
            guard at < pattern.count else {
                at = start
                throw fail("the class is never closed")
            }
            let byte = peek()
            switch byte {
            case UInt8(ascii: "]") where !isFirst:
                at += 1
                return (isNegated, items, nil)
            case UInt8(ascii: "]"):
                items += Array("\\]".utf8)
                at += 1
            case UInt8(ascii: "\\"): items += try escape(inClass: true)
            case UInt8(ascii: "["):
                if isNegated || depth > 50 { throw fail("a class in a negated class is not supported") }
                let inner = try classContent(depth: depth + 1)
                if inner.isNegated || inner.other != nil { throw fail("a negated class in a class is not supported") }
                items += inner.items
            case UInt8(ascii: "&") where peek(1) == UInt8(ascii: "&") && !isFirst:
                at += 2
                var other: [UInt8]
                if peek() == UInt8(ascii: "[") {
                    other = try characterClass(depth: depth + 1)
                    guard peek() == UInt8(ascii: "]") else { throw fail("an intersection of more than two classes is not supported") }
                    at += 1
                } else {
                    // The rest of this class: read as one that begins here.
                    at -= 1
                    let rest = try classContent(depth: depth + 1)
                    if rest.isNegated || rest.other != nil { throw fail("this intersection of classes is not supported") }
                    other = [UInt8(ascii: "[")] + rest.items + [UInt8(ascii: "]")]
                }
                return (isNegated, items, other)
            case UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "="):
                items += [UInt8(ascii: "\\"), byte]
                at += 1
            default:
                items.append(byte)
                at += 1
            }
            isFirst = false
        }
    }
}
