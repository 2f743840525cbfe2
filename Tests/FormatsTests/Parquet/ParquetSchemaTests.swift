import Columnar
import Testing

import Formats

/// Flattened schemas as footers have them, and the types they become (LogicalTypes.md).
@Suite struct ParquetSchemaTests {
    typealias Element = ParquetSchemaElement

    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let elements: [Element]
        let type: String
    }

    private static func group(
        _ name: String, _ children: Int, _ repetition: ParquetRepetition = .optional, _ converted: ParquetConvertedType? = nil,
        _ logical: ParquetLogicalType? = nil
    ) -> Element { Element(name: name, repetition: repetition, children: children, converted: converted, logical: logical) }

    private static func leaf(
        _ name: String, _ type: ParquetPhysicalType = .int32, _ repetition: ParquetRepetition = .optional, _ converted: ParquetConvertedType? = nil,
        _ logical: ParquetLogicalType? = nil, length: Int? = nil
    ) -> Element { Element(name: name, type: type.rawValue, typeLength: length, repetition: repetition, converted: converted, logical: logical) }

    static let cases: [Case] = [
        Case(description: "three levels", elements: [group("c", 1, .optional, .list), group("list", 1, .repeated), leaf("element")], type: "array<int>"),
        Case(description: "other names", elements: [group("c", 1, .required, .list), group("bag", 1, .repeated), leaf("item")], type: "array<int>"),
        Case(description: "by logical type alone", elements: [group("c", 1, .optional, nil, .list), group("list", 1, .repeated), leaf("x")], type: "array<int>"),
        Case(description: "two levels", elements: [group("c", 1, .optional, .list), leaf("element", .int32, .repeated)], type: "array<int>"),
        Case(
            description: "two levels of structs", elements: [group("c", 1, .optional, .list), group("element", 2, .repeated), leaf("a"), leaf("b")],
            type: "array<struct<a:int,b:int>>"),
        Case(description: "named array", elements: [group("c", 1, .optional, .list), group("array", 1, .repeated), leaf("a")], type: "array<struct<a:int>>"),
        Case(description: "named tuple", elements: [group("c", 1, .optional, .list), group("c_tuple", 1, .repeated), leaf("a")], type: "array<struct<a:int>>"),
        Case(
            description: "two levels of lists",
            elements: [group("c", 1, .optional, .list), group("array", 1, .repeated, .list), leaf("array", .int32, .repeated)], type: "array<array<int>>"),
        Case(description: "repeated leaf", elements: [leaf("c", .int64, .repeated)], type: "array<bigint>"),
        Case(description: "repeated group", elements: [group("c", 1, .repeated), leaf("a", .double)], type: "array<struct<a:double>>"),
        Case(
            description: "map", elements: [group("c", 1, .optional, .map), group("key_value", 2, .repeated), leaf("key", .byteArray, .required, .utf8), leaf("value")],
            type: "map<string,int>"),
        Case(
            description: "old map",
            elements: [group("c", 1, .optional, .mapKeyValue), group("map", 2, .repeated), leaf("k", .int32, .required), leaf("v", .int32, .required)],
            type: "map<int,int>"),
        Case(
            description: "map without values",
            elements: [group("c", 1, .optional, .map), group("key_value", 1, .repeated), leaf("key", .byteArray, .required, .utf8)], type: "array<string>"),
        Case(description: "list that is none", elements: [group("c", 2, .optional, .list), leaf("a"), leaf("b")], type: "struct<a:int,b:int>"),
        Case(description: "empty group", elements: [group("c", 0)], type: "struct<>"),
        Case(description: "same names", elements: [group("c", 2), leaf("a"), leaf("a")], type: "struct<a:int,a_1:int>"),
        Case(description: "unsigned bytes", elements: [leaf("c", .int32, .optional, .uint8)], type: "smallint"),
        Case(description: "unsigned shorts", elements: [leaf("c", .int32, .optional, .uint16)], type: "int"),
        Case(description: "unsigned ints", elements: [leaf("c", .int32, .optional, .uint32)], type: "bigint"),
        Case(description: "unsigned longs", elements: [leaf("c", .int64, .optional, .uint64)], type: "decimal(20,0)"),
        Case(description: "times", elements: [leaf("c", .int32, .optional, .timeMillis)], type: "int"),
        Case(description: "nanoseconds", elements: [leaf("c", .int64, .optional, nil, .timestamp(utc: false, .nanos))], type: "timestamp"),
        Case(description: "JSON", elements: [leaf("c", .byteArray, .optional, .json)], type: "string"),
        Case(description: "BSON", elements: [leaf("c", .byteArray, .optional, .bson)], type: "binary"),
        Case(description: "geometry", elements: [leaf("c", .byteArray, .optional, nil, .geometry)], type: "binary"),
        Case(description: "UUID", elements: [leaf("c", .fixedLengthByteArray, .optional, nil, .uuid, length: 16)], type: "binary"),
        Case(description: "half floats", elements: [leaf("c", .fixedLengthByteArray, .optional, nil, .float16, length: 2)], type: "float"),
        Case(description: "string on a number", elements: [leaf("c", .int32, .optional, .utf8)], type: "int"),
        Case(description: "unknown", elements: [leaf("c", .int32, .optional, nil, .unknown)], type: "void"),
        Case(
            description: "variant", elements: [group("c", 2, .optional, nil, .variant), leaf("metadata", .byteArray, .required), leaf("value", .byteArray)],
            type: "struct<metadata:binary,value:binary>"),
    ]

    private func tree(_ elements: [Element], children: Int = 1) throws -> ParquetSchemaTree {
        try ParquetSchemaTree([Element(name: "root", children: children)] + elements, source: "f", footerOffset: 9)
    }

    @Test(arguments: cases) func understands(_ schema: Case) throws {
        #expect(try tree(schema.elements).fields.map(\.type.hiveName) == [schema.type])
    }

    struct Refusal: CustomStringConvertible, Sendable {
        let elements: [Element]
        var children = 1
        let description: String
    }

    static let refusals: [Refusal] = [
        Refusal(elements: [leaf("c")], children: 2, description: "f, byte 9: schema element 'root' announces 2 children, 1 elements are left"),
        Refusal(elements: [leaf("c"), leaf("d")], description: "f, byte 9: the schema has 3 elements, but its tree ends after 2"),
        Refusal(
            elements: [Element(name: "c", type: -7)], description: "f, byte 9: column 'c' has the physical type -7, which Parquet does not define"),
        Refusal(elements: [leaf("c", .fixedLengthByteArray, length: -1)], description: "f, byte 9: column 'c' has fixed-length values of -1 bytes"),
        Refusal(
            elements: [leaf("c", .fixedLengthByteArray, .optional, nil, .decimal(scale: 0, precision: 50), length: 21)],
            description: "f, byte 9: column 'c' is a decimal(50,0); decimals of more than 38 digits are not read"),
        Refusal(
            elements: [leaf("c", .int64, .optional, nil, .decimal(scale: 9, precision: 5))],
            description: "f, byte 9: column 'c' is a decimal(5,9), which there is not"),
        Refusal(elements: (0..<70).map { group("g\($0)", 1) }, description: "f, byte 9: the schema nests deeper than 60 levels"),
    ]

    @Test(arguments: refusals) func refuses(_ refusal: Refusal) {
        let error = #expect(throws: FormatError.self) { try tree(refusal.elements, children: refusal.children) }
        #expect(error?.description == refusal.description)
    }
}
