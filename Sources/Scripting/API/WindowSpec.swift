internal import Columnar
internal import Engine

/// What a script holds as a window: `Window.partitionBy("shop"):orderBy("day"):rowsBetween(-6, 0)`. The global `Window` is the empty one.
final class WindowSpec: ScriptObject {
    static let className = "WindowSpec"
    let partition: [Expression]
    let order: [SortNode.Key]
    let frame: WindowFrame?

    init(partition: [Expression] = [], order: [SortNode.Key] = [], frame: WindowFrame? = nil) {
        (self.partition, self.order, self.frame) = (partition, order, frame)
    }

    /// Spark's numbers for bounds: the least, the greatest and no offset.
    private static let bounds: [String: Int64] = ["unboundedPreceding": .min, "unboundedFollowing": .max, "currentRow": 0]
    private static let known = (["partitionBy", "orderBy", "rowsBetween", "rangeBetween"] + bounds.keys).sorted()

    static func register(_ api: APIBuilder) throws {
        api.environment.state.register(WindowSpec.self, name: className) { window in
            window.method("partitionBy") { window, call in
                let place = "Window.partitionBy"
                let columns = try ColumnObject.columns(call, place).map { try $0.expression(in: place) }
                return [.object(WindowSpec(partition: columns, order: window.order, frame: window.frame))]
            }
            window.method("orderBy") { window, call in
                let place = "Window.orderBy"
                let keys = try ColumnObject.columns(call, place).map { column -> SortNode.Key in
                    let order = column.order ?? ColumnObject.Order(descending: false, nullsFirst: true)
                    return SortNode.Key(try column.expression(in: place), descending: order.descending, nullsFirst: order.nullsFirst)
                }
                return [.object(WindowSpec(partition: window.partition, order: keys, frame: window.frame))]
            }
            for (name, unit) in [("rowsBetween", WindowFrame.Unit.rows), ("rangeBetween", .range)] {
                window.method(Signature(name, [.required("start", .any), .required("end", .any)])) { window, arguments in
                    let start = try bound(arguments["start"] ?? .nil, unit, "Window.\(name)")
                    let end = try bound(arguments["end"] ?? .nil, unit, "Window.\(name)")
                    return [.object(WindowSpec(partition: window.partition, order: window.order, frame: WindowFrame(unit, start, end)))]
                }
            }
            window.property { _, name in
                if let bound = bounds[name] { return .integer(bound) }
                throw APIError("Window has no '\(name)'\(Suggestion.hint(for: name, in: known)) (known: \(known.joined(separator: ", ")))", .unknownMethod)
            }
            window.metamethod("__tostring") { _ in [.string(className)] }
        }
        try api.environment.state.set("Window", .object(WindowSpec()))
    }

    private static func bound(_ value: LuaValue, _ unit: WindowFrame.Unit, _ place: String) throws -> WindowFrame.Bound {
        switch value {
        case .integer(let offset):
            // Spark, too, takes what is next to the ends for the ends.
            if offset <= -Int64.max { return .unboundedPreceding }
            return offset == .max ? .unboundedFollowing : offset == 0 ? .currentRow : .offset(.integer(offset))
        case .number(let offset) where offset == -.infinity: return .unboundedPreceding
        case .number(let offset) where offset == .infinity: return .unboundedFollowing
        case .number(let offset) where !offset.isNaN:
            if offset == 0 { return .currentRow }
            return .offset(Int64(exactly: offset).map { .integer($0) } ?? .double(offset))
        case .decimal(let unscaled, let scale) where unit == .range: return unscaled == 0 ? .currentRow : .offset(.decimal(unscaled: unscaled, scale: scale))
        default:
            throw APIError(
                "\(place) takes numbers, negative ones for what comes before, or Window.unboundedPreceding, Window.currentRow and "
                    + "Window.unboundedFollowing, not \(value.kindDescription)")
        }
    }
}
