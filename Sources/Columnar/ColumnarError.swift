/// What can go wrong with columns and kernels, apart from bugs, which trap.
public enum ColumnarError: Error, Equatable, CustomStringConvertible {
    case outOfMemory(inUse: Int, limit: Int)
    case cannotCast(from: DataType, to: DataType)

    public var description: String {
        switch self {
        case .outOfMemory(let inUse, let limit):
            "out of memory: \(Self.mebibytes(inUse)) in use, the limit is \(Self.mebibytes(limit)); give more with --memory, or make the job keep fewer rows at once"
        case .cannotCast(let from, let to):
            "a value of type \(from.hiveName) cannot become \(to.hiveName)"
        }
    }

    private static func mebibytes(_ bytes: Int) -> String { "\((bytes + 1 << 19) >> 20) MiB" }
}
