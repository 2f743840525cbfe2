internal import Columnar
internal import Engine

extension Expression {
    /// An expression of SQL with others in the places of `_0`, `_1`, ...: `Expression(sql: "if(_0 > 1, _1, null)", [a, b])`.
    ///
    /// - Precondition: the text is one of ours.
    init(sql text: String, _ arguments: [Expression]) throws {
        let places = Dictionary(uniqueKeysWithValues: arguments.enumerated().map { ("_\($0)", $1) })
        func filled(_ expression: Expression) -> Expression {
            if case .field(let path) = expression, path.count == 1, let argument = places[path[0]] { return argument }
            return expression.mapChildren(filled)
        }
        self = filled(try Expression(parsing: text))
    }

    /// Whether some part fulfils a condition.
    func holds(_ isWanted: (Expression) -> Bool) -> Bool { isWanted(self) || children.contains { $0.holds(isWanted) } }
}
