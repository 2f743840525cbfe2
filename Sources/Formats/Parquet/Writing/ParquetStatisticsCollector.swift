internal import CKernels
internal import Columnar
internal import Glibc

/// Least and greatest value and the nulls of a page or a column chunk, by the rules of parquet.thrift: NaN counts for nothing, a zero that is least is
/// written as -0.0 and one that is greatest as +0.0, long byte arrays are cut and their bound rounded outward.
struct ParquetStatisticsCollector {
    private let leaf: ParquetWriteLeaf
    private(set) var nullCount = 0
    private var hasValues = false
    private var integers = (least: Int64.max, most: Int64.min)
    private var narrow = (least: Int32.max, most: Int32.min)
    private var doubles = (least: Double.infinity, most: -Double.infinity)
    private var floats = (least: Float.infinity, most: -Float.infinity)
    private var decimals = (least: Int128.max, most: Int128.min)
    private var strings: (least: [UInt8], most: [UInt8]) = ([], [])

    /// Bytes of a bound of a byte array.
    static let maximumLength = 64

    init(_ leaf: ParquetWriteLeaf) { self.leaf = leaf }

    mutating func add(nulls: Int) { nullCount += nulls }

    /// Takes staged values into account.
    mutating func add(_ values: UnsafeRawPointer, count: Int) {
        if count == 0 { return }
        let n = Int64(count)
        switch leaf.staging {
        case .boolean:
            let bytes = values.assumingMemoryBound(to: UInt8.self)
            let set = Int(mpq_count_u8(bytes, n, 1))
            if set > 0 { narrow.most = 1 }
            narrow.least = min(narrow.least, set < count ? 0 : 1)
            narrow.most = max(narrow.most, 0)
        case .int32: mpq_range_i32(values.assumingMemoryBound(to: Int32.self), n, &narrow.least, &narrow.most)
        case .int64: mpq_range_i64(values.assumingMemoryBound(to: Int64.self), n, &integers.least, &integers.most)
        case .float: mpq_range_f32(values.assumingMemoryBound(to: Float.self), n, &floats.least, &floats.most)
        case .double: mpq_range_f64(values.assumingMemoryBound(to: Double.self), n, &doubles.least, &doubles.most)
        case .decimal:
            let typed = values.assumingMemoryBound(to: Int128.self)
            for i in 0..<count {
                decimals.least = min(decimals.least, typed[i])
                decimals.most = max(decimals.most, typed[i])
            }
        case .views:
            let typed = values.assumingMemoryBound(to: mpq_view.self)
            var (least, most) = (typed[0], typed[0])
            mpq_range_views(typed, n, &least, &most)
            func bytes(_ view: mpq_view) -> [UInt8] { StringView(low: view.low, high: view.high).withBytes { Array($0) } }
            merge(strings: (bytes(least), bytes(most)))
        }
        hasValues = true
    }

    private mutating func merge(strings other: (least: [UInt8], most: [UInt8])) {
        if !hasValues {
            strings = other
            return
        }
        if other.least.lexicographicallyPrecedes(strings.least) { strings.least = other.least }
        if strings.most.lexicographicallyPrecedes(other.most) { strings.most = other.most }
    }

    /// Takes the values of another part of the chunk into account.
    mutating func merge(_ other: ParquetStatisticsCollector) {
        nullCount += other.nullCount
        guard other.hasValues else { return }
        integers = (min(integers.least, other.integers.least), max(integers.most, other.integers.most))
        narrow = (min(narrow.least, other.narrow.least), max(narrow.most, other.narrow.most))
        doubles = (min(doubles.least, other.doubles.least), max(doubles.most, other.doubles.most))
        floats = (min(floats.least, other.floats.least), max(floats.most, other.floats.most))
        decimals = (min(decimals.least, other.decimals.least), max(decimals.most, other.decimals.most))
        merge(strings: other.strings)
        hasValues = true
    }

    /// Whether the bounds of `next`, the page after this one's, lie neither before nor after this one's: (not less, not greater).
    func order(to next: ParquetStatisticsCollector) -> (isAscending: Bool, isDescending: Bool) {
        func order<T: Comparable>(_ a: (least: T, most: T), _ b: (least: T, most: T)) -> (isAscending: Bool, isDescending: Bool) {
            (a.least <= b.least && a.most <= b.most, a.least >= b.least && a.most >= b.most)
        }
        switch leaf.staging {
        case .boolean, .int32: return order(narrow, next.narrow)
        case .int64: return order(integers, next.integers)
        case .float: return order(floats, next.floats)
        case .double: return order(doubles, next.doubles)
        case .decimal: return order(decimals, next.decimals)
        case .views:
            // Of what is written, which may have been cut.
            let (a, b) = (finish(), next.finish())
            guard let aMin = a.min, let aMax = a.max, let bMin = b.min, let bMax = b.max else { return (false, false) }
            func isAfter(_ x: [UInt8], _ y: [UInt8]) -> Bool { y.lexicographicallyPrecedes(x) }
            return (!isAfter(aMin, bMin) && !isAfter(aMax, bMax), !isAfter(bMin, aMin) && !isAfter(bMax, aMax))
        }
    }

    func finish() -> ParquetChunkStatistics {
        var statistics = ParquetChunkStatistics(nullCount: nullCount)
        guard hasValues else { return statistics }
        func set<T: BitwiseCopyable>(_ least: T, _ most: T) {
            statistics.min = withUnsafeBytes(of: least) { Array($0) }
            statistics.max = withUnsafeBytes(of: most) { Array($0) }
            (statistics.isMinExact, statistics.isMaxExact) = (true, true)
        }
        switch leaf.staging {
        case .boolean: set(UInt8(narrow.least), UInt8(narrow.most))
        case .int32: set(narrow.least, narrow.most)
        case .int64: set(integers.least, integers.most)
        case .float: if floats.least <= floats.most { set(floats.least == 0 ? -0.0 : floats.least, floats.most == 0 ? 0.0 : floats.most) }
        case .double: if doubles.least <= doubles.most { set(doubles.least == 0 ? -0.0 : doubles.least, doubles.most == 0 ? 0.0 : doubles.most) }
        case .decimal:
            func bytes(_ value: Int128) -> [UInt8] { Array(withUnsafeBytes(of: value.bigEndian) { Array($0) }.suffix(leaf.typeLength)) }
            (statistics.min, statistics.max) = (bytes(decimals.least), bytes(decimals.most))
            (statistics.isMinExact, statistics.isMaxExact) = (true, true)
        case .views:
            let (least, most) = strings
            (statistics.min, statistics.isMinExact) = (lowerBound(least), least.count <= Self.maximumLength)
            if let bound = upperBound(most) { (statistics.max, statistics.isMaxExact) = (bound, most.count <= Self.maximumLength) }
        }
        return statistics
    }

    /// The longest prefix of at most `maximumLength` bytes; of a string, in whole characters.
    private func lowerBound(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > Self.maximumLength else { return bytes }
        var end = Self.maximumLength
        if leaf.type == .string {
            while end > Self.maximumLength - 4, bytes[end] & 0xc0 == 0x80 { end -= 1 }
        }
        return Array(bytes[..<end])
    }

    /// A short byte array that is not less than `bytes`; of a string, valid UTF-8 if that is. Nil where there is none.
    private func upperBound(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > Self.maximumLength else { return bytes }
        var prefix = lowerBound(bytes)
        // The last byte that can go up by one without leaving its place in UTF-8's scheme: ASCII below its end, or a continuation byte.
        while let last = prefix.last {
            let canRise = leaf.type == .string ? last < 0x7f || (0x80..<0xbf).contains(last) : last < 0xff
            if canRise {
                prefix[prefix.count - 1] = last + 1
                return prefix
            }
            prefix.removeLast()
        }
        return nil
    }
}
