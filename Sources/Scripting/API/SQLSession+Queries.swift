internal import Engine

extension SQLSession {
    /// The relation of a query.
    ///
    /// - Throws: `ParseError` with the place in the text, and what reading a table's definition throws.
    func analyze(_ text: String, _ session: AnalysisSession? = nil) throws -> Relation {
        let query = try Query(parsing: text, userFunction: userFunction)
        return try placing(text) { try QueryAnalyzer(session: session ?? self.session).analyze(query) }
    }
}
