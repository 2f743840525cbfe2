public import Catalog

/// Definitions in the words of project files.
public enum DefinitionText {
    /// The members that have a value, as `name` and text, the important ones first.
    public static func members<Record: DefinitionRecord>(of record: Record) -> [(name: String, text: String)] {
        let place = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        func rank(_ name: String) -> Int { place[String(name.prefix { $0 != "." })] ?? order.count }
        return DefinitionDifference.members(of: record).map { (DefinitionDifference.name($0), DefinitionDifference.text($1, $0)) }
            .sorted { (rank($0.0), $0.0) < (rank($1.0), $1.0) }
    }

    private static let order = [
        "description", "type", "workflow", "script", "working_directory", "targets", "database", "prefix", "schedule", "time_zone", "misfire", "files", "when", "start",
        "arguments", "fixed_arguments", "properties", "max_retries", "retry_delay", "timeout", "silence_timeout", "max_concurrent_runs", "overlap", "memory",
        "threads", "notify_delay_after", "notify", "error_records", "tags",
    ]
}
