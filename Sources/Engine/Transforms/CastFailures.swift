/// Values that a transform could not cast and made null, counted by the path of the column they were to go to.
public struct CastFailures: Sendable, Equatable {
    /// Counts above zero, by path as text.
    public private(set) var counts: [String: Int] = [:]

    public init() {}

    public var total: Int { counts.values.reduce(0, +) }

    public mutating func add(_ count: Int, at path: String) {
        if count > 0 { counts[path, default: 0] += count }
    }

    public mutating func merge(_ other: CastFailures) { counts.merge(other.counts, uniquingKeysWith: +) }
}
