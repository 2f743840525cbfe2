internal import Columnar
internal import Connectors
internal import Glibc
internal import Scripting

/// A new project: jobs, tests, sample data and what surrounds them, written so that everything in it runs at once.
public struct ProjectScaffold {
    public let name: String
    /// Absolute.
    public let folder: String

    /// - Parameters:
    ///   - path: the folder to make; it may be there if nothing is in it but what a version control system keeps.
    ///   - name: the project's name; the folder's if not given.
    /// - Throws: `JobError` for a name that scripts and catalogs could not use, and for a folder that is not empty.
    public init(path: String, name: String?) throws {
        folder = LocalPath.absolute(path)
        let given = name ?? LocalPath.name(of: folder)
        self.name = given
        guard Self.isName(given) else {
            let advice = name == nil ? "; choose one with --name" : ""
            throw JobError(
                .invalidOption,
                "'\(given)' is no name for a project: it takes letters, digits, '_' and '-', begins with a letter, and has at most 64 of them\(advice)\(Self.proposal(given).map { ", for example \($0)" } ?? "")")
        }
        if LocalPath.exists(folder), !LocalPath.isFolder(folder) { throw JobError(.invalidOption, "\(path) is a file; a project needs a folder") }
        let inTheWay = try LocalPath.names(in: folder).filter { !Self.harmless.contains($0) }
        if !inTheWay.isEmpty {
            let shown = inTheWay.prefix(5).joined(separator: ", ") + (inTheWay.count > 5 ? " and \(inTheWay.count - 5) more" : "")
            throw JobError(.invalidOption, "the folder \(path) is not empty: \(shown) \(inTheWay.count == 1 ? "is" : "are") in the way; choose a new folder")
        }
    }

    /// What may stand in a new project's folder.
    private static let harmless: Set<String> = [".git", ".hg", ".svn", ".DS_Store"]

    private static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= 64, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") }

    /// The nearest name that would do.
    private static func proposal(_ name: String) -> String? {
        let text = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") ? $0 : "_" }
        let trimmed = String(String(text).drop { !$0.isLetter }.prefix(64))
        return isName(trimmed) && trimmed.contains(where: \.isLetter) ? trimmed : nil
    }

    /// The files with their contents, by their paths in the project.
    public var files: [(path: String, text: String)] { ProjectTemplate.files(name: name) }

    /// Writes the files. Where that fails nothing of it remains.
    public func write() throws {
        let wasThere = LocalPath.exists(folder)
        let parent = LocalPath.parent(of: folder)
        var made: String? = wasThere ? nil : folder
        // Folders above that are made with it go with it.
        var above = parent
        while made != nil, !LocalPath.exists(above), above != "/" {
            made = above
            above = LocalPath.parent(of: above)
        }
        var tops = Set<String>()
        do {
            for (path, text) in files {
                let whole = folder + "/" + path
                if let top = LocalPath.components(whole, below: folder).first { tops.insert(folder + "/" + top) }
                try LocalPath.createFolders(LocalPath.parent(of: whole))
                try TextFile.write(text, to: whole)
            }
            for path in EditorAnnotations.files.map(\.path) + [EditorAnnotations.settings.path] {
                if let top = LocalPath.components(folder + "/" + path, below: folder).first { tops.insert(folder + "/" + top) }
            }
            _ = try EditorAnnotations.write(into: folder)
        } catch {
            if let made { try? LocalPath.removeTree(made) } else { for top in tops { try? LocalPath.removeTree(top) } }
            throw error
        }
    }
}
