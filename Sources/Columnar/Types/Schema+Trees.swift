/// Schemas as the trees that `printSchema` prints. No tree ends with a line end.
extension Schema {
    /// The tree of a DynamicFrame's schema, in the layout of the Glue library:
    ///
    ///     root
    ///     |-- amount: choice
    ///     |    |-- int
    ///     |    |-- string
    ///     |-- tags: array
    ///     |    |-- element: string
    ///
    /// The fields of a struct member of a choice stand below the member's name.
    public var treeDescription: String {
        var lines = ["root"]
        for field in fields { field.type.appendTree(label: "\(field.name): ", prefix: "", to: &lines) }
        return lines.joined(separator: "\n")
    }

    /// The tree of a DataFrame's schema, in the layout of Spark's `StructType.treeString`. (Spark prints an empty line after it.)
    ///
    ///     root
    ///      |-- id: long (nullable = true)
    ///      |-- tags: array (nullable = true)
    ///      |    |-- element: string (containsNull = true)
    public var sparkTreeDescription: String {
        var lines = ["root"]
        for field in fields {
            lines.append(" |-- \(field.name): \(field.type.sparkName) (nullable = true)")
            field.type.appendSparkContents(prefix: " |    ", to: &lines)
        }
        return lines.joined(separator: "\n")
    }
}

extension DataType {
    fileprivate func appendTree(label: String, prefix: String, to lines: inout [String]) {
        lines.append("\(prefix)|-- \(label)\(name)")
        let inner = prefix + "|    "
        switch self {
        case .struct(let fields):
            for field in fields { field.type.appendTree(label: "\(field.name): ", prefix: inner, to: &lines) }
        case .array(let element):
            element.appendTree(label: "element: ", prefix: inner, to: &lines)
        case .map(let key, let value):
            key.appendTree(label: "keyType: ", prefix: inner, to: &lines)
            value.appendTree(label: "valueType: ", prefix: inner, to: &lines)
        case .choice(let members):
            for member in members { member.appendTree(label: "", prefix: inner, to: &lines) }
        default: break
        }
    }

    /// Spark's `DataType.typeName`: what its trees say.
    var sparkName: String {
        switch self {
        case .null: "void"
        case .int: "integer"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        default: name
        }
    }

    fileprivate func appendSparkContents(prefix: String, to lines: inout [String]) {
        func append(_ label: String, _ type: DataType, _ note: String) {
            lines.append("\(prefix)|-- \(label): \(type.sparkName)\(note)")
            type.appendSparkContents(prefix: prefix + "|    ", to: &lines)
        }
        switch self {
        case .struct(let fields):
            for field in fields { append(field.name, field.type, " (nullable = true)") }
        case .array(let element): append("element", element, " (containsNull = true)")
        case .map(let key, let value):
            append("key", key, "")
            append("value", value, " (valueContainsNull = true)")
        case .choice(let members):
            for member in members { append(member.name, member, " (nullable = true)") }
        default: break
        }
    }
}
