internal import Connectors
internal import Glibc

extension LuaState {
    /// Writes text where `print` writes.
    func print(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let write = options.write { return write(UnsafeRawBufferPointer(bytes)) }
            LuaState.flush()
            // A run that is to end does not go on with what is left of a long text; the script ends behind it.
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty, rest.count == bytes.count || control.reason == nil {
                let piece = rest.prefix(1 << 14)
                if DescriptorOutput.write(UnsafeRawBufferPointer(rebasing: piece), to: STDOUT_FILENO) != 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            }
        }
    }

    /// The value as Lua's `tostring` gives it.
    func text(of value: LuaValue) throws -> String {
        try loadInternal(Array("return tostring(...)".utf8), name: "tostring").call([value]).first?.text ?? "nil"
    }
}
