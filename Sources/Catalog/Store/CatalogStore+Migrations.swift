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
    static let schemaVersion = 2

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        migrator.registerMigration("1", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: firstSchema)
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("2", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: schedulingSchema)
            try db.execute(sql: "PRAGMA user_version = 2")
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

    /// Jobs, triggers, crawlers and workflows, and what the scheduler remembers.
    ///
    /// What a run does once has a key that no other run may have; a firing of a trigger has one too. So a scheduler that does again what another
    /// did before it died changes nothing.
    private static let schedulingSchema = """
        CREATE TABLE definitions (
            kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;

        CREATE TABLE generations (
            kind TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE triggerStates (
            name TEXT PRIMARY KEY, state TEXT NOT NULL, activated REAL NOT NULL, seen REAL NOT NULL, fired REAL) WITHOUT ROWID;

        CREATE TABLE firings (
            key TEXT PRIMARY KEY, trigger TEXT NOT NULL, time REAL NOT NULL) WITHOUT ROWID;
        CREATE INDEX firingsByTime ON firings (time);

        CREATE TABLE workflowRuns (
            id TEXT PRIMARY KEY, workflow TEXT NOT NULL, state TEXT NOT NULL, started REAL NOT NULL, finished REAL, body TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX workflowRunsByName ON workflowRuns (workflow, started);
        CREATE INDEX openWorkflowRuns ON workflowRuns (state) WHERE state IN ('RUNNING', 'STOPPING');

        CREATE TABLE scheduler (
            id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT, pid INTEGER NOT NULL, token INTEGER NOT NULL, heartbeat REAL NOT NULL);

        CREATE TABLE arrivals (
            trigger TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, seen REAL NOT NULL, state TEXT NOT NULL,
            runID TEXT, failures INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0,
            history TEXT NOT NULL DEFAULT '', PRIMARY KEY (trigger, path)) WITHOUT ROWID;
        CREATE INDEX arrivalsByRun ON arrivals (runID) WHERE runID IS NOT NULL;
        CREATE INDEX openArrivals ON arrivals (trigger, seen) WHERE state = 'PENDING';
        CREATE INDEX failedArrivals ON arrivals (due) WHERE state = 'FAILED';

        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, created REAL NOT NULL, due REAL NOT NULL, attempts INTEGER NOT NULL, runID TEXT, body TEXT NOT NULL, error TEXT);
        CREATE INDEX outboxByTime ON outbox (due);

        ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'JOB';
        ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN previousRun TEXT;
        ALTER TABLE runs ADD COLUMN trigger TEXT;
        ALTER TABLE runs ADD COLUMN chain TEXT;
        ALTER TABLE runs ADD COLUMN workflow TEXT;
        ALTER TABLE runs ADD COLUMN workflowRun TEXT;
        ALTER TABLE runs ADD COLUMN predecessors TEXT NOT NULL DEFAULT '';
        ALTER TABLE runs ADD COLUMN key TEXT;
        ALTER TABLE runs ADD COLUMN due REAL;
        ALTER TABLE runs ADD COLUMN settled INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE runs ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN committed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN details TEXT NOT NULL DEFAULT '';
        CREATE UNIQUE INDEX runsByKey ON runs (key) WHERE key IS NOT NULL;
        CREATE INDEX runsByChain ON runs (chain) WHERE chain IS NOT NULL;
        CREATE INDEX waitingRuns ON runs (due) WHERE state = 'WAITING';
        CREATE INDEX unsettledRuns ON runs (started) WHERE settled = 0;
        CREATE INDEX endedRuns ON runs (finished) WHERE settled = 1 AND finished IS NOT NULL;
        CREATE INDEX runsByTime ON runs (started);
        CREATE INDEX runsByState ON runs (state);
        CREATE INDEX activeRuns ON runs (job, started) WHERE state IN ('WAITING', 'STARTING', 'RUNNING', 'STOPPING');
        DROP INDEX openRuns;
        """
}
