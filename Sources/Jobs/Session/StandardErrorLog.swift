internal import Columnar
internal import Connectors
internal import Glibc
public import Logging

/// Writes log messages to standard error: `warning: ...` for people, one JSON object a line for programs.
public struct StandardErrorLog: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let isJSON: Bool

    public init(label: String, level: Logger.Level, json: Bool) { (self.label, logLevel, isJSON) = (label, level, json) }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var text = TextBuffer(capacity: 256)
        if isJSON {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            text.append("{\"time\": \"")
            text.append(timestamp: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000, style: .iso)
            text.append("\", \"level\": \"\(event.level.rawValue)\", \"message\": ")
            text.append(jsonString: event.message.description)
            for (key, value) in all {
                text.append(", ")
                text.append(jsonString: key)
                text.append(": ")
                text.append(jsonString: value.description)
            }
            text.append("}\n")
        } else {
            text.append("\(event.level.rawValue): \(event.message)")
            for (key, value) in all { text.append(" \(key)=\(value)") }
            text.append("\n")
        }
        DescriptorOutput.write(UnsafeRawBufferPointer(start: text.bytes.baseAddress, count: text.bytes.count), to: STDERR_FILENO)
    }
}
