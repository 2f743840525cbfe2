internal import Catalog
internal import Columnar
internal import Connectors
internal import Scripting

/// `trigger{ ... }` of a project file, on its own or in a workflow.
struct TriggerDeclaration {
    private static let members = [
        "name", "type", "description", "schedule", "time_zone", "misfire", "start", "when", "files", "active", "workflow", "tags",
    ]
    private static let aliases = [
        "actions": "start", "workflow_name": "workflow", "start_on_creation": "active", "predicate": "when", "arrival": "files",
        "event_batching_condition": "batching",
    ]
    private static let jobStates: [RunState] = [.succeeded, .failed, .stopped, .timeout]
    private static let crawlStates = ["SUCCEEDED", "FAILED", "CANCELLED"]

    /// What names of jobs and crawlers stand for.
    let nodes: ProjectDeclarations

    private var reading: ProjectReading { nodes.reading }

    /// - Parameters:
    ///   - workflow: whose trigger this is, if it stands in one.
    ///   - derivedName: the name if it says none.
    func record(
        _ table: LuaTable, _ reading: ProjectReading, _ place: DeclarationPlace, workflow: String?, derivedName: String?
    ) -> (TriggerRecord, isActive: Bool)? {
        let title = (table["name"].text ?? table["Name"].text ?? derivedName).map { "trigger '\($0)'" } ?? "trigger"
        var members = Self.members
        if workflow != nil { members.removeAll { $0 == "workflow" } }
        let reader = DeclarationReader(
            table, reading, place, title: title, members: members, hidden: ["batching"], aliases: Self.aliases,
            foreign: workflow == nil ? [:] : ["workflow": "it stands in workflow '\(workflow ?? "")'"])
        guard let name = reader.definitionName(.trigger, derived: derivedName) else { return nil }
        let type = self.type(reader)
        var record = TriggerRecord(name: name, type: type, actions: actions(reader))
        record.workflowName = workflow ?? reader.string("workflow")
        record.description = reader.string("description")
        record.tags = reader.dictionary("tags").nonEmpty
        (record.schedule, record.timeZone) = Self.schedule(reader)
        if let misfire = reader.word("misfire", TriggerRecord.Misfire.allCases.map(\.rawValue)) {
            if !reader.has("schedule") { reader.report("misfire", "\(reader.key("misfire")) is about times of a schedule, and there is none") }
            record.misfire = TriggerRecord.Misfire(rawValue: misfire)
        }
        if type == .conditional { record.predicate = predicate(reader) }
        if type == .event { (record.arrival, record.eventBatchingCondition) = arrival(reader) }
        let isActive = reader.boolean("active")
        if isActive != nil, type == .onDemand { reader.report("active", "a trigger on demand fires when it is asked to; it is never active") }
        return (record, isActive ?? true)
    }

    // MARK: - Kind

    /// The kind: as it is said, or as it follows from what is there.
    private func type(_ reader: DeclarationReader) -> TriggerRecord.Kind {
        let causes: [(TriggerRecord.Kind, String)] = [(.scheduled, "schedule"), (.conditional, "when"), (.event, "files")]
        let given = causes.filter { reader.has($0.1) }
        if given.count > 1 {
            reader.report(given[1].1, "\(given.map { reader.key($0.1) }.joined(separator: " and ")) are causes of different kinds; a trigger has one")
        }
        let follows = given.first?.0 ?? .onDemand
        guard let said = reader.word("type", TriggerRecord.Kind.allCases.map(\.rawValue)).flatMap({ TriggerRecord.Kind(rawValue: $0) }) else { return follows }
        if said != follows {
            if let wanted = causes.first(where: { $0.0 == said }) {
                reader.report("type", "a trigger of type \(said.rawValue) needs \(wanted.1)")
            } else {
                reader.report("type", "a trigger of type \(said.rawValue) has no \(given.first.map { reader.key($0.1) } ?? "schedule")")
            }
        }
        return follows
    }

    /// The schedule and the time zone of a trigger or a crawler.
    static func schedule(_ reader: DeclarationReader) -> (schedule: String?, zone: String?) {
        let schedule = reader.string("schedule")
        let zone = reader.string("time_zone")
        if zone != nil, !reader.has("schedule") { reader.report("time_zone", "\(reader.key("time_zone")) is about a schedule, and there is none") }
        if let schedule {
            do throws(ScheduleError) { _ = try Schedule(expression: schedule) } catch { reader.report("schedule", error) }
        }
        if let zone {
            // Any expression will do for the sake of the zone.
            do throws(ScheduleError) { _ = try Schedule(expression: "rate(1 day)", zone: zone) } catch { reader.report("time_zone", error) }
        }
        return (schedule, zone)
    }

    // MARK: - Actions

    private func actions(_ reader: DeclarationReader) -> [TriggerRecord.Action] {
        var actions: [TriggerRecord.Action] = []
        if !reader.has("start") {
            reader.report("start", "start is missing: the jobs and crawlers that the trigger starts")
            return []
        }
        let list = reader.list("start") ?? []
        if list.isEmpty { reader.report("start", "\(reader.key("start")) names nothing to start") }
        for (value, place) in list {
            guard let action = action(value, place, reader) else { continue }
            if actions.contains(where: { $0.node == action.node && $0.arguments == action.arguments }) {
                reading.report("\(reader.title) starts \(action.node.title) twice in the same way", at: place)
                continue
            }
            actions.append(action)
        }
        return actions
    }

    private func action(_ value: LuaValue, _ place: DeclarationPlace, _ reader: DeclarationReader) -> TriggerRecord.Action? {
        if let name = value.text {
            guard let node = node(name, place, reader.title) else { return nil }
            return node.kind == .job ? TriggerRecord.Action(job: name) : TriggerRecord.Action(crawler: name)
        }
        guard let table = value.table else {
            reading.report("\(reader.title): an action is a name or a table such as { job = \"...\" }, not \(DeclarationReader.text(value))", at: place)
            return nil
        }
        let inner = DeclarationReader(
            table, reading, place, title: "\(reader.title): action", members: ["job", "crawler", "arguments", "timeout"],
            aliases: ["job_name": "job", "crawler_name": "crawler"],
            foreign: ["security_configuration": "files are read with the rights of the process", "notification_property": "write notify_delay_after in the job"])
        guard let node = node(inner) else { return nil }
        var action = node.kind == .job ? TriggerRecord.Action(job: node.name) : TriggerRecord.Action(crawler: node.name)
        action.arguments = JobDeclaration.arguments("arguments", inner).nonEmpty
        action.timeout = inner.duration("timeout", glueUnit: 60).map { $0 / 60 }
        if node.kind == .crawler, inner.has("arguments") { inner.report("arguments", "a crawler takes no arguments") }
        return action
    }

    /// The job or crawler that a bare name stands for.
    private func node(_ name: String, _ place: DeclarationPlace, _ title: String) -> RunNode? {
        switch (nodes.isJob(name), nodes.isCrawler(name)) {
        case (true, false): return RunNode(.job, name)
        case (false, true): return RunNode(.crawler, name)
        case (true, true): reading.report("\(title): '\(name)' is a job and a crawler; write { job = \"\(name)\" } or { crawler = \"\(name)\" }", at: place)
        case (false, false):
            let hint = nodes.hint(name, in: nodes.jobNames + nodes.crawlerNames, kind: .job)
            reading.report("\(title): there is no job or crawler '\(name)'\(hint)", at: place)
        }
        return nil
    }

    /// The job or crawler that a table names: exactly one.
    private func node(_ reader: DeclarationReader) -> RunNode? {
        if reader.has("job"), reader.has("crawler") {
            reader.report("crawler", "job and crawler cannot be set together; write two tables")
            return nil
        }
        if !reader.has("job"), !reader.has("crawler") {
            reading.report("\(reader.title): job or crawler is missing", at: reader.place)
            return nil
        }
        if let job = reader.string("job") {
            if nodes.isJob(job) { return RunNode(.job, job) }
            reader.report("job", "there is no job '\(job)'\(nodes.isCrawler(job) ? "; it is a crawler: { crawler = \"\(job)\" }" : nodes.hint(job, in: nodes.jobNames, kind: .job))")
        }
        if let crawler = reader.string("crawler") {
            if nodes.isCrawler(crawler) { return RunNode(.crawler, crawler) }
            reader.report(
                "crawler",
                "there is no crawler '\(crawler)'\(nodes.isJob(crawler) ? "; it is a job: { job = \"\(crawler)\" }" : nodes.hint(crawler, in: nodes.crawlerNames, kind: .crawler))")
        }
        return nil
    }

    // MARK: - Conditions

    private func predicate(_ reader: DeclarationReader) -> TriggerRecord.Predicate {
        guard let given = reader["when"] else { return TriggerRecord.Predicate(.and, []) }
        let place = reader.place.below([given.step])
        var logical = TriggerRecord.Predicate.Logical.and
        var list: [(value: LuaValue, place: DeclarationPlace)] = []
        if let table = given.value.table, table.items.isEmpty, !table.fields.isEmpty, isGroup(table) {
            let inner = DeclarationReader(
                table, reading, place, title: "\(reader.title): \(given.key)", members: ["all", "any"], hidden: ["logical", "conditions"])
            let groups = ["all", "any", "conditions"].filter { inner.has($0) }
            if groups.count != 1 { reading.report("\(inner.title) takes one of all and any", at: place) }
            if inner.has("any") || inner.word("logical", ["AND", "ANY"]) == "ANY" { logical = .any }
            list = groups.first.flatMap { inner.list($0) } ?? []
        } else {
            list = reader.list("when") ?? []
        }
        let conditions = list.compactMap { condition($0.value, $0.place, reader) }
        if list.isEmpty { reader.report("when", "\(given.key) has no condition") }
        if list.count > 500 { reader.report("when", "\(given.key) has \(list.count) conditions; 500 are the most") }
        return TriggerRecord.Predicate(logical, conditions)
    }

    /// Whether a table holds conditions, rather than being one.
    private func isGroup(_ table: LuaTable) -> Bool {
        let keys = Set(table.fields.keys.map(DeclarationReader.snakeCase))
        return keys.isDisjoint(with: ["job", "crawler", "state", "job_name", "crawler_name", "crawl_state"])
    }

    private func condition(_ value: LuaValue, _ place: DeclarationPlace, _ reader: DeclarationReader) -> TriggerRecord.Condition? {
        if let name = value.text {
            guard let node = node(name, place, reader.title) else { return nil }
            return node.kind == .job ? TriggerRecord.Condition(job: name) : TriggerRecord.Condition(crawler: name)
        }
        guard let table = value.table else {
            reading.report("\(reader.title): a condition is a name or a table such as { job = \"...\", state = \"SUCCEEDED\" }, not \(DeclarationReader.text(value))", at: place)
            return nil
        }
        let inner = DeclarationReader(
            table, reading, place, title: "\(reader.title): condition", members: ["job", "crawler", "state"], hidden: ["logical_operator"],
            aliases: ["job_name": "job", "crawler_name": "crawler", "crawl_state": "state"])
        _ = inner.word("logical_operator", ["EQUALS"])
        let isCrawler = inner.has("crawler") && !inner.has("job")
        let state = inner.word("state", isCrawler ? Self.crawlStates : Self.jobStates.map(\.rawValue)) ?? "SUCCEEDED"
        guard let node = node(inner) else { return nil }
        if node.kind == .crawler { return TriggerRecord.Condition(crawler: node.name, state: state) }
        return TriggerRecord.Condition(job: node.name, state: RunState(rawValue: state) ?? .succeeded)
    }

    // MARK: - Files

    private func arrival(_ reader: DeclarationReader) -> (TriggerRecord.Arrival?, TriggerRecord.EventBatchingCondition?) {
        guard let given = reader["files"] else { return (nil, nil) }
        let place = reader.place.below([given.step])
        var table = LuaTable()
        if given.value.text != nil { table["path"] = given.value } else if let inner = given.value.table { table = inner } else {
            reader.report("files", "\(given.key) is a path or a table such as { path = \"in/\", pattern = \"*.csv\" }, not \(DeclarationReader.text(given.value))")
            return (nil, nil)
        }
        let inner = DeclarationReader(
            table, reading, place, title: "\(reader.title): \(given.key)",
            members: ["path", "pattern", "batch_size", "batch_window", "stable_for", "max_failures", "dead_letters", "poll_interval"],
            aliases: ["dead_letter_path": "dead_letters"])
        var batching = DeclarationReader(LuaTable(), reading, place, title: reader.title, members: [])
        if let (table, place) = reader.table("batching") {
            batching = DeclarationReader(table, reading, place, title: "\(reader.title): \(reader.key("batching"))", members: ["batch_size", "batch_window"])
        }
        var arrival = TriggerRecord.Arrival(path: path(inner.string("path", isRequired: true) ?? "."))
        if let pattern = inner.string("pattern") {
            do throws(StorageError) { _ = try Glob(pattern) } catch { inner.report("pattern", error.description) }
            arrival.pattern = pattern
        }
        arrival.stableFor = inner.duration("stable_for", glueUnit: 1)
        arrival.maxFailures = inner.integer("max_failures", 1...1000)
        arrival.deadLetterPath = inner.string("dead_letters").map(path)
        arrival.pollInterval = inner.duration("poll_interval", glueUnit: 1, least: 0.1)
        if let letters = arrival.deadLetterPath, letters == arrival.path { inner.report("dead_letters", "\(inner.key("dead_letters")) is the folder that is watched") }
        let size = inner.integer("batch_size", 1...100_000) ?? batching.integer("batch_size", 1...100_000)
        let window = inner.duration("batch_window", glueUnit: 1, least: 1) ?? batching.duration("batch_window", glueUnit: 1, least: 1)
        if size == nil, window == nil { return (arrival, nil) }
        // A window alone takes whatever came in it.
        return (arrival, TriggerRecord.EventBatchingCondition(batchSize: size ?? 100_000, batchWindow: window.map { Int($0.rounded(.up)) }))
    }

    /// A path that means the same wherever it is read.
    private func path(_ text: String) -> String { text.contains("://") ? text : LocalPath.absolute(text, from: reading.folder) }
}
