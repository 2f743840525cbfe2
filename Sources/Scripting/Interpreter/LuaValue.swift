/// A value that crosses between Lua and Swift.
///
/// Tables are copied, in both directions and to any depth; functions and objects are references.
public enum LuaValue: Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    /// Bytes that need not be UTF-8.
    case string([UInt8])
    case table(LuaTable)
    case function(LuaReference)
    case object(LuaObject)
    /// The value is `unscaled` / 10^`scale`.
    case decimal(unscaled: Int128, scale: Int)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// The global `null`.
    case null
    /// A value without a counterpart here, such as a coroutine or a file; only its type's name is known.
    case foreign(String)

    public static func string(_ text: String) -> LuaValue { .string(Array(text.utf8)) }
    public static func array(_ items: [LuaValue]) -> LuaValue { .table(LuaTable(items: items)) }

    /// A Swift object of a registered class, as scripts see it.
    public static func object(_ object: AnyObject) -> LuaValue { .object(LuaObject(object)) }

    // MARK: Reading

    public var isNil: Bool { if case .nil = self { true } else { false } }

    /// The text of a string, with bytes that are no UTF-8 replaced; nil for anything else.
    public var text: String? { if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }
    public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
    public var table: LuaTable? { if case .table(let table) = self { table } else { nil } }
    public var function: LuaReference? { if case .function(let function) = self { function } else { nil } }

    /// An integer, or a float that is one.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The Swift object, when it is of this class.
    public func object<T: AnyObject>(as type: T.Type) -> T? { if case .object(let object) = self { object.value as? T } else { nil } }

    /// Lua's truth: everything but `nil` and `false`.
    public var isTruthy: Bool {
        switch self {
        case .nil, .boolean(false): false
        default: true
        }
    }

    /// The name of the type as error messages say it: `nil`, `boolean`, `number`, `string`, `table`, `function`, `decimal`, the class's name.
    public var typeName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .table: "table"
        case .function: "function"
        case .object(let object): String(describing: Swift.type(of: object.value))
        case .decimal: "decimal"
        case .date: "date"
        case .timestamp: "timestamp"
        case .null: "null"
        case .foreign(let name): name
        }
    }
}

extension LuaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .nil }
}

extension LuaValue: Equatable {
    /// Equality of values; functions and objects by identity. NaN is not equal to itself, as in Lua; an integer does not equal a float.
    public static func == (a: LuaValue, b: LuaValue) -> Bool {
        switch (a, b) {
        case (.nil, .nil), (.null, .null): true
        case (.boolean(let x), .boolean(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.string(let x), .string(let y)): x == y
        case (.table(let x), .table(let y)): x == y
        case (.function(let x), .function(let y)): x === y
        case (.object(let x), .object(let y)): x.value === y.value
        case (.decimal(let x, let s), .decimal(let y, let t)): x == y && s == t
        case (.date(let x), .date(let y)): x == y
        case (.timestamp(let x), .timestamp(let y)): x == y
        case (.foreign(let x), .foreign(let y)): x == y
        default: false
        }
    }
}

/// A copied table: the items 1...n, the fields with string keys, and whatever else stood in it.
public struct LuaTable: Sendable, Equatable {
    /// The values at 1...n.
    public var items: [LuaValue]
    /// The values at string keys. A key that is no UTF-8 stands under its repaired text.
    public var fields: [String: LuaValue]
    /// Pairs with any other key, in no order.
    public var others: [Pair]

    /// How the table behaves in Lua, beyond what it holds.
    public var manner = Manner.plain

    public enum Manner: Sendable, Equatable {
        case plain
        /// Called, the table gives itself: what is a property and a method at once.
        case callable
        /// A row of columns of these names: a whole number reads the column of that number, `#` counts them, `asDict` gives a plain copy.
        case row([String])
        /// The items are such rows.
        case rows([String])
    }

    public struct Pair: Sendable, Equatable {
        public var key: LuaValue
        public var value: LuaValue
        public init(_ key: LuaValue, _ value: LuaValue) { (self.key, self.value) = (key, value) }
    }

    public init(items: [LuaValue] = [], fields: [String: LuaValue] = [:], others: [Pair] = []) {
        (self.items, self.fields, self.others) = (items, fields, others)
    }

    public var isEmpty: Bool { items.isEmpty && fields.isEmpty && others.isEmpty }

    /// The field of this name; nil where there is none.
    public subscript(name: String) -> LuaValue {
        get { fields[name] ?? .nil }
        set { fields[name] = newValue.isNil ? nil : newValue }
    }

    /// The fields, sorted by name: Lua keeps no order.
    public var sortedFields: [(key: String, value: LuaValue)] { fields.sorted { $0.key < $1.key } }
}

/// A Swift object as a value. Registered classes (`LuaState.register`) decide what scripts can do with it.
public struct LuaObject: @unchecked Sendable {
    // Sendable: what scripts hold is a handle; the object itself is touched on the state's thread.
    public let value: AnyObject

    public init(_ value: AnyObject) { self.value = value }
}
