public import Columnar
internal import Glibc

/// What can go wrong with files and paths, in one sentence that names the path.
public struct StorageError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case notFound, permissionDenied, readOnly, noSpace, alreadyExists, unsupported, invalidPath, invalidPattern, inputOutput
        /// Two outputs of one run cover each other.
        case conflict
    }

    public let code: Code
    public let path: String
    public let message: String

    public init(_ code: Code, path: String, _ message: String) { (self.code, self.path, self.message) = (code, path, message) }

    public var description: String { message }

    /// The failure of a system call on a path.
    ///
    /// - Parameter action: what could not be done, as in "cannot be \(action)".
    public init(path: String, action: String, errno number: Int32) {
        let (code, reason): (Code, String) =
            switch number {
            case ENOENT, ENOTDIR: (.notFound, "there is no such file or folder")
            case EACCES, EPERM: (.permissionDenied, "permission denied")
            case EROFS: (.readOnly, "the file system is read-only")
            case ENOSPC: (.noSpace, "the disk is full")
            case EDQUOT: (.noSpace, "the disk quota is used up")
            case EFBIG: (.noSpace, "the file would be larger than the system allows")
            case EEXIST, ENOTEMPTY: (.alreadyExists, "it exists already")
            case EMFILE, ENFILE: (.inputOutput, "too many files are open; raise the limit with ulimit -n")
            case ELOOP: (.invalidPath, "its symbolic links go in a circle")
            case ENAMETOOLONG: (.invalidPath, "the name is too long for the file system")
            default: (.inputOutput, String(cString: strerror(number)).lowercased())
            }
        self.init(code, path: path, "\(path) cannot be \(action): \(reason)")
    }
}

extension StorageError: CodedError {
    public var errorCode: ErrorCode {
        switch code {
        case .notFound: .fileNotFound
        case .permissionDenied: .permissionDenied
        case .readOnly: .readOnly
        case .noSpace: .diskFull
        case .alreadyExists: .fileExists
        case .unsupported: .noObjectStore
        case .invalidPath: .badLocation
        case .invalidPattern: .badFilePattern
        case .inputOutput: .inputOutput
        case .conflict: .outputConflict
        }
    }

    public var subjects: [String] { [path] }
}
