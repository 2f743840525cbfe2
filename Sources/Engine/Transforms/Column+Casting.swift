internal import Columnar

/// The casts that transforms do: those of `Column.cast`, but for structs, which match by name, and for open types.
extension Column {
    /// Returns the values as `type`, and the number of present values that had no such value and became null.
    ///
    /// - A number that an integer type cannot hold has no such value: it does not wrap around, as in a query it does.
    /// - A struct as a string shows the fields that this column has of it.
    /// - A choice is cast member by member: every value from its own type.
    /// - Structs are matched by field name; elements and entries are cast in place.
    /// - An open type (`DataType.isOpen`) takes values of its kind as they are.
    func casting(to type: DataType) -> (column: Column, failures: Int) {
        if self.type == type { return (self, 0) }
        switch (self.type, type) {
        case (.null, _):
            return (.nulls(type, count: count), 0)
        case (.choice, _):
            return castingMembers(to: type)
        case (.struct, .struct([])), (.array, .array(.null)), (.map, .map(_, .null)):
            return (self, 0)
        case (.struct(let from), .struct(let to)):
            let members = fieldsWithNulls
            var failures = 0
            let children = to.map { field -> Column in
                guard let index = FieldPath.index(of: field.name, in: from, ignoringCase: true) else { return .nulls(field.type, count: count) }
                let cast = members[index].casting(to: field.type)
                failures += cast.failures
                return cast.column
            }
            let validity = flattened.validity
            return (Column(type: .struct(zip(to, children).map { Field($0.name, $1.type) }), count: count, validity: validity, storage: .struct(children)), failures)
        case (.array, .array(let element)):
            var failures = 0
            let column = replacingElements { child in
                let cast = child.casting(to: element)
                failures = cast.failures
                return cast.column
            }
            return (column!, failures)
        case (.map, .map(let key, let value)):
            var failures = 0
            let column = replacingEntries { keys, values in
                let (newKeys, newValues) = (keys.casting(to: key), values.casting(to: value))
                failures = newKeys.failures + newValues.failures
                return (newKeys.column, newValues.column)
            }
            return (column, failures)
        case (_, let target) where target.isOpen:
            return (.nulls(type, count: count), count - nullCount)
        default:
            var failures = 0
            let column = castInRange(to: type, counting: &failures)
            return (column, failures)
        }
    }

    private func castingMembers(to type: DataType) -> (column: Column, failures: Int) {
        var failures = 0
        let joined = joiningMembers { member in
            let cast = member.casting(to: type)
            failures += cast.failures
            return cast.column
        }
        return (joined, failures)
    }
}

extension DataType {
    /// Whether the type names a kind alone (`struct`, `array`, `map`) and takes its contents from the values.
    var isOpen: Bool {
        switch self {
        case .struct([]), .array(.null), .map(_, .null): true
        default: false
        }
    }

    /// Whether values of both types stand in one column of a choice: one type name, or integers of any width.
    func isSameKind(as other: DataType) -> Bool { name == other.name || isInteger && other.isInteger }
}
