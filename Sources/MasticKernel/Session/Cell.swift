/// The text of a cell, taken apart: magics on top, then Lua or SQL.
///
/// A magic is a line that begins with `%`, above the cell's first line of code, or `%%` in the first line, which says what the whole cell is. Lua has no
/// line that begins so. The lines of code keep their numbers.
package struct Cell: Equatable {
    package enum Step: Equatable {
        case lua(String, isTimed: Bool)
        case sql(String, isTimed: Bool)
        /// - Parameters:
        ///   - arguments: the rest of the line.
        ///   - body: the rest of the cell, for a magic of the whole cell.
        case magic(name: String, arguments: String, body: String?)
        /// A magic that there is none of; `isWhole` where it stood behind `%%`.
        case unknown(name: String, isWhole: Bool)
    }

    package let steps: [Step]

    package init(_ text: String) {
        let bytes = Self.withLineFeeds(text)
        // Cells may be megabytes of data: only the lines of magics are looked at.
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        var steps: [Step] = []
        var (next, isTimed, isFirst) = (0, false, true)
        func below(_ line: Int) -> String { line < lines.count ? String(decoding: bytes[lines[line].startIndex...], as: UTF8.self) : "" }
        func rest(from line: Int) -> String { String(repeating: "\n", count: line) + below(line) }
        func alone(_ code: String, at line: Int) -> String { String(repeating: "\n", count: line) + code }
        while next < lines.count {
            let line = lines[next].drop { $0 <= 0x20 }
            if line.isEmpty || line.starts(with: "--".utf8) && !line.starts(with: "--[".utf8) {
                next += 1
                continue
            }
            guard line.first == UInt8(ascii: "%") else { break }
            let words = String(decoding: line, as: UTF8.self).trimmingBlanks
            let isWhole = words.hasPrefix("%%")
            let bare = words.drop { $0 == "%" }
            let name = String(bare.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
            let arguments = String(bare.dropFirst(name.count)).trimmingBlanks
            let place = next
            next += 1
            if isWhole {
                switch name {
                case "time" where isFirst:
                    isTimed = true
                    if !arguments.isEmpty { steps.append(.lua(alone(arguments, at: place), isTimed: true)) }
                    continue
                case "sql":
                    let query = arguments.isEmpty ? rest(from: next) : alone(arguments + "\n" + below(next), at: place)
                    steps.append(.sql(query, isTimed: isTimed))
                case let name where Magic.named(name, isWhole: true) != nil:
                    steps.append(.magic(name: name, arguments: arguments, body: below(next)))
                default: steps.append(.unknown(name: name, isWhole: true))
                }
                self.steps = steps
                return
            }
            isFirst = false
            switch name {
            case "time": steps.append(.lua(alone(arguments, at: place), isTimed: true))
            case "sql": steps.append(.sql(alone(arguments, at: place), isTimed: false))
            default:
                steps.append(
                    Magic.named(name, isWhole: false) != nil ? .magic(name: name, arguments: arguments, body: nil) : .unknown(name: name, isWhole: false))
            }
        }
        if next < lines.count { steps.append(.lua(rest(from: next), isTimed: isTimed)) }
        self.steps = steps
    }

    /// The text with a line feed at each line's end, whatever the notebook's system writes there.
    private static func withLineFeeds(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.contains(0x0d) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0d {
                if index + 1 >= bytes.count || bytes[index + 1] != 0x0a { result.append(0x0a) }
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
