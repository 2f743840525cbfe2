/// What is known of Lua's own functions: which of them give the same answer wherever and whenever they run.
enum StandardLibrary {
    enum Kind {
        /// Depends on its arguments alone and changes nothing.
        case pure
        /// Changes its first argument (`table.move`: the last) and nothing else.
        case changesArgument
        /// Reads or changes something beyond its arguments.
        case impure
        /// A table of functions.
        case library
        /// A number or a string.
        case constant
    }

    private static let base: [String: Kind] = [
        "assert": .pure, "error": .pure, "ipairs": .pure, "next": .pure, "pairs": .pure, "pcall": .pure, "xpcall": .pure, "select": .pure,
        "tonumber": .pure, "tostring": .pure, "type": .pure, "rawequal": .pure, "rawget": .pure, "rawlen": .pure, "getmetatable": .pure,
        "traceback": .pure, "null": .constant, "_VERSION": .constant, "rawset": .changesArgument, "setmetatable": .changesArgument,
        "print": .impure, "load": .impure, "loadfile": .impure, "dofile": .impure, "require": .impure, "collectgarbage": .impure, "warn": .impure,
        "_G": .impure, "package": .impure, "io": .impure, "os": .impure, "coroutine": .impure,
        "string": .library, "table": .library, "math": .library, "utf8": .library,
    ]

    private static let members: [String: [String: Kind]] = [
        "string": Dictionary(uniqueKeysWithValues: stringMethods.map { ($0, Kind.pure) }),
        "table": [
            "concat": .pure, "unpack": .pure, "pack": .pure, "insert": .changesArgument, "remove": .changesArgument, "sort": .changesArgument,
            "move": .changesArgument,
        ],
        "math": [
            "abs": .pure, "acos": .pure, "asin": .pure, "atan": .pure, "ceil": .pure, "cos": .pure, "deg": .pure, "exp": .pure, "floor": .pure,
            "fmod": .pure, "log": .pure, "max": .pure, "min": .pure, "modf": .pure, "rad": .pure, "sin": .pure, "sqrt": .pure, "tan": .pure,
            "tointeger": .pure, "type": .pure, "ult": .pure, "random": .impure, "randomseed": .impure, "huge": .constant, "pi": .constant,
            "maxinteger": .constant, "mininteger": .constant,
        ],
        "utf8": ["char": .pure, "codepoint": .pure, "codes": .pure, "len": .pure, "offset": .pure, "charpattern": .constant],
    ]

    /// The methods of strings.
    static let stringMethods: Set<String> = [
        "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack", "packsize", "rep", "reverse", "sub", "unpack", "upper",
    ]

    /// Methods of decimals, dates and timestamps.
    static let valueMethods: Set<String> = ["format", "tonumber", "round", "tostring"]

    /// What the value at a path of globals is; nil when it is none of Lua's.
    static func kind(_ path: [String]) -> Kind? {
        switch path.count {
        case 1: base[path[0]]
        case 2: ["io", "os", "coroutine"].contains(path[0]) ? .impure : members[path[0]]?[path[1]]
        default: nil
        }
    }

    /// Functions that do not keep, change or hand on a record that they are given.
    static func leavesArgumentsAlone(_ path: [String]) -> Bool {
        path.count == 1 && ["pairs", "next", "ipairs", "type", "tostring", "rawequal", "select"].contains(path[0]) && path[0] != "select"
    }

    /// Functions whose results are plain values: numbers, strings, booleans, nil.
    static func givesPlainValues(_ path: [String]) -> Bool {
        if path.count == 1 { return ["tonumber", "tostring", "type", "rawequal", "rawlen", "traceback"].contains(path[0]) }
        switch path[0] {
        case "string": return !["gmatch"].contains(path[1])
        case "math", "utf8": return path[1] != "codes"
        case "table": return path[1] == "concat"
        default: return false
        }
    }

    /// Functions that call functions they are given.
    static func callsArguments(_ path: [String]) -> Bool {
        [["pcall"], ["xpcall"], ["string", "gsub"], ["table", "sort"]].contains(path)
    }
}
