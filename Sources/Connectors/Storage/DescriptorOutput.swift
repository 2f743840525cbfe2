internal import Glibc

/// Bytes straight to a file descriptor, all of them.
public enum DescriptorOutput {
    /// - Returns: 0, or the error number; ENOSPC where the system takes nothing and says nothing.
    @discardableResult
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return count == 0 ? ENOSPC : errno }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return 0
    }

    /// - Returns: 0, or the error number.
    @discardableResult
    public static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32 { bytes.withUnsafeBytes { write($0, to: descriptor) } }

    /// - Returns: 0, or the error number.
    @discardableResult
    public static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }
}
