internal import GRDB

/// What those who send the outbox's messages need, beside `dueMessages`.
extension CatalogStore {
    /// The messages that are due, those of a smaller id first.
    ///
    /// - Parameter last: only messages after this id.
    public func dueMessages(at time: Double, after last: Int64, limit: Int) throws(CatalogError) -> [OutgoingMessage] {
        try read { db in
            try Row.fetchAll(
                db.kept("SELECT id, created, attempts, runID, body FROM outbox WHERE due <= ? AND id > ? ORDER BY id LIMIT ?"), arguments: [time, last, limit]
            ).map { OutgoingMessage(id: $0[0], created: $0[1], attempts: $0[2], run: $0[3], body: $0[4]) }
        }
    }

    /// Takes a due message for a while: no other sender takes it before `until`, and if this one dies, another does then.
    ///
    /// - Returns: false if another has it.
    public func claimMessage(_ id: Int64, at time: Double, until: Double) throws(CatalogError) -> Bool {
        try write { db in
            try db.perform("UPDATE outbox SET due = ? WHERE id = ? AND due <= ?", [until, id, time])
            return db.changesCount > 0
        }
    }

    /// When the next message is due; nil if there is none.
    public func nextMessageDue() throws(CatalogError) -> Double? { try read { try Double.fetchOne($0.kept("SELECT min(due) FROM outbox")) } }
}
