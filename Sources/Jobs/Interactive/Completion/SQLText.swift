/// SQL in the state in which people type it, as far as completion looks at it: words and signs, and the tables and columns that they name.
package struct SQLText: Equatable {
    package struct Piece: Equatable {
        enum Kind: Equatable {
            case word, sign, number
            /// A name in back-ticks; whether the second one is there.
            case quoted(closed: Bool)
            /// A literal in quotes.
            case text
        }
        let kind: Kind
        /// Of a name in back-ticks the name itself.
        package let text: String
        let range: Range<Int>

        var isName: Bool {
            switch kind {
            case .word, .quoted: true
            default: false
            }
        }
        /// The word of the language that it may be.
        var word: String { kind == .word ? text.uppercased() : "" }
        func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
    }

    package private(set) var pieces: [Piece]
    /// Whether the text ends in a literal or a comment.
    package let isInText: Bool
    /// For each parenthesis the one that belongs to it; -1 for all else.
    private let partners: [Int]

    package init(_ text: String) {
        let (pieces, isInText) = Self.pieces(Array(text.utf8))
        self.init(pieces, isInText: isInText)
    }

    private init(_ pieces: [Piece], isInText: Bool) {
        (self.pieces, self.isInText) = (pieces, isInText)
        var partners = [Int](repeating: -1, count: pieces.count)
        var open: [Int] = []
        for (index, piece) in pieces.enumerated() where piece.kind == .sign {
            if piece.text == "(" { open.append(index) }
            if piece.text == ")", let begin = open.popLast() { (partners[begin], partners[index]) = (index, begin) }
        }
        self.partners = partners
    }

    /// The statement around the end of a text, with what stands behind it.
    static func statement(_ before: SQLText, _ after: String) -> (text: SQLText, cursor: Int) {
        let start = before.pieces.lastIndex { $0.isSign(";") }.map { $0 + 1 } ?? 0
        let own = before.pieces[start...]
        var bytes = Array(after.utf8)[...]
        // The rest of the word that the cursor stands in.
        if let last = own.last, last.isName || last.kind == .number {
            if case .quoted(closed: false) = last.kind, bytes.first != UInt8(ascii: "`") {
            } else if bytes.first == UInt8(ascii: "`") {
                bytes = bytes.dropFirst()
            } else {
                bytes = bytes.drop(while: isWord)
            }
        }
        let rest = pieces(Array(bytes)).pieces
        return (SQLText(own + rest.prefix { !$0.isSign(";") }, isInText: before.isInText), own.count)
    }

    // MARK: Words

    private static func isWord(_ byte: UInt8) -> Bool {
        Completer.isLetter(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte >= 0x80
    }

    private static func pieces(_ bytes: [UInt8]) -> (pieces: [Piece], isInText: Bool) {
        var pieces: [Piece] = []
        var place = 0
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while place < bytes.count {
            let (byte, start) = (bytes[place], place)
            place += 1
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                while place < bytes.count, bytes[place] != byte { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
                if place >= bytes.count { return (pieces, true) }
                place += 1
                pieces.append(Piece(kind: .text, text: "", range: start..<place))
            case UInt8(ascii: "`"):
                while place < bytes.count, bytes[place] != byte || place + 1 < bytes.count && bytes[place + 1] == byte { place += bytes[place] == byte ? 2 : 1 }
                let isClosed = place < bytes.count
                let end = min(place, bytes.count)
                place = isClosed ? place + 1 : end
                pieces.append(Piece(kind: .quoted(closed: isClosed), text: text(start + 1..<end).replacing("``", with: "`"), range: start..<place))
            case UInt8(ascii: "-") where place < bytes.count && bytes[place] == byte:
                while place < bytes.count, bytes[place] != 0x0a { place += 1 }
                if place == bytes.count { return (pieces, true) }
            case UInt8(ascii: "/") where place < bytes.count && bytes[place] == UInt8(ascii: "*"):
                place += 1
                while place + 1 < bytes.count, bytes[place] != UInt8(ascii: "*") || bytes[place + 1] != byte { place += 1 }
                if place + 1 >= bytes.count { return (pieces, true) }
                place += 2
            case _ where isWord(byte):
                while place < bytes.count, isWord(bytes[place]) { place += 1 }
                let isNumber = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) && !bytes[start..<place].contains { Completer.isLetter($0) || $0 == UInt8(ascii: "_") }
                pieces.append(Piece(kind: isNumber ? .number : .word, text: text(start..<place), range: start..<place))
            default:
                if byte > 0x20 { pieces.append(Piece(kind: .sign, text: String(UnicodeScalar(byte)), range: start..<place)) }
            }
        }
        return (pieces, false)
    }

    // MARK: What surrounds a place

    /// The parentheses that are open before a piece, outermost first.
    func open(before end: Int) -> [Int] {
        var open: [Int] = []
        var index = end - 1
        while index >= 0, open.count < 50 {
            if pieces[index].isSign("(") { open.append(index) }
            if pieces[index].isSign(")"), partners[index] >= 0 { index = partners[index] }
            index -= 1
        }
        return open.reversed()
    }

    /// The clause that a place is in: the word that it begins with.
    package func clause(before end: Int) -> String? {
        var index = end - 1
        while index >= 0, !pieces[index].isSign("(") {
            if pieces[index].isSign(")"), partners[index] >= 0 {
                index = partners[index]
            } else if Self.clauses.contains(pieces[index].word) {
                return pieces[index].word
            }
            index -= 1
        }
        return nil
    }

    private static let clauses: Set<String> = ["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "ON", "USING", "LIMIT", "JOIN", "SET", "VALUES", "QUALIFY", "WINDOW", "UNION"]

    // MARK: Tables

    /// A table of a query: one of the catalog by its name, or a query with its columns.
    package struct Source: Equatable {
        package let name: [String]
        package let alias: String
        /// Nil for a table that the catalog knows.
        package let columns: [ExpressionClass.Column]?
    }

    package typealias Column = ExpressionClass.Column
    package typealias Lookup = ([String]) -> [Column]

    /// The tables that a place can see: those of its query, and of the queries around it.
    package func sources(at place: Int, _ lookup: Lookup) -> [Source] { sources(pieces.indices, open(before: place), Dictionary(uniqueKeysWithValues: []), lookup, 0) }

    private func sources(_ range: Range<Int>, _ around: [Int], _ known: [String: [Column]], _ lookup: Lookup, _ depth: Int) -> [Source] {
        var queries = known
        if depth < 4 { for (name, columns) in commonQueries(range, known, lookup, depth) { queries[name.lowercased()] = columns } }
        var found: [Source] = []
        var index = range.lowerBound
        while index < range.upperBound, found.count < 50 {
            if pieces[index].isSign("("), partners[index] >= 0, !around.contains(index) {
                index = partners[index] + 1
                continue
            }
            let word = pieces[index].word
            index += 1
            guard ["FROM", "JOIN", "UPDATE", "INTO", "TABLE"].contains(word) else { continue }
            repeat {
                guard let source = source(&index, range, around, queries, lookup, depth) else { break }
                found.append(source)
                guard index < range.upperBound, pieces[index].isSign(",") else { break }
                index += 1
            } while found.count < 50
        }
        return found
    }

    /// What stands behind FROM: a name or a query in parentheses, and perhaps an alias.
    private func source(_ index: inout Int, _ range: Range<Int>, _ around: [Int], _ queries: [String: [Column]], _ lookup: Lookup, _ depth: Int) -> Source? {
        guard index < range.upperBound else { return nil }
        var name: [String] = []
        var columns: [Column]?
        if pieces[index].isSign("("), partners[index] > index, partners[index] < range.upperBound, !around.contains(index) {
            columns = depth < 4 ? selected(index + 1..<partners[index], queries, lookup, depth + 1) : []
            index = partners[index] + 1
        } else if pieces[index].isName, !Self.behindTables.contains(pieces[index].word) {
            name = [pieces[index].text]
            index += 1
            while index + 1 < range.upperBound, pieces[index].isSign("."), pieces[index + 1].isName {
                name.append(pieces[index + 1].text)
                index += 2
            }
            if name.count == 1 { columns = queries[name[0].lowercased()] }
        } else {
            return nil
        }
        var alias = name.last ?? ""
        if index < range.upperBound, pieces[index].isName {
            if pieces[index].word == "AS" { index += 1 }
            if index < range.upperBound, pieces[index].isName, !Self.behindTables.contains(pieces[index].word) {
                alias = pieces[index].text
                index += 1
            }
        }
        return Source(name: name, alias: alias, columns: columns)
    }

    private static let behindTables: Set<String> = [
        "WHERE", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "ON", "USING", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "SELECT",
        "SET", "VALUES", "SEMI", "ANTI", "LATERAL", "WINDOW", "NATURAL", "OFFSET", "TABLESAMPLE", "PIVOT", "UNPIVOT", "AS", "FROM", "QUALIFY", "MINUS", "PARTITION", "WITH",
    ]

    /// `WITH a AS (SELECT ...), b(x, y) AS (...)`: what the queries are called and give.
    private func commonQueries(_ range: Range<Int>, _ known: [String: [Column]], _ lookup: Lookup, _ depth: Int) -> [(String, [Column])] {
        guard let first = range.first, pieces[first].word == "WITH" else { return [] }
        var queries = known
        var found: [(String, [Column])] = []
        var index = first + 1
        while index < range.upperBound, pieces[index].isName, found.count < 50 {
            let name = pieces[index].text
            index += 1
            var names: [String] = []
            if index < range.upperBound, pieces[index].isSign("("), partners[index] > index {
                names = pieces[index + 1..<partners[index]].filter(\.isName).map(\.text)
                index = partners[index] + 1
            }
            guard index + 1 < range.upperBound, pieces[index].word == "AS", pieces[index + 1].isSign("("), partners[index + 1] > index else { break }
            let columns = selected(index + 2..<partners[index + 1], queries, lookup, depth + 1)
            let own = names.isEmpty ? columns : names.enumerated().map { Column($1, columns.indices.contains($0) && columns.count == names.count ? columns[$0].type : "") }
            found.append((name, own))
            queries[name.lowercased()] = own
            index = partners[index + 1] + 1
            guard index < range.upperBound, pieces[index].isSign(",") else { break }
            index += 1
        }
        return found
    }

    /// The columns that a query gives.
    private func selected(_ range: Range<Int>, _ known: [String: [Column]], _ lookup: Lookup, _ depth: Int) -> [Column] {
        guard depth < 5, let select = top(range).first(where: { pieces[$0].word == "SELECT" }) else { return [] }
        let end = top(select + 1..<range.upperBound).first { ["FROM", "UNION", "WHERE", "ORDER", "LIMIT"].contains(pieces[$0].word) } ?? range.upperBound
        let sources = sources(range, [], known, lookup, depth)
        return items(select + 1..<end, sources, lookup)
    }

    /// The columns of a select list that stands by itself.
    func items(of columns: [Column]) -> [Column] { items(pieces.indices, [Source(name: [], alias: "", columns: columns)]) { _ in [] } }

    private func items(_ range: Range<Int>, _ sources: [Source], _ lookup: Lookup) -> [Column] {
        func columns(_ source: Source) -> [Column] { source.columns ?? lookup(source.name) }
        var found: [Column] = []
        var start = range.lowerBound
        for stop in top(range).filter({ pieces[$0].isSign(",") }) + [range.upperBound] {
            defer { start = stop + 1 }
            var item = start..<stop
            if let first = item.first, pieces[first].word == "DISTINCT" { item = item.dropFirst() }
            guard let last = item.last else { continue }
            if pieces[last].isSign("*") {
                let owner = item.count == 3 ? pieces[item.lowerBound].text.lowercased() : nil
                if item.count == 1 || owner != nil { for source in sources where owner == nil || source.alias.lowercased() == owner { found += columns(source) } }
            } else if pieces[last].isName, pieces[last].word != "END" {
                let isPath = item.enumerated().allSatisfy { $0.offset % 2 == 1 ? pieces[$0.element].isSign(".") : pieces[$0.element].isName }
                let type = isPath ? sources.compactMap { columns($0).named(pieces[last].text)?.type }.first : nil
                found.append(Column(pieces[last].text, type ?? ""))
            }
        }
        return found
    }

    /// The pieces of a range that stand in no parentheses.
    private func top(_ range: Range<Int>) -> [Int] {
        var found: [Int] = []
        var index = range.lowerBound
        while index < range.upperBound {
            found.append(index)
            if pieces[index].isSign("("), partners[index] > index { index = partners[index] }
            index += 1
        }
        return found
    }
}
