internal import Columnar
internal import Logging

/// The `Job` of a script, and `getResolvedOptions`.
final class JobObject: ScriptObject {
    static let className = "Job"
    let environment: ScriptEnvironment
    init(_ environment: ScriptEnvironment) { self.environment = environment }

    static func register(_ api: APIBuilder) throws {
        let environment = api.environment
        let state = environment.state
        state.register(JobObject.self, name: className) { job in
            job.method(Signature("init", [.required("job_name", .string), .optional("args", .dictionary)])) { job, arguments in
                var options: [String: String] = [:]
                if case .table(let table)? = arguments["args"] {
                    for (name, value) in table.fields { options[name] = value.text ?? value.wholeNumber.map(String.init) }
                }
                if arguments["args"] == nil, job.environment.arguments.contains(where: { $0 == "--job-bookmark-option" || $0.hasPrefix("--job-bookmark-option=") }),
                    !job.environment.arguments.contains(where: { $0.hasSuffix("job-bookmark-disable") })
                {
                    job.environment.log.warning("bookmarks are switched on, but job:init got no arguments, so all is read: write job:init(args.JOB_NAME, args)")
                }
                try job.environment.job.initialize(name: arguments.string("job_name", default: ""), arguments: options)
                return []
            }
            job.method("commit") { job, _ in
                try job.environment.job.commit()
                return []
            }
            job.method("isInitialized") { job, _ in [.boolean(job.environment.job.isInitialized)] }
            job.property { _, name in
                throw APIError(
                    "a Job has no method '\(name)'\(Suggestion.hint(for: name, in: ["init", "commit", "isInitialized"]))")
            }
        }
        api.function(Signature("Job", [.required("glue_context", .any)])) { _ in [.object(JobObject(environment))] }
        api.function(
            Signature("getResolvedOptions", [.required("args", .list), .required("options", .strings), .optional("allow_abbrev", .boolean)])
        ) { arguments in
            guard case .table(let table)? = arguments["args"] else { return [.nil] }
            let resolved = try ResolvedOptions(words: table.items.compactMap(\.text), wanted: arguments.strings("options"))
            return [.table(LuaTable(fields: resolved.values.mapValues { .string($0) }))]
        }
    }
}

/// `getResolvedOptions`: the job's arguments by name, by Glue's rules.
package struct ResolvedOptions {
    package private(set) var values: [String: String] = [:]

    private static let bookmarkOptions = ["job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable"]
    private static let legacyOptions = ["continuation-enabled", "continuation-readonly", "continuation-ignore"]
    /// Always read when they are there; asking for them is an error.
    private static let reserved = [
        "continuation_option", "job_bookmark_option", "job_bookmark_from", "job_bookmark_to", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION",
        "encryption_type", "enable_data_lineage",
    ]
    private static let optional = ["RedshiftTempDir", "TempDir"]

    /// - Parameter words: the job's arguments, without the script's name: `--day 1` or `--day=1`; names with `-` count as with `_`.
    package init(words: [String], wanted: [String]) throws {
        let names = wanted.map(Self.normalized)
        let clashing = names.filter { Self.reserved.contains($0) }
        if !clashing.isEmpty { throw APIError("Using reserved arguments \(clashing.joined(separator: ", ")): they are read without being asked for", .missingJobArgument) }
        let given = Self.parse(words)
        let missing = names.filter { given[$0] == nil && !Self.optional.contains($0) }
        if !missing.isEmpty {
            let unused = given.keys.filter { !names.contains($0) }
            let hints = missing.compactMap { name in Suggestion.nearest(name, in: unused).map { "--\($0) was given; did you mean --\(name)?" } }
            let hint = hints.isEmpty ? "; give it behind the script: mastic run SCRIPT --\(missing[0]) VALUE" : " (\(hints.joined(separator: " ")))"
            throw APIError("the following arguments are required: \(missing.map { "--\($0)" }.joined(separator: ", "))\(hint)", .missingJobArgument)
        }
        for name in names { values[name] = given[name] }
        for name in Self.reserved + Self.optional { if let value = given[name] { values[name] = value } }
        if let directory = values["TempDir"] ?? values["RedshiftTempDir"] { (values["TempDir"], values["RedshiftTempDir"]) = (directory, directory) }
        try readBookmarkOption()
    }

    private mutating func readBookmarkOption() throws {
        if let option = values["job_bookmark_option"] {
            guard Self.bookmarkOptions.contains(option) else {
                throw APIError("argument --job-bookmark-option: '\(option)' is none of \(Self.bookmarkOptions.joined(separator: ", "))", .unknownChoice)
            }
        } else if let legacy = values["continuation_option"] {
            guard let place = Self.legacyOptions.firstIndex(of: legacy) else {
                throw APIError("argument --continuation-option: '\(legacy)' is none of \(Self.legacyOptions.joined(separator: ", "))", .unknownChoice)
            }
            values["job_bookmark_option"] = Self.bookmarkOptions[place]
        } else {
            values["job_bookmark_option"] = "job-bookmark-disable"
        }
        let (from, to) = (values["job_bookmark_from"], values["job_bookmark_to"])
        if values["job_bookmark_option"] == "job-bookmark-pause" {
            if (from == nil) != (to == nil) { throw APIError("Missing option or value for --job-bookmark-\(from == nil ? "from" : "to")", .missingJobArgument) }
        } else if from != nil && to != nil {
            throw APIError("Invalid option(s) for --job-bookmark-option \(values["job_bookmark_option"]!): --job-bookmark-from and --job-bookmark-to go with job-bookmark-pause", .badRunOption)
        }
    }

    private static func normalized(_ name: String) -> String { name.replacingDashes }

    /// Every `--NAME VALUE` among a job's arguments, by name.
    static func parse(_ words: [String]) -> [String: String] {
        var given: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else { continue }
            let name = word.dropFirst(2)
            if let equals = name.firstIndex(of: "=") {
                given[String(name[..<equals]).replacingDashes] = String(name[name.index(after: equals)...])
            } else if let value = rest.first, !value.hasPrefix("--") || value.count == 2 {
                given[String(name).replacingDashes] = rest.removeFirst()
            } else {
                given[String(name).replacingDashes] = ""
            }
        }
        return given
    }
}

extension String {
    /// The name with `_` for `-`.
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
