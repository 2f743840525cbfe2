internal import Glibc

extension LuaState {
    /// Writes text where `print` writes.
    func print(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let write = options.write { return write(UnsafeRawBufferPointer(bytes)) }
            LuaState.flush()
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    return
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }

    /// The value as Lua's `tostring` gives it.
    func text(of value: LuaValue) throws -> String {
        try loadInternal(Array("return tostring(...)".utf8), name: "tostring").call([value]).first?.text ?? "nil"
    }
}
