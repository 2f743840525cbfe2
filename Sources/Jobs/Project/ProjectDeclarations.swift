internal import Catalog
internal import Columnar
internal import Connectors
internal import Scripting

/// The declarations of a project file as records, each checked by itself and against the others and the catalog.
///
/// Problems go to the reading. A declaration with a problem still gives a record, so that those who name it are not reported too.
struct ProjectDeclarations {
    /// What a call handed over.
    struct Raw {
        let word: DefinitionWord
        let table: LuaTable
        let line: Int

        var place: DeclarationPlace { DeclarationPlace(function: word.rawValue, line: line) }
    }

    private(set) var definitions = DefinitionSet()
    private(set) var warnings: [String] = []
    let reading: ProjectReading
    let project: String
    /// What stays in the catalog besides.
    let remaining: DefinitionSet
    /// What the project declared once and no longer does.
    private let former: DefinitionSet
    private var places: [DefinitionKind: [String: DeclarationPlace]] = [:]

    init(_ raw: [Raw], _ reading: ProjectReading, project: String, existing: DefinitionSet, prunes: Bool) {
        (self.reading, self.project) = (reading, project)
        // Names first: a declaration may name what follows.
        for declaration in raw where declaration.word == .job || declaration.word == .crawler {
            guard let name = (declaration.table["name"].text ?? declaration.table["Name"].text) else { continue }
            if declaration.word == .job { definitions.jobs[name] = JobRecord(name: name, script: "") }
            if declaration.word == .crawler { definitions.crawlers[name] = CrawlerRecord(name: name, targets: [], database: "") }
        }
        var declared = definitions
        for declaration in raw where declaration.word == .trigger || declaration.word == .workflow {
            guard let name = (declaration.table["name"].text ?? declaration.table["Name"].text) else { continue }
            if declaration.word == .trigger { declared.triggers[name] = TriggerRecord(name: name, type: .onDemand) }
            guard declaration.word == .workflow else { continue }
            declared.workflows[name] = WorkflowRecord(name: name)
            // The names of the triggers that stand in it.
            guard let list = (declaration.table["triggers"].table ?? declaration.table["Triggers"].table) else { continue }
            let tables = list.items.isEmpty ? [LuaValue.table(list)] : list.items
            for (i, item) in tables.enumerated() {
                let own = item.table.flatMap { $0["name"].text ?? $0["Name"].text }
                let trigger = own ?? Self.triggerName(inWorkflow: name, at: i)
                declared.triggers[trigger] = TriggerRecord(name: trigger, type: .onDemand)
            }
        }
        former = existing.ofProject(project).subtracting(declared)
        remaining = prunes ? existing.subtracting(declared).subtracting(former) : existing.subtracting(declared)
        for declaration in raw {
            switch declaration.word {
            case .job: readJob(declaration.table, declaration.place)
            case .crawler: readCrawler(declaration.table, declaration.place)
            case .workflow: readWorkflow(declaration.table, declaration.place)
            case .trigger: readTrigger(declaration.table, declaration.place)
            }
        }
        checkWorkflows()
        checkGraphs()
    }

    // MARK: - Keeping

    /// Whether a definition is the first of its name.
    private mutating func claim(_ kind: DefinitionKind, _ name: String, _ place: DeclarationPlace) -> Bool {
        if let first = places[kind]?[name] {
            let line = reading.source.spot(of: first.steps, in: first.function, from: first.line).line
            reading.report("\(kind.rawValue) '\(name)' is declared twice; first in line \(line)", at: place)
            return false
        }
        places[kind, default: [:]][name] = place
        return true
    }

    private mutating func readJob(_ table: LuaTable, _ place: DeclarationPlace) {
        guard var record = JobDeclaration.record(table, reading, place) else { return }
        record.project = project
        if claim(.job, record.name, place) { definitions.jobs[record.name] = record }
    }

    private mutating func readCrawler(_ table: LuaTable, _ place: DeclarationPlace) {
        guard var record = CrawlerDeclaration.record(table, reading, place) else { return }
        record.project = project
        if claim(.crawler, record.name, place) { definitions.crawlers[record.name] = record }
    }

    private mutating func readTrigger(_ table: LuaTable, _ place: DeclarationPlace, workflow: String? = nil, derivedName: String? = nil) {
        guard case (var record, let isActive)? = TriggerDeclaration(nodes: self).record(table, reading, place, workflow: workflow, derivedName: derivedName) else { return }
        record.project = project
        guard claim(.trigger, record.name, place) else { return }
        definitions.triggers[record.name] = record
        if isActive, record.type != .onDemand { definitions.activeTriggers.insert(record.name) }
    }

    private mutating func readWorkflow(_ table: LuaTable, _ place: DeclarationPlace) {
        let title = (table["name"].text ?? table["Name"].text).map { "workflow '\($0)'" } ?? "workflow"
        let reader = DeclarationReader(
            table, reading, place, title: title, members: ["name", "description", "properties", "max_concurrent_runs", "triggers", "tags"],
            aliases: ["default_run_properties": "properties"])
        guard let name = reader.definitionName(.workflow) else { return }
        var record = WorkflowRecord(name: name)
        record.description = reader.string("description")
        record.defaultRunProperties = reader.dictionary("properties").nonEmpty
        record.maxConcurrentRuns = reader.integer("max_concurrent_runs", 1...10_000)
        record.tags = reader.dictionary("tags").nonEmpty
        record.project = project
        if claim(.workflow, name, place) { definitions.workflows[name] = record }
        for (i, item) in (reader.list("triggers") ?? []).enumerated() {
            guard let trigger = item.value.table else {
                reading.report("workflow '\(name)': triggers is a list of tables; it holds \(DeclarationReader.text(item.value))", at: item.place)
                continue
            }
            readTrigger(trigger, item.place, workflow: name, derivedName: Self.triggerName(inWorkflow: name, at: i))
        }
    }

    /// The name of a trigger that stands in a workflow and says none.
    private static func triggerName(inWorkflow workflow: String, at place: Int) -> String { "\(workflow)_\(place + 1)" }

    // MARK: - What names what

    var jobNames: [String] { Set(definitions.jobs.keys).union(remaining.jobs.keys).sorted() }
    var crawlerNames: [String] { Set(definitions.crawlers.keys).union(remaining.crawlers.keys).sorted() }

    func isJob(_ name: String) -> Bool { definitions.jobs[name] != nil || remaining.jobs[name] != nil }
    func isCrawler(_ name: String) -> Bool { definitions.crawlers[name] != nil || remaining.crawlers[name] != nil }

    /// What stands behind the sentence that a name is unknown.
    func hint(_ name: String, in names: [String], kind: DefinitionKind) -> String {
        let isFormer = kind == .job ? former.jobs[name] != nil : kind == .crawler && former.crawlers[name] != nil
        if isFormer { return "; \(reading.file) no longer declares it, and --prune removes it" }
        return Suggestion.hint(for: name, in: names)
    }

    // MARK: - Checks of the whole

    /// The triggers that there will be.
    private var allTriggers: [TriggerRecord] { (Array(definitions.triggers.values) + Array(remaining.triggers.values)).sorted { $0.name < $1.name } }

    private mutating func checkWorkflows() {
        for (name, trigger) in definitions.triggers.sorted(by: { $0.key < $1.key }) {
            guard let workflow = trigger.workflowName, definitions.workflows[workflow] == nil, remaining.workflows[workflow] == nil else { continue }
            let names = Set(definitions.workflows.keys).union(remaining.workflows.keys).sorted()
            report(.trigger, name, "trigger '\(name)': there is no workflow '\(workflow)'\(Suggestion.hint(for: workflow, in: names))", [.name("workflow")])
        }
        let graphs = DependencyGraph.graphs(of: allTriggers)
        for name in definitions.workflows.keys.sorted() {
            let graph = graphs[name] ?? DependencyGraph([])
            let starts = graph.startTriggers.map(\.name)
            if starts.isEmpty {
                report(.workflow, name, "workflow '\(name)' has no trigger that starts it: one with a schedule, with files, or on demand (without when)")
            } else if starts.count > 1 {
                let leftover = starts.first { former.triggers[$0] != nil }
                report(
                    .workflow, name,
                    "workflow '\(name)' has \(starts.count) triggers that start it: \(starts.map { "'\($0)'" }.joined(separator: ", ")); it takes one"
                        + (leftover.map { " ('\($0)' is no longer in \(reading.file); --prune removes it)" } ?? ""))
            }
            for (trigger, node) in graph.unmetConditions {
                report(.trigger, trigger, "trigger '\(trigger)' waits for \(node.title), which no trigger of workflow '\(name)' starts", [.name("when")])
            }
        }
        if let outside = graphs[nil] {
            for (trigger, node) in outside.unmetConditions where definitions.triggers[trigger] != nil {
                warnings.append("trigger '\(trigger)' waits for \(node.title), which no trigger starts; runs that a person starts do not count")
            }
        }
    }

    private func checkGraphs() {
        for graph in DependencyGraph.graphs(of: allTriggers).values {
            for cycle in graph.cycles {
                // A cycle in what was there before is nothing that this file did.
                guard let trigger = cycle.triggers.first(where: { definitions.triggers[$0] != nil }) else { continue }
                report(.trigger, trigger, "conditional triggers form a cycle: \(cycle)", [.name("when")])
            }
        }
    }

    private func report(_ kind: DefinitionKind, _ name: String, _ message: String, _ steps: [DeclarationSource.Step] = []) {
        // What is not declared here is reported where the file begins.
        reading.report(message, at: places[kind]?[name] ?? DeclarationPlace(function: kind.rawValue, line: 1), places[kind]?[name] == nil ? [] : steps)
    }
}

extension [String: String]? {
    /// Nil for an empty dictionary, so that one that says nothing is the same as none.
    var nonEmpty: [String: String]? { self?.isEmpty == false ? self : nil }
}
