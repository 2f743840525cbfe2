public import Columnar
internal import Glibc

/// What a row group's metadata says of a column's values.
///
/// Bounds hold for every value but null and NaN, which bounds never speak of: a float column may hold NaN whatever they are.
public struct ParquetStatistics: Sendable, Equatable {
    /// No value is less. Nil where unknown.
    public let min: Value?
    /// No value is greater. Nil where unknown.
    public let max: Value?
    /// Whether the bound is itself a value of the column; byte arrays may have been cut.
    public let isMinExact: Bool
    public let isMaxExact: Bool
    public let nullCount: Int?
}

extension ParquetFile {
    /// Returns the statistics of a top-level column that is neither nested nor repeated; nil for others, and where the file has none.
    ///
    /// Bounds are given only where their order is certain (parquet.thrift, `ColumnOrder`): the old `min` and `max` fields count for signed numbers
    /// alone, INT96 and INTERVAL have no order, and bounds that are NaN or stand the wrong way round are dropped.
    public func statistics(rowGroup: Int, column: String) -> ParquetStatistics? {
        guard rowGroups.indices.contains(rowGroup), let node = tree.fields.first(where: { $0.name == column }), case .leaf(let index) = node.kind,
            let metadata = metadata.rowGroups[rowGroup].columns[index].metadata, let statistics = metadata.statistics
        else { return nil }
        return interpret(statistics, leaf: index, valueCount: metadata.valueCount)
    }

    /// What stored statistics of `valueCount` values of a leaf say.
    func interpret(_ statistics: ParquetChunkStatistics, leaf index: Int, valueCount: Int) -> ParquetStatistics {
        let leaf = tree.leaves[index]
        let isBytes = leaf.type == .string || leaf.type == .binary
        var (least, most) = (statistics.min, statistics.max)
        let order = self.metadata.columnOrders.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? .undefined
        let isSignedNumber = !leaf.isUnsignedOrder && leaf.physical != .fixedLengthByteArray && leaf.physical != .byteArray
        if order == .undefined, !isSignedNumber { (least, most) = (nil, nil) }
        if least == nil, most == nil, isSignedNumber { (least, most) = (statistics.oldMin, statistics.oldMax) }
        if !leaf.hasOrder { (least, most) = (nil, nil) }
        var min = least.flatMap { value($0, leaf) }
        var max = most.flatMap { value($0, leaf) }
        // Some writers took no care of the sign of zero.
        if case .double(let bound) = min { min = bound.isNaN ? nil : .double(bound == 0 ? -0.0 : bound) }
        if case .double(let bound) = max { max = bound.isNaN ? nil : .double(bound == 0 ? 0.0 : bound) }
        if let low = min, let high = max, isAfter(low, high) { (min, max) = (nil, nil) }
        let nulls = statistics.nullCount.flatMap { (0...valueCount).contains($0) ? $0 : nil }
        return ParquetStatistics(
            min: min, max: max, isMinExact: min != nil && (statistics.isMinExact ?? !isBytes),
            isMaxExact: max != nil && (statistics.isMaxExact ?? !isBytes), nullCount: nulls)
    }

    /// The value that a bound stands for: PLAIN, without the length of a byte array.
    private func value(_ bytes: [UInt8], _ leaf: ParquetLeaf) -> Value? {
        if leaf.type == .string { return .string(bytes) }
        if leaf.type == .binary { return .binary(bytes) }
        let width = ParquetConversion.width(leaf.physical, length: leaf.typeLength)
        guard width == 0 ? !bytes.isEmpty : bytes.count == width else { return nil }
        if leaf.type == .boolean { return .boolean(bytes[0] & 1 == 1) }
        let raw = Buffer(zeroed: bytes.count + ParquetPage.padding)
        memcpy(raw.base, bytes, bytes.count)
        var source = UnsafeRawPointer(raw.base)
        var view = StringView(raw.base, length: bytes.count)
        let out = Buffer(size: 16)
        return withUnsafePointer(to: &view) { view in
            if width == 0 { source = UnsafeRawPointer(view) }
            guard leaf.conversion.convert(source, count: 1, width: width, to: out.base) == nil else { return nil }
            return withExtendedLifetime(raw) {
                Column(type: leaf.type, count: 1, storage: .fixed(owner: out, start: UnsafeRawPointer(out.base))).value(at: 0)
            }
        }
    }

    private func isAfter(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.boolean(let a), .boolean(let b)): a && !b
        case (.integer(let a), .integer(let b)): a > b
        case (.double(let a), .double(let b)): a > b
        case (.decimal(let a, _), .decimal(let b, _)): a > b
        case (.date(let a), .date(let b)): a > b
        case (.timestamp(let a), .timestamp(let b)): a > b
        case (.string(let a), .string(let b)), (.binary(let a), .binary(let b)): b.lexicographicallyPrecedes(a)
        default: true
        }
    }
}
