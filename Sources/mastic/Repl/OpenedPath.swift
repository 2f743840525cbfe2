internal import Connectors
internal import Glibc
internal import Jobs
internal import Scripting

/// What `.open` finds at a path.
enum OpenedPath {
    /// A folder with a catalog.
    case home(String)
    /// Data: the Lua that reads it, and a name made from the file's.
    case data(expression: String, name: String)
    case missing
    case unknown(String)

    init(_ path: String) {
        var status = stat()
        let isPattern = path.contains("*") || path.contains("?")
        guard isPattern || stat(path, &status) == 0 else {
            self = .missing
            return
        }
        let isFolder = !isPattern && status.st_mode & S_IFMT == S_IFDIR
        if isFolder {
            for folder in [path, path + "/.mastic"] where access(folder + "/catalog.db", F_OK) == 0 {
                self = .home(LocalPath.absolute(folder))
                return
            }
            if LocalPath.name(of: LocalPath.absolute(path)) == ".mastic" {
                self = .home(LocalPath.absolute(path))
                return
            }
        }
        let file = LocalPath.name(of: LocalPath.absolute(path))
        let kinds = isFolder ? Self.formats(inFolder: path) : [:]
        guard kinds.count < 2 else {
            let found = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            let most = kinds.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "csv"
            self = .unknown("'\(TerminalText.escaped(path))' holds files of several kinds (\(found)); open those of one: .open \(TerminalText.escaped(path.hasSuffix("/") ? path : path + "/"))*.\(most)")
            return
        }
        guard let format = Self.format(of: file) ?? kinds.keys.first else {
            self = .unknown("'\(TerminalText.escaped(path))' is neither the folder of a catalog nor data that can be told by its name (csv, tsv, json, parquet)")
            return
        }
        let quoted = Self.quoted(path)
        let expression =
            switch format {
            case "csv": "spark.read.csv{path = \(quoted), header = true, inferSchema = true}"
            case "tsv": "spark.read.csv{path = \(quoted), header = true, inferSchema = true, sep = \"\\t\"}"
            default: "spark.read.format(\"\(format)\"):load(\(quoted))"
            }
        // A pattern has its folder's name.
        self = .data(expression: expression, name: Self.variable(isPattern ? LocalPath.name(of: LocalPath.parent(of: LocalPath.absolute(path))) : file))
    }

    private static func format(of file: String) -> String? {
        for part in file.lowercased().split(separator: ".").dropFirst().reversed() {
            switch part {
            case "csv", "tsv", "parquet": return String(part)
            case "json", "jsonl", "ndjson": return "json"
            case "gz", "zst", "bz2", "snappy", "lz4", "zstd", "deflate", "br": continue
            default: return nil
            }
        }
        return nil
    }

    /// How many of the first files of a folder are of which format, those of one partition's folder included.
    private static func formats(inFolder path: String, depth: Int = 0) -> [String: Int] {
        guard depth < 4, let folder = opendir(path) else { return [:] }
        defer { closedir(folder) }
        var left = 1000
        var folders: [String] = []
        var found: [String: Int] = [:]
        while left > 0, let entry = readdir(folder) {
            left -= 1
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name.hasPrefix(".") || name.hasPrefix("_") { continue }
            if name.contains("=") { folders.append(path + "/" + name) } else if let format = format(of: name) { found[format, default: 0] += 1 }
        }
        return found.isEmpty ? folders.first.map { formats(inFolder: $0, depth: depth + 1) } ?? [:] : found
    }

    /// A path as a string of Lua.
    private static func quoted(_ path: String) -> String {
        var text = "\""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
            case 0..<0x20, 0x7f...:
                let digits = String(byte)
                text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            default: text.unicodeScalars.append(UnicodeScalar(byte))
            }
        }
        return text + "\""
    }

    /// A name for a variable: `sales-2024.csv` is `sales_2024`.
    static func variable(_ file: String) -> String {
        let stem = file.prefix { $0 != "." }
        var name = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        while name.hasPrefix("_") { name.removeFirst() }
        if name.isEmpty { name = "data" }
        if name.first?.isNumber == true { name = "data_" + name }
        return LuaWords.isKeyword(name) ? name + "_data" : name
    }
}
