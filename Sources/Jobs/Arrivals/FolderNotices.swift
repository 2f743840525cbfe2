internal import Connectors
internal import Glibc

/// What the kernel tells of folders: inotify(7).
///
/// One descriptor serves all folders. A watch belongs to a folder's inode, so the watches of a folder that is renamed are given up, and made again
/// under its new name.
final class FolderNotices {
    enum Notice: Equatable {
        /// A file was closed after writing, or moved in.
        case completed(String)
        /// A file got a name here. Whether it is complete, another notice will say, unless it is a link.
        case created(String)
        /// A folder was made or moved in; it is not watched yet.
        case folder(String)
        case gone(String)
        case folderGone(String)
        /// A watched folder itself was removed or renamed.
        case lost(String)
        /// The kernel's queue was full: anything may have happened.
        case overflow
    }

    /// For poll(2); -1 where the kernel gave none.
    let descriptor: Int32
    /// Why there is no descriptor: an errno.
    let failure: Int32
    private var folders: [Int32: String] = [:]
    private var watches: [String: Int32] = [:]

    private static let mask = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

    /// - Parameter isDisabled: makes one that watches nothing.
    init(isDisabled: Bool = false) {
        descriptor = isDisabled ? -1 : inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        failure = descriptor >= 0 ? 0 : isDisabled ? ENOSYS : errno
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Watches a folder, not those below it.
    ///
    /// - Returns: 0, or an errno: ENOSPC where the user has no watch left.
    func add(_ folder: String) -> Int32 {
        guard descriptor >= 0 else { return failure }
        let watch = inotify_add_watch(descriptor, folder, Self.mask)
        guard watch >= 0 else { return errno }
        if let old = folders[watch], old != folder { watches[old] = nil }
        (folders[watch], watches[folder]) = (folder, watch)
        return 0
    }

    /// Gives up the watches of the folders that the closure names.
    func remove(where isGone: (String) -> Bool) {
        for (folder, watch) in watches where isGone(folder) {
            inotify_rm_watch(descriptor, watch)
            (folders[watch], watches[folder]) = (nil, nil)
        }
    }

    /// Takes all notices that there are, in their order, and does not wait.
    func read() -> [Notice] {
        guard descriptor >= 0 else { return [] }
        var notices: [Notice] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return notices }
            buffer.withUnsafeBytes { parse(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &notices) }
        }
    }

    /// struct inotify_event: watch, mask, cookie, length of the name, name with zero bytes after it.
    private func parse(_ bytes: UnsafeRawBufferPointer, into notices: inout [Notice]) {
        let header = 16
        var offset = 0
        while offset + header <= bytes.count {
            let watch = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
            let mask = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            guard length <= bytes.count - offset - header else { return }
            let name = bytes[(offset + header)..<(offset + header + length)].prefix { $0 != 0 }
            offset += header + length
            if mask & Int(IN_Q_OVERFLOW) != 0 {
                notices.append(.overflow)
                continue
            }
            guard let folder = folders[watch] else { continue }
            if mask & Int(IN_IGNORED) != 0 {
                (folders[watch], watches[folder]) = (nil, nil)
                notices.append(.lost(folder))
                continue
            }
            if mask & Int(IN_DELETE_SELF | IN_MOVE_SELF) != 0 {
                notices.append(.lost(folder))
                continue
            }
            // A name that is not UTF-8 cannot be handed to a job; the scan says so.
            guard !name.isEmpty, let text = String(validating: name, as: UTF8.self) else { continue }
            let path = (folder == "/" ? "" : folder) + "/" + text
            let isFolder = mask & Int(bitPattern: UInt(IN_ISDIR)) != 0
            if mask & Int(IN_MOVED_FROM | IN_DELETE) != 0 {
                if isFolder { remove { LocalPath.contains(path, $0) } }
                notices.append(isFolder ? .folderGone(path) : .gone(path))
            } else if isFolder {
                if mask & Int(IN_CREATE | IN_MOVED_TO) != 0 { notices.append(.folder(path)) }
            } else if mask & Int(IN_CLOSE_WRITE | IN_MOVED_TO) != 0 {
                notices.append(.completed(path))
            } else if mask & Int(IN_CREATE) != 0 {
                notices.append(.created(path))
            }
        }
    }
}
