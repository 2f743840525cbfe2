/// What is known of a register's content at one place in the code.
indirect enum AbstractValue: Hashable, Sendable {
    /// Nothing has been put there on any way to this place.
    case none
    /// Anything.
    case unknown
    /// A number, string, boolean or nil: a value without identity and without a user's metamethods.
    case plain
    /// A string constant, by its bytes' text.
    case text(String)
    /// The record that a row function is called with.
    case record
    /// What the record holds, and so nobody else: at a path of names, or somewhere.
    case input([String]?)
    /// A table that the function itself made, by the instruction that did.
    case table(Int)
    /// A local table of an enclosing function that was made in the same call of the row function.
    case outerTable
    /// The table of globals.
    case environment
    /// A global, or a field of a library: a path of names.
    case global([String])
    /// A library function that may change what it is given.
    case changer
    /// What an upvalue of the row function holds, at a path of names.
    case upvalue(Int, [String])
    /// A function made in place, by the number of its prototype.
    case closure(Int)
    /// A function read as a method of a string or of a value of the record.
    case method(String)

    /// What holds on either of two ways.
    func joined(_ other: AbstractValue) -> AbstractValue {
        if self == other { return self }
        switch (self, other) {
        case (.none, let value), (let value, .none): return value
        case (.plain, .text), (.text, .plain), (.text, .text): return .plain
        case (.input, .input), (.input, .plain), (.plain, .input), (.input, .text), (.text, .input): return .input(nil)
        default: return mayChangeArguments || other.mayChangeArguments ? .changer : .unknown
        }
    }

    /// Whether the value may be a library function that changes what it is given.
    var mayChangeArguments: Bool {
        switch self {
        case .changer: true
        case .global(let path): StandardLibrary.kind(path) == .changesArgument
        default: false
        }
    }

    /// Whether the value is the function's own to change: nobody outside of this call can see it.
    var isOwn: Bool {
        switch self {
        case .record, .input, .table, .outerTable: true
        default: false
        }
    }

    /// The path of globals, for functions of Lua's own.
    var path: [String]? {
        switch self {
        case .global(let path): path
        case .method(let name): ["string", name]
        default: nil
        }
    }
}
