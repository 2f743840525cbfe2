internal import Scripting

/// What stands behind a dot or a colon: fields of tables, methods and properties of objects, columns of frames.
extension Completer {
    /// - Parameters:
    ///   - before: the tokens before the dot.
    ///   - isMethod: whether it is a colon.
    func members(_ word: String, _ start: Int, _ before: ArraySlice<LuaToken>, _ context: CompletionContext, isMethod: Bool) -> Completions {
        guard let owner = expression(endingBefore: before.count, context) else { return Completions(start: start, candidates: []) }
        var found: [Candidate] = []
        switch owner {
        case .record(let columns): found = isMethod ? [] : columns.filter { Self.isName($0.name) }.map { Candidate($0.name, .column, detail: $0.type) }
        case .value(let path, .table):
            found = environment.state.keys(at: path).filter { Self.isName($0.key) }.map { Candidate($0.key, .field, detail: detail(of: $0.value, $0.key)) }
        default:
            if owner.className == "string" {
                found = environment.state.keys(at: [.name("string")]).map { Candidate($0.key, .method, detail: "string.\($0.key)") }
            } else if let name = owner.className {
                found = environment.members(ofClass: name).filter { (!isMethod || $0.isMethod) && Self.isName($0.name) }.map {
                    Candidate($0.name, $0.isMethod ? .method : .field, detail: $0.detail)
                }
                if !isMethod, name == "DataFrame", let columns = columns(of: owner) {
                    let taken = Set(found.map(\.text))
                    found = columns.filter { Self.isName($0.name) && !taken.contains($0.name) }.map { Candidate($0.name, .column, detail: $0.type) } + found
                }
            }
        }
        return Completions(start: start, candidates: Self.matching(word, found))
    }
}
