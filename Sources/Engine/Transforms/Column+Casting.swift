internal import Columnar

/// The casts that transforms do: Spark's non-ANSI cast on plain values, carried through choices and nested types.
extension Column {
    /// Returns the values as `type`, and the number of present values that had no such value and became null.
    ///
    /// - A choice is cast member by member: every value from its own type.
    /// - Structs are matched by field name; elements and entries are cast in place.
    /// - An open type (`DataType.isOpen`) takes values of its kind as they are.
    /// - Nothing nested becomes anything plain but a string, nor the other way round.
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
            let column = flattened
            guard case .map(let offsets, let keys, let values) = column.storage else { preconditionFailure("a map column without offsets") }
            let (newKeys, newValues) = (keys.casting(to: key), values.casting(to: value))
            let type = DataType.map(key: newKeys.column.type, value: newValues.column.type)
            return (
                Column(type: type, count: count, validity: column.validity, storage: .map(offsets: offsets, keys: newKeys.column, values: newValues.column)),
                newKeys.failures + newValues.failures
            )
        case (_, .null), (_, .choice):
            return (.nulls(type, count: count), count - nullCount)
        default:
            return castingPlain(to: type)
        }
    }

    private func castingMembers(to type: DataType) -> (column: Column, failures: Int) {
        guard case .choice(let members) = self.type else { preconditionFailure("a \(self.type.name) column has no members") }
        // An open type becomes what the member of its kind is.
        let target = type.isOpen ? members.first { $0.name == type.name } ?? type : type
        let present = count - nullCount
        let joined = joiningMembers(as: target) { $0.casting(to: target).column }
        return (joined, max(0, present - (count - joined.nullCount)))
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
