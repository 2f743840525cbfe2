internal import Catalog
internal import Columnar
internal import Connectors

/// The table that a folder or a file becomes.
struct TableCandidate {
    /// Absolute.
    let path: String
    let isFolder: Bool
    var group: FileGroup
    /// Names of the partition keys, from the root down.
    var keys: [String]
    var partitions: [Partition]
    /// Patterns, relative to the path, of files below it that are not the table's.
    var exclusions: [String] = []
    var notes: [String] = []

    struct Partition {
        let path: String
        let values: [String]
        let statistics: FileGroup.Statistics
    }
}

/// Finds the tables in a tree of files: Glue's grouping.
///
/// From the leaves up: the files of a folder are one table when they have one format and similar columns. Sibling folders are partitions of one table
/// when more than 70 % of them are: folders called `key=value` with one key belong together if their formats are equal, others if their columns are
/// similar too; the rest become tables of their own. Files beside folders that hold data break the grouping: then each file is a table.
///
/// Two rules are milder than Glue's. Odd files in a folder of like ones do not take the folder apart: the folder is a table that excludes them. And
/// compression may differ from file to file, because readers look at each file.
struct CrawlTree {
    private let root: Node
    private(set) var skipped: [(path: String, reason: String)] = []

    private final class Node {
        let path: String
        var files: [ProbedFile] = []
        var children: [(name: String, node: Node)] = []
        private var index: [String: Int] = [:]

        init(_ path: String) { self.path = path }

        func child(_ name: String) -> Node {
            if let i = index[name] { return children[i].node }
            let node = Node(path == "/" ? "/" + name : path + "/" + name)
            index[name] = children.count
            children.append((name, node))
            return node
        }
    }

    /// A subtree that is one table so far.
    fileprivate struct Unit {
        var candidate: TableCandidate
        /// For each level of folders below the unit's path: the key of `key=value` names, nil for other names.
        var levels: [String?]
        /// The folder names between the unit's path and each partition.
        var segments: [[String]]
    }

    private struct Analysis {
        /// What the subtree is as a whole, so that it may become a partition of something larger.
        var unit: Unit?
        /// The tables in it that stay tables whatever happens above.
        var tables: [TableCandidate] = []
    }

    /// - Parameter files: all files at or below `path`, probed.
    init(path: String, files: [ProbedFile]) {
        root = Node(path)
        for file in files where file.file.path != path {
            var node = root
            for name in LocalPath.components(file.file.path, below: path).dropLast() { node = node.child(name) }
            node.files.append(file)
        }
    }

    /// The tables, in the order of their paths.
    mutating func tables() -> [TableCandidate] {
        Self.tables(of: analyse(root)).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func analyse(_ node: Node) -> Analysis {
        let children = node.children.map { (name: $0.name, analysis: analyse($0.node)) }.filter { $0.analysis.unit != nil || !$0.analysis.tables.isEmpty }
        let files = HeaderAgreement.apply(node.files)
        if children.isEmpty { return analyseFiles(files, of: node) }
        guard files.allSatisfy({ $0.result == nil }) else {
            let tables = files.compactMap { fileTable($0, note: "it stands beside folders with data") } + children.flatMap { Self.tables(of: $0.analysis) }
            return Analysis(tables: tables)
        }
        for file in files { skip(file) }
        return Self.combine(children, at: node.path)
    }

    // MARK: - Files of one folder

    private mutating func analyseFiles(_ files: [ProbedFile], of node: Node) -> Analysis {
        var clusters: [(group: FileGroup, files: [ProbedFile])] = []
        for file in files {
            guard let result = file.result else {
                skip(file)
                continue
            }
            let group = FileGroup(file.file, result)
            if let i = clusters.firstIndex(where: { $0.group.isSimilar(to: group) }) {
                clusters[i].group.merge(group)
                clusters[i].files.append(file)
            } else {
                clusters.append((group, [file]))
            }
        }
        let known = clusters.reduce(0) { $0 + $1.files.count }
        guard let main = clusters.max(by: { $0.files.count < $1.files.count }) else { return Analysis() }
        let isMajority = clusters.count == 1 || main.files.count > 1 && Double(main.files.count) > FileGroup.threshold * Double(known)
        guard isMajority else {
            let note = "the \(known) files of \(node.path) do not read as one table"
            return Analysis(tables: clusters.flatMap { $0.files }.compactMap { fileTable($0, note: note) })
        }
        let partition = TableCandidate.Partition(path: node.path, values: [], statistics: main.group.statistics)
        var candidate = TableCandidate(path: node.path, isFolder: true, group: main.group, keys: [], partitions: [partition])
        let mainPaths = Set(main.files.map(\.file.path))
        let others = files.filter { !mainPaths.contains($0.file.path) }
        candidate.exclusions = others.map { Glob.literal($0.file.name) }
        if !others.isEmpty {
            candidate.notes.append("excludes \(others.map(\.file.name).joined(separator: ", ")), which \(others.count == 1 ? "does" : "do") not read as the others do")
        }
        let odd = others.compactMap { fileTable($0, note: "it does not read as the other files of its folder do") }
        return Analysis(unit: Unit(candidate: candidate, levels: [], segments: [[]]), tables: odd)
    }

    private func fileTable(_ file: ProbedFile, note: String) -> TableCandidate? {
        guard let result = file.result else { return nil }
        var table = Self.fileTable(file.file, result)
        table.notes.append("is a table of its own: \(note)")
        return table
    }

    /// The table of a single file.
    static func fileTable(_ file: FileEntry, _ result: ProbeResult) -> TableCandidate {
        TableCandidate(path: file.path, isFolder: false, group: FileGroup(file, result), keys: [], partitions: [])
    }

    private mutating func skip(_ file: ProbedFile) {
        skipped.append((file.file.path, file.problem ?? "no classifier knows its format"))
    }

    // MARK: - Sibling folders

    private static func tables(of analysis: Analysis) -> [TableCandidate] {
        (analysis.unit.map { [finish($0)] } ?? []) + analysis.tables
    }

    private static func combine(_ children: [(name: String, analysis: Analysis)], at path: String) -> Analysis {
        let keys = children.map { HivePath.parse($0.name)?.key.lowercased() }
        var clusters: [(key: String?, unit: Unit, members: [Int])] = []
        for (i, child) in children.enumerated() {
            guard let unit = child.analysis.unit else { continue }
            if let c = clusters.firstIndex(where: { fit($0.unit, $0.key, unit, keys[i]) }) {
                clusters[c].members.append(i)
                clusters[c].unit.add(unit, below: child.name)
            } else {
                clusters.append((keys[i], Unit(lifting: unit, below: child.name, to: path, key: keys[i]), [i]))
            }
        }
        guard var main = clusters.max(by: { $0.members.count < $1.members.count }),
            main.members.count == children.count || Double(main.members.count) > FileGroup.threshold * Double(children.count)
        else { return Analysis(tables: children.flatMap { tables(of: $0.analysis) }) }
        let others = children.indices.filter { !main.members.contains($0) }
        let inside = main.members.flatMap { children[$0].analysis.tables }
        if others.isEmpty { return Analysis(unit: main.unit, tables: inside) }
        let names = others.map { children[$0].name }.joined(separator: ", ")
        main.unit.candidate.notes.append("leaves out the folder\(others.count == 1 ? "" : "s") \(names), which do\(others.count == 1 ? "es" : "") not read as the others do")
        main.unit.candidate.exclusions += others.map { Glob.literal(children[$0].name) + "/**" }
        return Analysis(unit: main.unit, tables: inside + others.flatMap { tables(of: children[$0].analysis) })
    }

    /// Whether a folder belongs to the table that its siblings make.
    private static func fit(_ siblings: Unit, _ siblingKey: String?, _ unit: Unit, _ key: String?) -> Bool {
        guard siblings.levels.dropFirst().elementsEqual(unit.levels), siblingKey == key else { return false }
        return key == nil ? siblings.candidate.group.isSimilar(to: unit.candidate.group) : siblings.candidate.group.format == unit.candidate.group.format
    }

    // MARK: - Names and values

    private static func finish(_ unit: Unit) -> TableCandidate {
        var table = unit.candidate
        table.keys = Schema.distinctNames(unit.levels.enumerated().map { $1 ?? "partition_\($0)" })
        table.partitions = zip(unit.candidate.partitions, unit.segments).map { partition, segments in
            let values = zip(unit.levels, segments).map { key, segment in
                key == nil ? segment : HivePath.parse(segment)?.value ?? HivePath.nullValue
            }
            return TableCandidate.Partition(path: partition.path, values: values, statistics: partition.statistics)
        }
        if table.keys.isEmpty { table.partitions = [] }
        return table
    }
}

extension CrawlTree.Unit {
    /// A unit seen from the folder above it.
    fileprivate init(lifting unit: Self, below name: String, to path: String, key: String?) {
        var candidate = TableCandidate(
            path: path, isFolder: true, group: unit.candidate.group, keys: [], partitions: unit.candidate.partitions, notes: unit.candidate.notes)
        candidate.exclusions = unit.candidate.exclusions.map { Glob.literal(name) + "/" + $0 }
        self.init(candidate: candidate, levels: [key] + unit.levels, segments: unit.segments.map { [name] + $0 })
    }

    /// Adds a sibling with the same levels.
    fileprivate mutating func add(_ unit: Self, below name: String) {
        candidate.group.merge(unit.candidate.group)
        candidate.partitions += unit.candidate.partitions
        candidate.exclusions += unit.candidate.exclusions.map { Glob.literal(name) + "/" + $0 }
        candidate.notes += unit.candidate.notes
        segments += unit.segments.map { [name] + $0 }
    }
}
