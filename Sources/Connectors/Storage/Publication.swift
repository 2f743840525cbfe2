internal import CPlatform
internal import Catalog
internal import Glibc

/// The way of staged folders to their targets.
///
/// A plan is made from what stands in the file system, not from a list of what has been done, so that the same orders may be carried out again
/// after a crash at any point: what has been moved is no longer in the staged folder, and an exchanged folder is known by its inode.
///
/// What readers see:
/// - a target that is missing or empty gets its whole tree by one rename;
/// - one that is overwritten is exchanged for the new tree in one step (RENAME_EXCHANGE), where the file system can;
/// - one that is added to gets new `key=value` folders whole and other files one by one, all by a child process that no signal to this one stops.
public struct Publication: Codable, Sendable, Hashable {
    /// One staged folder and where it goes.
    public struct Order: Codable, Sendable, Hashable {
        var staged: String
        var target: String
        var overwrites: Bool
        /// The staged folder's inode: after an exchange, the target's.
        var inode: UInt64
        /// Where the staged folder stands inside the target: the names there that an overwrite removes, and the folder that they are moved to.
        var replaced: [String]?
        var discarded: String { staged + ".replaced" }
    }

    public internal(set) var orders: [Order]
    /// Folders to be removed in the end.
    public internal(set) var leftovers: [String]

    public var json: String { RecordJSON.encode(self) }

    /// - Throws: `CatalogError` when the text is no publication.
    public init(json: String) throws { self = try RecordJSON.decode(Publication.self, from: json) }

    init(orders: [Order], leftovers: [String]) { (self.orders, self.leftovers) = (orders, leftovers) }

    /// Rounds of planning. More than one is needed only where someone else changes the same folders at the same time.
    private static let maximumRounds = 16

    /// Carries the orders out, as far as they are not yet.
    ///
    /// - Parameter lock: the descriptor of a lock that is to be held until the last rename is done, even if this process is killed before.
    /// - Throws: `StorageError`; what is done stays done, and the rest may be tried again.
    public func publish(under lock: Int32? = nil) throws(StorageError) {
        var canExchange = true
        var changed = Set<String>()
        for round in 0..<Self.maximumRounds {
            let steps = try plan(canExchange: canExchange, creatingFolders: true)
            if steps.isEmpty { return try sync(changed) }
            for step in steps { changed.insert(LocalPath.parent(of: step.to)) }
            guard let failure = Self.run(steps, lock) else { continue }
            switch failure.errno {
            case EINVAL where failure.step.kind == .exchange, ENOSYS where failure.step.kind == .exchange: canExchange = false
            case EEXIST, ENOTEMPTY, ENOENT, EINTR:
                if round == Self.maximumRounds - 1 { fallthrough }
            default: throw StorageError(path: failure.step.to, action: "published", errno: failure.errno)
            }
        }
        throw StorageError(.inputOutput, path: orders.first?.target ?? "", "\(orders.first?.target ?? "a folder") keeps changing: its files could not be published")
    }

    /// Checks beforehand what would make `publish` fail half-way: folders that cannot be written, names that are taken, staged folders that are gone.
    public func check() throws(StorageError) {
        for order in orders {
            guard Self.inode(of: order.staged) == order.inode else {
                throw StorageError(.notFound, path: order.staged, "\(order.staged) was removed while the run wrote to it; nothing was committed")
            }
        }
        var checked = Set<String>()
        for step in try plan(canExchange: true, creatingFolders: false) {
            if step.kind == .moveNew, LocalPath.exists(step.to) {
                throw StorageError(.alreadyExists, path: step.to, "\(step.to) cannot be written: it exists already")
            }
            var folder = LocalPath.parent(of: step.to)
            while !LocalPath.exists(folder) { folder = LocalPath.parent(of: folder) }
            if checked.insert(folder).inserted, access(folder, W_OK | X_OK) != 0 {
                throw StorageError(path: folder, action: "written", errno: errno)
            }
        }
    }

    /// Removes what is left of the staging folders.
    public func removeLeftovers() throws(StorageError) {
        for folder in leftovers { try Self.removeStaging(folder) }
    }

    /// Removes a run's staging folder, and the `_staging` folder above it when it was the last.
    static func removeStaging(_ folder: String) throws(StorageError) {
        try LocalPath.removeTree(folder)
        rmdir(LocalPath.parent(of: folder))
    }

    // MARK: - Planning

    struct Step {
        enum Kind { case moveNew, moveFolder, exchange }
        var kind: Kind
        var from: String
        var to: String
    }

    private func plan(canExchange: Bool, creatingFolders: Bool) throws(StorageError) -> [Step] {
        var steps: [Step] = []
        // An earlier order may make the folder that a later one adds to; then the later one waits for the next round.
        var pending: [String] = []
        for order in orders {
            if pending.contains(where: { LocalPath.contains($0, order.target) || LocalPath.contains(order.target, $0) }) { continue }
            let before = steps.count
            try Self.plan(order, canExchange: canExchange, creatingFolders: creatingFolders, &steps)
            if steps.count > before { pending.append(order.target) }
        }
        return steps
    }

    private static func plan(
        _ order: Order, canExchange: Bool, creatingFolders: Bool, _ steps: inout [Step]
    ) throws(StorageError) {
        let staged = order.staged
        let target = order.target
        if order.overwrites, inode(of: target) == order.inode { return }
        guard LocalPath.isFolder(staged) else { return }
        if !LocalPath.exists(target) {
            if creatingFolders { try LocalPath.createFolders(LocalPath.parent(of: target)) }
            return steps.append(Step(kind: .moveFolder, from: staged, to: target))
        }
        guard LocalPath.isFolder(target) else {
            throw StorageError(.alreadyExists, path: target, "\(target) cannot be written as a folder: a file has this name")
        }
        if let replaced = order.replaced {
            for name in replaced where !LocalPath.exists(order.discarded + "/" + name) && LocalPath.exists(target + "/" + name) {
                if creatingFolders { try LocalPath.createFolders(order.discarded) }
                steps.append(Step(kind: .moveNew, from: target + "/" + name, to: order.discarded + "/" + name))
            }
            for name in try LocalPath.names(in: staged) {
                steps.append(Step(kind: .moveNew, from: staged + "/" + name, to: target + "/" + name))
            }
        } else if try LocalPath.names(in: target).isEmpty {
            steps.append(Step(kind: .moveFolder, from: staged, to: target))
        } else if order.overwrites, canExchange {
            steps.append(Step(kind: .exchange, from: staged, to: target))
        } else if order.overwrites {
            steps.append(Step(kind: .moveNew, from: target, to: order.discarded))
            steps.append(Step(kind: .moveFolder, from: staged, to: target))
        } else {
            try planMerge(staged, target, &steps)
        }
    }

    private static func inode(of path: String) -> UInt64? { LocalPath.status(path).map { UInt64($0.st_ino) } }

    private static func planMerge(_ staged: String, _ target: String, _ steps: inout [Step]) throws(StorageError) {
        for name in try LocalPath.names(in: staged) {
            let (from, to) = (staged + "/" + name, target + "/" + name)
            if LocalPath.isFolder(from), LocalPath.isFolder(to) {
                try planMerge(from, to, &steps)
            } else {
                steps.append(Step(kind: .moveNew, from: from, to: to))
            }
        }
    }

    /// Runs the steps; two or more in a child process.
    ///
    /// - Returns: the step that failed, or nil.
    private static func run(_ steps: [Step], _ lock: Int32?) -> (step: Step, errno: Int32)? {
        var strings: [UnsafeMutablePointer<CChar>?] = []
        defer { for string in strings { free(string) } }
        var raw: [mst_step] = []
        for step in steps {
            let kind =
                switch step.kind {
                case .moveNew: MST_MOVE_NEW
                case .moveFolder: MST_MOVE_FOLDER
                case .exchange: MST_EXCHANGE
                }
            let (from, to) = (strdup(step.from), strdup(step.to))
            strings += [from, to]
            raw.append(mst_step(kind: kind, from: from, to: to))
        }
        let result = mst_publish(raw, raw.count, raw.count > 1 ? 1 : 0, lock ?? -1)
        return result.error == 0 ? nil : (steps[min(Int(result.done), steps.count - 1)], result.error)
    }

    /// Renames are on the disk once the folders that they changed are.
    private func sync(_ changed: Set<String>) throws(StorageError) {
        var folders = changed
        for order in orders { folders.formUnion([order.target, LocalPath.parent(of: order.target)]) }
        for folder in folders.sorted() where LocalPath.isFolder(folder) { try LocalPath.sync(folder) }
    }
}
