package import Columnar

/// A primitive column of the file: one column chunk a row group.
struct ParquetLeaf: Sendable {
    /// Position among the column chunks of a row group.
    let index: Int
    /// The names from the top, dot-separated; for errors.
    let path: String
    let physical: ParquetPhysicalType
    /// Bytes of a fixed-length value.
    let typeLength: Int
    let maximumDefinition: Int
    let maximumRepetition: Int
    let type: DataType
    let conversion: ParquetConversion
    let isUnsignedOrder: Bool
    /// Whether `min` and `max` mean anything.
    let hasOrder: Bool
}

/// A field of the schema as Mastic sees it: repetition levels and the wrapping groups of lists and maps have become types.
///
/// Levels are those of Dremel's record shredding (parquet-format's README, "Nested Encoding"): a value of the node is there when the entry's
/// definition level is at least `definition`.
package struct ParquetNode: Sendable {
    indirect enum Kind: Sendable {
        /// Position in the tree's leaves.
        case leaf(Int)
        case `struct`([ParquetNode])
        /// An element is there when the definition level is at least `definition`; it goes on the list when the repetition level is `repetition`.
        case list(element: ParquetNode, definition: Int, repetition: Int)
        case map(key: ParquetNode, value: ParquetNode, definition: Int, repetition: Int)
    }

    let name: String
    package let type: DataType
    let definition: Int
    let kind: Kind
    let leaves: Range<Int>
}

/// Reads the flattened schema of a footer as a tree, by the rules of LogicalTypes.md, those for old lists and maps included.
package struct ParquetSchemaTree: Sendable {
    package private(set) var fields: [ParquetNode] = []
    private(set) var leaves: [ParquetLeaf] = []

    private static let maximumDepth = 60

    private struct Element {
        let element: ParquetSchemaElement
        var children: [Element]
        var isGroup: Bool { element.type == nil }
        var isList: Bool { element.logical == .list || element.converted == .list }
        var isMap: Bool { element.logical == .map || element.converted == .map || element.converted == .mapKeyValue }
    }

    // For errors: the file, and where its footer begins.
    private let source: String
    private let footerOffset: Int

    private func failure(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, source: source, offset: footerOffset, message)
    }

    package init(_ elements: [ParquetSchemaElement], source: String, footerOffset: Int) throws {
        (self.source, self.footerOffset) = (source, footerOffset)
        var position = 0
        let root = try parse(elements, &position, depth: 0)
        guard position == elements.count else {
            throw failure(.malformed, "the schema has \(elements.count) elements, but its tree ends after \(position)")
        }
        fields = try nodes(of: root, path: "", definition: 0, repetition: 0)
    }

    private func parse(_ elements: [ParquetSchemaElement], _ position: inout Int, depth: Int) throws -> Element {
        guard position < elements.count else { throw failure(.malformed, "the schema has fewer elements than its groups announce") }
        guard depth <= Self.maximumDepth else { throw failure(.unsupported, "the schema nests deeper than \(Self.maximumDepth) levels") }
        var element = elements[position]
        position += 1
        var children: [Element] = []
        let count = element.children ?? 0
        if count > 0 || depth == 0 { element.type = nil }
        guard count <= elements.count - position else {
            throw failure(.malformed, "schema element '\(element.name)' announces \(count) children, \(elements.count - position) elements are left")
        }
        for _ in 0..<count { children.append(try parse(elements, &position, depth: depth + 1)) }
        return Element(element: element, children: children)
    }

    private mutating func nodes(of group: Element, path: String, definition: Int, repetition: Int) throws -> [ParquetNode] {
        let names = Schema.distinctNames(group.children.map(\.element.name))
        var result: [ParquetNode] = []
        for (name, child) in zip(names, group.children) {
            result.append(try node(child, name, path.isEmpty ? name : "\(path).\(name)", definition, repetition))
        }
        return result
    }

    /// A schema element with its repetition.
    private mutating func node(_ element: Element, _ name: String, _ path: String, _ definition: Int, _ repetition: Int) throws -> ParquetNode {
        switch element.element.repetition ?? .required {
        case .required: return try content(element, name, path, definition, repetition)
        case .optional: return try content(element, name, path, definition + 1, repetition)
        case .repeated:
            // Without an annotation around it: a list that is never null, of elements that are never null.
            let item = try content(element, name, path, definition + 1, repetition + 1)
            return list(name, item, definition, repetition)
        }
    }

    private func list(_ name: String, _ element: ParquetNode, _ definition: Int, _ repetition: Int) -> ParquetNode {
        ParquetNode(
            name: name, type: .array(element.type), definition: definition,
            kind: .list(element: element, definition: definition + 1, repetition: repetition + 1), leaves: element.leaves)
    }

    /// A schema element apart from its repetition, whose values are there from `definition` on.
    private mutating func content(_ element: Element, _ name: String, _ path: String, _ definition: Int, _ repetition: Int) throws -> ParquetNode {
        guard element.isGroup else { return try leaf(element.element, name, path, definition, repetition) }
        if element.children.count == 1, let child = element.children.first, child.element.repetition == .repeated {
            let childPath = "\(path).\(child.element.name)"
            // A map whose values were left out is a list of its keys.
            if element.isList || (element.isMap && child.isGroup && child.children.count == 1) {
                // Backward-compatibility rules of LogicalTypes.md, "Lists".
                let isElement =
                    !child.isGroup || child.children.count != 1 || child.children[0].element.repetition == .repeated || child.element.name == "array"
                    || child.element.name == "\(element.element.name)_tuple"
                let item =
                    isElement
                    ? try content(child, child.element.name, childPath, definition + 1, repetition + 1)
                    : try node(
                        child.children[0], child.children[0].element.name, "\(childPath).\(child.children[0].element.name)", definition + 1,
                        repetition + 1)
                return list(name, item, definition, repetition)
            }
            if element.isMap, child.isGroup, child.children.count == 2 {
                let (first, second) = (child.children[0], child.children[1])
                let key = try node(first, "key", "\(childPath).\(first.element.name)", definition + 1, repetition + 1)
                let value = try node(second, "value", "\(childPath).\(second.element.name)", definition + 1, repetition + 1)
                return ParquetNode(
                    name: name, type: .map(key: key.type, value: value.type), definition: definition,
                    kind: .map(key: key, value: value, definition: definition + 1, repetition: repetition + 1),
                    leaves: key.leaves.lowerBound..<value.leaves.upperBound)
            }
        }
        let first = leaves.count
        let children = try nodes(of: element, path: path, definition: definition, repetition: repetition)
        return ParquetNode(
            name: name, type: .struct(children.map { Field($0.name, $0.type) }), definition: definition, kind: .struct(children),
            leaves: first..<leaves.count)
    }

    private mutating func leaf(_ element: ParquetSchemaElement, _ name: String, _ path: String, _ definition: Int, _ repetition: Int) throws -> ParquetNode {
        guard let code = element.type, let physical = ParquetPhysicalType(rawValue: code) else {
            throw failure(.malformed, "column '\(path)' has the physical type \(element.type ?? -1), which Parquet does not define")
        }
        let length = element.typeLength ?? 0
        if physical == .fixedLengthByteArray, length <= 0 || length > Int(Int32.max) {
            throw failure(.malformed, "column '\(path)' has fixed-length values of \(length) bytes")
        }
        let (type, conversion, isUnsigned) = try ParquetConversion.choose(element, physical) { failure($0, "column '\(path)' \($1)") }
        let hasOrder =
            switch element.logical {
            case .geometry, .geography, .variant, .unknown: false
            default: physical != .int96 && element.converted != .interval
            }
        leaves.append(
            ParquetLeaf(
                index: leaves.count, path: path, physical: physical, typeLength: length, maximumDefinition: definition, maximumRepetition: repetition,
                type: type, conversion: conversion, isUnsignedOrder: isUnsigned, hasOrder: hasOrder))
        return ParquetNode(name: name, type: type, definition: definition, kind: .leaf(leaves.count - 1), leaves: leaves.count - 1..<leaves.count)
    }
}
