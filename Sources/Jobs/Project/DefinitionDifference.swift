internal import Catalog
internal import Columnar

/// What two definitions of one name say differently, in the words of project files.
enum DefinitionDifference {
    /// Members whose names in a project file are not simply Glue's in snake case.
    private static let names = [
        "Command.ScriptLocation": "script", "DefaultArguments": "arguments", "NonOverridableArguments": "fixed_arguments", "Notifications": "notify",
        "ExecutionProperty.MaxConcurrentRuns": "max_concurrent_runs", "NotificationProperty.NotifyDelayAfter": "notify_delay_after",
        "ErrorRecords.QuarantinePath": "error_records.quarantine", "Actions": "start", "Predicate": "when", "WorkflowName": "workflow", "Arrival": "files",
        "Arrival.DeadLetterPath": "files.dead_letters", "EventBatchingCondition.BatchSize": "files.batch_size",
        "EventBatchingCondition.BatchWindow": "files.batch_window", "DatabaseName": "database", "TablePrefix": "prefix", "DefaultRunProperties": "properties",
        "Targets.S3Targets": "targets",
    ]
    /// Numbers that are lengths of time, with the seconds that 1 stands for.
    private static let times = [
        "Timeout": 60.0, "SilenceTimeout": 60, "RetryDelay": 1, "NotificationProperty.NotifyDelayAfter": 60, "Arrival.StableFor": 1, "Arrival.PollInterval": 1,
        "EventBatchingCondition.BatchWindow": 1,
    ]
    private static let ignored: Set<String> = ["Name", "CreatedOn", "LastModifiedOn", "CreationTime", "LastUpdated", "Command.Name"]

    static func between<Record: DefinitionRecord>(_ old: Record, _ new: Record) -> [ProjectPlan.Difference] {
        let (before, after) = (members(of: old), members(of: new))
        var differences: [ProjectPlan.Difference] = []
        for path in Set(before.keys).union(after.keys).sorted() where before[path] != after[path] {
            differences.append(ProjectPlan.Difference(member: name(path), old: before[path].map { text($0, path) }, new: after[path].map { text($0, path) }))
        }
        return differences
    }

    /// The members with a value, tables in tables by their paths; lists whole.
    static func members<Record: DefinitionRecord>(of record: Record) -> [String: JSONValue] {
        guard case .object(let object)? = try? RecordJSON.decode(JSONValue.self, from: RecordJSON.encode(record)) else { return [:] }
        var result: [String: JSONValue] = [:]
        func add(_ value: JSONValue, _ path: String) {
            if ignored.contains(path) { return }
            if case .object(let members) = value, path != "Predicate" {
                for (key, value) in members { add(value, path + "." + key) }
            } else if value != .null {
                result[path] = value
            }
        }
        for (key, value) in object { add(value, key) }
        return result
    }

    static func name(_ path: String) -> String {
        if let name = names[path] { return name }
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return DeclarationReader.snakeCase(path) }
        let first = names[parts[0]] ?? DeclarationReader.snakeCase(parts[0])
        // Keys of arguments, tags and properties are the user's own.
        let isOwn = ["DefaultArguments", "NonOverridableArguments", "Tags", "DefaultRunProperties"].contains(parts[0])
        return first + "." + (isOwn ? parts[1] : DeclarationReader.snakeCase(parts[1]))
    }

    static func text(_ value: JSONValue, _ path: String) -> String {
        switch value {
        case .integer(let number):
            if let unit = times[path] { return Quantity.duration(Double(number) * unit) }
            return path == "Memory" ? Quantity.size(Int(number)) : "\(number)"
        case .number(let number): return times[path].map { Quantity.duration(number * $0) } ?? "\(number)"
        case .string(let text): return text
        case .boolean(let truth): return "\(truth)"
        case .null: return ""
        case .array(let values): return values.map { item($0) }.joined(separator: ", ")
        case .object: return item(value)
        }
    }

    /// An action, a condition, a target or whatever else stands in a list, in few words.
    private static func item(_ value: JSONValue) -> String {
        guard case .object(let members) = value else { return text(value, "") }
        if case .array(let conditions)? = members["Conditions"] {
            let texts = conditions.map { item($0) }
            let isAny = members["Logical"] == .string("ANY")
            return texts.count < 2 ? texts.joined() : (isAny ? "any of " : "all of ") + texts.joined(separator: ", ")
        }
        var rest = members
        rest["LogicalOperator"] = nil
        var words: [String] = []
        for key in ["JobName", "CrawlerName", "Path", "Command", "Webhook", "Mail"] {
            if case .string(let text)? = rest.removeValue(forKey: key) { words.append(text) }
        }
        for key in ["State", "CrawlState"] {
            if case .string(let text)? = rest.removeValue(forKey: key), text != "SUCCEEDED" { words.append(text) }
        }
        for (key, value) in rest.sorted(by: { $0.key < $1.key }) {
            let isTime = key == "Timeout"
            words.append("\(DeclarationReader.snakeCase(key))=\(isTime ? text(value, key) : nested(value))")
        }
        return words.joined(separator: " ")
    }

    private static func nested(_ value: JSONValue) -> String {
        switch value {
        case .object(let members): "{" + members.sorted { $0.key < $1.key }.map { "\($0.key)=\(nested($0.value))" }.joined(separator: ", ") + "}"
        case .array(let values): "[" + values.map(nested).joined(separator: ", ") + "]"
        default: text(value, "")
        }
    }
}
