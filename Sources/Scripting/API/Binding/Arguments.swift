internal import Columnar
internal import Engine

/// The arguments of one call from a script, checked against the function's signature.
package struct Arguments {
    let function: String
    let values: [String: LuaValue]
    /// What a function that takes more was given beyond its parameters, in no order.
    let more: [(String, LuaValue)]
    /// Where the script calls: `job.lua:12`.
    let site: String

    init(function: String, values: [String: LuaValue], more: [(String, LuaValue)] = [], site: String) {
        (self.function, self.values, self.more, self.site) = (function, values, more, site)
    }

    /// The value of an argument; nil where it was not given, or given as `nil` or `null`.
    package subscript(name: String) -> LuaValue? {
        switch values[name] {
        case nil, .nil?, .null?: nil
        case let value?: value
        }
    }

    func string(_ name: String) -> String? { self[name]?.text }
    func string(_ name: String, default value: String) -> String { string(name) ?? value }

    package func integer(_ name: String) -> Int? { self[name]?.wholeNumber }
    func integer(_ name: String, default value: Int) -> Int { integer(name) ?? value }

    package func boolean(_ name: String, default value: Bool = false) -> Bool { self[name]?.truth ?? value }

    /// A list of strings; one string is a list of one.
    package func strings(_ name: String) -> [String] {
        switch self[name] {
        case .table(let table)?: table.items.compactMap(\.text)
        case let value?: value.text.map { [$0] } ?? []
        case nil: []
        }
    }

    func object<T: AnyObject>(_ name: String, as type: T.Type) -> T? {
        self[name]?.object(as: T.self)
    }

    func frame(_ name: String) throws(APIError) -> DynamicFrame {
        guard let frame = object(name, as: DynamicFrame.self) else { throw APIError("\(function) needs the argument '\(name)': a DynamicFrame", .missingArgument) }
        return frame
    }

    func function(_ name: String) throws(APIError) -> LuaReference {
        guard case .function(let function)? = self[name] else { throw APIError("\(self.function) needs the argument '\(name)': a function", .missingArgument) }
        return function
    }

    func paths(_ name: String) throws -> [FieldPath] { try strings(name).map { try FieldPath($0) } }

    func options(_ name: String) -> Options { Options(self[name], function: function, argument: name) }

    /// What every transform takes besides its own arguments.
    var stage: StageOptions {
        StageOptions(
            transformationContext: string("transformation_ctx", default: ""), info: string("info", default: ""),
            stageThreshold: integer("stageThreshold", default: 0), totalThreshold: integer("totalThreshold", default: 0), site: site)
    }
}

/// A table of options such as `format_options`: values may be of their own type or strings, as Glue takes them.
package struct Options {
    private var values: [String: LuaValue] = [:]
    private let owner: String

    package init(_ value: LuaValue?, function: String, argument: String) {
        owner = "\(function): \(argument)"
        if case .table(let table)? = value {
            values = table.fields
        }
    }

    var names: [String] { values.keys.sorted() }
    func has(_ name: String) -> Bool { values[name] != nil }

    private subscript(name: String) -> LuaValue? { value(name) }

    /// The value of an option; nil where it was not given, or given as `null`.
    func value(_ name: String) -> LuaValue? {
        switch values[name] {
        case nil, .nil?, .null?: nil
        case let value?: value
        }
    }

    mutating func set(_ name: String, _ value: LuaValue) { values[name] = value }

    /// - Throws: when an option is none of the known ones.
    package func check(known: [String]) throws(APIError) {
        for name in names where !known.contains(name) {
            let hint = Suggestion.hint(for: name, in: known)
            throw APIError("\(owner) has no option '\(name)'\(hint) (known: \(known.joined(separator: ", ")))", .unknownOption, subject: name, advice: otherTable(name))
        }
    }

    /// The table of options that a name belongs into, where it is another.
    private func otherTable(_ name: String) -> String? {
        if owner.hasSuffix(": connection_options"), FormatOptions.allNames.contains(name) { return "it is one of format_options: format_options = {\(name) = ...}" }
        if owner.hasSuffix(": format_options"), ScriptEnvironment.connectionOptionNames.contains(name) {
            return "it is one of connection_options: connection_options = {\(name) = ...}"
        }
        return nil
    }

    func string(_ name: String) throws(APIError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.text ?? value.wholeNumber.map(String.init) ?? value.truth.map({ "\($0)" }) else {
            throw APIError("\(owner): '\(name)' must be a string, not \(value.kindDescription)", .wrongOption)
        }
        return text
    }

    func boolean(_ name: String) throws(APIError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let truth = value.truth else { throw APIError("\(owner): '\(name)' must be true or false, not \(value.kindDescription)", .wrongOption) }
        return truth
    }

    func integer(_ name: String) throws(APIError) -> Int? {
        guard let value = self[name] else { return nil }
        guard let number = value.wholeNumber else { throw APIError("\(owner): '\(name)' must be a whole number, not \(value.kindDescription)", .wrongOption) }
        return number
    }

    func strings(_ name: String) throws(APIError) -> [String]? {
        guard let value = self[name] else { return nil }
        if let text = value.text { return [text] }
        guard case .table(let table) = value, table.fields.isEmpty else { throw APIError("\(owner): '\(name)' must be a list of strings, not \(value.kindDescription)", .wrongOption) }
        var list: [String] = []
        for item in table.items {
            guard let text = item.text else { throw APIError("\(owner): '\(name)' must be a list of strings; it holds \(item.kindDescription)", .wrongOption) }
            list.append(text)
        }
        return list
    }
}

extension LuaValue {
    /// A whole number, also as a float or in a string.
    var wholeNumber: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        case .string: Int(text!)
        default: nil
        }
    }

    /// A boolean, also as Python's or JSON's word for it.
    var truth: Bool? {
        switch self {
        case .boolean(let value): value
        case .string:
            switch text!.lowercased() {
            case "true": true
            case "false": false
            default: nil
            }
        default: nil
        }
    }

    /// What the value is, for errors: `a string ('abc')`, `nil`.
    var kindDescription: String {
        switch self {
        case .nil: return "nil"
        case .null: return "null"
        case .boolean(let value): return "the boolean \(value)"
        case .integer(let value): return "the number \(value)"
        case .number(let value): return "the number \(value)"
        case .string:
            let text = self.text!
            return "the string '\(text.count > 40 ? text.prefix(40) + "..." : text)'"
        case .table(let table): return table.fields.isEmpty ? (table.items.isEmpty ? "an empty table" : "a list") : "a table"
        case .function: return "a function"
        case .object(let object): return (object.value as? any ScriptObject).map { "a \(type(of: $0).className)" } ?? "an object"
        case .decimal: return "a decimal"
        case .date: return "a date"
        case .timestamp: return "a timestamp"
        default: return "a value of another kind"
        }
    }
}
