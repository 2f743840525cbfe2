internal import Glibc
internal import Scripting

/// Text to the standard streams, past Swift's own buffer, so that what scripts print and what commands print keep their order.
enum StandardOutput {
    static func write(_ text: String) {
        LuaState.flush()
        send(text, to: STDOUT_FILENO)
    }

    /// Bytes that need not be UTF-8.
    static func write(_ bytes: [UInt8]) {
        LuaState.flush()
        bytes.withUnsafeBytes { send($0, to: STDOUT_FILENO) }
    }

    static func writeError(_ text: String) { send(text, to: STDERR_FILENO) }

    private static func send(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { send(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    private static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
