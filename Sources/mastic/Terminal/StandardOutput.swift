internal import Connectors
internal import Glibc
internal import Scripting

/// Text to the standard streams, past Swift's own buffer, so that what scripts print and what commands print keep their order.
enum StandardOutput {
    static func write(_ text: String) {
        LuaState.flush()
        DescriptorOutput.write(text, to: STDOUT_FILENO)
    }

    /// Bytes that need not be UTF-8.
    static func write(_ bytes: [UInt8]) {
        LuaState.flush()
        DescriptorOutput.write(bytes[...], to: STDOUT_FILENO)
    }

    static func writeError(_ text: String) { DescriptorOutput.write(text, to: STDERR_FILENO) }
}
