/// A value that the code of a Lua function names.
public enum LuaConstant: Hashable, Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    /// Bits of a double.
    case float(UInt64)
    case string([UInt8])
    /// The sentinel `null`, which stands for an emptied field.
    case null
    /// No value: a field of the record that was not assigned to.
    case untouched
}

public enum LuaOperation: Int, Hashable, Sendable {
    case add, subtract, multiply, divide, floorDivide, modulo, power, bitAnd, bitOr, bitXor, shiftLeft, shiftRight
}

public enum LuaRelation: Int, Hashable, Sendable { case equal, less, lessOrEqual }

/// A function of Lua's library, with the arguments that it is called with. Results beyond the first are functions of their own.
public enum LuaFunction: Hashable, Sendable {
    case lower, upper, reverse, length
    /// `string.sub(text, first, last)`, `string.rep(text, count)`, `string.byte(text, position)`.
    case sub, rep, byte
    /// `string.find(text, plain, from, true)`: where it begins, or nil.
    case find(from: Int64)
    /// `string.match` and `string.find` from a position on: one of the results, nil where nothing matches.
    case match([UInt8], from: Int64, LuaMatchPart)
    /// `string.gsub` with a string as replacement, at most so many times: the text, and how often.
    case gsub([UInt8], [UInt8], most: Int64)
    case gsubCount([UInt8], [UInt8], most: Int64)
    /// `string.format` with one directive: what C's `printf` is given, with the length modifier; the argument.
    case format(String, LuaFormatKind)
    /// `%s` in `string.format` with a width, and a precision if it is not negative.
    case pad(width: Int, precision: Int, toLeft: Bool)
    /// `tonumber` with a base.
    case parse(base: Int)
    /// `math.fmod`, and the first result of `math.modf`.
    case remainder, truncate
    case tostring, tonumber, type, mathType, toInteger
    case floor, ceil, abs, sqrt, exp, log, log2, log10, sin, cos, tan, asin, acos, deg, rad
    /// The value itself, where it is a string (what a method is called on) or a number; other rows are left to Lua.
    case onlyString, onlyNumber
    /// The value itself where it is true; Lua raises elsewhere.
    case assert
}

/// What of a match is asked for. Captures count from zero; a pattern without any has the whole match as its capture.
public enum LuaMatchPart: Hashable, Sendable {
    case start, end
    case capture(Int)
    case position(Int)
}

public enum LuaFormatKind: Hashable, Sendable { case integer, float }

/// One step of a program. Operands are numbers of earlier nodes.
public enum LuaNode: Hashable, Sendable {
    /// The record's field at a path of names.
    case field([String])
    case constant(LuaConstant)
    case arithmetic(LuaOperation, Int, Int)
    case negate(Int)
    case compare(LuaRelation, Int, Int)
    case not(Int)
    /// The second where the first is true, else the third; only the chosen one is evaluated.
    case choose(Int, Int, Int)
    case length(Int)
    case concat([Int])
    case call(LuaFunction, [Int])
    /// The value under a key in one of the program's tables; nil where there is none.
    case lookUp(table: Int, key: Int)
    /// What reading a field gives that was assigned the first: nil for `null`, the second where it is untouched.
    case readBack(Int, Int)
    /// The number of a list's elements; rows without a list are left to Lua.
    case count(Int)
    /// The element of a list at a place that counts from 1: nil beyond its ends, `null` where it is null. Rows without a list are left to Lua.
    case item(Int, Int)
    /// The field of a struct that an item is; rows without a struct are left to Lua.
    case member(Int, String)
    /// In the body of a loop: the number of the round, from 1, and what one of its variables holds before it.
    case round(Int)
    case variable(loop: Int, Int)
    /// What a loop's variable holds in the end.
    case result(loop: Int, Int)
    /// Left to Lua: an error, or something that no kernel does.
    case fallBack
}

/// A table that never changes, as keys and values.
public struct LuaConstantTable: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let key: LuaConstant
        public let value: LuaConstant
        public init(_ key: LuaConstant, _ value: LuaConstant) { (self.key, self.value) = (key, value) }
    }

    public let entries: [Entry]
    /// Keys whose rows are left to Lua, because their value is not plain.
    public let opaque: [LuaConstant]
    /// Whether a missing key is left to Lua (it raises) rather than nil.
    public let requiresKey: Bool

    public init(entries: [Entry], opaque: [LuaConstant] = [], requiresKey: Bool = false) {
        (self.entries, self.opaque, self.requiresKey) = (entries, opaque, requiresKey)
    }
}

/// A Lua function's code as a graph of values: what `LuaEvaluation` runs over a batch.
public struct LuaProgram: Sendable {
    public internal(set) var nodes: [LuaNode] = []
    public internal(set) var tables: [LuaConstantTable] = []
    /// Nil while a loop's body is not known yet.
    var loops: [LuaLoop?] = []
    private var numbers: [LuaNode: Int] = [:]
    private var tableNumbers: [LuaConstantTable: Int] = [:]

    public init() {}

    /// The number of a node; equal nodes are one.
    public mutating func add(_ node: LuaNode) -> Int {
        if let known = numbers[node] { return known }
        nodes.append(node)
        numbers[node] = nodes.count - 1
        return nodes.count - 1
    }

    public mutating func add(_ table: LuaConstantTable) -> Int {
        if let known = tableNumbers[table] { return known }
        tables.append(table)
        tableNumbers[table] = tables.count - 1
        return tables.count - 1
    }

    public func constant(_ node: Int) -> LuaConstant? { if case .constant(let value) = nodes[node] { value } else { nil } }
}
