internal import Columnar
internal import Engine
internal import Synchronization

/// Lua functions as arguments: `F.transform("xs", function(x) return x + 1 end)`.
extension ColumnFunctions {
    /// How many functions are being called inside of each other, so that the parameters of an inner one have names of their own.
    private static let depth = Atomic<Int>(0)

    /// The function of elements that a Lua function describes. It is called once, with Columns that stand for its parameters, and what it returns is the value.
    ///
    /// - Parameter function: the one that takes it, which knows the number of its parameters.
    static func lambda(_ body: LuaReference, of function: Function, at index: Int, _ place: String) throws -> Expression {
        let count: Int
        switch function.name {
        case "exists", "forall": count = 1
        case "aggregate": count = index == 3 ? 1 : 2
        case "map_zip_with": count = 3
        case "transform", "filter", "zip_with", "array_sort", "map_filter", "transform_keys", "transform_values": count = 2
        default: throw APIError("\(place) takes no function")
        }
        let level = depth.add(1, ordering: .relaxed).oldValue
        defer { depth.subtract(1, ordering: .relaxed) }
        var names = ["x", "y", "z"].prefix(count).map { "\($0)#\(level)" }
        let results = try body.call(names.map { .object(ColumnObject(.field([$0]))) })
        guard let value = results.first, !value.isNil else { throw APIError("\(place): the function must return a column or a value (null for none); it returned nothing") }
        let result = try ColumnObject.operand(value, place)
        // An element's place is not counted where nobody asks for it.
        if ["transform", "filter"].contains(function.name), !result.fields.contains(names[1]) { names.removeLast() }
        return .lambda(names, result)
    }
}
