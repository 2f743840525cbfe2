package import Columnar

/// One pass of `ResolveChoice` over a batch: the walk through nested columns, and what each action makes of a choice.
struct ChoiceResolver {
    let rule: ResolveChoice.Rule
    private(set) var failures = CastFailures()

    init(rule: ResolveChoice.Rule) { self.rule = rule }

    private typealias Tree = PathTree<ResolveChoice.Action>

    /// What a field became: itself resolved, or several fields in its place.
    private enum Resolved {
        case column(Column)
        case members([(type: String, column: Column)])
    }

    /// Resolves the fields of one struct, or of the batch.
    ///
    /// New columns get names that no field beside them has. `declared` is the type that a catalog gives the struct.
    mutating func resolve(
        _ columns: NamedColumns, _ node: PathTree<ResolveChoice.Action>, declared: DataType, at path: [FieldPath.Step]
    ) throws(TransformError) -> NamedColumns {
        var taken = Set(columns.fields.map(\.name))
        var out = NamedColumns()
        for (field, column) in zip(columns.fields, columns.columns) {
            let step = FieldPath.Step.field(field.name)
            switch try resolve(column, node[step] ?? Tree(), declared: declared.member(field.name), at: path + [step], mayMakeColumns: true) {
            case .column(let column): out.append(field.name, column)
            case .members(let members):
                for (type, column) in members {
                    var name = "\(field.name)_\(type)"
                    var suffix = 1
                    while !taken.insert(name).inserted {
                        name = "\(field.name)_\(type)_\(suffix)"
                        suffix += 1
                    }
                    out.append(name, column)
                }
            }
        }
        return out
    }

    private mutating func resolve(
        _ column: Column, _ node: Tree, declared: DataType, at path: [FieldPath.Step], mayMakeColumns: Bool
    ) throws(TransformError) -> Resolved {
        let column = try resolveContents(of: column, node, declared: declared, at: path)
        switch rule {
        case .all(let action):
            guard case .choice = column.type else { return .column(column) }
            if case .matchCatalog = action {
                return .column(declared == .null ? column : cast(column, to: declared, at: path))
            }
            return try resolve(column, by: action, at: path, mayMakeColumns: mayMakeColumns)
        case .paths:
            guard let action = node.leaf else { return .column(column) }
            return try resolve(column, by: action, at: path, mayMakeColumns: mayMakeColumns)
        }
    }

    /// Resolves what stands inside a nested column; the column keeps its kind.
    private mutating func resolveContents(
        of column: Column, _ node: Tree, declared: DataType, at path: [FieldPath.Step]
    ) throws(TransformError) -> Column {
        switch rule {
        case .all: if !column.type.containsChoice { return column }
        case .paths: if !node.hasChildren { return column }
        }
        switch column.type {
        case .struct:
            let fields = NamedColumns(members: column)
            return try resolve(fields, node, declared: declared, at: path).structColumn(count: column.count, validity: column.flattened.validity)
        case .array:
            let element: DataType = if case .array(let element) = declared { element } else { .null }
            return try column.replacingElements { (child) throws(TransformError) in
                try resolvePlain(child, node.elements ?? Tree(), declared: element, at: path + [.elements])
            }!
        case .map:
            let value: DataType = if case .map(_, let value) = declared { value } else { .null }
            guard case .all = rule else { return column }
            return try column.replacingEntries { (keys, values) throws(TransformError) in
                (keys, try resolvePlain(values, Tree(), declared: value, at: path + [.elements]))
            }
        case .choice:
            return try column.replacingMembers { (member) throws(TransformError) in
                try resolveContents(of: member, node, declared: declared, at: path)
            }!
        default:
            return column
        }
    }

    /// Resolves a column that has no neighbours.
    private mutating func resolvePlain(_ column: Column, _ node: Tree, declared: DataType, at path: [FieldPath.Step]) throws(TransformError) -> Column {
        switch try resolve(column, node, declared: declared, at: path, mayMakeColumns: false) {
        case .column(let column): return column
        case .members: preconditionFailure("an element became several columns")
        }
    }

    // MARK: Actions

    private mutating func resolve(
        _ column: Column, by action: ResolveChoice.Action, at path: [FieldPath.Step], mayMakeColumns: Bool
    ) throws(TransformError) -> Resolved {
        switch action {
        case .cast(let type): return .column(cast(column, to: type, at: path))
        case .project(let type): return .column(projecting(column, to: type))
        case .makeColumns where mayMakeColumns:
            guard case .choice(let members) = column.type else { return .column(column) }
            return .members(members.enumerated().map { ($1.name, column.member(at: $0)) })
        case .makeColumns, .makeStruct: return .column(column.choiceAsStruct)
        case .widest:
            guard case .choice(let members) = column.type else { return .column(column) }
            guard let type = DataType.widest(of: members) else { throw .noWidestType(path: FieldPath.text(of: path), members: members) }
            return .column(cast(column, to: type, at: path))
        case .matchCatalog: return .column(column)
        }
    }

    private mutating func cast(_ column: Column, to type: DataType, at path: [FieldPath.Step]) -> Column {
        let cast = column.casting(to: type)
        failures.add(cast.failures, at: FieldPath.text(of: path))
        return cast.column
    }

    /// Values of the type stay, others become null: that is what was asked, so nothing is counted. An integer is of every integer type that
    /// holds it; decimals are one type and keep their digits.
    private func projecting(_ column: Column, to type: DataType) -> Column {
        var values = column
        if case .choice(let members) = column.type {
            guard let index = members.firstIndex(where: { $0.isSameKind(as: type) }) else { return .nulls(type, count: column.count) }
            values = column.member(at: index)
        }
        guard values.type.isSameKind(as: type) else { return .nulls(type, count: column.count) }
        if case .decimal = type { return values }
        if type.integerWidth < values.type.integerWidth {
            let limit = Int64(1) << Int64(type.integerWidth - 1)
            let fits = values.comparing(.greaterOrEqual, to: .integer(-limit)).and(values.comparing(.less, to: .integer(limit)))
            values = values.masking(fits)
        }
        return values.casting(to: type).column
    }
}

extension Column {
    /// A choice as a struct with a field for each member, named after its type: a row fills the field of its own type. A null row is a null
    /// struct. Any other column as it is.
    var choiceAsStruct: Column {
        guard case .choice(let members) = type else { return self }
        var out = NamedColumns()
        for (index, member) in members.enumerated() { out.append(member.name, self.member(at: index)) }
        return out.structColumn(count: count, validity: presence)
    }
}

extension DataType {
    /// Whether an open type stands anywhere in the type.
    var containsOpenType: Bool {
        if isOpen { return true }
        switch self {
        case .array(let element): return element.containsOpenType
        case .struct(let fields): return fields.contains { $0.type.containsOpenType }
        case .map(_, let value): return value.containsOpenType
        default: return false
        }
    }

    /// The declared type of a member, whatever its case; `null` when nothing is declared.
    fileprivate func member(_ name: String) -> DataType {
        guard case .struct(let fields) = self, let index = FieldPath.index(of: name, in: fields, ignoringCase: true) else { return .null }
        return fields[index].type
    }

    /// The narrowest type that holds every value of the members without loss that matters; nil when there is none.
    ///
    /// Integers and binary floating point meet in `double` (integers beyond 2^53 round, as in Spark); integers and decimals in a decimal of
    /// enough digits; dates and timestamps in `timestamp`; plain values and strings in `string`, as text.
    package static func widest(of members: [DataType]) -> DataType? {
        if members.contains(where: { $0.isNested || $0 == .binary }) { return nil }
        if members.contains(.string) { return .string }
        if members.allSatisfy({ $0 == .date || $0 == .timestamp }) { return .timestamp }
        guard members.allSatisfy(\.isNumeric) else { return nil }
        let hasBinaryFraction = members.contains { $0 == .float || $0 == .double }
        var digits = 0
        var scale = 0
        var hasDecimal = false
        for member in members {
            switch member {
            case .decimal(let precision, let s):
                hasDecimal = true
                digits = max(digits, precision - s)
                scale = max(scale, s)
            case .byte: digits = max(digits, 3)
            case .short: digits = max(digits, 5)
            case .int: digits = max(digits, 10)
            case .long: digits = max(digits, 19)
            default: break
            }
        }
        if hasDecimal { return hasBinaryFraction || digits + scale > 38 ? nil : .decimal(precision: digits + scale, scale: scale) }
        return .double
    }
}
