internal import Connectors
internal import Glibc

extension LuaState {
    /// Writes text where `print` writes.
    func print(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let write = options.write { return write(UnsafeRawBufferPointer(bytes)) }
            LuaState.flush()
            DescriptorOutput.write(UnsafeRawBufferPointer(bytes), to: STDOUT_FILENO)
        }
    }

    /// The value as Lua's `tostring` gives it.
    func text(of value: LuaValue) throws -> String {
        try loadInternal(Array("return tostring(...)".utf8), name: "tostring").call([value]).first?.text ?? "nil"
    }
}
