/// What a Lua text says, with the place of each part.
///
/// Expressions lie in one list in the order in which they end, so what an expression consists of stands before it: whoever goes through the list meets
/// parts before wholes, and no text makes a walk deep.
package struct LuaSyntax {
    package typealias ID = Int

    package struct Expression {
        package let kind: Kind
        /// Bytes in the text.
        package let span: Range<Int>
        /// 1-based line of the first byte.
        let line: Int
        /// The function that it stands in.
        let function: Int
    }

    package enum Kind {
        case `nil`, `true`, `false`, varargs
        case number
        case string(String)
        case function(Int)
        case local(Int, String)
        case global(String)
        /// `object.name`
        case field(ID, String, Range<Int>)
        case index(ID, ID)
        case call(ID, [ID])
        /// `object:name(...)`
        case method(ID, String, Range<Int>, [ID])
        case table([Entry])
        case binary(String, ID, ID)
        case unary(String, ID)
        case parenthesised(ID)
    }

    package struct Entry {
        enum Key {
            case name(String, Range<Int>)
            case value(ID)
            case item
        }
        let key: Key
        let value: ID
    }

    struct Function {
        let parameters: [Int]
        let isVararg: Bool
        /// The function around it; itself for the main chunk.
        let parent: Int
        let span: Range<Int>
        let line: Int
        /// What its `return`s give.
        var returns: [[ID]]
    }

    package struct Local {
        let name: String
        let span: Range<Int>
        let function: Int
        /// How many blocks are around its declaration, and the innermost of them.
        let block: Int
        package let isParameter: Bool
        /// What it is declared with, where that is one expression of its own.
        var value: ID?
        /// Assignments after the declaration: the value (nil where it is one of several results), where, and in which block.
        package var assignments: [(value: ID?, place: Int, block: Int, function: Int)]
    }

    package struct GlobalAssignment {
        package let name: String
        let value: ID?
        let place: Int
        let function: Int
    }

    package let source: [UInt8]
    package var expressions: [Expression] = []
    var functions: [Function] = []
    package var locals: [Local] = []
    package var globalAssignments: [GlobalAssignment] = []
    /// What is assigned to: `r.total` in `r.total = 1`.
    var targets: Set<ID> = []
    /// Calls that are statements, whose results nobody takes.
    var callStatements: [ID] = []

    /// The path of names that an expression is: `glueContext.create_dynamic_frame.from_catalog`; nil for others, and where a local begins it.
    func globalPath(_ id: ID) -> [String]? {
        var path: [String] = []
        var id = id
        while path.count < 8 {
            switch expressions[id].kind {
            case .global(let name): return [name] + path.reversed()
            case .field(let object, let name, _):
                path.append(name)
                id = object
            case .parenthesised(let inner): id = inner
            default: return nil
            }
        }
        return nil
    }

    /// The text of a string that stands there as it is.
    func text(_ id: ID) -> String? {
        switch expressions[id].kind {
        case .string(let text): text
        case .parenthesised(let inner): expressions.indices.contains(inner) ? text(inner) : nil
        default: nil
        }
    }

    /// The entry of a table under a name.
    func entry(_ name: String, of id: ID) -> ID? {
        guard case .table(let entries) = expressions[id].kind else { return nil }
        return entries.last { entry in
            switch entry.key {
            case .name(let key, _): key == name
            case .value(let key): text(key) == name
            case .item: false
            }
        }?.value
    }
}

/// A text that is no Lua.
package struct LuaSyntaxError: Error, Equatable {
    let message: String
    let token: LuaToken
}
