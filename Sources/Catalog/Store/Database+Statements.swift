internal import GRDB

extension Database {
    /// A statement that is compiled once for a connection. A scheduler asks the same few questions over and over.
    func kept(_ sql: String) throws -> Statement { try cachedStatement(sql: sql) }

    /// Carries out a statement that is compiled once for a connection.
    func perform(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws { try cachedStatement(sql: sql).execute(arguments: arguments) }
}
