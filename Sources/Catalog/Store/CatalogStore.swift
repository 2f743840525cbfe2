internal import Columnar
internal import Foundation
internal import GRDB
internal import Synchronization

/// The catalog database of one home: databases, tables, partitions, versions, runs, leases, intents and bookmarks, in one SQLite file, so that
/// one transaction covers them all.
///
/// The file is opened when it is first needed. Several processes may use it at once; a write waits up to `busyTimeoutSeconds` for another
/// process's. All methods may be called from any thread, block, and throw `CatalogError` alone.
public final class CatalogStore: Sendable {
    static let busyTimeoutSeconds = 20.0

    /// The database file. Its folder is created with it.
    public let path: String
    private let opened = Mutex<DatabaseQueue?>(nil)

    public init(path: String) { self.path = path }

    /// Whether there is a database file; false before the first use of a new home.
    public var exists: Bool { access(path, F_OK) == 0 }

    /// Seconds since the epoch, to the millisecond, as Glue tells times.
    public static var now: Double { Double(WallClock.now / 1000) / 1000 }

    /// Runs reads that see one state of the database.
    func read<T>(_ body: (Database) throws -> T) throws(CatalogError) -> T {
        try translatingErrors {
            // GRDB's own `read` sets query_only and takes it back, and with each setting SQLite forgets every compiled statement.
            try database().unsafeRead { db in
                let changes = db.totalChangesCount
                defer { assert(db.totalChangesCount == changes, "a read has written") }
                return try Self.transaction(.deferred, db, body)
            }
        }
    }

    /// Runs one write transaction, which happens in full or not at all.
    func write<T>(_ body: (Database) throws -> T) throws(CatalogError) -> T {
        try translatingErrors {
            try database().writeWithoutTransaction { db in try Self.transaction(.immediate, db, body) }
        }
    }

    /// Runs one write transaction that is on the disk when the call returns, whatever happens to the machine.
    ///
    /// Other writes survive the end of the process, but the last of them may be lost with the machine's power.
    func writeDurably<T>(_ body: (Database) throws -> T) throws(CatalogError) -> T {
        try translatingErrors {
            try database().writeWithoutTransaction { db in
                try db.perform("PRAGMA synchronous = FULL")
                defer { try? db.perform("PRAGMA synchronous = NORMAL") }
                return try Self.transaction(.immediate, db, body)
            }
        }
    }

    /// - Parameter kind: `immediate` for what writes: the lock is taken at the beginning, so that what is read first is still so at the writing.
    private static func transaction<T>(_ kind: Database.TransactionKind, _ db: Database, _ body: (Database) throws -> T) throws -> T {
        var result: T?
        try db.inTransaction(kind) {
            result = try body(db)
            return .commit
        }
        return result!
    }

    private func database() throws -> DatabaseQueue {
        try opened.withLock { queue in
            if let queue { return queue }
            let new = try open()
            queue = new
            return new
        }
    }

    private func open() throws -> DatabaseQueue {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CatalogError(.unusable, "the catalog's folder \(folder) cannot be created: \(String(cString: strerror(errno)))")
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
        configuration.journalMode = .wal
        configuration.label = "catalog"
        // KiB. SQLite's own 2 MiB are read through again and again where there are a hundred thousand runs.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -16384") }
        // Two processes must not open a new database at once: both would hold it shared while they ask for the write-ahead log, which SQLite refuses
        // without waiting. Nor must they migrate at once: the migrator looks for what is to do before it locks the database.
        let lock = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if lock >= 0 { close(lock) } }
        while lock >= 0, flock(lock, LOCK_EX) != 0, errno == EINTR {}
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if version > Self.schemaVersion {
            throw CatalogError(.unusable, "the catalog \(path) was made by a newer version of Mastic; update Mastic, or choose another home with --home")
        }
        if version < Self.schemaVersion { try Self.migrator.migrate(queue) }
        return queue
    }

    // MARK: - Errors

    func translatingErrors<T>(_ body: () throws -> T) throws(CatalogError) -> T {
        do {
            return try body()
        } catch let error as CatalogError {
            throw error
        } catch let error as DatabaseError {
            throw CatalogError(.unusable, sentence(for: error))
        } catch {
            throw CatalogError(.unusable, "the catalog \(path) cannot be used: \(error)")
        }
    }

    private func sentence(for error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "the catalog \(path) is damaged (\(error.message ?? "not a database")); restore it from a copy, or move it away to start with an empty one"
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            "the catalog \(path) cannot be opened: is the file readable and its folder writable? Choose another home with --home"
        case .SQLITE_READONLY:
            "the catalog \(path) cannot be written: the file or its folder is read-only; choose another home with --home"
        case .SQLITE_FULL:
            "the catalog \(path) cannot be written: the disk is full"
        case .SQLITE_IOERR:
            "the catalog \(path) cannot be read or written: input/output error"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            "the catalog \(path) has been locked by another process for more than \(Int(Self.busyTimeoutSeconds)) seconds"
        default:
            "the catalog \(path) cannot be used: \(error.message ?? "SQLite error \(error.resultCode.rawValue)")"
        }
    }
}
