internal import Catalog

/// What the kernel says of itself.
struct KernelFacts: Sendable {
    /// The version of Mastic.
    let version: String

    static let luaVersion = "5.4"

    var reply: [String: JSONValue] {
        func link(_ text: String, _ page: String) -> JSONValue {
            .object(["text": .string(text), "url": .string("https://www.lua.org/manual/5.4/" + page)])
        }
        return [
            "status": .string("ok"), "protocol_version": .string(MessageWriter.protocolVersion), "implementation": .string("mastic"),
            "implementation_version": .string(version),
            "banner": .string("Mastic \(version): ETL jobs in Lua, in the manner of AWS Glue. %help lists the magics; help() explains names."),
            "debugger": .boolean(false), "supported_features": .array([]),
            "help_links": .array([link("Lua reference", "")]),
            "language_info": .object([
                "name": .string("lua"), "version": .string(Self.luaVersion), "mimetype": .string("text/x-lua"), "file_extension": .string(".lua"),
                "pygments_lexer": .string("lua"), "codemirror_mode": .string("lua"), "nbconvert_exporter": .string("script"),
            ]),
        ]
    }
}
