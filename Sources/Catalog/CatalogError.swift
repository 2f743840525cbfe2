public import Columnar

/// What can go wrong with the catalog. The codes are those of the Glue API (without their suffix `Exception`), so that a server can hand them on.
public struct CatalogError: Error, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case entityNotFound = "EntityNotFound"
        case alreadyExists = "AlreadyExists"
        case invalidInput = "InvalidInput"
        /// A stored value contradicts the type of its partition key.
        case invalidState = "InvalidState"
        /// Someone else changed the object first.
        case concurrentModification = "ConcurrentModification"
        /// The run no longer holds its job: another one took over.
        case staleLease = "StaleLease"
        /// The database file cannot be opened, read or written.
        case unusable = "OperationNotSupported"
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public var description: String { message }
}

extension CatalogError: CodedError {
    public var errorCode: ErrorCode {
        switch code {
        case .entityNotFound: .notInCatalog
        case .alreadyExists: .inCatalogAlready
        case .invalidInput: .badDefinition
        case .invalidState: .badCatalogState
        case .concurrentModification: .changedMeanwhile
        case .staleLease: .lostLease
        case .unusable: .unusableCatalog
        }
    }
}
