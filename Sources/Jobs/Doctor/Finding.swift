/// What one look at the installation found.
public struct Finding: Sendable, Hashable {
    public enum Status: String, Sendable {
        case ok, warning, error
    }

    /// What was looked at: `catalog`, `disk space`.
    public let name: String
    public let status: Status
    /// What there is, in a line.
    public let text: String
    /// What to do; nil where all is well.
    public let advice: String?

    public init(_ name: String, _ status: Status, _ text: String, advice: String? = nil) { (self.name, self.status, self.text, self.advice) = (name, status, text, advice) }

    static func ok(_ name: String, _ text: String) -> Finding { Finding(name, .ok, text) }
    static func warning(_ name: String, _ text: String, _ advice: String) -> Finding { Finding(name, .warning, text, advice: advice) }
    static func error(_ name: String, _ text: String, _ advice: String) -> Finding { Finding(name, .error, text, advice: advice) }
}
