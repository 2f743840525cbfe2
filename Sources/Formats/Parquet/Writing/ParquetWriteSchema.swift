internal import Columnar

/// A primitive column to write.
struct ParquetWriteLeaf: Sendable {
    let path: [String]
    let type: DataType
    let physical: ParquetPhysicalType
    let typeLength: Int
    let maximumDefinition: Int
    let maximumRepetition: Int

    /// How the values lie between a column and a page: one form for each width and kind of comparison.
    enum Staging: Sendable {
        case boolean, int32, int64, float, double
        /// Int128, written as fixed-length bytes.
        case decimal
        case views
    }

    var staging: Staging {
        switch physical {
        case .boolean: .boolean
        case .int32: .int32
        case .int64: .int64
        case .float: .float
        case .double: .double
        case .fixedLengthByteArray: .decimal
        default: .views
        }
    }

    /// Bytes of a staged value.
    var stride: Int {
        switch staging {
        case .boolean: 1
        case .int32, .float: 4
        case .int64, .double: 8
        case .decimal, .views: 16
        }
    }
}

/// The tree of columns to write. Everything is nullable but map keys.
struct ParquetWriteNode: Sendable {
    indirect enum Kind: Sendable {
        case leaf(Int)
        case `struct`([ParquetWriteNode])
        case list(ParquetWriteNode)
        case map(key: ParquetWriteNode, value: ParquetWriteNode)
    }

    let kind: Kind
    let isNullable: Bool
    /// Repetition level of the elements of a list or map.
    let repetition: Int
}

/// How a schema looks in Parquet: LIST and MAP groups in three levels, logical types with the converted types that older readers know.
struct ParquetWriteSchema: Sendable {
    private(set) var elements: [ParquetSchemaElement] = []
    private(set) var leaves: [ParquetWriteLeaf] = []
    private(set) var fields: [ParquetWriteNode] = []

    /// - Throws: `FormatError.invalidRequest` naming the column that Parquet has no type for.
    init(_ schema: Schema) throws {
        elements.append(ParquetSchemaElement(name: "schema", children: schema.count))
        for field in schema.fields { fields.append(try add(field.name, field.type, path: [], definition: 0, repetition: 0, isNullable: true)) }
    }

    private mutating func add(
        _ name: String, _ type: DataType, path: [String], definition: Int, repetition: Int, isNullable: Bool
    ) throws -> ParquetWriteNode {
        let path = path + [name]
        let definition = definition + (isNullable ? 1 : 0)
        guard path.count <= 60 else { throw refusal(path, "nests deeper than 60 levels") }
        var element = ParquetSchemaElement(name: name, repetition: isNullable ? .optional : .required)
        func node(_ kind: ParquetWriteNode.Kind, _ repetition: Int = 0) -> ParquetWriteNode {
            ParquetWriteNode(kind: kind, isNullable: isNullable, repetition: repetition)
        }
        switch type {
        case .choice(let members):
            let names = members.map(\.name).joined(separator: ", ")
            throw refusal(path, "is a choice of \(names), which Parquet has no type for; decide with resolveChoice first")
        case .struct(let fields):
            guard !fields.isEmpty else { throw refusal(path, "is a struct without fields, which Parquet has no type for; drop the field first") }
            element.children = fields.count
            elements.append(element)
            var children: [ParquetWriteNode] = []
            for field in fields {
                children.append(try add(field.name, field.type, path: path, definition: definition, repetition: repetition, isNullable: true))
            }
            return node(.struct(children))
        case .array(let inner):
            (element.children, element.converted, element.logical) = (1, .list, .list)
            elements.append(element)
            elements.append(ParquetSchemaElement(name: "list", repetition: .repeated, children: 1))
            let child = try add("element", inner, path: path + ["list"], definition: definition + 1, repetition: repetition + 1, isNullable: true)
            return node(.list(child), repetition + 1)
        case .map(let key, let value):
            (element.children, element.converted, element.logical) = (1, .map, .map)
            elements.append(element)
            elements.append(ParquetSchemaElement(name: "key_value", repetition: .repeated, children: 2))
            let inner = path + ["key_value"]
            let keys = try add("key", key, path: inner, definition: definition + 1, repetition: repetition + 1, isNullable: false)
            let values = try add("value", value, path: inner, definition: definition + 1, repetition: repetition + 1, isNullable: true)
            return node(.map(key: keys, value: values), repetition + 1)
        default: break
        }
        let physical = Self.physicalType(type, &element)
        element.type = physical.rawValue
        elements.append(element)
        leaves.append(
            ParquetWriteLeaf(
                path: path, type: type, physical: physical, typeLength: element.typeLength ?? 0, maximumDefinition: definition,
                maximumRepetition: repetition))
        return node(.leaf(leaves.count - 1))
    }

    private static func physicalType(_ type: DataType, _ element: inout ParquetSchemaElement) -> ParquetPhysicalType {
        switch type {
        case .boolean: return .boolean
        case .byte:
            (element.converted, element.logical) = (.int8, .integer(bits: 8, signed: true))
            return .int32
        case .short:
            (element.converted, element.logical) = (.int16, .integer(bits: 16, signed: true))
            return .int32
        case .int: return .int32
        case .long: return .int64
        case .float: return .float
        case .double: return .double
        case .date:
            (element.converted, element.logical) = (.date, .date)
            return .int32
        case .timestamp:
            (element.converted, element.logical) = (.timestampMicros, .timestamp(utc: true, .micros))
            return .int64
        case .string:
            (element.converted, element.logical) = (.utf8, .string)
            return .byteArray
        case .binary: return .byteArray
        case .decimal(let precision, let scale):
            (element.converted, element.logical) = (.decimal, .decimal(scale: scale, precision: precision))
            (element.precision, element.scale) = (precision, scale)
            if precision <= 9 { return .int32 }
            if precision <= 18 { return .int64 }
            element.typeLength = bytes(precision: precision)
            return .fixedLengthByteArray
        default:
            // A column without a value yet.
            element.logical = .unknown
            return .int32
        }
    }

    /// The fewest bytes whose two's complement holds every decimal of `precision` digits.
    private static func bytes(precision: Int) -> Int {
        let most = (0..<precision).reduce(Int128(1)) { power, _ in power * 10 } - 1
        return (Int128.bitWidth - most.leadingZeroBitCount) / 8 + 1
    }

    private func refusal(_ path: [String], _ message: String) -> FormatError {
        FormatError(.invalidRequest, source: "Parquet", "column '\(path.joined(separator: "."))' \(message)")
    }
}
