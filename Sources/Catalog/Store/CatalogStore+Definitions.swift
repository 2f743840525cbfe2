internal import GRDB

/// A change of one definition, as part of a transaction that makes several.
public enum DefinitionChange: Hashable, Sendable {
    case putJob(JobRecord), putTrigger(TriggerRecord, isActive: Bool), putCrawler(CrawlerRecord), putWorkflow(WorkflowRecord)
    case delete(DefinitionKind, String)
}

/// What the scheduler remembers of a trigger.
public struct TriggerStatus: Hashable, Sendable {
    public let name: String
    public let state: TriggerState
    /// When the trigger was activated last; `rate(...)` counts from here. Times are seconds since the epoch.
    public let activated: Double
    /// Ticks up to this time have been dealt with.
    public let seen: Double
    public let fired: Double?
}

/// Jobs, triggers, crawlers and workflows. Names keep their case, and are told apart by it.
extension CatalogStore {
    /// The definition of this name, or nil.
    public func definition<Record: DefinitionRecord>(_ type: Record.Type, _ name: String) throws(CatalogError) -> Record? {
        try read { try Self.definition($0, type, name) }
    }

    /// All definitions of a kind, by name.
    public func definitions<Record: DefinitionRecord>(_ type: Record.Type) throws(CatalogError) -> [Record] {
        try read { try Self.definitions($0, type) }
    }

    /// The names of all definitions of a kind, sorted.
    public func definitionNames(_ kind: DefinitionKind) throws(CatalogError) -> [String] {
        try read { try String.fetchAll($0.kept("SELECT name FROM definitions WHERE kind = ? ORDER BY name"), arguments: [kind.rawValue]) }
    }

    /// Numbers that grow with every change of a definition of the kind, so that readers know when to read again.
    public func definitionGenerations() throws(CatalogError) -> [String: Int64] {
        try read { db in
            Dictionary(try Row.fetchAll(db.kept("SELECT kind, number FROM generations")).map { ($0[0], $0[1]) }) { $1 }
        }
    }

    /// Creates and replaces definitions, all or none. A trigger whose schedule changes counts its ticks from now.
    ///
    /// - Throws: `invalidInput` for a name that is none.
    public func apply(_ changes: [DefinitionChange]) throws(CatalogError) {
        try write { db in
            for change in changes {
                switch change {
                case .putJob(let record): try Self.put(db, record)
                case .putCrawler(let record):
                    let old = try Self.definition(db, CrawlerRecord.self, record.name)
                    try Self.put(db, record)
                    let timing = [record.schedule, record.timeZone]
                    if record.schedule == nil {
                        try db.perform("DELETE FROM triggerStates WHERE name = ?", [Self.crawlerTick(record.name)])
                    } else if old.map({ [$0.schedule, $0.timeZone] }) != timing {
                        try Self.setTriggerState(db, Self.crawlerTick(record.name), .activated, restarts: true)
                    }
                case .putWorkflow(let record): try Self.put(db, record)
                case .putTrigger(let record, let isActive):
                    let old = try Self.definition(db, TriggerRecord.self, record.name)
                    try Self.put(db, record)
                    let isNew = old.map { $0.schedule != record.schedule || $0.timeZone != record.timeZone || $0.type != record.type } ?? true
                    // A trigger that waits for files works as soon as it is there, as in Glue, unless it is stopped.
                    let idle = record.type == .event ? TriggerState.deactivated : .created
                    try Self.setTriggerState(db, record.name, isActive ? .activated : idle, restarts: isNew)
                case .delete(let kind, let name):
                    try db.perform("DELETE FROM definitions WHERE kind = ? AND name = ?", [kind.rawValue, name])
                    if kind == .trigger {
                        try db.perform("DELETE FROM triggerStates WHERE name = ?", [name])
                        try db.perform("DELETE FROM arrivals WHERE trigger = ?", [name])
                    }
                    if kind == .crawler { try db.perform("DELETE FROM triggerStates WHERE name = ?", [Self.crawlerTick(name)]) }
                    try Self.grow(db, kind)
                }
            }
        }
    }

    /// What the scheduler calls the schedule of a crawler, beside the names of triggers.
    public static func crawlerTick(_ crawler: String) -> String { "crawler\u{1F}" + crawler }

    /// - Throws: `entityNotFound`.
    public func setTriggerState(_ name: String, _ state: TriggerState) throws(CatalogError) {
        try write { db in
            guard try Self.definition(db, TriggerRecord.self, name) != nil else { throw CatalogError(.entityNotFound, "Trigger \(name) not found.") }
            try Self.setTriggerState(db, name, state, restarts: state == .activated)
            try Self.grow(db, .trigger)
        }
    }

    /// Lets every schedule count from a time: what tests with a clock of their own want.
    package func resetTicks(to time: Double) throws(CatalogError) {
        try write { try $0.perform("UPDATE triggerStates SET activated = ?, seen = ?", [time, time]) }
    }

    public func triggerStatuses() throws(CatalogError) -> [String: TriggerStatus] {
        try read { db in
            let rows = try Row.fetchAll(db.kept("SELECT name, state, activated, seen, fired FROM triggerStates"))
            return Dictionary(rows.map { row in
                let status = TriggerStatus(
                    name: row[0], state: TriggerState(rawValue: row[1]) ?? .created, activated: row[2], seen: row[3], fired: row[4])
                return (status.name, status)
            }) { $1 }
        }
    }

    // MARK: - Inside a transaction

    static func definition<Record: DefinitionRecord>(_ db: Database, _ type: Record.Type, _ name: String) throws -> Record? {
        try String.fetchOne(db.kept("SELECT body FROM definitions WHERE kind = ? AND name = ?"), arguments: [type.kind.rawValue, name])
            .map { try RecordJSON.decode(type, from: $0) }
    }

    static func definitions<Record: DefinitionRecord>(_ db: Database, _ type: Record.Type) throws -> [Record] {
        try String.fetchAll(db.kept("SELECT body FROM definitions WHERE kind = ? ORDER BY name"), arguments: [type.kind.rawValue])
            .map { try RecordJSON.decode(type, from: $0) }
    }

    private static func put<Record: DefinitionRecord>(_ db: Database, _ record: Record) throws {
        guard (1...255).contains(record.name.utf8.count), !record.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw CatalogError(.invalidInput, "the name of a \(Record.kind.rawValue) must be one line of 1 to 255 bytes without control characters")
        }
        var new = record
        let old = try definition(db, Record.self, record.name)
        let time = now
        (new.createdOn, new.lastModifiedOn) = (old?.createdOn ?? time, time)
        try db.perform(
            "REPLACE INTO definitions (kind, name, body) VALUES (?, ?, ?)", [Record.kind.rawValue, record.name, RecordJSON.encode(new)])
        try grow(db, Record.kind)
    }

    static func grow(_ db: Database, _ kind: DefinitionKind) throws {
        try db.perform(
            "INSERT INTO generations (kind, number) VALUES (?, 1) ON CONFLICT DO UPDATE SET number = number + 1", [kind.rawValue])
    }

    /// - Parameter restarts: whether ticks count from now.
    private static func setTriggerState(_ db: Database, _ name: String, _ state: TriggerState, restarts: Bool) throws {
        let time = now
        try db.perform(
            """
                INSERT INTO triggerStates (name, state, activated, seen) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET state = excluded.state
                """, [name, state.rawValue, time, time])
        if restarts { try db.perform("UPDATE triggerStates SET activated = ?, seen = ? WHERE name = ?", [time, time, name]) }
    }
}
