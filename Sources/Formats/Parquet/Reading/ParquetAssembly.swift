internal import CKernels
internal import Columnar

/// Puts the entries of leaves together as nested columns: the inverse of Dremel's shredding.
///
/// Every node looks at the levels of its first leaf. An entry is a slot of the node when it starts a new value there: its repetition level is at most
/// that of the list around the node, and its definition level says that the list has an element. Slots become rows; the definition level says
/// which of them are null, and for a list, which entries are elements. All leaves of a node must come to the same number of slots.
struct ParquetAssembly {
    /// By leaf.
    let entries: [Int: ParquetEntries]
    let leaves: [ParquetLeaf]
    let failure: (FormatError.Code, String) -> FormatError

    /// The list around a node: what makes an entry a slot.
    struct Around {
        var definition = 0
        var repetition = 0
    }

    /// Returns the column of `node`, which has `count` slots.
    func column(_ node: ParquetNode, count: Int, around: Around = Around()) throws -> Column {
        guard !node.leaves.isEmpty else {
            // A group without fields: nothing tells where it would be null.
            guard case .struct(let children) = node.kind else {
                throw failure(.unsupported, "'\(node.name)' is a list of groups without fields, which is not read")
            }
            let columns = try children.map { try column($0, count: count, around: around) }
            return Column(type: node.type, count: count, storage: .struct(columns))
        }
        switch node.kind {
        case .leaf(let index): return try leafColumn(node, index, count: count, around: around)
        case .struct(let children):
            let validity = try validity(node, count: count, around: around)
            let columns = try children.map { try column($0, count: count, around: around) }
            return Column(type: node.type, count: count, validity: validity, storage: .struct(columns))
        case .list(let element, let definition, let repetition):
            let validity = try validity(node, count: count, around: around)
            let (offsets, total) = try offsets(node, count: count, around: around, definition: definition, repetition: repetition)
            let child = try column(element, count: total, around: Around(definition: definition, repetition: repetition))
            return Column(type: node.type, count: count, validity: validity, storage: .list(offsets: offsets, child: child))
        case .map(let key, let value, let definition, let repetition):
            let validity = try validity(node, count: count, around: around)
            let (offsets, total) = try offsets(node, count: count, around: around, definition: definition, repetition: repetition)
            let inner = Around(definition: definition, repetition: repetition)
            let keys = try column(key, count: total, around: inner)
            let values = try column(value, count: total, around: inner)
            return Column(type: node.type, count: count, validity: validity, storage: .map(offsets: offsets, keys: keys, values: values))
        }
    }

    private func checkCount(_ slots: Int, _ count: Int, _ node: ParquetNode) throws {
        guard slots == count else {
            throw failure(.malformed, "'\(node.name)' has \(slots) values where the columns beside it have \(count)")
        }
    }

    /// The validity of a node's slots; nil when none of them can be null or is.
    private func validity(_ node: ParquetNode, count: Int, around: Around) throws -> Bitmap? {
        let (bits, set) = try slots(node, node.leaves.lowerBound, count: count, around: around)
        return set == count ? nil : Bitmap(bits, count: count)
    }

    private func slots(_ node: ParquetNode, _ leaf: Int, count: Int, around: Around) throws -> (Buffer, set: Int) {
        let entries = self.entries[leaf]!
        let isRepeated = leaves[leaf].maximumRepetition > 0
        // The loop touches the byte behind the last slot, and kernels read bits by unaligned words.
        let bits = Buffer(zeroed: (entries.count + 64) / 64 * 8 + 8)
        var set: Int64 = 0
        let slots = mpq_slot_validity(
            entries.definition.start, isRepeated ? UnsafePointer(entries.repetition.start) : nil, Int64(entries.count), UInt8(around.repetition),
            UInt8(around.definition), UInt8(node.definition), bits.values(of: UInt8.self), &set)
        try checkCount(Int(slots), count, node)
        return (bits, Int(set))
    }

    private func offsets(
        _ node: ParquetNode, count: Int, around: Around, definition: Int, repetition: Int
    ) throws -> (Values<Int32>, total: Int) {
        let entries = self.entries[node.leaves.lowerBound]!
        let offsets = Buffer(size: (entries.count + 1) * 4)
        let pointer = offsets.values(of: Int32.self)
        let slots = mpq_list_offsets(
            entries.definition.start, entries.repetition.start, Int64(entries.count), UInt8(around.repetition), UInt8(around.definition),
            UInt8(repetition), UInt8(definition), pointer)
        try checkCount(Int(slots), count, node)
        return (Values(offsets, count: count + 1), Int(pointer[count]))
    }

    private func leafColumn(_ node: ParquetNode, _ index: Int, count: Int, around: Around) throws -> Column {
        let (bits, set) = try slots(node, index, count: count, around: around)
        let entries = self.entries[index]!
        let output = entries.output
        guard set == output.count else { throw failure(.malformed, "'\(node.name)' has \(output.count) values for \(set) places") }
        if set < count {
            return output.expanded(rows: count, bits: bits.values(of: UInt8.self))
                .column(node.type, dictionary: entries.dictionary, validity: Bitmap(bits, count: count))
        }
        return output.column(node.type, dictionary: entries.dictionary, validity: nil)
    }
}
