internal import Columnar

/// Functions of a grouped row's grouping set. They are known here by their types only: `PlanBuilder.aggregate` puts the sets' masks in their place, and where
/// nothing is grouped they are an error.
enum GroupingFunctions {
    static let definitions: [FunctionDefinition] = [
        definition("grouping", "col", .byte, summary: "1 where the row is a total over the column, which its grouping set leaves out, and 0 where it is not."),
        definition("grouping_id", "[cols...]", .long, summary: "The grouping() of each of the columns, as the bits of a number."),
    ]

    private static func definition(_ name: String, _ signature: String, _ type: DataType, summary: String) -> FunctionDefinition {
        FunctionDefinition(
            name, .session, signature, summary: summary,
            typeOf: { _, _, _ throws(PlanError) in type },
            evaluateOn: { _, _, _ throws(PlanError) in throw misplaced(name) })
    }

    fileprivate static func misplaced(_ name: String) -> PlanError {
        .analysis("\(name)() stands only where rows are grouped, with GROUPING SETS, ROLLUP or CUBE")
    }
}

extension Expression {
    /// The error of a function of grouping sets within the expression, which is over rows that are not grouped; nil where there is none.
    var misplacedGrouping: PlanError? {
        if case .call(let function, _) = self, function.name == "grouping" || function.name == "grouping_id" { return GroupingFunctions.misplaced(function.name) }
        for child in children { if let error = child.misplacedGrouping { return error } }
        return nil
    }
}
