import Glibc

/// Real files beside the package; tests that need them are enabled where they are.
enum TestData {
    static let root: String? = {
        var parts = #filePath.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/shared/data"
            if access(candidate, R_OK) == 0 { return candidate }
            parts.removeLast()
        }
        return nil
    }()

    static func exists(_ folder: String) -> Bool { root.map { access("\($0)/\(folder)", R_OK) == 0 } ?? false }

    /// Paths of all files below a folder whose names end so, sorted.
    static func files(under folder: String, suffix: String) -> [String] {
        guard let root else { return [] }
        var found: [String] = []
        var folders = ["\(root)/\(folder)"]
        while let next = folders.popLast() {
            guard let handle = opendir(next) else { continue }
            defer { closedir(handle) }
            while let entry = readdir(handle) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name.hasPrefix(".") { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) { folders.append("\(next)/\(name)") } else if name.hasSuffix(suffix) { found.append("\(next)/\(name)") }
            }
        }
        return found.sorted()
    }

    static func bytes(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var info = stat()
        fstat(file, &info)
        return [UInt8](unsafeUninitializedCapacity: Int(info.st_size)) { buffer, count in count = max(0, read(file, buffer.baseAddress, buffer.count)) }
    }
}
