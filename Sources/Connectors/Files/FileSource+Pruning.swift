internal import Columnar
public import Engine
internal import Formats

extension FileSource {
    /// Files whose row groups are looked at.
    private static let mostFooters = 64

    /// How much of the files a scan will read: what their folders and Parquet's footers say, without reading rows.
    public func pruning(_ request: ScanRequest, context: ScanContext) -> ScanPruning? {
        guard let files = try? files() else { return nil }
        let scan = FileScan(source: self, files: [], request: request, exact: nil, context: context)
        let wanted = files.filter { scan.mayMatch($0) }
        var result = ScanPruning(files: files.count, filesRead: wanted.count, bytes: files.reduce(0) { $0 + $1.size }, bytesRead: wanted.reduce(0) { $0 + $1.size })
        if let known = schema.known {
            result.columns = known.fields.count
            result.columnsRead = request.columns.map { wanted in known.fields.count { wanted.contains($0.name) } } ?? known.fields.count
        }
        guard case .parquet = format, files.count <= Self.mostFooters else { return result }
        var (all, read) = (0, 0)
        for file in files {
            guard case .parquet(let parquet)? = try? open(file) else { return result }
            all += parquet.rowGroups.count
            if wanted.contains(file) { read += parquet.rowGroups.indices.count { scan.mayMatch(parquet, rowGroup: $0, file) } }
        }
        (result.rowGroups, result.rowGroupsRead) = (all, read)
        return result
    }
}
