internal import Catalog
internal import Columnar
internal import Engine

extension SQLSession {
    /// The relation of a view of the catalog: its text is analysed anew, in the database in which the view was made.
    ///
    /// - Throws: `APIError` for a text that cannot be read, and for views that name each other in a circle.
    func relation(ofView view: TableRecord) throws -> Relation {
        guard let text = view.viewOriginalText, !text.isEmpty else { throw APIError("the view '\(view.qualifiedName)' has no text", .badCatalogState) }
        if text.hasPrefix("/* Presto View:") {
            throw APIError("the view '\(view.qualifiedName)' was made by Athena or Presto, whose form cannot be read; make it anew with CREATE OR REPLACE VIEW", .badCatalogState)
        }
        guard viewDepth < 50 else { throw APIError("the view '\(view.qualifiedName)' names itself, through other views or directly", .badCatalogState) }
        viewDepth += 1
        let outer = database
        defer {
            viewDepth -= 1
            if database != outer { try? use(database: outer) }
        }
        try use(database: view.parameters["view.catalogAndNamespace.part.1"] ?? view.databaseName)
        let query: Query
        do { query = try Query(parsing: text, userFunction: userFunction) } catch { throw APIError("the text of the view '\(view.qualifiedName)' cannot be read: \(error)", .badCatalogState) }
        // Common tables of the query around are none of the view's business.
        let relation: Relation
        do { relation = try QueryAnalyzer(session: self.session).analyze(query) } catch { throw APIError("the view '\(view.qualifiedName)' cannot be read: \(error)", .badCatalogState) }
        let columns = (view.storageDescriptor?.columns ?? []).map(\.name)
        let named = columns.count == relation.names.count && columns != relation.names ? try relation.renamed(columns) : relation
        return named.instantiated(qualifier: [view.databaseName, view.name])
    }
}
