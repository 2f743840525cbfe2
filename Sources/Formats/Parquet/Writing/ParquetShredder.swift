internal import CKernels
internal import Columnar

/// The entries of a leaf: levels, and the rows of its column that are present.
struct ParquetShreddedLeaf {
    let definition: Values<UInt8>
    let repetition: Values<UInt8>
    /// Positions in `column`, in order.
    let rows: Values<Int32>
    let column: Column
}

/// Takes nested columns apart into levels and leaf values: Dremel's shredding, a node at a time.
///
/// Going down the tree, every node keeps a list of entries: definition and repetition level so far, and the row that the entry stands for, -1 once
/// it has ended in a null or an empty list. A list node replaces an entry by one for each element.
struct ParquetShredder {
    private let emit: (Int, ParquetShreddedLeaf) throws -> Void
    private let nullKey: () -> FormatError

    /// - Parameter emit: takes a leaf's position and entries.
    init(nullKey: @escaping () -> FormatError, emit: @escaping (Int, ParquetShreddedLeaf) throws -> Void) {
        (self.nullKey, self.emit) = (nullKey, emit)
    }

    private struct Entries {
        var definition: GrowingBuffer<UInt8>
        var repetition: GrowingBuffer<UInt8>
        var rows: GrowingBuffer<Int32>

        init(capacity: Int) {
            (definition, repetition, rows) = (GrowingBuffer(capacity: capacity), GrowingBuffer(capacity: capacity), GrowingBuffer(capacity: capacity))
        }

        var count: Int { rows.count }

        @inline(__always)
        mutating func append(_ definition: UInt8, _ repetition: UInt8, _ row: Int32) {
            self.definition.append(definition)
            self.repetition.append(repetition)
            rows.append(row)
        }
    }

    func shred(_ node: ParquetWriteNode, _ column: Column) throws {
        var entries = Entries(capacity: column.count)
        for row in 0..<column.count { entries.append(0, 0, Int32(row)) }
        try shred(node, column, entries)
    }

    private func shred(_ node: ParquetWriteNode, _ column: Column, _ entries: Entries) throws {
        let column = column.flattened
        let live = node.isNullable ? descend(column, entries) : entries
        if !node.isNullable, column.validity != nil || column.type == .null {
            for i in 0..<entries.count where entries.rows.start[i] >= 0 && column.isNull(Int(entries.rows.start[i])) { throw nullKey() }
        }
        switch node.kind {
        case .leaf(let index):
            var (definition, repetition) = (live.definition, live.repetition)
            var rows = GrowingBuffer<Int32>(capacity: live.count)
            let from = live.rows.start
            for i in 0..<live.count where from[i] >= 0 { rows.append(from[i]) }
            try emit(index, ParquetShreddedLeaf(definition: definition.take(), repetition: repetition.take(), rows: rows.take(), column: column))
        case .struct(let children):
            for (child, values) in zip(children, column.children) { try shred(child, values, live) }
        case .list(let element):
            guard case .list(let offsets, let child) = column.storage else { preconditionFailure("an array column without offsets") }
            try shred(element, child, expand(live, offsets, UInt8(node.repetition)))
        case .map(let key, let value):
            guard case .map(let offsets, let keys, let values) = column.storage else { preconditionFailure("a map column without offsets") }
            let inner = expand(live, offsets, UInt8(node.repetition))
            try shred(key, keys, inner)
            try shred(value, values, inner)
        }
    }

    /// The entries behind a nullable node: those of nulls end, the others go one definition level up.
    private func descend(_ column: Column, _ entries: Entries) -> Entries {
        var out = Entries(capacity: entries.count)
        let (definition, repetition, rows) = (entries.definition.start, entries.repetition.start, entries.rows.start)
        let n = entries.count
        let isNull = column.type == .null
        let validity = column.validity
        for i in 0..<n {
            let row = rows[i]
            let present = row >= 0 && !isNull && (validity?[Int(row)] ?? true)
            out.append(definition[i] &+ (present ? 1 : 0), repetition[i], present ? row : -1)
        }
        return out
    }

    /// The entries of a list's elements.
    private func expand(_ entries: Entries, _ offsets: Values<Int32>, _ level: UInt8) -> Entries {
        var out = Entries(capacity: entries.count)
        let (definition, repetition, rows) = (entries.definition.start, entries.repetition.start, entries.rows.start)
        for i in 0..<entries.count {
            let row = rows[i]
            guard row >= 0 else {
                out.append(definition[i], repetition[i], -1)
                continue
            }
            let (from, to) = (offsets[Int(row)], offsets[Int(row) + 1])
            if from == to {
                out.append(definition[i], repetition[i], -1)
                continue
            }
            out.append(definition[i] &+ 1, repetition[i], from)
            for element in from + 1..<to { out.append(definition[i] &+ 1, level, element) }
        }
        return out
    }
}
