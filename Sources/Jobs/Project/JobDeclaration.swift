internal import Catalog
internal import Columnar
internal import Connectors
internal import Scripting

/// `job{ ... }` of a project file.
enum JobDeclaration {
    private static let members = [
        "name", "script", "description", "arguments", "fixed_arguments", "bookmark", "max_retries", "retry_delay", "timeout", "silence_timeout",
        "max_concurrent_runs", "overlap", "memory", "threads", "notify_delay_after", "notify", "error_records", "tags",
    ]
    private static let aliases = ["default_arguments": "arguments", "non_overridable_arguments": "fixed_arguments", "notifications": "notify"]
    /// Tables of Glue's API that hold one of our members each.
    private static let wrapped = ["command": "script_location", "execution_property": "max_concurrent_runs", "notification_property": "notify_delay_after"]
    private static let foreign = [
        "role": "jobs run as whoever runs the scheduler", "glue_version": "the version is that of mastic", "worker_type": "use memory and threads",
        "number_of_workers": "use threads", "max_capacity": "use memory and threads", "allocated_capacity": "use memory and threads",
        "execution_class": "every run starts as soon as it may", "connections": "connections are named in the script",
        "security_configuration": "files are read with the rights of the process", "log_uri": "logs are kept in the home; mastic job logs shows them",
        "job_run_queuing_enabled": "write overlap = \"queue\"", "job_mode": "every job is a script", "maintenance_window": "streaming jobs do not exist",
        "working_directory": "it is the folder of the project file",
    ]

    static func record(_ table: LuaTable, _ reading: ProjectReading, _ place: DeclarationPlace) -> JobRecord? {
        let title = (table["name"].text ?? table["Name"].text).map { "job '\($0)'" } ?? "job"
        let (flat, more) = unwrapped(table, reading, place, title)
        let reader = DeclarationReader(flat, reading, place, title: title, members: members, aliases: aliases.merging(more) { $1 }, foreign: foreign)
        guard let name = reader.definitionName(.job) else { return nil }
        var record = JobRecord(name: name, script: "")
        if let script = reader.string("script", isRequired: true) {
            record.command.scriptLocation = script
            checkScript(script, reader)
        }
        record.workingDirectory = reading.folder
        record.description = reader.string("description")
        record.nonOverridableArguments = arguments("fixed_arguments", reader).nonEmpty
        var arguments = arguments("arguments", reader) ?? [:]
        if let option = bookmark(reader) {
            if arguments[bookmarkOption] != nil { reader.report("bookmark", "bookmark and the argument \(bookmarkOption) say the same thing; leave one out") }
            arguments[bookmarkOption] = option
        }
        record.defaultArguments = arguments.isEmpty ? nil : arguments
        record.maxRetries = reader.integer("max_retries", 0...100)
        record.retryDelay = reader.duration("retry_delay", glueUnit: 1)
        record.timeout = reader.duration("timeout", glueUnit: 60).map { $0 / 60 }
        record.silenceTimeout = reader.duration("silence_timeout", glueUnit: 60).map { $0 / 60 }
        record.executionProperty = reader.integer("max_concurrent_runs", 1...10_000).map { JobRecord.ExecutionProperty(maxConcurrentRuns: $0) }
        record.overlap = reader.word("overlap", JobRecord.Overlap.allCases.map(\.rawValue)).flatMap { JobRecord.Overlap(rawValue: $0) }
        record.memory = reader.size("memory", least: 1 << 20)
        record.threads = reader.integer("threads", 1...1024)
        record.notificationProperty = reader.duration("notify_delay_after", glueUnit: 60).map { JobRecord.NotificationProperty(notifyDelayAfter: $0 / 60) }
        record.tags = reader.dictionary("tags").nonEmpty
        record.errorRecords = errorRecords(reader)
        let targets = notifications(reader)
        record.notifications = targets.isEmpty ? nil : targets
        return record
    }

    // MARK: - Script

    /// Glue's tables around one member as if the member stood in the job's table.
    private static func unwrapped(
        _ table: LuaTable, _ reading: ProjectReading, _ place: DeclarationPlace, _ title: String
    ) -> (LuaTable, aliases: [String: String]) {
        var flat = table
        for (key, value) in table.sortedFields {
            guard let inner = wrapped[DeclarationReader.snakeCase(key)] else { continue }
            guard let content = value.table else {
                reading.report("\(title): \(key) is a table, not \(DeclarationReader.text(value))", at: place, [.name(key)])
                flat[key] = .nil
                continue
            }
            flat[key] = .nil
            for (name, value) in content.sortedFields {
                let snake = DeclarationReader.snakeCase(name)
                if snake == inner {
                    flat[name] = value
                } else if key == "Command" || key == "command", ["name", "python_version", "runtime"].contains(snake) {
                    continue  // The kind of job: all are batch jobs in Lua.
                } else {
                    reading.report("\(title): \(key) has no member '\(name)'\(Suggestion.hint(for: snake, in: [inner]))", at: place, [.name(key), .name(name)])
                }
            }
        }
        return (flat, ["script_location": "script"])
    }

    private static func checkScript(_ script: String, _ reader: DeclarationReader) {
        if script.contains("://") { return reader.report("script", "scripts are local files, and '\(script)' is none") }
        let path = LocalPath.absolute(script, from: reader.reading.folder)
        if LocalPath.isFolder(path) { return reader.report("script", "'\(script)' is a folder, and a script is a file") }
        if (try? LocalFile(path: path)) != nil { return }
        if LocalPath.exists(path) { return reader.report("script", "the script '\(script)' cannot be read") }
        reader.report("script", "there is no script '\(script)' in \(reader.reading.folder)\(nearestFile(path, script))")
    }

    /// A file of the same folder with nearly the name.
    private static func nearestFile(_ path: String, _ script: String) -> String {
        guard let files = try? FileListing(path: LocalPath.parent(of: path), options: ListingOptions(isRecursive: false)) else { return "" }
        var names: [String] = []
        while names.count < 1000, let entry = try? files.next() { names.append(LocalPath.name(of: entry.path)) }
        guard let nearest = Suggestion.nearest(LocalPath.name(of: path), in: names) else { return "" }
        let folder = script.contains("/") ? LocalPath.parent(of: script) + "/" : ""
        return "; did you mean '\(folder == "//" ? "/" : folder)\(nearest)'?"
    }

    // MARK: - Arguments

    private static let bookmarkOption = "--job-bookmark-option"
    /// What every run gets by itself.
    private static let reserved: Set<String> = ["--JOB_NAME", "--JOB_RUN_ID", "--JOB_ID"]

    /// Arguments with `--` in front, whether or not they were written with it.
    static func arguments(_ name: String, _ reader: DeclarationReader) -> [String: String]? {
        guard let given = reader.dictionary(name) else { return nil }
        var result: [String: String] = [:]
        for (key, value) in given.sorted(by: { $0.key < $1.key }) {
            let argument = key.hasPrefix("--") ? key : "--" + key
            let steps = [DeclarationSource.Step.name(key)]
            if argument == "--" || argument.contains(where: { $0.isWhitespace || $0 == "=" }) {
                reader.report(name, "'\(key)' is no name of an argument: it has no spaces and no =", steps)
            } else if reserved.contains(argument) {
                reader.report(name, "\(argument) is set for every run, and cannot be given", steps)
            } else if result.updateValue(value, forKey: argument) != nil {
                reader.report(name, "the argument \(argument) is given twice", steps)
            }
        }
        return result
    }

    private static func bookmark(_ reader: DeclarationReader) -> String? {
        guard let given = reader["bookmark"] else { return nil }
        if let isOn = given.value.bool { return isOn ? "job-bookmark-enable" : "job-bookmark-disable" }
        return reader.word("bookmark", ["enable", "disable", "pause"]).map { "job-bookmark-" + $0 }
    }

    // MARK: - What happens besides

    private static func errorRecords(_ reader: DeclarationReader) -> JobRecord.ErrorRecordPolicy? {
        guard let (table, place) = reader.table("error_records") else { return nil }
        let inner = DeclarationReader(
            table, reader.reading, place, title: "\(reader.title): error_records", members: ["threshold", "quarantine"], aliases: ["quarantine_path": "quarantine"])
        return JobRecord.ErrorRecordPolicy(threshold: inner.integer("threshold", 0...Int(Int32.max)), quarantinePath: inner.string("quarantine"))
    }

    private static func notifications(_ reader: DeclarationReader) -> [NotificationTarget] {
        var targets: [NotificationTarget] = []
        for (value, place) in reader.list("notify") ?? [] {
            guard let table = value.table else {
                reader.reading.report(
                    "\(reader.title): notify is a list of tables such as { command = \"...\" }; it holds \(DeclarationReader.text(value))", at: place)
                continue
            }
            let inner = DeclarationReader(
                table, reader.reading, place, title: "\(reader.title): notify", members: ["command", "webhook", "mail", "secret", "states"])
            var target = NotificationTarget(command: inner.string("command"), webhook: inner.string("webhook"), secret: inner.string("secret"), mail: inner.string("mail"))
            let ways = ["command", "webhook", "mail"].filter { inner.has($0) }
            if ways.count != 1 {
                reader.reading.report(
                    "\(inner.title): " + (ways.isEmpty ? "one of command, webhook and mail is missing" : "\(ways.joined(separator: " and ")) are two ways; write two tables"),
                    at: place)
            }
            if let webhook = target.webhook, !isWebAddress(webhook) {
                inner.report("webhook", "'\(webhook)' is no address for messages; it begins with https:// or http://")
            }
            if let mail = target.mail, !isMailAddress(mail) { inner.report("mail", "'\(mail)' is no mail address") }
            if let secret = target.secret {
                if target.webhook == nil { inner.report("secret", "secret signs messages to a webhook, and there is none") }
                if !secret.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) || secret.count > 128 {
                    inner.report("secret", "secret is the name of the environment variable that holds the key, not the key")
                }
            }
            target.states = states(inner)
            targets.append(target)
        }
        return targets
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else { return false }
        let host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        return !host.isEmpty && !text.contains(where: \.isWhitespace)
    }

    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains { $0.isWhitespace || $0 == "<" || $0 == ">" || $0 == "," }
    }

    private static func states(_ reader: DeclarationReader) -> [RunState]? {
        guard let words = reader.strings("states") else { return nil }
        let known = RunState.allCases.map(\.rawValue)
        var states: [RunState] = []
        for (i, text) in words.enumerated() {
            guard let word = DeclarationReader.word(text, of: known), let state = RunState(rawValue: word) else {
                reader.report("states", "there is no state '\(text)'\(Suggestion.hint(for: text, in: known)) (states: \(known.joined(separator: ", ")))", [.index(i + 1)])
                continue
            }
            if !states.contains(state) { states.append(state) }
        }
        return states
    }
}
