public import Columnar

/// One line of a mapping: which field becomes which, and of what type.
public struct Mapping: Sendable, Hashable {
    public let source: FieldPath
    public let sourceType: DataType
    public let target: FieldPath
    public let targetType: DataType

    /// - Throws: `arrayInPath` when a path has array markers: a mapping reaches fields, not elements.
    public init(source: FieldPath, sourceType: DataType, target: FieldPath, targetType: DataType) throws(TransformError) {
        for path in [source, target] where path.hasArrayMarker { throw .arrayInPath(path: path.description, transform: "a mapping") }
        (self.source, self.sourceType, self.target, self.targetType) = (source, sourceType, target, targetType)
    }

    /// Reads a mapping as scripts write it: `(source, type)` keeps name and type, `(source, type, target)` keeps the type.
    ///
    /// - Throws: `malformedPath`, `unknownType` or `arrayInPath`.
    public init(_ source: String, _ sourceType: String, _ target: String? = nil, _ targetType: String? = nil) throws(TransformError) {
        let from = try Mapping.type(sourceType, place: "the source type of '\(source)'")
        let to = try targetType.map { (text) throws(TransformError) in try Mapping.type(text, place: "the target type of '\(target ?? source)'") }
        try self.init(source: FieldPath(source), sourceType: from, target: FieldPath(target ?? source), targetType: to ?? from)
    }

    private static func type(_ text: String, place: String) throws(TransformError) -> DataType {
        guard let type = DataType(parsing: text) else { throw .unknownType(name: text, place: place) }
        return type
    }
}

/// Builds new records from mapped fields (`apply_mapping`); fields that are not mapped go.
///
/// - Columns come in the order of the mappings. Dots in a target build structs, at the place of the first mapping with that prefix; such a
///   struct is present in every row, its members null where the source is. Two mappings with one target: the last one wins.
/// - A source that a batch does not have is null. Source names match to the letter, or else, unless `caseSensitive`, but for case.
/// - A value that cannot be cast becomes null and is counted; see `Column.casting` for the casts.
/// - A choice: see `ChoiceRule`.
/// - `struct`, `array` and `map` without contents pass values of that kind as they are.
public struct ApplyMapping: Sendable {
    /// What becomes of a choice column's values.
    public enum ChoiceRule: Sendable {
        /// Every value is cast to the target from the type it has. The answer does not depend on what other rows hold.
        case castEveryValue
        /// Values of the mapping's source type are cast, others become null and are counted. Which columns are choices only the frame's whole
        /// schema tells, so `apply` must be given it.
        case sourceTypeSelects
    }

    public let mappings: [Mapping]
    public let caseSensitive: Bool
    public let choiceRule: ChoiceRule
    private let targets: PathTree<Int>
    /// The schema of every result, known from the mappings alone; nil when a target's type is open (`struct` without members).
    public private(set) var outputSchema: Schema?

    /// - Throws: `conflictingTargets` when one target is both a value and a struct.
    public init(_ mappings: [Mapping], caseSensitive: Bool = false, choiceRule: ChoiceRule = .castEveryValue) throws(TransformError) {
        (self.mappings, self.caseSensitive, self.choiceRule) = (mappings, caseSensitive, choiceRule)
        var targets = PathTree<Int>()
        for (index, mapping) in mappings.enumerated() { targets.insert(index, at: mapping.target) }
        try ApplyMapping.checkConflicts(targets, mappings)
        self.targets = targets
        if !mappings.contains(where: { $0.targetType.containsOpenType }) { outputSchema = outputSchema(for: .empty) }
    }

    private static func checkConflicts(_ node: PathTree<Int>, _ mappings: [Mapping]) throws(TransformError) {
        if let leaf = node.leaf, let nested = node.firstNestedLeaf {
            throw .conflictingTargets(field: mappings[leaf].target.description, nested: mappings[nested].target.description)
        }
        for (_, child) in node.children { try checkConflicts(child, mappings) }
    }

    /// Whether `apply` must be given the frame's schema for its answer not to depend on how rows fall into batches.
    public var needsFrameSchema: Bool { choiceRule == .sourceTypeSelects }

    /// The schema of the result for input of the given schema.
    public func outputSchema(for schema: Schema) -> Schema { apply(.empty(schema)).batch.schema }

    /// The top-level columns that the mappings read; nil when names match but for case and no schema says which they are.
    public func sourceColumns(in schema: Schema?) -> Set<String>? {
        let names = Set(mappings.map { $0.source.names[0] })
        if caseSensitive { return names }
        guard let schema else { return nil }
        return Set(names.compactMap { FieldPath.index(of: $0, in: schema.fields, ignoringCase: true).map { schema[$0].name } })
    }

    /// The value, by the input's columns, of the field at a path of names; nil where it cannot be told from the mappings.
    ///
    /// - Parameter schema: what is known of the input's; without it a source whose case does not count could be any column.
    public func inputValue(of path: [String], in schema: Schema?) -> Expression? {
        guard choiceRule == .castEveryValue, let mapping = mappings.last(where: { $0.target.names == path }), mapping.source.names.count == 1 else { return nil }
        let name = mapping.source.names[0]
        guard caseSensitive || schema?.index(of: name) != nil else { return nil }
        return .cast(.field(name), mapping.targetType)
    }

    /// Sources that a schema does not have, which give columns of nulls: most likely a mistake in the script.
    public func unknownPaths(in schema: Schema) -> [FieldPath] {
        mappings.map(\.source).filter { $0.type(in: schema, ignoringCase: !caseSensitive, throughArrays: false) == nil }
    }

    /// Rows: all of them, in order. Never throws over a value.
    public func apply(_ batch: Batch, frameSchema: Schema? = nil) -> (batch: Batch, failures: CastFailures) {
        var failures = CastFailures()
        let batch = needsFrameSchema ? frameSchema.map { batch.conforming(to: $0) } ?? batch : batch
        let columns = build(targets, from: batch, counting: &failures)
        return (columns.batch(count: batch.count, like: outputSchema), failures)
    }

    private func build(_ node: PathTree<Int>, from batch: Batch, counting failures: inout CastFailures) -> NamedColumns {
        var out = NamedColumns()
        for (step, child) in node.children {
            guard case .field(let name) = step else { continue }
            if let index = child.leaf {
                let mapped = map(mappings[index], from: batch)
                failures.add(mapped.failures, at: mappings[index].target.description)
                out.append(name, mapped.column)
            } else {
                out.append(name, build(child, from: batch, counting: &failures).structColumn(count: batch.count, validity: nil))
            }
        }
        return out
    }

    private func map(_ mapping: Mapping, from batch: Batch) -> (column: Column, failures: Int) {
        guard let source = batch.column(at: mapping.source, ignoringCase: !caseSensitive) else {
            return (.nulls(mapping.targetType, count: batch.count), 0)
        }
        guard choiceRule == .sourceTypeSelects, case .choice(let members) = source.type else { return source.casting(to: mapping.targetType) }
        let present = source.count - source.nullCount
        guard let index = members.firstIndex(where: { $0.isSameKind(as: mapping.sourceType) }) else {
            return (.nulls(mapping.targetType, count: batch.count), present)
        }
        let cast = source.member(at: index).casting(to: mapping.targetType).column
        return (cast, present - (cast.count - cast.nullCount))
    }
}

extension PathTree where Leaf == Int {
    /// A leaf anywhere below this node.
    fileprivate var firstNestedLeaf: Int? { children.lazy.compactMap { $0.node.leaf ?? $0.node.firstNestedLeaf }.first }
}
