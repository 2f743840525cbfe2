internal import GRDB

/// The tables of the catalog database.
///
/// Definitions of databases, tables and versions are kept as JSON: nothing searches inside them. Partitions are taken apart, because a table
/// may have a million of them and a filter must not read their definitions:
///
///     partitions  id  tableID  v0 v1 v2 v3 rest   location  descriptorID  body
///                     └─── unique index ───┘      what differs            times, parameters
///                                                    │
///     descriptors                          id  tableID  body             storage descriptor without location and parameters; few a table
///
/// `v0`...`v3` are the first four values, `rest` the others as a JSON list ("" for none). The index holds all values, so a filter walks it alone;
/// it is a range where the first keys are compared with constants.
///
/// File rows of bookmarks are keyed by everything that makes a file "the same", and carry the version of the commit that first recorded them:
/// a rewind deletes the rows above a version.
extension CatalogStore {
    /// `PRAGMA user_version` of a database that all migrations have seen.
    static let schemaVersion = 1

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("1", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: firstSchema)
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        return migrator
    }

    private static let firstSchema = """
        CREATE TABLE databases (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL);

        CREATE TABLE tables (
            id INTEGER PRIMARY KEY, databaseID INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE, name TEXT NOT NULL,
            version INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (databaseID, name));

        CREATE TABLE tableVersions (
            tableID INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE, version INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (tableID, version)) WITHOUT ROWID;

        CREATE TABLE descriptors (
            id INTEGER PRIMARY KEY, tableID INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE, body TEXT NOT NULL, UNIQUE (tableID, body));

        CREATE TABLE partitions (
            id INTEGER PRIMARY KEY, tableID INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE,
            v0 TEXT NOT NULL, v1 TEXT NOT NULL, v2 TEXT NOT NULL, v3 TEXT NOT NULL, rest TEXT NOT NULL,
            location TEXT, descriptorID INTEGER REFERENCES descriptors, body TEXT NOT NULL);
        CREATE UNIQUE INDEX partitionsByValues ON partitions (tableID, v0, v1, v2, v3, rest);

        CREATE TABLE runs (
            id TEXT PRIMARY KEY, job TEXT, state TEXT NOT NULL, started REAL NOT NULL, finished REAL, arguments TEXT NOT NULL, error TEXT,
            pid INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX runsByJob ON runs (job, started);
        CREATE INDEX openRuns ON runs (state) WHERE state IN ('STARTING', 'RUNNING', 'STOPPING');

        CREATE TABLE leases (
            job TEXT PRIMARY KEY, runID TEXT, token INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE staging (
            runID TEXT NOT NULL, folder TEXT NOT NULL, PRIMARY KEY (runID, folder)) WITHOUT ROWID;

        CREATE TABLE intents (
            id INTEGER PRIMARY KEY, runID TEXT NOT NULL, created REAL NOT NULL, body TEXT NOT NULL);

        CREATE TABLE bookmarkVersions (
            job TEXT NOT NULL, version INTEGER NOT NULL, runID TEXT NOT NULL, committed REAL NOT NULL, PRIMARY KEY (job, version)) WITHOUT ROWID;

        CREATE TABLE bookmarkContexts (
            id INTEGER PRIMARY KEY, job TEXT NOT NULL, context TEXT NOT NULL, UNIQUE (job, context));

        CREATE TABLE bookmarkFiles (
            contextID INTEGER NOT NULL REFERENCES bookmarkContexts ON DELETE CASCADE, path TEXT NOT NULL, modified INTEGER NOT NULL,
            size INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (contextID, path, modified, size)) WITHOUT ROWID;

        CREATE TABLE bookmarkStates (
            contextID INTEGER NOT NULL REFERENCES bookmarkContexts ON DELETE CASCADE, version INTEGER NOT NULL, state TEXT NOT NULL,
            PRIMARY KEY (contextID, version)) WITHOUT ROWID;
        """
}
