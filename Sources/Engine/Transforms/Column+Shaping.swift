package import Columnar

/// What readers under a given schema do: values of the type stay, wider and narrower ones are brought to it, everything else is null.
extension Column {
    /// The values as `type`; null where a value is none of it.
    ///
    /// - Numbers become numbers of other types where these hold them; everything becomes text, nested values as JSON.
    /// - Text becomes nothing else: what could be read as the type has been.
    /// - Structs are matched by field name, to the letter; choices value by value.
    package func shaped(as type: DataType) -> Column {
        if self.type == type { return self }
        switch (self.type, type) {
        case (.null, _): return .nulls(type, count: count)
        case (.choice, _): return joiningMembers { $0.shaped(as: type) }.retyped(type)
        case (.struct(let from), .struct(let to)):
            let members = fieldsWithNulls
            let children = to.map { field -> Column in
                guard let index = from.firstIndex(where: { $0.name == field.name }) else { return .nulls(field.type, count: count) }
                return members[index].shaped(as: field.type)
            }
            return Column(type: type, count: count, validity: flattened.validity, storage: .struct(children))
        case (.array, .array(let element)): return replacingElements { $0.shaped(as: element) }!.retyped(type)
        case (.map, .map(let key, let value)): return replacingEntries { ($0.shaped(as: key), $1.shaped(as: value)) }.retyped(type)
        case (.array, .string), (.struct, .string), (.map, .string):
            let flat = flattened
            return Column(
                .string,
                values: (0..<count).map { row in
                    if flat.validity.map({ !$0[row] }) ?? false { return .null }
                    var text = TextBuffer()
                    flat.appendJSON(row: row, to: &text)
                    return .string(text.string)
                })
        case (_, .string) where !self.type.isNested: return cast(to: .string)
        case (let from, let to) where from.isInteger && to.isInteger:
            if to.integerWidth > from.integerWidth { return cast(to: to) }
            let limit = Int64(1) << Int64(to.integerWidth - 1)
            let fits = comparing(.greaterOrEqual, to: .integer(-limit)).and(comparing(.less, to: .integer(limit)))
            return masking(fits).cast(to: to)
        case (let from, .float), (let from, .double):
            return from.isNumeric ? cast(to: type) : .nulls(type, count: count)
        case (let from, .decimal):
            return from.isNumeric ? cast(to: type) : .nulls(type, count: count)
        case (.date, .timestamp): return cast(to: .timestamp)
        default: return .nulls(type, count: count)
        }
    }

    /// The column under a type that differs in what no value shows: the types of children without values.
    private func retyped(_ type: DataType) -> Column { self.type == type ? self : casting(to: type).column }
}
