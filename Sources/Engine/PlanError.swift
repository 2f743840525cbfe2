/// What a plan can get wrong, apart from what its readers and functions throw themselves.
public enum PlanError: Error, Equatable, CustomStringConvertible {
    case errorThreshold(kind: String, threshold: Int, count: Int, stage: String, first: String)

    public var description: String {
        switch self {
        case .errorThreshold(let kind, let threshold, let count, let stage, let first):
            "\(stage): \(count) error record\(count == 1 ? "" : "s") reached the \(kind) threshold of \(threshold); the first: \(first)"
        }
    }
}
