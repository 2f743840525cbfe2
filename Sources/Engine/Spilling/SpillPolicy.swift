internal import Columnar
internal import Glibc

/// When an operator that keeps rows (sort, aggregation, join) puts them on the disk, and where.
///
/// Without a limit of memory nothing spills. With one, an operator may hold a quarter of it, all its workers together; and nobody holds on to more than
/// crumbs while three quarters are in use by whomever.
public struct SpillPolicy: Sendable {
    /// The folder of temporary files. Made with the first of them.
    public let folder: String
    /// Bytes that one operator may hold; nil for a quarter of the memory pool's limit.
    private let budget: Int?

    /// - Parameter folder: where `TMPDIR` does not say another one.
    public init(folder: String = "/tmp", budget: Int? = nil) {
        self.folder = getenv("TMPDIR").map { String(cString: $0) } ?? folder
        self.budget = budget
    }

    /// Bytes that one operator may hold; `Int.max` where there is no limit.
    public var operatorBytes: Int {
        if let budget { return budget }
        let limit = MemoryPool.shared.limit
        return limit == .max ? .max : limit / 4
    }

    /// Whether a worker that holds so many bytes must put them away.
    ///
    /// - Parameter workers: how many hold some.
    package func mustSpill(_ held: Int, workers: Int) -> Bool {
        let limit = operatorBytes
        if limit == .max { return false }
        return held > limit / workers || (held > limit / workers / 8 && MemoryPool.shared.isUnderPressure)
    }
}
