internal import Columnar

/// The time of day, for functions that ask for it.
enum Clock {
    /// Microseconds since 1970-01-01T00:00:00Z.
    static func now() -> Int64 { WallClock.now }
}

extension Expression {
    /// The expression with every question for the time of day answered by one moment, in microseconds since 1970-01-01T00:00:00Z: within a query the clock stands still.
    public func stoppingClock(at microseconds: Int64) -> Expression {
        if case .call(let function, let arguments) = self, arguments.isEmpty {
            switch function.name {
            case "current_timestamp": return .literal(.timestamp(microseconds), .timestamp)
            case "current_date": return .cast(.literal(.timestamp(microseconds), .timestamp), .date).folded
            case "unix_timestamp": return .literal(.integer(microseconds / 1_000_000), .long)
            default: return self
            }
        }
        return mapChildren { $0.stoppingClock(at: microseconds) }
    }
}
