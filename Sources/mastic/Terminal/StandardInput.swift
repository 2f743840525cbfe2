internal import Columnar
internal import Glibc

/// Standard input as a whole.
enum StandardInput {
    static func all() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw InputError(description: "standard input cannot be read: \(String(cString: strerror(errno)))")
            }
            bytes += buffer[..<count]
        }
    }
}

struct InputError: CodedError, CustomStringConvertible {
    let description: String
    var errorCode = ErrorCode.commandInput
    var headline: String?
    var notes: [ErrorNote] = []
    var advice: String?
}
