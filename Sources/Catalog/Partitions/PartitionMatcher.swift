/// A partition expression bound to the partition keys of a table.
///
/// The value `__HIVE_DEFAULT_PARTITION__` is null: only `IS NULL` is true of it.
public struct PartitionMatcher: Sendable {
    /// What a null partition value is called in paths and in the catalog.
    public static let nullValue = "__HIVE_DEFAULT_PARTITION__"

    indirect enum Node: Sendable {
        case everything
        case and(Node, Node)
        case or(Node, Node)
        case leaf(Leaf)
    }

    /// A condition on the key at `index`; literals are cast.
    struct Leaf: Sendable {
        let index: Int
        let type: PartitionKeyType
        let test: Test
    }

    enum Test: Sendable {
        case comparison(PartitionExpression.Comparison, PartitionValue)
        case like([Unicode.Scalar], negated: Bool)
        case isIn([PartitionValue], negated: Bool)
        case between(PartitionValue, PartitionValue, negated: Bool)
        case isNull(negated: Bool)
    }

    let root: Node
    private let keys: [ColumnRecord]

    /// - Throws: `CatalogError.invalidInput` with Glue's messages: an unknown key, a key whose type cannot be filtered, a literal that does not
    ///   say a value of its key's type, an operation that the type does not have.
    public init(_ expression: PartitionExpression, keys: [ColumnRecord]) throws(CatalogError) {
        self.keys = keys
        root = try Self.bind(expression, keys)
    }

    /// Whether the partition with these values, one for each key, is meant.
    ///
    /// - Throws: `CatalogError.invalidState` when a value does not say a value of its key's type.
    public func matches(_ values: [String]) throws(CatalogError) -> Bool { try evaluate(root, values) }

    // MARK: - Binding

    private static func bind(_ expression: PartitionExpression, _ keys: [ColumnRecord]) throws(CatalogError) -> Node {
        switch expression {
        case .everything: return .everything
        case .and(let a, let b): return .and(try bind(a, keys), try bind(b, keys))
        case .or(let a, let b): return .or(try bind(a, keys), try bind(b, keys))
        case .condition(let key, let condition):
            guard let index = keys.firstIndex(where: { $0.name.lowercased() == key.lowercased() }) else {
                throw CatalogError(.invalidInput, "Invalid partition expression! \(unknownKey(key, keys))")
            }
            let type = try PartitionKeyType(keys[index])
            return .leaf(Leaf(index: index, type: type, test: try bind(condition, type)))
        }
    }

    private static func unknownKey(_ key: String, _ keys: [ColumnRecord]) -> String {
        keys.isEmpty ? "The table is not partitioned." : "'\(key)' is no partition key; the keys are \(keys.map { "'\($0.name)'" }.joined(separator: ", "))."
    }

    private static func bind(_ condition: PartitionExpression.Condition, _ type: PartitionKeyType) throws(CatalogError) -> Test {
        switch condition {
        case .comparison(let comparison, let text): return .comparison(comparison, try cast(text, type))
        case .like(let pattern, let negated):
            guard type == .string else { throw CatalogError(.invalidInput, "\(type.title) data type doesn't support operation 'LIKE'") }
            return .like(Array(pattern.unicodeScalars), negated: negated)
        case .isIn(let texts, let negated):
            var values: [PartitionValue] = []
            for text in texts { values.append(try cast(text, type)) }
            return .isIn(values, negated: negated)
        case .between(let a, let b, let negated):
            // Reversed bounds are tolerated, as in the service.
            let (x, y) = (try cast(a, type), try cast(b, type))
            return .between(min(x, y), max(x, y), negated: negated)
        case .isNull(let negated): return .isNull(negated: negated)
        }
    }

    private static func cast(_ text: String, _ type: PartitionKeyType) throws(CatalogError) -> PartitionValue {
        guard let value = PartitionValue(text, as: type) else { throw CatalogError(.invalidInput, "\"\(text)\" is not \(type.noun).") }
        return value
    }

    // MARK: - Evaluation

    private func evaluate(_ node: Node, _ values: [String]) throws(CatalogError) -> Bool {
        switch node {
        case .everything: return true
        // Not with `&&` and `||`: their closures lose the error's type.
        case .and(let a, let b): return try evaluate(a, values) ? try evaluate(b, values) : false
        case .or(let a, let b): return try evaluate(a, values) ? true : try evaluate(b, values)
        case .leaf(let leaf):
            guard leaf.index < values.count else { throw CatalogError(.invalidState, "a partition has \(values.count) values, the table \(keys.count) keys") }
            return try evaluate(leaf, values[leaf.index])
        }
    }

    private func evaluate(_ leaf: Leaf, _ text: String) throws(CatalogError) -> Bool {
        let isNull = text == Self.nullValue
        if case .isNull(let negated) = leaf.test { return isNull != negated }
        if isNull { return false }
        guard let value = PartitionValue(text, as: leaf.type) else {
            throw CatalogError(.invalidState, "the partition value \"\(text)\" of key '\(keys[leaf.index].name)' is not \(leaf.type.noun).")
        }
        switch leaf.test {
        case .comparison(let comparison, let literal):
            return switch comparison {
            case .equal: value == literal
            case .notEqual: value != literal
            case .less: value < literal
            case .lessOrEqual: value <= literal
            case .greater: value > literal
            case .greaterOrEqual: value >= literal
            }
        case .like(let pattern, let negated): return Self.isLike(Array(text.unicodeScalars), pattern) != negated
        case .isIn(let literals, let negated): return literals.contains(value) != negated
        case .between(let low, let high, let negated): return (low <= value && value <= high) != negated
        case .isNull: return false
        }
    }

    /// SQL's LIKE over the whole text: `%` stands for any characters, `_` for one.
    ///
    /// A `%` that fails later takes one character more; only the last one seen need be tried again, so the time is at most |text| x |pattern|.
    static func isLike(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var (t, p) = (0, 0)
        var retry: (text: Int, pattern: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "%" {
                retry = (t, p)
                p += 1
            } else if p < pattern.count, pattern[p] == "_" || pattern[p] == text[t] {
                (t, p) = (t + 1, p + 1)
            } else if let last = retry {
                retry = (last.text + 1, last.pattern)
                (t, p) = (last.text + 1, last.pattern + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "%" }
    }
}
