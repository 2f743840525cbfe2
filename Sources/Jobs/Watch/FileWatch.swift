internal import Columnar
internal import Connectors
internal import Glibc

/// Waits until one of some files changes, or a file below one of some folders.
///
/// Editors write files anew under another name and rename them, so folders are watched, not files. Where the kernel has no watch to give, or the files are on other
/// machines, their times are looked at twice a second.
public final class FileWatch {
    private let notices = FolderNotices()
    private var files: Set<String> = []
    private var trees: [String] = []
    private var looks: [String: Int64] = [:]
    private var needsLooking = false

    /// How long it must be quiet after a change: editors write more than once.
    private static let quietMilliseconds: Int32 = 100
    /// Folders below an input that are watched; beyond, its own folder must do.
    private static let mostFolders = 1000

    public init() {}

    /// Sets what is watched, in place of what was.
    public func watch(files: [String], trees: [String]) {
        (self.files, self.trees) = (Set(files), trees)
        needsLooking = notices.descriptor < 0
        var folders = Set(files.map { LocalPath.parent(of: $0) })
        for tree in trees { addFolders(of: tree, to: &folders) }
        // Watches that stay are left alone, with what they have told and nobody has read.
        notices.remove { !folders.contains($0) }
        for folder in folders where notices.add(folder) != 0 || LocalPath.isRemote(folder) { needsLooking = true }
        let now = look()
        looks = now.merging(looks.filter { now[$0.key] != nil }) { $1 }
    }

    private func addFolders(of path: String, to folders: inout Set<String>) {
        guard folders.count < Self.mostFolders else { return }
        guard LocalPath.isFolder(path) else {
            folders.insert(LocalPath.parent(of: path))
            return
        }
        folders.insert(path)
        for name in (try? LocalPath.names(in: path)) ?? [] where !name.hasPrefix(".") && !name.hasPrefix("_") && LocalPath.isFolder(path + "/" + name) {
            addFolders(of: path + "/" + name, to: &folders)
        }
    }

    /// Waits for a change.
    ///
    /// - Parameter isOver: asked whenever a signal arrives, and a few times a second.
    /// - Returns: the path that changed; nil when `isOver` said so before one did.
    public func next(isOver: () -> Bool) -> String? {
        var changed: String?
        // When the last change was. What happens to files that nobody watches does not count.
        var last = ContinuousClock.now
        let quiet = Duration.milliseconds(Int(Self.quietMilliseconds))
        while true {
            // What has been seen is not lost.
            if isOver() { return changed }
            var waiting = pollfd(fd: notices.descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&waiting, notices.descriptor < 0 ? 0 : 1, changed == nil ? 250 : Self.quietMilliseconds)
            if count < 0, errno == EINTR { continue }
            let found = notices.read().compactMap(path).first { isWatched($0) } ?? (needsLooking ? changedByLooking() : nil)
            if let found {
                (changed, last) = (changed ?? found, ContinuousClock.now)
            } else if let changed, ContinuousClock.now - last >= quiet {
                return changed
            }
        }
    }

    private func path(_ notice: FolderNotices.Notice) -> String? {
        switch notice {
        case .completed(let path), .gone(let path), .folder(let path), .folderGone(let path): path
        case .overflow: files.first
        case .created, .lost: nil
        }
    }

    private func isWatched(_ path: String) -> Bool {
        if files.contains(path) { return true }
        // What programs keep beside data while they write it is not data.
        let name = LocalPath.name(of: path)
        return !name.hasPrefix(".") && !name.hasPrefix("_") && trees.contains { LocalPath.contains($0, path) }
    }

    private func changedByLooking() -> String? {
        let now = look()
        defer { looks = now }
        return now.first { looks[$0.key] != $0.value }?.key ?? looks.keys.first { now[$0] == nil }
    }

    /// Times of the last change, in nanoseconds.
    private func look() -> [String: Int64] {
        guard needsLooking else { return [:] }
        var times: [String: Int64] = [:]
        for path in Array(files) + trees {
            guard let all = try? FileListing(path: path, options: ListingOptions(isRecursive: true)).all() else { continue }
            for file in all.prefix(Self.mostFolders) { times[file.path] = file.modified }
        }
        return times
    }
}
