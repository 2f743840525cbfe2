internal import Catalog
internal import Jobs
internal import Scripting

/// What is said of the name at a place of a cell: what it is now, and its page of the reference.
enum CellInspection {
    /// The content of the answer to an `inspect_request`. Nothing of the script's is run.
    static func of(_ code: CodeCursor, _ session: InteractiveSession) -> [String: JSONValue] {
        let text = magic(at: code).map { "\($0.text): \($0.meaning)" } ?? description(of: code.name, in: session.environment)
        let data: [String: JSONValue] = text.map { ["text/plain": .string($0)] } ?? [:]
        return ["status": .string("ok"), "found": .boolean(text != nil), "data": .object(data), "metadata": .object([:])]
    }

    private static func magic(at code: CodeCursor) -> Magic? {
        let line = code.before.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        guard line.hasPrefix("%") else { return nil }
        let start = code.offset - line.utf8.count
        let word = String(decoding: code.text.utf8.dropFirst(start).prefix { $0 > 0x20 }, as: UTF8.self)
        return Magic.all.first { $0.text == word }
    }

    /// - Parameter name: `df`, `df:filter`, `spark.catalog.listTables`.
    static func description(of name: String, in environment: ScriptEnvironment) -> String? {
        let parts = name.split { $0 == "." || $0 == ":" }.map(String.init)
        guard let last = parts.last else { return nil }
        let width = environment.screen.width
        func page(_ name: String) -> String? { Reference.shared.page(for: name, width: width) }
        switch environment.state.look(at: parts.map { .name($0) }) {
        case .function(let registered?): return page(registered) ?? page(name) ?? described(name, environment)
        case .function(nil): return page(name) ?? described(name, environment)
        case .object(let className, let object):
            let brief = (try? environment.brief(.object(object))) ?? className
            return [name + ": " + brief, columns(of: .object(object), environment), page(className)].compactMap { $0 }.joined(separator: "\n\n")
        case .nothing:
            // A method or a column of what stands before it.
            guard parts.count > 1, case .object(let className, let object) = environment.state.look(at: parts.dropLast().map { .name($0) }) else {
                return page(name)
            }
            if let page = page("\(className):\(last)") { return page }
            let column = environment.knownColumns(of: .object(object))?.first { $0.name == last }
            return column.map { "\(name): column of type \($0.type)" } ?? page(name)
        case let value: return page(name) ?? "\(name): \(value.kind)"
        }
    }

    /// A function of the script's, with its parameters and its place.
    private static func described(_ name: String, _ environment: ScriptEnvironment) -> String? {
        // A path of plain names alone is a text that can be evaluated without running anything.
        guard name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a }),
            let value = try? environment.state.loadInternal(Array("return \(name)".utf8), name: "inspection").call().first,
            case .function(let function) = value
        else { return "\(name): function" }
        return "\(name): \(environment.describe(function))"
    }

    private static func columns(of value: LuaValue, _ environment: ScriptEnvironment) -> String? {
        guard let columns = environment.knownColumns(of: value), !columns.isEmpty else { return nil }
        let width = min(40, columns.map(\.name.count).max() ?? 0)
        return columns.map { "  " + $0.name + String(repeating: " ", count: max(1, width - $0.name.count + 2)) + $0.type }.joined(separator: "\n")
    }
}
