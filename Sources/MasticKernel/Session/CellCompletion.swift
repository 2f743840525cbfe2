internal import Catalog
internal import Jobs

/// What could stand at a place of a cell: magics above the code, in the code what the session knows.
struct CellCompletion {
    let content: [String: JSONValue]

    static func of(_ code: CodeCursor, _ session: InteractiveSession) -> CellCompletion {
        let before = code.before
        let line = before.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let end = code.position(ofByte: code.offset)
        let signs = line.prefix { $0 == "%" }.count
        if (1...2).contains(signs), line.dropFirst(signs).allSatisfy({ $0.isLetter || $0 == "_" }) {
            let magics = Magic.all.filter { $0.text.hasPrefix(line) }
            return CellCompletion(start: end - line.unicodeScalars.count, end: end, magics.map { ($0.text, "magic", $0.meaning) })
        }
        // The session knows Lua; a query completes as the text that it becomes.
        let opening = "spark:sql([[\n"
        let isQuery = code.text.hasPrefix("%%sql\n")
        let found =
            isQuery
            ? session.completions(of: opening + code.text.dropFirst(6), at: max(0, code.offset - 6) + opening.utf8.count)
            : session.completions(of: code.text, at: code.offset)
        let start = isQuery ? found.start - opening.utf8.count + 6 : found.start
        return CellCompletion(
            start: min(end, code.position(ofByte: max(0, start))), end: end, found.candidates.map { ($0.text, $0.kind.rawValue, $0.detail) })
    }

    private init(start: Int, end: Int, _ candidates: [(text: String, kind: String, detail: String)]) {
        // JupyterLab shows kinds and details that come so.
        let types = candidates.map { candidate -> JSONValue in
            .object([
                "start": .integer(Int64(start)), "end": .integer(Int64(end)), "text": .string(candidate.text), "type": .string(candidate.kind),
                "signature": .string(candidate.detail),
            ])
        }
        content = [
            "status": .string("ok"), "matches": .texts(candidates.map(\.text)), "cursor_start": .integer(Int64(start)), "cursor_end": .integer(Int64(end)),
            "metadata": .object(["_jupyter_types_experimental": .array(types)]),
        ]
    }
}
