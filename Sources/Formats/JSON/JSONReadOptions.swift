/// How JSON files are read. The defaults are Glue's (`format_options`).
public struct JSONReadOptions: Sendable {
    /// Records may span lines. Such a file is one split.
    public var multiLine = false
    /// Where in the file the records stand, as `JSONPath` writes it; nil: see `JSONFile`.
    public var jsonPath: String?
    public var text = TextOptions()

    public init() {}
}

/// The place of records in a document: a `$`, then steps into objects (`.name`, `['name']`) and arrays (`[*]`, `[0]`).
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    public enum Step: Sendable, Hashable {
        case key([UInt8])
        case index(Int)
        case all
    }

    public let steps: [Step]
    public let description: String

    /// - Throws: `FormatError.invalidRequest` that shows where the text stops being a path.
    public init(_ text: String) throws(FormatError) {
        var steps: [Step] = []
        let bytes = Array(text.utf8)
        var at = 0
        func refuse(_ expected: String) -> FormatError {
            let rest = String(decoding: bytes[min(at, bytes.count)...], as: UTF8.self)
            return FormatError(.invalidRequest, source: "json options", "jsonPath '\(text)': \(expected) is expected at '\(rest)'")
        }
        guard bytes.first == UInt8(ascii: "$") else { throw refuse("$") }
        at = 1
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "."):
                at += 1
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: "."), bytes[at] != UInt8(ascii: "[") { at += 1 }
                if at == start { throw refuse("a name") }
                steps.append(bytes[start..<at].elementsEqual([UInt8(ascii: "*")]) ? .all : .key(Array(bytes[start..<at])))
            case UInt8(ascii: "["):
                at += 1
                guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "]")) else { throw refuse("a closing ]") }
                let inner = bytes[at..<end]
                if inner.elementsEqual([UInt8(ascii: "*")]) {
                    steps.append(.all)
                } else if let quote = inner.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
                    // The name may hold a ], so it goes to its own quote.
                    guard let close = bytes[(at + 1)...].firstIndex(of: quote), close + 1 < bytes.count, bytes[close + 1] == UInt8(ascii: "]") else {
                        throw refuse("a closing quote and ]")
                    }
                    steps.append(.key(Array(bytes[(at + 1)..<close])))
                    at = close + 2
                    continue
                } else if let index = Int(String(decoding: inner, as: UTF8.self)), index >= 0 {
                    steps.append(.index(index))
                } else {
                    throw refuse("*, a number from 0 or a quoted name")
                }
                at = end + 1
            default: throw refuse(". or [")
            }
        }
        self.steps = steps
        description = text
    }
}
