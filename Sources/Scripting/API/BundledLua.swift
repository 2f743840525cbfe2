internal import Columnar
internal import Connectors

/// The Lua that ships inside the binary (`stdlib/`).
enum BundledLua {
    static var prelude: [UInt8] { PackageResources.prelude_lua }
    /// What interactive sessions do with the values of a line.
    static var interactive: [UInt8] { PackageResources.interactive_lua }
    /// What tests have beside the script API.
    static var testing: [UInt8] { PackageResources.testing_lua }

    /// The source of a module that `require` asks for.
    static func module(_ name: String) -> [UInt8]? {
        switch name {
        case "awsglue.transforms": PackageResources.awsglue_transforms_lua
        case "awsglue.context": PackageResources.awsglue_context_lua
        case "awsglue.job": PackageResources.awsglue_job_lua
        case "awsglue.utils": PackageResources.awsglue_utils_lua
        case "awsglue.dynamicframe": PackageResources.awsglue_dynamicframe_lua
        case "awsglue.gluetypes": PackageResources.awsglue_gluetypes_lua
        case "mastic.examples": Annotations.exampleFrames
        default: nil
        }
    }

    static let moduleNames = [
        "awsglue.context", "awsglue.dynamicframe", "awsglue.gluetypes", "awsglue.job", "awsglue.transforms", "awsglue.utils", "mastic.examples", "mastic.values", "pyspark", "pyspark.context", "pyspark.sql",
        "pyspark.sql.functions", "pyspark.sql.types", "pyspark.sql.window",
    ]
}

extension ScriptEnvironment {
    /// The user's module beside the script: `a.b` is `a/b.lua`. Text only; a name cannot lead out of the script's folder.
    func userModule(_ name: String) throws -> (source: [UInt8], chunkName: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } }
        guard isPlain else { throw APIError("'\(name)' is no module name: letters, digits, '_' and '-', with dots between folders", .moduleNotFound) }
        let file = parts.joined(separator: "/") + ".lua"
        let folder = ([scriptFolder] + furtherModuleFolders).first { LocalPath.exists($0 + "/" + file) } ?? scriptFolder
        let path = folder + "/" + file
        if state.options.sandbox, !LocalPath.resolvingLinks(path).hasPrefix(LocalPath.resolvingLinks(scriptFolder) + "/") {
            throw APIError("module '\(name)' lies outside the script's folder", .outsideSandbox)
        }
        guard let bytes = try LocalFile.contents(of: path) else {
            let hint = Suggestion.hint(for: name, in: BundledLua.moduleNames)
            throw APIError("module '\(name)' not found\(hint) (looked for \(path))", .moduleNotFound)
        }
        modulePaths[file] = path
        return (bytes, "@" + file)
    }
}
