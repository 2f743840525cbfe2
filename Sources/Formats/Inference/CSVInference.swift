public import Columnar
internal import Glibc

/// What the cells of a CSV file look like: which kinds of values each column has, with the first example of each.
///
/// Splits are looked at in parallel and merged; so are files. A cell counts by what it is as a whole: `long` (64 bits), `double`, `boolean`
/// (`true`, `false`), `date` (`2024-02-29`), `timestamp` (ISO 8601) or, failing all of these, `string`. Empty cells say nothing.
public struct CSVInference: Sendable {
    public enum Kind: Int, Sendable, CaseIterable {
        case long, double, boolean, date, timestamp, string

        /// The kind of a text that is not empty.
        static func of(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Kind {
            let (bytes, count) = ScalarText.trimmed(bytes, count)
            // Most text is settled by its first byte.
            let first = bytes[0]
            if first &- 0x30 <= 9 || first == 0x2d || first == 0x2b || first == 0x2e {
                if ScalarText.long(bytes, count) != nil { return .long }
                if ScalarText.double(bytes, count, words: false) != nil { return .double }
                if ScalarText.date(bytes, count) != nil { return .date }
                return ScalarText.timestamp(bytes, count) != nil ? .timestamp : .string
            }
            return ScalarText.boolean(bytes, count) != nil ? .boolean : .string
        }

        /// Glue's name.
        public var name: String { "\(self)" }
    }

    /// A value, and where it stands.
    public struct Example: Sendable, Equatable {
        /// At most 100 characters of it.
        public let text: String
        public let source: String
        /// From 1.
        public let line: Int
    }

    public struct Column: Sendable {
        public let name: String
        /// The first value of each kind that was seen; once a column has strings and something else, no more is looked for.
        public internal(set) var examples: [Kind: Example] = [:]
        /// Whether an integer needs more than 32 bits.
        public internal(set) var exceedsInt = false

        /// The narrowest type that holds every value; `string` for a column without any.
        public var type: DataType {
            let kinds = Set(examples.keys)
            if kinds == [.long] { return .long }
            if !kinds.isEmpty, kinds.isSubset(of: [.long, .double]) { return .double }
            if kinds == [.boolean] { return .boolean }
            if kinds == [.date] { return .date }
            if !kinds.isEmpty, kinds.isSubset(of: [.date, .timestamp]) { return .timestamp }
            return .string
        }

        /// The type that the crawler gives the column: `long`, `double`, `boolean` or `string`; dates stay strings, as in Glue.
        public var crawlerType: DataType {
            switch type {
            case .date, .timestamp: .string
            default: type
            }
        }

        /// Whether some value is not a string.
        public var hasTypedValues: Bool { examples.keys.contains { $0 != .string } }

        /// Why the column has its type, as a sentence: the first value that disagrees with the others, and its line.
        public var evidence: String {
            let seen = examples.sorted { ($0.value.line, $0.key.rawValue) < ($1.value.line, $1.key.rawValue) }
            guard let first = seen.first else { return "'\(name)' is string: it has no values" }
            func show(_ entry: (key: Kind, value: Example)) -> String { "'\(entry.value.text)' on line \(entry.value.line)" }
            let type = crawlerType.hiveName
            if seen.count == 1 {
                if first.key == .date || first.key == .timestamp { return "'\(name)' is \(type): all its values are \(first.key.name)s, like \(show(first))" }
                return "'\(name)' is \(type): all its values are, like \(show(first))"
            }
            let others = seen.dropFirst().map { "\(show($0)) is a \($0.key.name)" }.joined(separator: ", ")
            return "'\(name)' is \(type): \(show(first)) is a \(first.key.name), but \(others)"
        }

        mutating func merge(_ other: Column) {
            exceedsInt = exceedsInt || other.exceedsInt
            for (kind, example) in other.examples where examples[kind] == nil || (examples[kind]!.source == example.source && examples[kind]!.line > example.line) {
                examples[kind] = example
            }
        }
    }

    public internal(set) var columns: [Column]
    /// Rows looked at.
    public internal(set) var rows = 0
    /// Records that could not be read.
    public internal(set) var badRecords = 0

    package init(names: [String]) { columns = names.map { Column(name: $0) } }

    /// Adds what was seen elsewhere; columns are matched by name, in any case where no other column has it.
    public mutating func merge(_ other: CSVInference) {
        rows += other.rows
        badRecords += other.badRecords
        var index = [String: Int](uniqueKeysWithValues: columns.enumerated().map { ($1.name, $0) })
        // Files that write a name in other letters mean the same column, but for those that have it both ways.
        let anyCase = Dictionary(columns.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set(other.columns.map(\.name))
        func known(_ name: String) -> Int? { anyCase[name.lowercased()].flatMap { names.contains(columns[$0].name) ? nil : $0 } }
        for column in other.columns {
            if let place = index[column.name] ?? known(column.name) {
                columns[place].merge(column)
            } else {
                index[column.name] = columns.count
                columns.append(column)
            }
        }
    }

    /// The columns with types that hold every value seen: what to read the files with.
    public var schema: Schema { Schema(columns.map { Field($0.name, $0.type) }) }

    /// The same, with `int` for integers that all have 32 bits.
    public var narrowSchema: Schema { Schema(columns.map { Field($0.name, $0.type == .long && !$0.exceedsInt ? .int : $0.type) }) }

    /// The columns with the types that the crawler writes down.
    public var crawlerSchema: Schema { Schema(columns.map { Field($0.name, $0.crawlerType) }) }
}

extension CSVFile {
    /// Looks at the cells of a split. Records that can't be read are counted and left out.
    ///
    /// - Parameter byteLimit: stops after about as many bytes of text.
    /// - Throws: as `read`.
    public func infer(_ split: TextSplit, byteLimit: Int = .max) throws -> CSVInference {
        let reader = try CSVReader(self, split, columns: nil, indexing: nil)
        return try reader.infer(byteLimit: byteLimit)
    }
}

extension CSVReader {
    /// Rows after which a column of strings is taken to be one.
    private static let stringRows = 1000

    func infer(byteLimit: Int) throws -> CSVInference {
        var inference = CSVInference(names: file.schema.names)
        // The kind that each column had last: the next value is most likely of it.
        var settled = [Bool](repeating: false, count: inference.columns.count)
        var seen = [UInt8](repeating: 0, count: inference.columns.count)
        let start = window.offset
        let nullText = file.options.nullText.flatMap { $0.isEmpty ? nil : $0 }
        while window.offset - start < byteLimit, let problems = try cutBatch() {
            inference.badRecords += problems.count
            let rows = tokenizer.rows
            for column in inference.columns.indices where !settled[column] {
                let cells = tokenizer.cells + column * tokenizer.rowLimit
                for row in 0..<rows {
                    let cell = cells[row]
                    if cell == CSVTokenizer.missing { continue }
                    var bytes = UnsafePointer(window.base) + Int(cell & 0xffff_ffff)
                    var count = Int(cell >> 32 & 0x7fff_ffff)
                    if cell & CSVTokenizer.rawFlag != 0 {
                        let decoded = decoder.decode(bytes, count)
                        (bytes, count) = (UnsafePointer(decoded.baseAddress!), decoded.count)
                    }
                    if ScalarText.trimmed(bytes, count).1 == 0 { continue }
                    if let nullText, count == nullText.count, nullText.withUnsafeBytes({ memcmp($0.baseAddress!, bytes, count) }) == 0 { continue }
                    let kind = CSVInference.Kind.of(bytes, count)
                    if kind == .long, count >= 10, !inference.columns[column].exceedsInt, let value = ScalarText.long(bytes, count), Int32(exactly: value) == nil {
                        inference.columns[column].exceedsInt = true
                    }
                    if seen[column] >> UInt8(kind.rawValue) & 1 == 0 {
                        seen[column] |= 1 << UInt8(kind.rawValue)
                        let line = try file.line(split, windowStart: windowStart, lines: window.linesBefore(Int(cell & 0xffff_ffff)))
                        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: min(count, 400)), as: UTF8.self).prefix(100)
                        inference.columns[column].examples[kind] = CSVInference.Example(text: String(text), source: file.text.source.name, line: line)
                    }
                    let isMixed = seen[column] >> UInt8(CSVInference.Kind.string.rawValue) != 0
                    if isMixed, seen[column].nonzeroBitCount > 1 || inference.rows + row > Self.stringRows {
                        settled[column] = true
                        break
                    }
                }
            }
            inference.rows += rows
        }
        return inference
    }
}
