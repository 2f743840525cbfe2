internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Jobs

/// Finds the definition or the run that a command names, or says what is near.
enum DefinitionNames {
    static func require<Record: DefinitionRecord>(_ type: Record.Type, _ name: String, in catalog: CatalogStore) throws -> Record {
        if catalog.exists, let record = try catalog.definition(type, name) { return record }
        let names = catalog.exists ? try catalog.definitionNames(type.kind) : []
        let hint = Suggestion.hint(for: name, in: names)
        let known = names.isEmpty ? "the catalog has none" : names.count > 12 ? "mastic \(type.kind.rawValue) list shows all" : "there are: \(names.joined(separator: ", "))"
        let advice =
            names.isEmpty ? "mastic apply project.lua makes the jobs, crawlers, triggers and workflows that a project file declares" : "mastic \(type.kind.rawValue) list shows what there is"
        throw InputError(description: "there is no \(type.kind.rawValue) '\(name)'\(hint) (\(known))", errorCode: .noSuchDefinition, advice: advice)
    }

    /// The run whose id begins so, if it is the only one.
    static func run(_ prefix: String, in catalog: CatalogStore) throws -> RunRecord {
        let full = prefix.hasPrefix("jr_") ? prefix : "jr_" + prefix
        if catalog.exists, prefix.count >= 1 {
            if let run = try catalog.run(full) { return run }
            let ids = try catalog.runIDs(startingWith: full, limit: 6)
            if ids.count == 1, let run = try catalog.run(ids[0]) { return run }
            if ids.count > 1 {
                throw InputError(description: "several runs begin with '\(prefix)': \(ids.prefix(5).joined(separator: ", "))\(ids.count > 5 ? " ..." : ""); write more of the id")
            }
        }
        throw InputError(description: "there is no run '\(prefix)'", errorCode: .noSuchDefinition, advice: "mastic job runs NAME lists the runs of a job")
    }

    /// The run of a workflow whose id begins so.
    static func workflowRun(_ prefix: String, of workflow: String, in catalog: CatalogStore) throws -> WorkflowRunRecord {
        let full = prefix.hasPrefix("wr_") ? prefix : "wr_" + prefix
        let found = try catalog.workflowRuns(of: workflow, limit: 100_000).filter { $0.id.hasPrefix(full) }
        if let run = found.first(where: { $0.id == full }) ?? (found.count == 1 ? found.first : nil) { return run }
        if found.count > 1 { throw InputError(description: "several runs begin with '\(prefix)': \(found.prefix(5).map(\.id).joined(separator: ", ")); write more of the id") }
        throw InputError(description: "workflow '\(workflow)' has no run '\(prefix)'", errorCode: .noSuchDefinition, advice: "mastic workflow runs \(workflow) lists them")
    }
}

/// Definitions and runs as people read them.
enum DefinitionListing {
    /// The first digits of an id: enough for `mastic job logs` and the like.
    static func short(_ id: String?) -> String { id.map { String($0.prefix(11)) } ?? "" }

    static func style(of state: String) -> Screen.Style? {
        switch state {
        case "SUCCEEDED", "COMPLETED", "ACTIVATED": .green
        case "FAILED", "TIMEOUT", "ERROR": .red
        case "RUNNING", "STARTING", "STOPPING": .yellow
        case "WAITING", "STOPPED", "DEACTIVATED", "CREATED": .faint
        default: nil
        }
    }

    /// How long a run took, or has taken until now.
    static func duration(_ run: RunRecord, now: Double = CatalogStore.now) -> String {
        if run.state == .waiting { return "" }
        return Quantity.elapsed(max(0, (run.finished ?? now) - (run.details.began ?? run.started)))
    }

    static func grouped(_ number: Int?) -> String {
        guard let number else { return "" }
        var result = ""
        let digits = String(number)
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0, digit != "-" { result += "," }
            result.append(digit)
        }
        return result
    }

    /// The first line of a text, fit for a table.
    static func firstLine(_ text: String?) -> String {
        Complaint.escaped(String((text ?? "").split(separator: "\n", maxSplits: 1).first ?? ""))
    }

    /// `name   value` lines, indented.
    static func text(_ members: [(name: String, text: String)]) -> String {
        let width = members.map(\.name.count).max() ?? 0
        return members.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \(Complaint.escaped($0.text))\n" }.joined()
    }

    /// The triggers that start a job or a crawler.
    static func triggers(starting node: RunNode, in catalog: CatalogStore) throws -> [TriggerRecord] {
        try catalog.definitions(TriggerRecord.self).filter { $0.actions.contains { $0.node == node } }
    }

    /// The triggers that name a job or a crawler, to start it or to wait for it.
    static func triggers(naming node: RunNode, in catalog: CatalogStore) throws -> [TriggerRecord] {
        try catalog.definitions(TriggerRecord.self).filter { trigger in
            trigger.actions.contains { $0.node == node } || trigger.predicate?.conditions.contains { $0.node == node } == true
        }
    }
}
