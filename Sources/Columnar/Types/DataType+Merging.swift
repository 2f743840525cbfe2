/// How records that disagree come together (Glue's schema merge, with one difference that the contract states: integers of different widths
/// widen to the wider instead of becoming a choice).
extension DataType {
    /// Returns the type that holds every value of both types.
    ///
    /// `null` gives way to anything; integers widen; decimals take the digits that both need (at most 38); structs take the union of their
    /// fields in order of first appearance; arrays and maps merge their elements. Anything else is a choice.
    public func merging(_ other: DataType) -> DataType {
        if self == other { return self }
        switch (self, other) {
        case (.null, _): return other
        case (_, .null): return self
        case (.choice(let members), _): return other.choiceMembers.reduce(into: ChoiceMembers(members)) { $0.insert($1) }.type
        case (_, .choice): return other.choiceMembers.reduce(into: ChoiceMembers([self])) { $0.insert($1) }.type
        default: return mergingSameKind(other) ?? ChoiceMembers([self, other]).type
        }
    }

    /// The members of a choice, or the type itself; nothing for `null`.
    public var choiceMembers: [DataType] {
        switch self {
        case .choice(let members): members
        case .null: []
        default: [self]
        }
    }

    /// The merge of two types that can share one column without a choice, or nil.
    fileprivate func mergingSameKind(_ other: DataType) -> DataType? {
        switch (self, other) {
        case _ where self == other:
            return self
        case _ where isInteger && other.isInteger:
            return integerWidth >= other.integerWidth ? self : other
        case (.decimal(let p1, let s1), .decimal(let p2, let s2)):
            let scale = max(s1, s2)
            return .decimal(precision: min(38, max(p1 - s1, p2 - s2) + scale), scale: scale)
        case (.struct(let a), .struct(let b)):
            return .struct(Schema.mergingFields(a, b))
        case (.array(let a), .array(let b)):
            return .array(a.merging(b))
        case (.map(let k1, let v1), .map(let k2, let v2)):
            return .map(key: k1.merging(k2), value: v1.merging(v2))
        default:
            return nil
        }
    }
}

/// The members of a choice under construction, kept apart by kind and sorted by type name.
private struct ChoiceMembers {
    private(set) var members: [DataType] = []

    init(_ members: [DataType]) {
        for member in members { insert(member) }
    }

    mutating func insert(_ type: DataType) {
        if type == .null { return }
        if let index = members.firstIndex(where: { $0.mergingSameKind(type) != nil }) {
            members[index] = members[index].mergingSameKind(type)!
        } else {
            members.append(type)
        }
        members.sort { $0.name < $1.name }
    }

    var type: DataType { members.count == 1 ? members[0] : .choice(members) }
}

extension Schema {
    /// Returns the union of two field lists: the first's order, then the second's new fields; fields of one name merge their types.
    static func mergingFields(_ a: [Field], _ b: [Field]) -> [Field] {
        var fields = a
        var index = [String: Int](uniqueKeysWithValues: a.enumerated().map { ($1.name, $0) })
        for field in b {
            if let i = index[field.name] {
                fields[i] = Field(field.name, fields[i].type.merging(field.type))
            } else {
                index[field.name] = fields.count
                fields.append(field)
            }
        }
        return fields
    }

    /// Returns the schema that holds the records of both; see `DataType.merging`.
    public func merging(_ other: Schema) -> Schema {
        if self === other || self == other { return self }
        return Schema(Schema.mergingFields(fields, other.fields))
    }
}
