internal import Columnar

/// The global `help`: prints the page of what it is given.
///
/// The prelude finds the names of tables and of Lua's functions, so that none of them is copied and nothing of the user's runs; here come a name,
/// a function of ours, an object, or a plain value.
enum HelpFunction {
    static func register(_ api: APIBuilder) {
        let environment = api.environment
        environment.state.register("help") { [unowned environment] call in
            let reference = Reference.shared
            if let problem = reference.problem { throw APIError("the reference cannot be read: \(problem)") }
            let screen = environment.screen
            let page: String
            switch call.arguments.isEmpty ? .nil : call[0] {
            case .nil where call.arguments.isEmpty: page = reference.overview(width: screen.width, hasColours: screen.hasColours)
            case let value:
                guard let name = name(of: value, in: environment.state) else {
                    throw APIError("help has no page about \(value.kindDescription); give it a function, a frame, or a name as text, such as help(\"Filter\")")
                }
                page = try self.page(name, isText: value.text != nil, reference, screen)
            }
            environment.print(page)
            return []
        }
    }

    private static func page(_ name: String, isText: Bool, _ reference: Reference, _ screen: ScreenShape) throws -> String {
        if let page = reference.page(for: name, width: screen.width, hasColours: screen.hasColours) { return page }
        if isText, let code = ErrorCode(rawValue: name.uppercased()) { return self.page(of: code, screen) }
        let nearest = reference.nearest(name)
        let known = nearest.isEmpty ? "; help() lists what there is" : "; did you mean \(nearest.map { "'\($0)'" }.joined(separator: " or "))?"
        throw APIError("the reference has nothing about '\(name.escapedForMessage)'\(known)")
    }

    /// What an error's code means, and what to do.
    private static func page(of code: ErrorCode, _ screen: ScreenShape) -> String {
        let entry = code.entry
        var page = PageText(width: min(screen.width, 100), hasColours: screen.hasColours)
        page.title("\(code.rawValue): \(entry.title)", result: nil)
        for paragraph in entry.explanation.split(separator: "\n\n") { page.paragraph(paragraph.split(separator: "\n").joined(separator: " ")) }
        page.paragraph("Next step: \(entry.advice)")
        for (title, example) in [("This gives the error", entry.bad), ("This does not", entry.good)] {
            guard let script = example?.files.first(where: { $0.name == "job.lua" }) else { continue }
            page.heading(title)
            page.lines(script.text.split(separator: "\n").map(String.init))
        }
        return page.text
    }

    /// The name under which the reference knows a value; nil for none.
    static func name(of value: LuaValue, in state: LuaState) -> String? {
        switch value {
        case .string: value.text
        case .function(let function): state.registeredName(of: function).map { $0.replacing("DataFrame.na.", with: "DataFrameNaFunctions:") }
        case .object(let object): (object.value as? any ScriptObject).map { type(of: $0).className }
        case .decimal: "decimal"
        case .date: "date"
        case .timestamp: "timestamp"
        case .null: "null"
        default: nil
        }
    }
}

extension String {
    /// The text with control characters spelled out, and cut where it is long.
    fileprivate var escapedForMessage: String {
        let short = count > 60 ? String(prefix(60)) + "…" : self
        return short.unicodeScalars.map { $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }
}
