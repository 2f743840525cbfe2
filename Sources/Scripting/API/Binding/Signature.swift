internal import Columnar

/// One named argument of a function that scripts call.
package struct Parameter: Sendable {
    package enum Kind: String, Sendable {
        case any = "a value"
        case dynamicFrame = "a DynamicFrame"
        case collection = "a DynamicFrameCollection"
        case frameOrCollection = "a DynamicFrame or a DynamicFrameCollection"
        case dataFrame = "a DataFrame"
        case glueContext = "a GlueContext"
        case string = "a string"
        case boolean = "a boolean"
        case integer = "an integer"
        case function = "a function"
        /// A list of strings, or one string.
        case strings = "a string or a list of strings"
        /// A table with string keys.
        case dictionary = "a table of options"
        case list = "a list"
    }

    let name: String
    let kind: Kind
    let isRequired: Bool

    package static func required(_ name: String, _ kind: Kind) -> Parameter { Parameter(name: name, kind: kind, isRequired: true) }
    package static func optional(_ name: String, _ kind: Kind) -> Parameter { Parameter(name: name, kind: kind, isRequired: false) }
}

/// The name and parameters of a function that scripts call, in Glue's order: one place that binding, errors and help read.
///
/// Python's keyword arguments are a table with string keys; positional arguments come in the order of the parameters.
package struct Signature: Sendable {
    let name: String
    let parameters: [Parameter]
    /// Whether unknown keys are passed on instead of refused (Python's `**options`).
    let takesMore: Bool

    package init(_ name: String, _ parameters: [Parameter], takesMore: Bool = false) {
        (self.name, self.parameters, self.takesMore) = (name, parameters, takesMore)
    }

    /// What every transform takes behind its own arguments.
    static let stage: [Parameter] = [
        .optional("transformation_ctx", .string), .optional("info", .string), .optional("stageThreshold", .integer), .optional("totalThreshold", .integer),
    ]

    /// Takes a call's arguments apart.
    ///
    /// One table whose keys are strings is a call by keywords, unless the first parameter is itself such a table and no key names a parameter.
    package func bind(_ values: [LuaValue], site: String) throws(APIError) -> Arguments {
        if values.count == 1, case .table(let table) = values[0], table.items.isEmpty, !table.fields.isEmpty {
            let keys = table.fields.keys
            let isDictionary = parameters.first.map { $0.kind == .dictionary || $0.kind == .any } ?? false
            if !isDictionary || keys.contains(where: { key in parameters.contains { $0.name == key } }) { return try bind(keywords: table, site: site) }
        }
        // Behind values one by one, a table of further ones by their names: `show(5, {truncate = false})`.
        if values.count > 1, let last = values.last?.table, last.items.isEmpty, last.others.isEmpty, !last.fields.isEmpty, values.count - 1 <= parameters.count {
            let given = Set(parameters.prefix(values.count - 1).map(\.name))
            let kind = values.count <= parameters.count ? parameters[values.count - 1].kind : nil
            if kind != .dictionary, last.fields.keys.allSatisfy({ key in !given.contains(key) && parameters.contains { $0.name == key } }) {
                var bound = last.fields
                for (parameter, value) in zip(parameters, values.dropLast()) { bound[parameter.name] = value }
                return try check(Arguments(function: name, values: bound, site: site))
            }
        }
        // An empty table names nothing: a call by keywords where all may be left out, else an empty list or dictionary.
        if values.count == 1, case .table(let table) = values[0], table.isEmpty, !parameters.contains(where: \.isRequired) {
            return try check(Arguments(function: name, values: [:], site: site))
        }
        guard values.count <= parameters.count else {
            let most = "\(name) takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s") at most, not \(values.count)"
            throw APIError("\(most): \(usage)", .tooManyArguments, headline: most, notes: takes)
        }
        var bound: [String: LuaValue] = [:]
        for (parameter, value) in zip(parameters, values) { bound[parameter.name] = value }
        return try check(Arguments(function: name, values: bound, site: site))
    }

    private func bind(keywords table: LuaTable, site: String) throws(APIError) -> Arguments {
        var bound: [String: LuaValue] = [:]
        var more: [(String, LuaValue)] = []
        guard table.items.isEmpty, table.others.isEmpty else { throw APIError("\(name) takes named arguments; a key of the table is not a name: \(usage)", .unknownArgument) }
        for (key, value) in table.sortedFields {
            if parameters.contains(where: { $0.name == key }) {
                bound[key] = value
            } else if takesMore {
                more.append((key, value))
            } else {
                let hint = Suggestion.nearest(key, in: parameters.map(\.name)).map { "; did you mean '\($0)'?" } ?? "."
                throw APIError(
                    "\(name) has no argument '\(key)'\(hint) It takes \(usage)", .unknownArgument,
                    headline: "\(name) has no argument '\(key)'" + (hint == "." ? "" : hint), subject: key, notes: takes)
            }
        }
        return try check(Arguments(function: name, values: bound, more: more, site: site))
    }

    private func check(_ arguments: Arguments) throws(APIError) -> Arguments {
        for parameter in parameters {
            switch arguments.values[parameter.name] {
            case nil, .nil?:
                if parameter.isRequired {
                    let needs = "\(name) needs the argument '\(parameter.name)': \(parameter.kind.rawValue)"
                    throw APIError("\(needs). It takes \(usage)", .missingArgument, headline: needs, notes: takes)
                }
            case let value?:
                if case .null = value, !parameter.isRequired { continue }
                if !parameter.kind.accepts(value) {
                    throw APIError(
                        "\(name): '\(parameter.name)' must be \(parameter.kind.rawValue), not \(value.kindDescription)", .wrongArgument, subject: parameter.name,
                        advice: Elsewhere.frame(parameter.kind, value))
                }
            }
        }
        return arguments
    }

    /// The parameters for a note, with those in brackets that may be left out.
    private var takes: [ErrorNote] {
        parameters.isEmpty ? [] : [ErrorNote("takes", parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: ", "))]
    }

    /// The parameters in order: `'frame', 'f', ...`.
    private var usage: String { parameters.map { "'\($0.name)'" }.joined(separator: ", ") }
}

extension Parameter.Kind {
    func accepts(_ value: LuaValue) -> Bool {
        switch (self, value) {
        case (.any, _): true
        case (.dynamicFrame, .object(let object)): object.value is DynamicFrame
        case (.collection, .object(let object)): object.value is DynamicFrameCollection
        case (.frameOrCollection, .object(let object)): object.value is DynamicFrame || object.value is DynamicFrameCollection
        case (.dataFrame, .object(let object)): object.value is DataFrame
        case (.glueContext, .object): true
        case (.string, .string): true
        case (.boolean, .boolean): true
        case (.boolean, .string): value.truth != nil
        case (.integer, .integer): true
        case (.integer, .number), (.integer, .string): value.wholeNumber != nil
        case (.function, .function): true
        case (.strings, .string): true
        case (.strings, .table(let table)): table.fields.isEmpty && table.items.allSatisfy { $0.text != nil }
        case (.dictionary, .table(let table)): table.items.isEmpty
        case (.list, .table(let table)): table.fields.isEmpty
        case (.list, .string): true
        default: false
        }
    }
}
