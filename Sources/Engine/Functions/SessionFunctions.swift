internal import Columnar
internal import Glibc

/// What the session and chance know.
enum SessionFunctions {
    static let definitions: [FunctionDefinition] = [
        FunctionDefinition("current_user", .session, "", aliases: ["user", "session_user"], gives: .string, summary: "The name of the user who runs the job.") { _ in
            .literal(.string(userName()), .string)
        },
        FunctionDefinition("version", .session, "", gives: .string, summary: "The version of Spark whose dialect this is.") { _ in .literal(.string("4.0.0"), .string) },
        FunctionDefinition("input_file_name", .session, "", gives: .string, isDeterministic: false, summary: "An empty text: the files that rows come from are not known to expressions.") {
            _ in .literal(.string(""), .string)
        },
        FunctionDefinition("uuid", .session, "", gives: .string, isDeterministic: false, summary: "A random identifier, another one for each row.") { call in
            .column(RandomColumns.uuids(count: call.count))
        },
    ]

    private static func userName() -> String {
        if let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name { return String(cString: name) }
        return "\(geteuid())"
    }
}
