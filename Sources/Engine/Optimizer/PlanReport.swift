/// An optimized plan as figures and texts: what `explain` shows in its forms. The member names are those of its JSON, and stay.
public struct PlanReport: Sendable, Equatable, Encodable {
    /// How a user's function runs.
    public struct Function: Sendable, Equatable, Encodable {
        public let lifted: Bool
        /// Why it does not run as kernels.
        public let reason: String?
        /// The line of the script that the reason is about.
        public let line: Int?
    }

    /// The number of the node in its plan, from 0, parents first.
    public let id: Int
    /// What the node does: `Filter`, `HashJoin`, `Scan db.sales`.
    public let `operator`: String
    /// Where the script made it: `job.lua:9`.
    public let site: String?
    public let detail: String?
    /// The columns that are read, sorted; nil for all. Of scans alone.
    public let columns: [String]?
    /// What rows are held against before they are read. Of scans alone.
    public let predicate: String?
    /// About how many rows the node gives.
    public let estimatedRows: Int?
    public let function: Function?
    /// What a scan reads of what there is.
    public let scan: ScanPruning?
    public let children: [PlanReport]
}

/// How much of a source a scan reads.
public struct ScanPruning: Sendable, Equatable, Encodable {
    public var files: Int
    public var filesRead: Int
    public var bytes: Int
    /// The size of the files that are read, in full.
    public var bytesRead: Int
    /// Parts of files with statistics of their own; nil where there are none, or more than are worth looking at.
    public var rowGroups: Int?
    public var rowGroupsRead: Int?
    public var columns: Int?
    public var columnsRead: Int?

    public init(files: Int, filesRead: Int, bytes: Int, bytesRead: Int, rowGroups: Int? = nil, rowGroupsRead: Int? = nil, columns: Int? = nil, columnsRead: Int? = nil) {
        (self.files, self.filesRead, self.bytes, self.bytesRead) = (files, filesRead, bytes, bytesRead)
        (self.rowGroups, self.rowGroupsRead, self.columns, self.columnsRead) = (rowGroups, rowGroupsRead, columns, columnsRead)
    }

    /// In words: `2 of 12 files, 3 of 24 row groups, 3 of 15 columns`; empty where all is read.
    public var text: String {
        var parts: [String] = []
        if filesRead < files { parts.append("\(filesRead) of \(files) files") }
        if let rowGroups, let rowGroupsRead, rowGroupsRead < rowGroups { parts.append("\(rowGroupsRead) of \(rowGroups) row groups") }
        if let columns, let columnsRead, columnsRead < columns { parts.append("\(columnsRead) of \(columns) columns") }
        return parts.joined(separator: ", ")
    }
}

extension OptimizedPlan {
    /// The plan as a report. Looks into the files that are to be read, as far as that is cheap.
    public func report(_ context: ExecutionContext) -> PlanReport {
        var next = 0
        return report(context, &next)
    }

    private func report(_ context: ExecutionContext, _ next: inout Int) -> PlanReport {
        let id = next
        next += 1
        let children = inputs.map { $0.report(context, &next) }
        var (name, site) = (node.label, String?.none)
        // The script's line stands at the end of a label.
        if let space = name.lastIndex(of: " ") {
            let last = name[name.index(after: space)...]
            if let colon = last.lastIndex(of: ":"), colon > last.startIndex, last[last.index(after: colon)...].allSatisfy(\.isNumber), last.index(after: colon) < last.endIndex {
                (site, name) = (String(last), String(name[..<space]))
            }
        }
        let isScan = inputs.isEmpty
        let function = ((node as? FilterFunctionNode)?.function ?? (node as? MapFunctionNode)?.function).map { function in
            switch function.liftStatus {
            case .lifted: PlanReport.Function(lifted: true, reason: nil, line: nil)
            case .interpreted(let reason, let line): PlanReport.Function(lifted: false, reason: reason, line: line > 0 ? line : nil)
            }
        }
        return PlanReport(
            id: id, operator: name, site: site, detail: node.detail.isEmpty ? nil : node.detail, columns: isScan ? columns?.sorted() : nil,
            predicate: isScan ? rows.map { "\($0.withoutNaNConditions)" } : nil, estimatedRows: estimatedRows.map { Int(exactly: $0.rounded()) ?? Int.max }, function: function,
            scan: pruning(context), children: children)
    }

    /// What the node reads of its source, where it has one that tells.
    func pruning(_ context: ExecutionContext) -> ScanPruning? {
        guard let scan = node as? ScanNode else { return nil }
        return scan.source.pruning(ScanRequest(columns: columns, predicate: rows), context: ScanContext(execution: context, node: scan, progress: nil))
    }
}
