internal import Glibc
internal import Scripting

/// Text to the standard streams, past Swift's own buffer, so that what scripts print and what commands print keep their order.
enum StandardOutput {
    static func write(_ text: String) {
        LuaState.flush()
        send(text, to: STDOUT_FILENO)
    }

    static func writeError(_ text: String) { send(text, to: STDERR_FILENO) }

    private static func send(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
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
}
