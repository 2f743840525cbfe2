public import Engine
internal import Catalog
internal import Connectors

extension Session {
    /// Crawls a path into a database.
    ///
    /// - Parameter progress: where it is noted how far the crawl has come.
    /// - Throws: `StorageError` for a path that is not there; `JobError.nothingToCrawl` when it holds nothing.
    public func crawl(_ path: String, exclusions: [String], database: String, prefix: String, isDryRun: Bool, progress: Progress = Progress()) throws -> CrawlReport {
        let home = try home
        let globs = try exclusions.map { try Glob($0) }
        var options = Crawler.Options(database: database)
        (options.prefix, options.isDryRun) = (prefix, isDryRun)
        let action = progress.begin("crawl \(path)")
        defer { progress.end(action) }
        let crawler = Crawler(catalog: home.catalog, classifiers: BuiltInClassifiers.all, threads: workers.count, progress: action)
        return try crawler.crawl([Crawler.Target(try home.locate(path), exclusions: globs)], options: options)
    }
}
