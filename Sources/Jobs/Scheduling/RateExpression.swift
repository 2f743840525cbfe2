/// `rate(5 minutes)`: so many seconds from one time to the next, whatever the clocks do.
struct RateExpression: Hashable, Sendable {
    /// Seconds; positive, at most a hundred years.
    let interval: Int64

    static let longest: Int64 = 100 * 366 * 86_400

    /// The first of the times `anchor + interval`, `anchor + 2 * interval`, ... that is after `moment`.
    func next(after moment: Int64, anchor: Int64) -> Int64 {
        if moment < anchor { return anchor + interval }
        return anchor + ((moment - anchor) / interval + 1) * interval
    }
}
