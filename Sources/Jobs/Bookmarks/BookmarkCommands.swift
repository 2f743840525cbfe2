internal import Catalog
public import Connectors

/// What people do with bookmarks from outside a run.
public enum BookmarkCommands {
    /// Forgets everything a job has read: the next run reads it again. Data that runs wrote stays.
    ///
    /// - Throws: `JobError.alreadyRunning` while a run uses the bookmark; `CatalogError.entityNotFound` for a job without one.
    public static func reset(job: String, in home: Home) throws { try rewind(job, to: 0, home) }

    /// Makes the bookmark what it was after a run.
    ///
    /// - Throws: as `reset`; `JobError.notFound` for an unknown run.
    public static func rewind(job: String, toRun run: String, in home: Home) throws {
        try rewind(job, to: JobBookmark.version(ofRun: run, job, home.catalog), home)
    }

    private static func rewind(_ job: String, to version: Int, _ home: Home) throws {
        if let holder = try home.catalog.rewindBookmark(ofJob: job, to: version, isAlive: { RunLock.isHeld(home, run: $0.id) }) {
            throw JobError(
                .alreadyRunning, "the bookmark of job '\(job)' cannot be changed while run \(holder.id) (process \(holder.processID)) uses it")
        }
    }
}
