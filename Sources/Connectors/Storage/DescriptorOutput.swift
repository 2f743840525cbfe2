internal import Engine
internal import Glibc

/// Bytes straight to a file descriptor, all of them.
public enum DescriptorOutput {
    /// - Returns: 0, or the error number; ENOSPC where the system takes nothing and says nothing.
    @discardableResult
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        if descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO { announce() }
        return writeUnheard(bytes, to: descriptor)
    }

    /// In an object: a function that is taken out of a generic box by itself gets wrapped anew each time.
    private final class Listener: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static let listener = Locked<Listener?>(nil)

    /// Has a function called before anything is written to the standard streams: of whoever draws on the terminal, and takes it away.
    public static func listen(_ body: (@Sendable () -> Void)?) { listener.withLock { $0 = body.map(Listener.init) } }

    /// Somebody is about to write to a standard stream.
    public static func announce() { listener.withLock { $0 }?.body() }

    /// Text from whoever draws on the terminal.
    public static func writeUnheard(_ text: String, to descriptor: Int32) {
        var text = text
        _ = text.withUTF8 { writeUnheard(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    private static func writeUnheard(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
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
