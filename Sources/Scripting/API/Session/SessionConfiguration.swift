internal import Columnar
internal import Logging

/// `spark.conf`: settings by their names in Spark. Those that mean something here are checked; all others are kept, and mean nothing.
final class SessionConfiguration: ScriptObject {
    static let className = "RuntimeConfig"
    private let environment: ScriptEnvironment
    private var values: [String: String] = [:]

    init(_ environment: ScriptEnvironment) { self.environment = environment }

    /// The settings that mean something, with what they are unless set.
    static let known: [String: String] = [
        "spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "UTC", "spark.sql.caseSensitive": "false", "spark.sql.shuffle.partitions": "200",
        "spark.sql.sources.partitionOverwriteMode": "STATIC", "spark.sql.sources.default": "parquet",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "true", "spark.sql.autoBroadcastJoinThreshold": "10485760",
        "spark.sql.warehouse.dir": "warehouse", "spark.app.name": "mastic", "spark.master": "local[*]",
    ]

    /// The value of a setting; nil where it was neither set nor is known.
    func value(_ key: String) -> String? { values[key] ?? Self.known[key] }
    func isTrue(_ key: String) -> Bool { value(key)?.lowercased() == "true" }
    var all: [(key: String, value: String)] { Self.known.merging(values) { $1 }.sorted { $0.key < $1.key } }

    /// Whether errors of arithmetic and casts raise (`spark.sql.ansi.enabled`).
    var isANSI: Bool { isTrue("spark.sql.ansi.enabled") }
    /// The zone in which timestamps are read and shown.
    var timeZone: String { value("spark.sql.session.timeZone") ?? "UTC" }
    /// Whether an overwrite replaces the partitions only that it writes.
    var overwritesPartitionsOnly: Bool { value("spark.sql.sources.partitionOverwriteMode")?.lowercased() == "dynamic" }

    func set(_ key: String, _ value: String) throws {
        let text = value.trimmed
        switch key {
        case "spark.sql.ansi.enabled", "spark.sql.sources.partitionColumnTypeInference.enabled":
            guard ["true", "false"].contains(text.lowercased()) else { throw APIError("'\(key)' is true or false, not '\(value)'", .wrongOption) }
        case "spark.sql.caseSensitive":
            guard text.lowercased() == "false" else { throw APIError("'\(key)' can only be false: names of columns count in any case", .wrongOption) }
        case "spark.sql.session.timeZone":
            guard ["utc", "gmt", "z", "etc/utc", "+00:00", "+0:00"].contains(text.lowercased()) else {
                throw APIError("'\(key)' can only be UTC: timestamps are read and shown in UTC; from_utc_timestamp, to_utc_timestamp and convert_timezone lead to other zones", .wrongOption)
            }
        case "spark.sql.shuffle.partitions":
            guard let number = Int(text), number > 0 else { throw APIError("'\(key)' is a whole number above 0, not '\(value)'", .wrongOption) }
        case "spark.sql.sources.partitionOverwriteMode":
            guard ["static", "dynamic"].contains(text.lowercased()) else { throw APIError("'\(key)' is STATIC or DYNAMIC, not '\(value)'", .wrongOption) }
        default:
            if let near = Suggestion.nearest(key, in: Self.known.keys.sorted()), near != key, Self.isTypo(key, of: near) {
                environment.log.warning("the setting '\(key)' means nothing; did you mean '\(near)'?")
            }
        }
        values[key] = text
    }

    func unset(_ key: String) { values[key] = nil }

    /// A name that differs in a few letters from one that means something; `spark.sql.ansi.foo` may well be another of Spark's.
    private static func isTypo(_ key: String, of known: String) -> Bool {
        key.lowercased() == known.lowercased() || (abs(key.count - known.count) <= 2 && Set(key.lowercased()).symmetricDifference(Set(known.lowercased())).count <= 2)
    }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(SessionConfiguration.self, name: className) { conf in
            conf.calling { conf, _ in [.object(conf)] }
            conf.method(Signature("set", [.required("key", .string), .required("value", .any)])) { conf, arguments in
                guard let value = arguments["value"]?.settingText else {
                    throw APIError("spark.conf.set: the value is a string, a number or a boolean, not \(arguments["value"]?.kindDescription ?? "null")", .wrongArgument)
                }
                try conf.set(arguments.string("key", default: ""), value)
                return []
            }
            conf.method(Signature("get", [.required("key", .string), .optional("default", .any)])) { conf, arguments in
                let key = arguments.string("key", default: "")
                if let value = conf.value(key) { return [.string(value)] }
                if let other = arguments.values["default"] { return [other] }
                throw APIError("the setting '\(key)' is not set\(Suggestion.hint(for: key, in: conf.all.map(\.key)))", .wrongOption)
            }
            conf.method(Signature("unset", [.required("key", .string)])) { conf, arguments in
                conf.unset(arguments.string("key", default: ""))
                return []
            }
            conf.method(Signature("isModifiable", [.required("key", .string)])) { _, arguments in
                let key = arguments.string("key", default: "")
                return [.boolean(key.hasPrefix("spark.sql.") && key != "spark.sql.warehouse.dir")]
            }
            conf.property { conf, name in
                if name == "getAll" {
                    var table = LuaTable(fields: Dictionary(uniqueKeysWithValues: conf.all.map { ($0.key, LuaValue.string($0.value)) }))
                    table.manner = .callable
                    return .table(table)
                }
                let known = ["get", "getAll", "isModifiable", "set", "unset"]
                throw APIError("spark.conf has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
        }
    }
}

extension LuaValue {
    /// A plain value as the text of a setting or an option.
    var settingText: String? {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): Int64(exactly: value).map { "\($0)" } ?? "\(value)"
        case .string: text
        default: nil
        }
    }
}
