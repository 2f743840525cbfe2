internal import Columnar
internal import Connectors
internal import Glibc

/// The annotations as editors want them: one file a topic, in LuaLS' format, for a folder of the project that its `.luarc.json` names.
///
/// They are the reference's own, with one thing added: beside every function that takes several arguments stands the same one with its arguments by name, so
/// that the names are completed between braces.
public enum EditorAnnotations {
    /// The folder of a project that the files lie in.
    public static let folder = ".luals"

    public struct File: Sendable {
        /// Relative to the project, with slashes.
        public let path: String
        public let text: String
    }

    /// What became of a file.
    public enum Outcome: Sendable, Equatable {
        case written, updated, unchanged
        /// It has been edited since it was written, and stays.
        case keptAsEdited
        /// It is the project's own, and stays.
        case keptAsForeign
    }

    /// The files, without `.luarc.json`.
    public static var files: [File] {
        Annotations.files.map { file in
            let text = expanded(String(decoding: file.bytes, as: UTF8.self), topic: file.name + ".lua", Reference.shared)
            return File(path: "\(folder)/\(file.name).lua", text: signed(text))
        }
    }

    /// What tells LuaLS where the annotations are.
    public static let settings = File(
        path: ".luarc.json",
        text: """
            {
              "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
              "runtime.version": "Lua 5.4",
              "workspace.library": ["\(folder)"],
              "workspace.checkThirdParty": false
            }

            """)

    /// Writes the files into a project. One that was edited stays as it is, unless it is to be replaced; so does a `.luarc.json` that is there.
    ///
    /// - Returns: each file's path, and what became of it.
    public static func write(into project: String, replacing: Bool = false) throws -> [(path: String, outcome: Outcome)] {
        var outcomes: [(path: String, outcome: Outcome)] = []
        for file in files {
            let path = project + "/" + file.path
            let old = try LocalFile.contents(of: path).map { String(decoding: $0, as: UTF8.self) }
            let outcome: Outcome = old == nil ? .written : old == file.text ? .unchanged : replacing || isAsWritten(old ?? "") ? .updated : .keptAsEdited
            if outcome == .written || outcome == .updated { try write(file.text, to: path) }
            outcomes.append((file.path, outcome))
        }
        let path = project + "/" + settings.path
        let old = try LocalFile.contents(of: path).map { String(decoding: $0, as: UTF8.self) }
        if old == nil { try write(settings.text, to: path) }
        outcomes.append((settings.path, old == nil ? .written : old == settings.text ? .unchanged : .keptAsForeign))
        return outcomes
    }

    /// Writes a text file whole, in the place of one that is there; folders are made where they are missing.
    public static func write(_ text: String, to path: String) throws {
        try LocalPath.createFolders(LocalPath.parent(of: path))
        let draft = path + ".new-\(getpid())"
        let sink = try LocalFileSink(path: draft)
        try Array(text.utf8).withUnsafeBytes { try sink.write($0) }
        try sink.close(sync: false)
        guard rename(draft, path) == 0 else {
            let number = errno
            unlink(draft)
            throw APIError("\(path) cannot be written: \(String(cString: strerror(number)))")
        }
    }

    // MARK: Texts that know whether they were edited

    private static let signature = "-- Written by `mastic annotations` and replaced by it; sum "

    static func signed(_ text: String) -> String { signature + sum(text) + ".\n" + text }

    /// Whether a text is as some version of Mastic wrote it.
    static func isAsWritten(_ text: String) -> Bool {
        guard text.hasPrefix(signature), let end = text.firstIndex(of: "\n") else { return false }
        return text[..<end].dropFirst(signature.count) == sum(String(text[text.index(after: end)...])) + "."
    }

    /// FNV-1a in 64 bits: it tells an edit, and need not withstand an attack.
    private static func sum(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: Arguments by name

    /// Classes whose methods scripts call with a dot as often as with a colon, as they stand in Spark's examples: `spark.read.csv("in")`.
    private static let calledWithDot: Set<String> = [
        "Catalog", "DataFrameNaFunctions", "DataFrameReader", "DataFrameStatFunctions", "DataFrameWriter", "RuntimeConfig", "SparkContext", "SparkSession",
        "SparkSession.builder", "UDFRegistration", "WindowSpec",
    ]

    /// The annotations with the named form of each function that has one, and the form with a dot of methods that are called so.
    static func expanded(_ text: String, topic: String, _ reference: Reference) -> String {
        let entries = Dictionary(reference.entries.filter { $0.topic == topic && $0.isCallable }.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
        var lines: [Substring] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let entry = entries[index + 1], line.hasPrefix("function ") {
                let receivers = entry.kind != .method ? [""] : calledWithDot.contains(entry.owner ?? "") ? ["self: \(entry.owner ?? ""), ", ""] : ["self: \(entry.owner ?? ""), "]
                let result = entry.results.first.map { ": \($0.type)" } ?? ""
                if takesNames(entry) {
                    let type = argumentsName(of: entry)
                    let start = (lines.lastIndex { !$0.hasPrefix("---") } ?? -1) + 1
                    lines.insert(contentsOf: argumentsClass(type, entry).map { $0[...] } + [""], at: start)
                    for receiver in receivers { lines.append("---@overload fun(\(receiver)arguments: \(type))\(result)"[...]) }
                }
                if receivers.count == 2 {
                    let parameters = entry.parameters.map { parameter in
                        AnnotationType.Member(
                            name: reserved.contains(parameter.name) ? parameter.name + "_" : parameter.name, type: parameter.type, isOptional: parameter.isOptional)
                    }
                    lines.append("---@overload \(AnnotationType.function(parameters, returns: entry.results.prefix(1).map(\.type)))"[...])
                }
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }

    /// A class with a field for each parameter.
    private static func argumentsClass(_ name: String, _ entry: ReferenceEntry) -> [String] {
        ["---@class \(name)"]
            + entry.parameters.map { parameter in
                let name = reserved.contains(parameter.name) ? "[\"\(parameter.name)\"]" : parameter.name
                return "---@field \(name)\(parameter.isOptional ? "?" : "") \(parameter.type) \(parameter.description)"
            }
    }

    /// Words of Lua's, and of its annotations, that are names of parameters.
    private static let reserved: Set<String> = ["as", "end", "function", "repeat"]

    /// Whether a function's arguments can be given by their names alone.
    static func takesNames(_ entry: ReferenceEntry) -> Bool {
        entry.isCallable && entry.kind != .class && entry.owner != "F" && entry.overloads.isEmpty && entry.parameters.count > 1
            && !entry.parameters.contains { $0.name == "..." }
    }

    /// `Filter.apply` -> `Filter.apply.Arguments`
    static func argumentsName(of entry: ReferenceEntry) -> String { entry.name.replacing(":", with: ".") + ".Arguments" }
}
