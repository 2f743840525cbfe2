public import Columnar

/// What a transform refuses, in the words of the person who wrote the job. Rows never raise these; they come from paths, types and schemas.
public enum TransformError: Error, Equatable, CustomStringConvertible {
    /// A path that cannot be read; `reason` is a clause such as "its back-tick is never closed".
    case malformedPath(path: String, reason: String)
    /// An array marker or an array where the transform reaches fields only.
    case arrayInPath(path: String, transform: String)
    case unknownType(name: String, place: String)
    case unknownAction(action: String, path: String?)
    /// An action that works on all choices at once, given for one path.
    case actionNeedsNoPath(action: String, path: String)
    case duplicateSpec(path: String)
    /// `widest` found no type that holds every member.
    case noWidestType(path: String, members: [DataType])
    /// Two mappings whose targets exclude each other: `a` and `a.b`.
    case conflictingTargets(field: String, nested: String)
    /// A rename onto a field that exists.
    case fieldExists(path: String, renaming: String)
    /// A path that leads through a value without fields.
    case notAStruct(path: String, field: String, type: DataType)
    /// A rename that would move values into or out of an array's elements.
    case movesAcrossArray(from: String, to: String)
    case unknownOperator(operator: String, path: String)
    case unequalKeyCounts(left: Int, right: Int)
    case noKeys
    case unknownKey(path: String, available: [String])
    /// A pair of keys of which no two values are equal.
    case incomparableKeys(left: String, DataType, right: String, DataType)
    /// A type description in Glue's JSON form that cannot be read.
    case malformedSchema(reason: String)

    public var description: String {
        switch self {
        case .malformedPath(let path, let reason):
            return "'\(path)' is no path: \(reason); write fields with dots between (address.zip), and a name that holds a dot in back-ticks (`old.name`)"
        case .arrayInPath(let path, let transform):
            return "\(transform) cannot reach into the elements of an array, as '\(path)' asks; unnest or relationalize the array first"
        case .unknownType(let name, let place):
            return "'\(name)' (\(place)) is no type\(Self.hint(name, in: DataType.knownNames)); types are \(DataType.knownNames.joined(separator: ", "))"
        case .unknownAction(let action, let path):
            let valid = path == nil ? ResolveChoice.actionNames + ["match_catalog"] : ResolveChoice.actionNames
            let place = path.map { " for '\($0)'" } ?? ""
            return "'\(action)'\(place) is no way to resolve a choice\(Self.hint(action, in: valid)); the ways are \(valid.joined(separator: ", "))"
        case .actionNeedsNoPath(let action, let path):
            return "\(action) resolves every choice at once and takes no path; '\(path)' needs one of \(ResolveChoice.actionNames.joined(separator: ", "))"
        case .duplicateSpec(let path):
            return "'\(path)' is resolved twice; give one action a path"
        case .noWidestType(let path, let members):
            let names = members.map(\.hiveName).joined(separator: ", ")
            return "no type holds every value of '\(path)' (\(names)); say which one you want with cast:TYPE, or keep them apart with make_struct or make_cols"
        case .conflictingTargets(let field, let nested):
            return "'\(field)' is mapped to as a value and, by '\(nested)', as a struct; it can be only one of them"
        case .fieldExists(let path, let renaming):
            return "'\(renaming)' cannot be renamed to '\(path)', which exists already; drop that field first, or choose another name"
        case .notAStruct(let path, let field, let type):
            return "'\(path)' leads through '\(field)', which is of type \(type.hiveName) and has no fields"
        case .movesAcrossArray(let from, let to):
            return "'\(from)' cannot become '\(to)': inside an array a field can change its name, not its place"
        case .unknownOperator(let text, let path):
            return "'\(text)' (for '\(path)') is no comparison; comparisons are \(SplitRows.Operator.names)"
        case .unequalKeyCounts(let left, let right):
            return "the first frame has \(Self.counted(left, "key")), the second \(right); keys are compared in pairs"
        case .noKeys:
            return "no keys were given; name at least one field of each frame"
        case .unknownKey(let path, let available):
            return "there is no field '\(path)'\(Self.hint(path, in: available)); the fields are \(available.joined(separator: ", "))"
        case .incomparableKeys(let left, let leftType, let right, let rightType):
            return "the keys '\(left)' (\(leftType.hiveName)) and '\(right)' (\(rightType.hiveName)) are never equal: cast one of them first, with apply_mapping or resolveChoice"
        case .malformedSchema(let reason):
            return "the schema cannot be read: \(reason); schema().jsonValue() writes the form that is expected"
        }
    }

    /// ` (did you mean 'x'?)`, or nothing.
    static func hint(_ name: String, in candidates: [String]) -> String {
        Suggestion.nearest(name, in: candidates).map { " (did you mean '\($0)'?)" } ?? ""
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension TransformError: CodedError {
    public var errorCode: ErrorCode {
        switch self {
        case .malformedPath: .badPath
        case .arrayInPath, .notAStruct, .movesAcrossArray: .noFields
        case .unknownType: .unknownType
        case .unknownAction, .actionNeedsNoPath, .unknownOperator: .unknownChoice
        case .duplicateSpec, .conflictingTargets, .fieldExists: .duplicateColumn
        case .noWidestType: .incompatibleTypes
        case .unequalKeyCounts, .noKeys, .incomparableKeys: .joinKeys
        case .unknownKey: .unknownColumn
        case .malformedSchema: .badSchema
        }
    }

    public var subjects: [String] {
        switch self {
        case .malformedPath(let path, _), .arrayInPath(let path, _), .duplicateSpec(let path), .noWidestType(let path, _), .unknownKey(let path, _): [path]
        case .unknownType(let name, _): [name]
        case .unknownAction(let action, _), .actionNeedsNoPath(let action, _): [action]
        case .conflictingTargets(let field, let nested): [nested, field]
        case .fieldExists(let path, let renaming): [path, renaming]
        case .notAStruct(let path, let field, _): [path, field]
        case .movesAcrossArray(let from, let to): [to, from]
        case .unknownOperator(let text, let path): [text, path]
        case .incomparableKeys(let left, _, let right, _): [left, right]
        case .unequalKeyCounts, .noKeys, .malformedSchema: []
        }
    }

    public var headline: String? {
        guard case .unknownKey(let path, let available) = self, !available.isEmpty else { return nil }
        return "there is no field '\(path)'\(Suggestion.hint(for: path, in: available))"
    }

    public var notes: [ErrorNote] {
        guard case .unknownKey(let path, let available) = self, !available.isEmpty else { return [] }
        return [ErrorNote("columns", Suggestion.sorted(available, by: path).joined(separator: ", "))]
    }
}
