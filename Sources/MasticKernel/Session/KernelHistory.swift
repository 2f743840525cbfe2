internal import Catalog
internal import Synchronization

/// The cells of this kernel's life, for notebooks that ask for them.
package final class KernelHistory: Sendable {
    private struct Cell {
        let number: Int
        let source: String
        var output: String?
    }
    private let cells = Mutex<[Cell]>([])
    /// How many cells are kept.
    private static let limit = 10_000

    func add(_ source: String, number: Int) {
        cells.withLock { cells in
            cells.append(Cell(number: number, source: source))
            if cells.count > Self.limit { cells.removeFirst(Self.limit / 10) }
        }
    }

    /// Notes what the last cell gave.
    func setOutput(_ text: String) {
        cells.withLock { cells in
            if !cells.isEmpty { cells[cells.count - 1].output = text }
        }
    }

    /// The content of the answer to a `history_request`: `range`, `tail` or `search`, of the only session there is.
    func answer(_ content: [String: JSONValue]) -> [String: JSONValue] {
        let wantsOutput = content["output"]?.flag ?? false
        let count = content["n"]?.whole.map { max(0, $0) }
        var found = cells.withLock { $0 }
        switch content["hist_access_type"]?.text {
        case "range":
            // Session 0 is this one; of the others nothing is kept.
            let session = content["session"]?.whole ?? 0
            if session != 0 && session != 1 { found = [] }
            let start = content["start"]?.whole ?? 0
            let stop = content["stop"]?.whole ?? Int.max
            found = found.filter { $0.number >= start && $0.number < stop }
        case "search":
            let pattern = content["pattern"]?.text ?? "*"
            found = found.filter { Self.matches($0.source, pattern) }
            if content["unique"]?.flag ?? false {
                var seen = Set<String>()
                found = found.reversed().filter { seen.insert($0.source).inserted }.reversed()
            }
            if let count { found = found.suffix(count) }
        default: if let count { found = found.suffix(count) }
        }
        let rows = found.map { cell -> JSONValue in
            let source = JSONValue.string(cell.source)
            return .array([.integer(1), .integer(Int64(cell.number)), wantsOutput ? .array([source, cell.output.map { .string($0) } ?? .null]) : source])
        }
        return ["status": .string("ok"), "history": .array(rows)]
    }

    /// Whether a text fits a pattern whose `*` stands for anything and whose `?` for one character.
    package static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.unicodeScalars), Array(pattern.unicodeScalars))
        var (at, wanted, star, retry) = (0, 0, -1, 0)
        while at < text.count {
            if wanted < pattern.count, pattern[wanted] == "*" {
                (star, retry) = (wanted, at)
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == "?" || pattern[wanted] == text[at] {
                (at, wanted) = (at + 1, wanted + 1)
            } else if star >= 0 {
                retry += 1
                (at, wanted) = (retry, star + 1)
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == "*" }
    }
}
