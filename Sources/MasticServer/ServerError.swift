public import Columnar
internal import Glibc
internal import NIOCore

/// Why a server could not begin.
public struct ServerError: CodedError, CustomStringConvertible, Sendable {
    public var errorCode: ErrorCode { .server }
    public let description: String

    static func cannotListen(_ url: String, _ error: IOError) -> ServerError {
        switch error.errnoCode {
        case EADDRINUSE: ServerError(description: "\(url) is in use by another process; --port takes another port, 0 a free one, --no-http none")
        case EADDRNOTAVAIL: ServerError(description: "\(url) cannot be listened on: the address is none of this machine's")
        case EACCES: ServerError(description: "\(url) cannot be listened on: ports below 1024 need a privilege")
        default: ServerError(description: "\(url) cannot be listened on: \(String(cString: strerror(error.errnoCode)).lowercased())")
        }
    }

    static func unknownHost(_ host: String) -> ServerError {
        ServerError(description: "--host \(host): there is no such address; it takes one of this machine's, such as 127.0.0.1, or 0.0.0.0 for all")
    }
}
