/// `concat_ws` with arrays and separators that differ from row to row.
extension Operand {
    /// The texts and the elements of the arrays of texts that are not null, with a separator (a string) between them; null where the separator is. The operands
    /// are strings and arrays of strings.
    public static func joined(_ operands: [Operand], separator: Operand) -> Operand {
        texts([separator] + operands, withNulls: true) { arguments, row, out in
            if arguments.isNull(0, row) { return false }
            let separator = arguments.view(0, row)
            var isFirst = true
            func add(_ view: StringView) {
                if !isFirst { out.append(separator) }
                out.append(view)
                isFirst = false
            }
            for i in 1..<arguments.operands.count where !arguments.isNull(i, row) {
                guard case .list(let offsets, let child) = arguments.column(i).storage else {
                    add(arguments.view(i, row))
                    continue
                }
                let at = arguments.row(i, row)
                for element in Int(offsets[at])..<Int(offsets[at + 1]) where !child.isNull(element) { add(child.textView(element)) }
            }
            return true
        }
    }
}

extension Column {
    /// The view of a string column's row, whatever the storage.
    func textView(_ row: Int) -> StringView {
        switch storage {
        case .views(let views, _): views[row]
        case .dictionary(let indices, let values): values.textView(Int(indices[row]))
        default: .empty
        }
    }
}
