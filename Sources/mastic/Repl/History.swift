internal import Connectors
internal import Glibc

/// What was entered, in this session and those before: one file a person, whatever the home.
///
/// A home may be a project's, which others see; what people try out is their own. So the history lies in the folder for a person's state
/// (`$XDG_STATE_HOME/mastic/history`, else `~/.local/state/mastic/history`), readable by nobody else. `MASTIC_HISTORY` names another file; empty, it
/// turns the file off. A line of the file is an entry, with `\n` and `\\` for line feed and backslash; sessions that run at once add whole lines.
struct History {
    private static let mostEntries = 5000
    private static let mostBytes = 1 << 20
    private static let longestEntry = 64 << 10

    private(set) var entries: [String] = []
    let path: String?

    init(path: String?) {
        self.path = path
        load()
    }

    /// Where the history lies; nil where there is to be none.
    static var standardPath: String? {
        if let own = variable("MASTIC_HISTORY") { return own.isEmpty ? nil : own }
        if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/mastic/history" }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return home + "/.local/state/mastic/history"
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Adds an entry. One like the last is not added again, nor is one that begins with a blank, as in other shells: for what should not be kept.
    mutating func add(_ entry: String) {
        guard !entry.isEmpty, entry.first != " ", entry != entries.last else { return }
        entries.append(entry)
        if entries.count > Self.mostEntries { entries.removeFirst(entries.count - Self.mostEntries) }
        guard let path, entry.utf8.count <= Self.longestEntry else { return }
        Self.makeFolder(LocalPath.parent(of: path))
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        // Devices, such as /dev/null, are let alone.
        guard Self.isPlainFile(file) else { return }
        let line = Array((Self.escaped(entry) + "\n").utf8)
        _ = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }

    private mutating func load() {
        guard let path, let bytes = Self.contents(of: path) else { return }
        let lines = bytes.split(separator: 0x0a)
        for line in lines.suffix(Self.mostEntries) {
            let entry = Self.unescaped(line)
            if entry != entries.last { entries.append(entry) }
        }
        if lines.count > Self.mostEntries * 5 / 4 || bytes.count > Self.mostBytes { shorten(path) }
    }

    /// Writes the last entries anew. What another session adds in that moment is lost, and nothing else.
    private mutating func shorten(_ path: String) {
        var size = 0
        var kept: [String] = []
        for entry in entries.reversed() {
            let line = Self.escaped(entry) + "\n"
            size += line.utf8.count
            if size > Self.mostBytes / 2 { break }
            kept.append(line)
        }
        // A link to the file stays one.
        let path = LocalPath.resolvingLinks(path)
        let temporary = path + ".\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let text = Array(kept.reversed().joined().utf8)
        let written = text.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
        if written != text.count || rename(temporary, path) != 0 { unlink(temporary) }
    }

    /// The file's last bytes; nil where there is no file.
    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard isPlainFile(file) else { return nil }
        let size = lseek(file, 0, SEEK_END)
        let most = 4 * mostBytes
        guard size > 0, lseek(file, max(0, size - most), SEEK_SET) >= 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count < most {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func isPlainFile(_ file: Int32) -> Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func makeFolder(_ path: String) {
        if path.isEmpty || path == "/" || access(path, F_OK) == 0 { return }
        makeFolder(LocalPath.parent(of: path))
        mkdir(path, 0o700)
    }

    static func escaped(_ entry: String) -> String {
        var text = ""
        for character in entry.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    static func unescaped(_ line: some Sequence<UInt8>) -> String {
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "n"): bytes.append(0x0a)
                case UInt8(ascii: "r"): bytes.append(0x0d)
                default: bytes.append(byte)
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
