internal import Catalog
internal import Jobs
internal import Scripting

/// Says whether a cell's text is complete, with an interpreter of its own that only compiles, so that it needs not wait for a running cell.
final class CellSyntax: @unchecked Sendable {
    // Sendable: it belongs to the server's thread.
    private lazy var state = LuaState(LuaState.Options(memoryLimit: 256 << 20, sandbox: true))

    /// The content of the answer to an `is_complete_request`.
    func judge(_ code: String) -> [String: JSONValue] {
        let cell = Cell(code)
        guard let last = cell.steps.last else { return ["status": .string("complete")] }
        if case .sql(let text, _) = last {
            let words = text.trimmingBlanks
            // As in other consoles, a line of its own that is empty ends a query too.
            let isDone = words.hasSuffix(";") || text.hasSuffix("\n\n") || words.isEmpty && !code.hasPrefix("%%")
            return isDone ? ["status": .string("complete")] : ["status": .string("incomplete"), "indent": .string("")]
        }
        guard case .lua(let source, _) = last else { return ["status": .string("complete")] }
        let bytes = Array(source.utf8)
        do {
            _ = try state.evaluationFunction(bytes, name: "cell")
            return ["status": .string("complete")]
        } catch let error as ScriptError where error.code == .syntax(incomplete: true) {
            // Statements and an expression are no Lua, but a cell.
            if LastExpression.returned(bytes, compiles: { (try? state.load($0, name: "cell")) != nil }) != nil { return ["status": .string("complete")] }
            return ["status": .string("incomplete"), "indent": .string(Self.indent(after: source))]
        } catch {
            state.revive()
            return ["status": .string("invalid")]
        }
    }

    /// The indentation of the line that follows: that of the last one, deeper behind what opens a block.
    private static func indent(after source: String) -> String {
        let last = source.split(separator: "\n").last { !$0.allSatisfy { $0 == " " || $0 == "\t" } } ?? ""
        let indentation = last.prefix { $0 == " " || $0 == "\t" }
        let words = String(last).trimmingBlanks
        let opens = ["then", "do", "else", "repeat", "{", "("].contains { words.hasSuffix($0) } || words.hasSuffix(")") && words.contains("function")
        return indentation + (opens ? "  " : "")
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmingBlanks: String {
        let bytes = utf8.drop { $0 <= 0x20 }
        guard let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return "" }
        return String(Substring(bytes[...last]))
    }
}
