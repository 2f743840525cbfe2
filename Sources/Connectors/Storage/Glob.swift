internal import Catalog

/// An exclusion pattern in the grammar of Glue's crawlers, matched against a path relative to its include path.
///
/// `*` stands for any characters within one component, `**` for any at all, `?` for one character; `[abc]`, `[a-z]` and `[!a-c]` for one of a set
/// (inside, `* ? \` are themselves, and `-` is when it comes first); `{a,b}` for alternatives, which may hold patterns but no further braces; `\`
/// takes the next character as it is. Dots and underscores at the beginning are nothing special.
public struct Glob: Hashable, Sendable {
    /// As it was written.
    public let pattern: String
    private let alternatives: [[Element]]

    private enum Element: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case any
        case set([ClosedRange<Unicode.Scalar>], negated: Bool)
        case run
        case runAcrossFolders
    }

    /// Alternatives that one pattern may come to.
    private static let maximumAlternatives = 1024

    /// - Throws: `invalidPattern`, saying what is wrong.
    public init(_ pattern: String) throws(StorageError) {
        self.pattern = pattern
        alternatives = try Self.parse(Array(pattern.unicodeScalars), pattern)
    }

    /// The patterns of a job's `exclusions` option: a JSON list in a string.
    ///
    /// - Throws: `invalidPattern`.
    public static func list(json text: String) throws(StorageError) -> [Glob] {
        guard let patterns = try? RecordJSON.decode([String].self, from: text) else {
            throw StorageError(.invalidPattern, path: text, "exclusions are a JSON list of patterns in a string, such as [\"**.pdf\"]; this is \(text)")
        }
        var globs: [Glob] = []
        for pattern in patterns { globs.append(try Glob(pattern)) }
        return globs
    }

    // MARK: - Matching

    /// Whether the pattern covers the whole relative path.
    public func matches(_ path: some StringProtocol) -> Bool {
        let text = Array(path.unicodeScalars)
        return alternatives.contains { Self.matches(text, $0) }
    }

    /// Follows all ways through the pattern at once, so that the time is at most |text| x |pattern|. `active[i]`: the first i elements are used up.
    private static func matches(_ text: [Unicode.Scalar], _ elements: [Element]) -> Bool {
        var active = [Bool](repeating: false, count: elements.count + 1)
        active[0] = true
        skipRuns(&active, elements)
        for scalar in text {
            active = step(active, elements, scalar)
            guard active.contains(true) else { return false }
        }
        return active[elements.count]
    }

    private static func step(_ active: [Bool], _ elements: [Element], _ scalar: Unicode.Scalar) -> [Bool] {
        var next = [Bool](repeating: false, count: elements.count + 1)
        for (i, element) in elements.enumerated() where active[i] {
            switch element {
            case .run where scalar != "/", .runAcrossFolders: next[i] = true
            case .scalar(scalar): next[i + 1] = true
            case .any where scalar != "/": next[i + 1] = true
            case .set(let ranges, let negated) where scalar != "/" && ranges.contains { $0.contains(scalar) } != negated: next[i + 1] = true
            default: continue
            }
        }
        skipRuns(&next, elements)
        return next
    }

    private static func skipRuns(_ active: inout [Bool], _ elements: [Element]) {
        for (i, element) in elements.enumerated() where active[i] && (element == .run || element == .runAcrossFolders) { active[i + 1] = true }
    }

    // MARK: - Rewriting

    /// The pattern that matches exactly this text.
    public static func literal(_ text: String) -> String {
        var pattern = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if "*?[]{},\\".unicodeScalars.contains(scalar) { pattern.append("\\") }
            pattern.append(scalar)
        }
        return String(pattern)
    }

    /// The patterns that match a path where this one matches it with `prefix` before: how a pattern reads from a folder further down. None where no
    /// path with the prefix matches.
    public func patterns(after prefix: String) -> [String] {
        var found: [String] = []
        for elements in alternatives {
            var active = [Bool](repeating: false, count: elements.count + 1)
            active[0] = true
            Self.skipRuns(&active, elements)
            for scalar in prefix.unicodeScalars { active = Self.step(active, elements, scalar) }
            // A position behind a run that is active too matches nothing more than the run does.
            for i in active.indices where active[i] && !(i > 0 && active[i - 1] && Self.isRun(elements[i - 1])) {
                let text = elements[i...].map(Self.text).joined()
                if !found.contains(text) { found.append(text) }
            }
        }
        return found
    }

    private static func isRun(_ element: Element) -> Bool { element == .run || element == .runAcrossFolders }

    private static func text(_ element: Element) -> String {
        switch element {
        case .scalar(let scalar): literal(String(scalar))
        case .any: "?"
        case .run: "*"
        case .runAcrossFolders: "**"
        case .set(let ranges, let negated):
            "[" + (negated ? "!" : "")
                + ranges.map { $0.lowerBound == $0.upperBound ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)" }.joined() + "]"
        }
    }

    // MARK: - Parsing

    private static func parse(_ text: [Unicode.Scalar], _ pattern: String) throws(StorageError) -> [[Element]] {
        var finished: [[Element]] = [[]]
        // Inside braces: the alternatives so far, and the one at hand.
        var group: [[Element]]?
        var element: [Element] = []
        var i = 0
        func wrong(_ what: String) -> StorageError { StorageError(.invalidPattern, path: pattern, "exclusion pattern '\(pattern)': \(what)") }
        while i < text.count {
            let c = text[i]
            i += 1
            switch c {
            case "\\":
                guard i < text.count else { throw wrong("a backslash at the end has nothing to escape") }
                element.append(.scalar(text[i]))
                i += 1
            case "?": element.append(.any)
            case "*":
                if i < text.count, text[i] == "*" {
                    i += 1
                    element.append(.runAcrossFolders)
                } else {
                    element.append(.run)
                }
            case "[": element.append(try parseSet(text, &i, wrong))
            case "{":
                guard group == nil else { throw wrong("braces cannot stand in braces") }
                finished = finished.map { $0 + element }
                (group, element) = ([], [])
            case ",":
                guard group != nil else { element.append(.scalar(c)); continue }
                group!.append(element)
                element = []
            case "}":
                guard let alternatives = group else { element.append(.scalar(c)); continue }
                finished = finished.flatMap { prefix in (alternatives + [element]).map { prefix + $0 } }
                guard finished.count <= maximumAlternatives else { throw wrong("its braces come to more than \(maximumAlternatives) patterns") }
                (group, element) = (nil, [])
            default: element.append(.scalar(c))
            }
        }
        guard group == nil else { throw wrong("'{' has no '}'") }
        return finished.map { $0 + element }
    }

    private static func parseSet(_ text: [Unicode.Scalar], _ i: inout Int, _ wrong: (String) -> StorageError) throws(StorageError) -> Element {
        var negated = false
        if i < text.count, text[i] == "!" {
            negated = true
            i += 1
        }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while i < text.count, text[i] != "]" {
            let low = text[i]
            if i + 2 < text.count, text[i + 1] == "-", text[i + 2] != "]" {
                guard low <= text[i + 2] else { throw wrong("the range \(low)-\(text[i + 2]) is upside down") }
                ranges.append(low...text[i + 2])
                i += 3
            } else {
                ranges.append(low...low)
                i += 1
            }
        }
        guard i < text.count else { throw wrong("'[' has no ']'") }
        guard !ranges.isEmpty else { throw wrong("'[]' is empty") }
        i += 1
        return .set(ranges, negated: negated)
    }
}
