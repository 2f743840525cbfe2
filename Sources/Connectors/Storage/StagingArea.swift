internal import CPlatform
internal import Glibc
internal import Synchronization

/// The staged folders of one run, and the run's own view of its files.
///
/// A target's files are staged in `_staging/<run>/<n>` next to the target, so that one rename can publish the whole tree; inside the target where
/// its neighbourhood is read-only or on another disk. Writes to one target share a staged folder; a write below it goes to its place in the tree.
public final class StagingArea: WriteTransaction {
    public static let folderName = "_staging"

    public let run: String
    /// Paths that no overwrite may cover: the home and the working directory.
    private let protectedPaths: [String]
    private let willCreate: @Sendable (String) throws -> Void
    /// The folder that all files are staged in; nil for one near each target.
    private let aside: String?
    private let state = Mutex(State())

    private struct State {
        var orders: [Publication.Order] = []
        var leftovers: [String] = []
        var outputs: [StagedOutput] = []
        /// How many outputs there have been, those of earlier commits among them.
        var count = 0
        var folders = 0
        /// Staged folders that others took the places of, and where they are now.
        var moved: [(from: String, to: String)] = []
    }

    /// - Parameter willCreate: notes a staging folder durably, before it is created.
    /// - Parameter aside: a folder for all staged files; nothing staged there is ever published.
    public init(run: String, protectedPaths: [String] = [], aside: String? = nil, willCreate: @escaping @Sendable (String) throws -> Void) {
        (self.run, self.protectedPaths, self.aside, self.willCreate) = (run, protectedPaths, aside, willCreate)
    }

    /// What is staged so far: targets, and the folders that stand for them, in the order of the first writes.
    public var staged: [(target: String, folder: String)] { state.withLock { $0.orders.map { ($0.target, $0.staged) } } }

    /// Whether there is anything to publish.
    public var isEmpty: Bool { state.withLock { $0.orders.isEmpty } }

    /// Begins a write; see `WriteTransaction.output`.
    ///
    /// - Throws: `StorageError`, what `willCreate` throws.
    public func output(to location: StorageLocation, mode: WriteMode) throws -> StagedOutput {
        let target = LocalPath.resolvingLinks(location.path)
        if let info = LocalPath.status(target), info.st_mode & S_IFMT != S_IFDIR {
            throw StorageError(.alreadyExists, path: target, "\(target) cannot be written as a folder: a file has this name")
        }
        if mode == .overwrite, let path = protectedPaths.first(where: { LocalPath.contains(target, LocalPath.resolvingLinks($0)) }) {
            throw StorageError(.conflict, path: target, "\(target) cannot be overwritten: \(path) is in it")
        }
        return try state.withLock { state in
            let folder = try stagedFolder(for: target, mode, &state)
            try LocalPath.createFolders(folder)
            let output = StagedOutput(target: location, folder: folder, run: run, ordinal: state.count)
            state.count += 1
            state.outputs.append(output)
            return output
        }
    }

    public func withdraw(_ output: StagedOutput) {
        state.withLock { state in
            state.orders.removeAll { $0.staged == output.folder && $0.overwrites }
            guard let place = state.moved.lastIndex(where: { $0.from == output.folder }) else { return }
            let (from, to) = state.moved.remove(at: place)
            rmdir(from)
            rename(to, from)
        }
    }

    /// Does something that stages files, as a whole: where it fails, what is staged is as it was before.
    public func atomically<Result>(_ body: () throws -> Result) throws -> Result {
        let before = state.withLock { $0 }
        do {
            return try body()
        } catch {
            let (outputs, moved) = state.withLock { now in
                defer { (now.orders, now.outputs, now.moved) = (before.orders, before.outputs, before.moved) }
                return (now.outputs.dropFirst(before.outputs.count), now.moved.dropFirst(before.moved.count))
            }
            for output in outputs { try? output.removeAll() }
            for (from, to) in moved.reversed() {
                try? LocalPath.removeTree(from)
                if rename(to, from) != 0 { throw StorageError(path: from, action: "restored", errno: errno) }
            }
            throw error
        }
    }

    private func stagedFolder(for target: String, _ mode: WriteMode, _ state: inout State) throws -> String {
        if mode == .overwrite {
            // What the run itself has written at or below the target is overwritten too. Its files stay until the end: the rows to be written may come from them.
            state.orders.removeAll { LocalPath.contains(target, $0.target) }
        }
        if let order = state.orders.first(where: { LocalPath.contains($0.target, target) }) {
            let folder = target == order.target ? order.staged : order.staged + "/" + LocalPath.relative(target, to: order.target)
            if mode == .append { return folder }
            guard order.overwrites else {
                throw StorageError(
                    .conflict, path: target, "\(target) cannot be overwritten in a run that also adds to \(order.target); commit in between, or write to another folder")
            }
            if LocalPath.exists(folder) {
                let place = state.leftovers.first { LocalPath.contains($0, folder) } ?? LocalPath.parent(of: order.staged)
                let aside = "\(place)/\(state.folders).before"
                state.folders += 1
                if rename(folder, aside) != 0 { throw StorageError(path: folder, action: "replaced", errno: errno) }
                state.moved.append((folder, aside))
            }
            return folder
        }
        let (folder, isInside) = try place(for: target)
        let staged = "\(folder)/\(state.folders)"
        if !state.leftovers.contains(folder) {
            try willCreate(folder)
            state.leftovers.append(folder)
        }
        state.folders += 1
        try LocalPath.createFolders(staged)
        guard let info = LocalPath.status(staged) else { throw StorageError(path: staged, action: "written", errno: errno) }
        if let existing = LocalPath.status(target) { chmod(staged, existing.st_mode & 0o7777) }
        let replaced = isInside ? (mode == .overwrite ? try LocalPath.names(in: target).filter { $0 != Self.folderName } : []) : nil
        state.orders.append(
            Publication.Order(staged: staged, target: target, overwrites: mode == .overwrite, inode: UInt64(info.st_ino), replaced: replaced))
        return staged
    }

    /// The staging folder for a target: in the nearest folder above it that exists, or inside the target.
    private func place(for target: String) throws -> (folder: String, isInside: Bool) {
        if let aside { return (aside, false) }
        let existing = LocalPath.status(target)
        var above = LocalPath.parent(of: target)
        while !LocalPath.exists(above) { above = LocalPath.parent(of: above) }
        guard LocalPath.isFolder(above) else { throw StorageError(.notFound, path: target, "\(target) cannot be created: \(above) is a file") }
        guard let aboveInfo = LocalPath.status(above) else { throw StorageError(path: above, action: "read", errno: errno) }
        let name = "/\(Self.folderName)/\(run)"
        if existing != nil, access(target, W_OK | X_OK) != 0 { throw StorageError(path: target, action: "written", errno: errno) }
        let isMovable = target != "/" && (existing.map { $0.st_dev == aboveInfo.st_dev } ?? true)
        if isMovable, access(above, W_OK | X_OK) == 0 { return ((above == "/" ? "" : above) + name, false) }
        if existing == nil { throw StorageError(path: target, action: "created", errno: errno) }
        return (target + name, true)
    }

    // MARK: - The run's own view

    /// The files at or below a location; see `WriteTransaction.files`.
    public func files(at location: StorageLocation, options: ListingOptions) throws(StorageError) -> any FileSequence {
        let path = LocalPath.resolvingLinks(location.path)
        let orders = state.withLock { $0.orders }.filter { LocalPath.contains($0.target, path) || LocalPath.contains(path, $0.target) }
        if orders.isEmpty { return try FileListing(path: location.path, options: options) }
        var sources: [any FileSequence] = []
        for order in orders {
            if LocalPath.contains(order.target, path) {
                let staged = path == order.target ? order.staged : order.staged + "/" + LocalPath.relative(path, to: order.target)
                if LocalPath.exists(staged) { sources.append(try FileListing(path: staged, visibleAs: location.path, options: options)) }
            } else {
                let visible = location.path + "/" + LocalPath.relative(order.target, to: path)
                sources.append(try StagedBelow(order, root: location.path, visible: visible, options: options))
            }
        }
        let overwritten = orders.filter(\.overwrites).map(\.target)
        if !overwritten.contains(where: { LocalPath.contains($0, path) }), sources.isEmpty || LocalPath.exists(path) {
            let existing = try FileListing(path: location.path, options: options)
            sources.append(overwritten.isEmpty ? existing : Hiding(existing, folders: overwritten.map { location.path + "/" + LocalPath.relative($0, to: path) }))
        }
        if sources.isEmpty { throw StorageError(.notFound, path: location.path, "\(location.path) cannot be read: there is no such file or folder") }
        return sources.count == 1 ? sources[0] : try MergedFiles(sources)
    }

    // MARK: - The end

    /// Writes everything staged to the disk and says how it is to be published; nil when nothing is staged. The area is empty afterwards.
    ///
    /// - Throws: `StorageError`; nothing has changed then.
    public func seal() throws(StorageError) -> Publication? {
        let publication = state.withLock { Publication(orders: $0.orders, leftovers: $0.leftovers) }
        if publication.orders.isEmpty { return nil }
        for order in publication.orders { try Self.sync(order.staged) }
        try publication.check()
        state.withLock { ($0.orders, $0.leftovers, $0.outputs, $0.moved) = ([], [], [], []) }
        return publication
    }

    /// Removes everything staged.
    public func discard() throws(StorageError) {
        let folders = state.withLock { state in
            defer { (state.orders, state.leftovers, state.outputs, state.moved) = ([], [], [], []) }
            return state.leftovers
        }
        for folder in folders { try Publication.removeStaging(folder) }
    }

    /// Files that are worth a call each; beyond, the whole file system is written out at once, which costs less.
    private static let filesToSyncOneByOne = 64

    private static func sync(_ folder: String) throws(StorageError) {
        let listing = try FileTree(folder)
        guard listing.paths.count > filesToSyncOneByOne else { return try sync(listing.paths) }
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(path: folder, action: "written to the disk", errno: errno) }
        defer { close(descriptor) }
        if mst_sync_file_system(descriptor) != 0 { throw StorageError(path: folder, action: "written to the disk", errno: errno) }
    }
}

extension StagingArea {
    /// Writes a few files and folders to the disk. All are begun before the first is waited for, so that a journal takes them in one transaction.
    private static func sync(_ paths: [String]) throws(StorageError) {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        for path in paths {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw StorageError(path: path, action: "written to the disk", errno: errno) }
            descriptors.append(descriptor)
            mst_begin_sync(descriptor)
        }
        for (path, descriptor) in zip(paths, descriptors) {
            // Some file systems have nothing to sync for a folder, and say EINVAL.
            if fsync(descriptor) != 0, errno != EINVAL { throw StorageError(path: path, action: "written to the disk", errno: errno) }
        }
    }
}

/// All files and folders of a tree, the deepest first.
private struct FileTree {
    var paths: [String] = []

    init(_ root: String) throws(StorageError) { try add(root) }

    private mutating func add(_ path: String) throws(StorageError) {
        if LocalPath.isFolder(path) { for name in try LocalPath.names(in: path) { try add(path + "/" + name) } }
        paths.append(path)
    }
}

/// Staged files of a target below the listed path, seen from there: relative paths, hidden names and depth count from the listed path.
private final class StagedBelow: FileSequence {
    private let listing: FileListing?
    private let root: String
    private let options: ListingOptions

    init(_ order: Publication.Order, root: String, visible: String, options: ListingOptions) throws(StorageError) {
        (self.root, self.options) = (root, options)
        let isHidden = LocalPath.components(LocalPath.relative(visible, to: root)).contains { ListingOptions.isHidden($0) }
        listing = options.isRecursive && !isHidden ? try FileListing(path: order.staged, visibleAs: visible) : nil
    }

    func next() throws(StorageError) -> FileEntry? {
        while let file = try listing?.next() {
            if !options.excludes(file.path, listedFrom: root) { return file }
        }
        return nil
    }
}

/// A listing without the files of some folders.
private final class Hiding: FileSequence {
    private let base: any FileSequence
    private let folders: [String]

    init(_ base: any FileSequence, folders: [String]) { (self.base, self.folders) = (base, folders) }

    func next() throws(StorageError) -> FileEntry? {
        while let file = try base.next() {
            if !folders.contains(where: { LocalPath.contains($0, file.path) }) { return file }
        }
        return nil
    }
}

/// Several listings in one order of paths.
private final class MergedFiles: FileSequence {
    private let sources: [any FileSequence]
    private var heads: [FileEntry?] = []

    init(_ sources: [any FileSequence]) throws(StorageError) {
        self.sources = sources
        for source in sources { heads.append(try source.next()) }
    }

    func next() throws(StorageError) -> FileEntry? {
        var first: Int?
        for (i, head) in heads.enumerated() {
            guard let head else { continue }
            if let best = first, !head.path.utf8.lexicographicallyPrecedes(heads[best]!.path.utf8) { continue }
            first = i
        }
        guard let first else { return nil }
        let file = heads[first]
        heads[first] = try sources[first].next()
        return file
    }
}

extension StagingArea {
    /// Removes the staging folder of a run that has ended.
    public static func remove(_ folder: String) throws(StorageError) { try Publication.removeStaging(folder) }
}
