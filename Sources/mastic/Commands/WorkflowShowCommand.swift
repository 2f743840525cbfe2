internal import ArgumentParser
internal import Catalog
internal import Columnar
internal import Connectors
internal import Jobs

extension WorkflowCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draws a workflow: its triggers and what they start, and how a run fared.",
            discussion: """
                ◆ is a trigger (◇ has not fired), ● a job or crawler; in a run ✔ succeeded, ✖ failed, ▶ runs, ◌ waits, ■ was stopped, ○ had no turn yet.

                Examples:
                  mastic workflow show nightly
                  mastic workflow show nightly --run last
                  mastic workflow show nightly --run wr_3f2a9c
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The workflow.") var name: String
        @Option(name: .customLong("run"), help: ArgumentHelp("The run to show: an id, its first digits, or last.", valueName: "run")) var runID: String?

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let workflow = try DefinitionNames.require(WorkflowRecord.self, name, in: catalog)
            let last = try catalog.workflowRuns(of: name, limit: 1).first
            var run: WorkflowRunRecord?
            if let runID {
                if runID == "last", last == nil { throw InputError(description: "workflow '\(name)' has not run yet", errorCode: .noSuchDefinition, advice: "mastic workflow run \(name) runs it") }
                run = runID == "last" ? last : try DefinitionNames.workflowRun(runID, of: name, in: catalog)
            }
            let triggers = try run?.triggers ?? catalog.definitions(TriggerRecord.self).filter { $0.workflowName == name }
            let graph = WorkflowGraph(triggers, run: run, runs: try run.map { try catalog.runs(inChain: $0.id) } ?? [])
            if common.json { return print(try JSONListing.text(WorkflowListing(workflow, run: run ?? last, graph))) }
            let now = CatalogStore.now
            var text = "workflow \(Complaint.escaped(name))"
            if let description = workflow.description { text += "  " + DefinitionListing.firstLine(description) }
            text += "\n"
            if let run { text += WorkflowText.headline(of: run, now: now) } else if let last { text += "last " + WorkflowText.headline(of: last, now: now) }
            let jobs = try catalog.definitions(JobRecord.self)
            let descriptions = Dictionary(jobs.compactMap { job in job.description.map { (job.name, $0) } }) { $1 }
            text += "\n" + WorkflowText.graph(graph, descriptions: descriptions, now: now)
            StandardOutput.write(text)
        }
    }
}

/// A workflow with its graph, as Glue's `GetWorkflow` has it.
private struct WorkflowListing: Encodable {
    struct Graph: Encodable {
        let Nodes: [Node]
        let Edges: [Edge]
    }

    struct Node: Encodable {
        let `Type`: String
        let Name: String
        let UniqueId: String
        let TriggerDetails: [String: TriggerRecord]?
        let JobDetails: [String: [RunRecord]]?
        let CrawlerDetails: [String: [RunRecord]]?
    }

    struct Edge: Encodable {
        let SourceId: String
        let DestinationId: String
    }

    let workflow: WorkflowRecord
    let run: WorkflowRunRecord?
    let graph: Graph

    init(_ workflow: WorkflowRecord, run: WorkflowRunRecord?, _ graph: WorkflowGraph) {
        (self.workflow, self.run) = (workflow, run)
        let nodes = graph.nodes.enumerated().map { place, node in
            let runs = node.run.map { [$0] } ?? []
            switch node.content {
            case .trigger(let trigger):
                return Node(Type: "TRIGGER", Name: node.name, UniqueId: "n\(place)", TriggerDetails: ["Trigger": trigger], JobDetails: nil, CrawlerDetails: nil)
            case .work(let work):
                let isJob = work.kind == .job
                return Node(
                    Type: work.kind.rawValue, Name: node.name, UniqueId: "n\(place)", TriggerDetails: nil, JobDetails: isJob ? ["JobRuns": runs] : nil,
                    CrawlerDetails: isJob ? nil : ["Crawls": runs])
            }
        }
        self.graph = Graph(Nodes: nodes, Edges: graph.edges.map { Edge(SourceId: "n\($0.from)", DestinationId: "n\($0.to)") })
    }

    private enum CodingKeys: String, CodingKey { case graph = "Graph", run = "LastRun" }

    func encode(to encoder: any Encoder) throws {
        try workflow.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(graph, forKey: .graph)
        try container.encodeIfPresent(run, forKey: .run)
    }
}
