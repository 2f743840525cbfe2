internal import Glibc

/// Copies of files and folders.
public enum FileCopy {
    /// Copies a file, or a folder with what is in it; folders above the target are made. Links are followed.
    public static func copy(_ source: String, to target: String) throws(StorageError) {
        if LocalPath.isFolder(source) {
            if LocalPath.contains(source, target) { throw StorageError(.invalidPath, path: source, "\(source) cannot be copied into itself") }
            try LocalPath.createFolders(target)
            for name in try LocalPath.names(in: source) { try copy(source + "/" + name, to: target + "/" + name) }
            return
        }
        try LocalPath.createFolders(LocalPath.parent(of: target))
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw StorageError(path: source, action: "read", errno: errno) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard output >= 0 else { throw StorageError(path: target, action: "written", errno: errno) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let got = buffer.withUnsafeMutableBytes { read(input, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw StorageError(path: source, action: "read", errno: errno) }
            if got == 0 { break }
            var at = 0
            while at < got {
                let put = buffer.withUnsafeBytes { write(output, $0.baseAddress.map { $0 + at }, got - at) }
                if put < 0, errno == EINTR { continue }
                guard put > 0 else { throw StorageError(path: target, action: "written", errno: errno) }
                at += put
            }
        }
    }
}
