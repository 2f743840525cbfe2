internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// What can be said of the calls in a script before it runs.
///
/// Goes through the expressions in their order, and knows of each what it can: texts and numbers, and what calls make of them that do nothing else. Such a call is
/// carried out as the script would, so what it raises is what the script will meet, in the same words. Where an argument is not known, its name and what else
/// stands in the text are checked.
struct CallCheck {
    let syntax: LuaSyntax
    let environment: ScriptEnvironment
    private let marks: SourceMarks
    private let file: String
    private let assignedGlobals: Set<String>
    private let assignments: [String: [LuaSyntax.GlobalAssignment]]
    private(set) var known: [KnownValue]
    private var callers: [String: LuaReference] = [:]
    private(set) var findings: [Diagnostic] = []

    private let callees: Set<LuaSyntax.ID>

    /// Plans whose transforms have been looked at.
    private var checkedPlans = Set<ObjectIdentifier>()
    /// Functions whose errors the script may be waiting for: what it hands to `pcall`, and to functions of its own.
    private var guarded: Set<Int> = []
    /// Whether the script makes databases, tables or views that a check cannot know.
    private let makesTables: Bool
    private let makesFunctions: Bool
    private let hasDatabases: Bool

    init(_ syntax: LuaSyntax, _ marks: SourceMarks, file: String, in environment: ScriptEnvironment) {
        (self.syntax, self.marks, self.file, self.environment) = (syntax, marks, file, environment)
        assignedGlobals = Set(syntax.globalAssignments.map(\.name))
        assignments = Dictionary(grouping: syntax.globalAssignments, by: \.name)
        known = Array(repeating: .unknown, count: syntax.expressions.count)
        var (makesTables, makesFunctions) = (false, false)
        for expression in syntax.expressions {
            switch expression.kind {
            case .string(let text):
                let lowered = text.lowercased()
                if lowered.contains("create ") || lowered.contains("alter ") || lowered.contains("use ") || lowered.contains("drop ") { makesTables = true }
            case .method(_, let name, _, _), .field(_, let name, _):
                if Self.makers.contains(name) { makesTables = true }
                if name == "register" || name == "registerJavaFunction" { makesFunctions = true }
            default: break
            }
        }
        callees = Set(syntax.expressions.compactMap { if case .call(let callee, _) = $0.kind { callee } else { nil } })
        (self.makesTables, self.makesFunctions) = (makesTables, makesFunctions)
        hasDatabases = environment.job.home.catalog.exists && ((try? environment.job.home.catalog.databaseNames().isEmpty) == false)
    }

    private static let makers: Set<String> = [
        "saveAsTable", "insertInto", "createTempView", "createGlobalTempView", "createOrReplaceGlobalTempView", "setCurrentDatabase", "registerTempTable", "from_catalog_write",
    ]

    mutating func run() {
        noteGuarded()
        for id in syntax.expressions.indices { known[id] = know(id) }
    }

    private mutating func noteGuarded() {
        func functions(_ id: LuaSyntax.ID) -> [Int] {
            switch syntax.expressions[id].kind {
            case .function(let number): return [number]
            case .local(let local, _): return syntax.locals[local].value.map { functions($0) } ?? []
            default: return []
            }
        }
        for expression in syntax.expressions {
            guard case .call(let callee, let arguments) = expression.kind else { continue }
            switch syntax.expressions[callee].kind {
            case .global, .local: for argument in arguments { guarded.formUnion(functions(argument)) }
            default: break
            }
        }
        var changed = true
        while changed {
            changed = false
            for (number, function) in syntax.functions.enumerated() where number > 0 && guarded.contains(function.parent) && !guarded.contains(number) {
                guarded.insert(number)
                changed = true
            }
        }
    }

    // MARK: Values

    private mutating func know(_ id: LuaSyntax.ID) -> KnownValue {
        let expression = syntax.expressions[id]
        switch expression.kind {
        case .nil: return .value(.nil)
        case .true: return .value(.boolean(true))
        case .false: return .value(.boolean(false))
        case .string(let text): return .value(.string(text))
        case .number:
            let text = String(decoding: syntax.source[expression.span], as: UTF8.self)
            if let whole = Int64(text) { return .value(.integer(whole)) }
            return Double(text).map { .value(.number($0)) } ?? .unknown
        case .parenthesised(let inner): return known[inner]
        case .local(let local, _): return value(of: local, at: expression)
        case .global(let name): return global(name, at: expression)
        case .field(let object, let name, _): return field(object, name, id)
        case .table(let entries): return table(entries)
        case .unary("-", let inner):
            if case .value(.integer(let value)) = known[inner] { return .value(.integer(0 &- value)) }
            if case .value(.number(let value)) = known[inner] { return .value(.number(-value)) }
            return operation("-", [inner], id)
        case .binary("..", let left, let right):
            if let a = known[left].value?.text, let b = known[right].value?.text { return .value(.string(a + b)) }
            return operation("..", [left, right], id)
        case .unary(let sign, let inner): return operation(sign, [inner], id)
        case .binary(let sign, let left, let right): return operation(sign, [left, right], id)
        case .call(let callee, let arguments): return call(id, callee, arguments)
        case .method(let object, let name, let span, let arguments): return method(id, object, name, span, arguments)
        default: return .unknown
        }
    }

    /// A local's value where it is used: known while everything that it is given stands in the block of its declaration.
    private func value(of number: Int, at use: LuaSyntax.Expression) -> KnownValue {
        let local = syntax.locals[number]
        if local.isParameter { return .unknown }
        if local.assignments.isEmpty { return local.value.map { known[$0] } ?? .unknown }
        guard use.function == local.function, local.assignments.allSatisfy({ $0.block == local.block && $0.function == local.function }) else { return .unknown }
        if let last = local.assignments.last(where: { $0.place <= use.span.lowerBound }) { return last.value.map { known[$0] } ?? .unknown }
        return local.value.map { known[$0] } ?? .unknown
    }

    private mutating func global(_ name: String, at use: LuaSyntax.Expression) -> KnownValue {
        let assignments = assignments[name] ?? []
        if let only = assignments.first {
            guard assignments.count == 1, only.function == 0, only.place < use.span.lowerBound, let value = only.value else { return .unknown }
            return known[value]
        }
        return global(name)
    }

    /// A global that the script has without having set it.
    private mutating func global(_ name: String) -> KnownValue {
        guard ["glueContext", "spark", "F", "Window", "null"].contains(name) else { return .library([name]) }
        guard let value = try? invoke("return \(name)", []).first else { return .unknown }
        return .value(value)
    }

    /// What the name of a required module begins with, as a path.
    private static let module = "require "

    private mutating func field(_ object: LuaSyntax.ID, _ name: String, _ id: LuaSyntax.ID) -> KnownValue {
        switch known[object] {
        case .library(let path):
            // What modules of Glue and Spark hold are the globals of the same names; the types of Spark have constructors of their own.
            if let module = path.first, module.hasPrefix(Self.module), path.count == 1 {
                return module.hasSuffix(".types") || module.hasSuffix(".gluetypes") ? .unknown : global(name)
            }
            return path.count < 4 ? .library(path + [name]) : .unknown
        case .value(.object(let held)):
            // What is called, or assigned to, is looked at where that happens.
            if callees.contains(id) || syntax.targets.contains(id) { return .unknown }
            guard held.value is DataFrame || held.value is SparkSession || held.value is GlueContext else { return .unknown }
            return evaluate(id) { check in try check.invoke("local o = (...) return o.\(name)", [.object(held)]) }
        case .object(let className): return PureCalls.result(of: name, className: className).map { .object($0) } ?? .unknown
        default: return .unknown
        }
    }

    private func table(_ entries: [LuaSyntax.Entry]) -> KnownValue {
        var table = LuaTable()
        for entry in entries {
            guard let value = known[entry.value].value else { return .unknown }
            switch entry.key {
            case .item: table.items.append(value)
            case .name(let name, _): table.fields[name] = value
            case .value(let key):
                guard let name = known[key].value?.text else { return .unknown }
                table.fields[name] = value
            }
        }
        return .value(.table(table))
    }

    // MARK: Calls

    private mutating func call(_ id: LuaSyntax.ID, _ callee: LuaSyntax.ID, _ arguments: [LuaSyntax.ID]) -> KnownValue {
        if case .field(let object, let name, let span) = syntax.expressions[callee].kind {
            if known[object].className != nil { return method(id, object, name, span, arguments) }
            checkChain(id, object, name, arguments)
        }
        guard case .library(let path) = known[callee] else { return .unknown }
        return library(id, path, arguments)
    }

    private mutating func library(_ id: LuaSyntax.ID, _ path: [String], _ arguments: [LuaSyntax.ID]) -> KnownValue {
        let name = path.joined(separator: ".")
        if path == ["require"], let module = arguments.first.flatMap({ known[$0].value?.text }), module.hasPrefix("awsglue") || module.hasPrefix("pyspark") {
            return module == "pyspark.sql.functions" ? global("F") : .library([Self.module + module])
        }
        // A script of Glue's makes for itself what is there already.
        if path == ["GlueContext"] { return global("glueContext") }
        if path.starts(with: ["SparkSession", "builder"]) { return path.last == "getOrCreate" ? global("spark") : .library(["SparkSession", "builder"]) }
        guard let signature = environment.state.signatures[name] else { return .unknown }
        let result = PureCalls.result(of: path).map { KnownValue.object($0) } ?? .unknown
        if ["Filter.apply", "Map.apply"].contains(name) {
            checkArguments(id, name, signature, arguments)
            let frame = argument("frame", 0, arguments)
            let function = argument("f", 1, arguments)
            if let frame, let function { checkRecord(function, frame) }
            if path[0] == "Filter", let frame, case .value(.object(let object)) = known[frame], object.value is DynamicFrame { return known[frame] }
            return result
        }
        let values = arguments.map { known[$0].value }
        if PureCalls.isPure(path), values.allSatisfy({ $0 != nil }) {
            let made = evaluate(id) { check in try check.invoke("return \(name)(...)", values.map { $0! }) }
            if case .value = made { return made }
            return result
        }
        checkArguments(id, name, signature, arguments)
        tryWithStandIns(id, name, signature, arguments) { check, values in try check.invoke("return \(name)(...)", values) }
        return result
    }

    private mutating func method(_ id: LuaSyntax.ID, _ object: LuaSyntax.ID, _ name: String, _ span: Range<Int>, _ arguments: [LuaSyntax.ID]) -> KnownValue {
        checkChain(id, object, name, arguments)
        if case .library(let path) = known[object] { return library(id, path + [name], arguments) }
        guard let className = known[object].className else { return .unknown }
        let full = "\(className):\(name)"
        let result = PureCalls.result(of: name, className: className).map { KnownValue.object($0) } ?? .unknown
        let values = arguments.map { known[$0].value }
        let isKnown = values.allSatisfy { $0 != nil }
        if className == "SparkSession", name == "sql", let text = arguments.first.flatMap({ known[$0].value?.text }) { return query(id, text) ?? result }
        if case .value(.object(let held)) = known[object] {
            if ["filter", "map"].contains(name), held.value is DynamicFrame {
                if let signature = environment.state.signatures[full] { checkArguments(id, full, signature, arguments) }
                if let function = argument("f", 0, arguments) { checkRecord(function, object) }
                return name == "filter" ? known[object] : result
            }
            if name == "toDF", let frame = held.value as? DynamicFrame, (frame.plan.knownSchema ?? frame.plan.declaredSchema.known) == nil { return result }
            if isKnown, PureCalls.isPure(name, of: held.value) {
                let made = evaluate(id) { check in try check.invoke("local o = (...) return o.\(name)(select(2, ...))", [.object(held)] + values.map { $0! }) }
                if case .value = made { return made }
                return result
            }
        }
        guard let signature = environment.state.signatures[full] else {
            checkMethod(id, className, name, span)
            checkCondition(id, className, name, arguments)
            return result
        }
        checkArguments(id, full, signature, arguments)
        if ["write_dynamic_frame:from_options", "GlueContext:write_dynamic_frame_from_options", "DynamicFrame:write"].contains(full) { checkWrite(id, full, signature, arguments) }
        checkCondition(id, className, name, arguments)
        if className == "DynamicFrame" || className == "create_dynamic_frame" || className == "GlueContext", !["filter", "map"].contains(name) {
            let receiver: LuaValue?
            if case .value(let value) = known[object] { receiver = value } else { receiver = className == "DynamicFrame" ? standInFrame() : nil }
            if let receiver, case .object(let held) = receiver, PureCalls.isPure(name, of: held.value), name != "toDF" {
                tryWithStandIns(id, full, signature, arguments) { check, values in
                    try check.invoke("local o = (...) return o.\(name)(select(2, ...))", [receiver] + values)
                }
            }
        }
        return result
    }

    /// The expression of an argument, by its name or its position.
    private func argument(_ name: String, _ position: Int, _ arguments: [LuaSyntax.ID]) -> LuaSyntax.ID? {
        if arguments.count == 1, case .table = syntax.expressions[arguments[0]].kind { return syntax.entry(name, of: arguments[0]) }
        return arguments.indices.contains(position) ? arguments[position] : nil
    }

    // MARK: Carrying out

    mutating func invoke(_ text: String, _ arguments: [LuaValue]) throws -> [LuaValue] {
        let function: LuaReference
        if let made = callers[text] {
            function = made
        } else {
            function = try environment.state.loadInternal(Array(text.utf8), name: "check")
            callers[text] = function
        }
        return try function.call(arguments)
    }

    private mutating func evaluate(_ id: LuaSyntax.ID, _ body: (inout CallCheck) throws -> [LuaValue]) -> KnownValue {
        do {
            guard let value = try body(&self).first else { return .unknown }
            if case .object(let held) = value, let frame = held.value as? DynamicFrame { checkReads(frame, id) }
            return .value(value)
        } catch {
            report(error, id)
            return .unknown
        }
    }

    /// What is told of a node's columns without reading anything.
    private static func schema(of node: PlanNode) -> Schema? {
        if let known = node.knownSchema ?? node.declaredSchema.known { return known }
        let inputs = node.inputs.compactMap { schema(of: $0) }
        return node.inputs.isEmpty || inputs.count < node.inputs.count ? nil : try? node.derivedSchema(inputs)
    }

    /// The fields that a transform asks for by name, held against the columns of its frame. The run goes on without them and says the same.
    private mutating func checkReads(_ frame: DynamicFrame, _ id: LuaSyntax.ID) {
        guard let reads = frame.plan.fieldReads, checkedPlans.insert(ObjectIdentifier(frame.plan)).inserted, let input = frame.plan.inputs.first,
            let schema = Self.schema(of: input), !schema.fields.isEmpty
        else { return }
        let names = UnreadFields.names(schema)
        for path in reads.unknown(schema) {
            let name = path.description
            let nearest = Suggestion.nearest(name, in: names)
            // Records of JSON may have fields that the schema does not tell.
            if nearest == nil, !frame.declaresAllColumns { continue }
            let note = ErrorNote("columns", Suggestion.sorted(schema.names, by: name).map { name in "\(name) \(schema.fields.first { $0.name == name }?.type.hiveName ?? "")" }.joined(separator: ", "))
            let spots = marks.marks(inCall: id, of: syntax, subjects: [name])
            add(.warning, .unknownColumn, "there is no field '\(name)', so \(reads.effect)" + (nearest.map { "; did you mean '\($0)'?" } ?? ""), spots, id, notes: [note])
        }
    }

    /// Codes of what depends on the script's text and the catalog alone.
    static let telling: Set<ErrorCode> = [
        .call, .unknownArgument, .missingArgument, .wrongArgument, .tooManyArguments, .unknownOption, .unknownMethod, .wrongOption, .unknownChoice, .notSupported, .unknownColumn,
        .unknownField, .ambiguousColumn, .incompatibleTypes, .unknownType, .badPath, .duplicateColumn, .impossibleCast, .joinKeys, .badSchema, .noFields, .unknownFormat,
        .unknownPartitionColumn, .notInCatalog, .sqlSyntax, .unknownFunction, .argumentCount, .functionArgument, .misplacedExpression, .windowFunction, .query, .unknownTable,
        .badRegularExpression, .badDatePattern, .badTimeZone,
    ]

    mutating func report(_ error: any Error, _ id: LuaSyntax.ID, only codes: Set<ErrorCode> = telling, standIn: String? = nil) {
        guard let coded = ((error as? ScriptError)?.underlying ?? error) as? any CodedError, codes.contains(coded.errorCode) else { return }
        switch coded.errorCode {
        case .sqlSyntax where makesFunctions && String(describing: coded).hasPrefix("there is no function"): return
        case .notInCatalog where !hasDatabases || makesTables, .unknownTable where makesTables || !hasDatabases, .unknownFunction where makesFunctions: return
        default: break
        }
        let description = String(describing: coded)
        if let standIn, description.contains(standIn) { return }
        var sql: (String, Int)?
        if let parse = coded as? ParseError { sql = (parse.text, parse.position) }
        let spots = marks.marks(inCall: id, of: syntax, subjects: coded.subjects + Diagnostic.quoted(description), sql: sql)
        var notes = coded.notes
        if let call = (error as? ScriptError)?.call { notes = Diagnostic.typed(notes, call) }
        add(.error, coded.errorCode, Diagnostic.sentence(coded), spots, id, notes: notes, advice: coded.advice)
    }

    mutating func add(
        _ severity: Diagnostic.Severity, _ code: ErrorCode, _ message: String, _ spots: [Range<Int>], _ id: LuaSyntax.ID, notes: [ErrorNote] = [], advice: String? = nil
    ) {
        if guarded.contains(syntax.expressions[id].function) { return }
        let finding = Diagnostic(
            severity, code, message, file: file, at: spots, in: marks, syntax.source, notes: notes, advice: advice ?? code.entry.advice)
        if !findings.contains(finding) { findings.append(finding) }
    }

    // MARK: Arguments that are not known

    static let standInText = "unknown-to-the-check"

    /// A frame of which nothing is known.
    mutating func standInFrame() -> LuaValue? {
        try? invoke(
            "return glueContext.create_dynamic_frame.from_options{connection_type = 'file', format = 'csv', connection_options = {paths = {'\(Self.standInText)'}}}", []
        ).first
    }

    /// Carries a call out with something in the place of what is not known. What is raised counts only where it is about what the text says.
    private mutating func tryWithStandIns(
        _ id: LuaSyntax.ID, _ name: String, _ signature: Signature, _ arguments: [LuaSyntax.ID], _ body: (inout CallCheck, [LuaValue]) throws -> [LuaValue]
    ) {
        guard name.hasSuffix(".apply") ? PureCalls.isPure(name.split(separator: ".").map(String.init)) : name.contains("create_dynamic_frame") || name.hasPrefix("DynamicFrame:") else { return }
        guard arguments.count == 1, case .table(let entries) = syntax.expressions[arguments[0]].kind else { return }
        var table = LuaTable()
        for entry in entries {
            guard case .name(let key, _) = entry.key else { return }
            if let value = known[entry.value].value {
                table.fields[key] = value
            } else if let parameter = signature.parameters.first(where: { $0.name == key }) {
                switch parameter.kind {
                case .dynamicFrame: table.fields[key] = standInFrame() ?? .nil
                case .string: table.fields[key] = .string(Self.standInText)
                case .dictionary: table.fields[key] = partly(entry.value)
                default: return
                }
            }
        }
        do {
            _ = try body(&self, [.table(table)])
        } catch {
            report(error, id, only: [.unknownOption, .wrongOption, .unknownFormat, .unknownChoice, .unknownType, .badPath, .joinKeys, .duplicateColumn], standIn: Self.standInText)
        }
    }

    /// A table whose values are not all known, with something in their places.
    func partly(_ id: LuaSyntax.ID) -> LuaValue {
        guard case .table(let entries) = syntax.expressions[id].kind else { return .nil }
        var table = LuaTable()
        for entry in entries {
            guard case .name(let name, _) = entry.key else { continue }
            table.fields[name] = known[entry.value].value ?? .string(Self.standInText)
        }
        return .table(table)
    }

    /// Whether an argument's table gives names that there are, and all that must be given.
    private mutating func checkArguments(_ id: LuaSyntax.ID, _ name: String, _ signature: Signature, _ arguments: [LuaSyntax.ID]) {
        let parameters = signature.parameters
        let usage = [ErrorNote("takes", parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: ", "))]
        let named = marks.marks(inCall: id, of: syntax, subjects: [])
        if arguments.count == 1, case .table(let entries) = syntax.expressions[arguments[0]].kind, !entries.isEmpty {
            var keys: [(name: String, span: Range<Int>, value: LuaSyntax.ID)] = []
            for entry in entries {
                guard case .name(let key, let span) = entry.key else { return }
                keys.append((key, span, entry.value))
            }
            let takesTable = parameters.first.map { $0.kind == .dictionary || $0.kind == .any } ?? false
            if takesTable, !keys.contains(where: { key in parameters.contains { $0.name == key.name } }) { return }
            for key in keys {
                if let parameter = parameters.first(where: { $0.name == key.name }) {
                    checkKind(key.value, parameter, name, key.span, id)
                } else if !signature.takesMore {
                    let hint = Suggestion.hint(for: key.name, in: parameters.map(\.name))
                    add(.error, .unknownArgument, "\(name) has no argument '\(key.name)'\(hint)", [key.span], id, notes: usage)
                }
            }
            for parameter in parameters where parameter.isRequired && !keys.contains(where: { $0.name == parameter.name }) {
                // A misspelt name is one mistake, not two.
                if keys.contains(where: { key in !parameters.contains { $0.name == key.name } }) { break }
                add(.error, .missingArgument, "\(name) needs the argument '\(parameter.name)': \(parameter.kind.rawValue)", named, id, notes: usage)
            }
            return
        }
        // A call or ... at the end may be any number of values.
        var isOpen = false
        if let last = arguments.last {
            switch syntax.expressions[last].kind {
            case .call, .method, .varargs, .table: isOpen = true
            default: break
            }
        }
        if arguments.count > parameters.count, !isOpen || arguments.count > parameters.count + 1, !(name.hasSuffix(".apply") && arguments.count == parameters.count + 1) {
            let most = "\(name) takes \(parameters.count) argument\(parameters.count == 1 ? "" : "s") at most, not \(arguments.count)"
            add(.error, .tooManyArguments, most, named, id, notes: usage)
        } else if !isOpen, let missing = parameters.dropFirst(arguments.count).first(where: \.isRequired) {
            add(.error, .missingArgument, "\(name) needs the argument '\(missing.name)': \(missing.kind.rawValue)", named, id, notes: usage)
        }
        for (argument, parameter) in zip(arguments, parameters) where !(arguments.count == 1 && isOpen) {
            checkKind(argument, parameter, name, syntax.expressions[argument].span, id)
        }
    }

    private mutating func checkKind(_ argument: LuaSyntax.ID, _ parameter: Parameter, _ name: String, _ span: Range<Int>, _ id: LuaSyntax.ID) {
        func wrong(_ found: String) {
            add(
                .error, .wrongArgument, "\(name): '\(parameter.name)' must be \(parameter.kind.rawValue), not \(found)", [syntax.expressions[argument].span], id)
        }
        if case .function = syntax.expressions[argument].kind {
            if parameter.kind != .function, parameter.kind != .any { wrong("a function") }
            return
        }
        switch known[argument] {
        case .value(let value):
            if case .nil = value { return }
            if case .null = value { return }
            if !parameter.kind.accepts(value) { wrong(value.kindDescription) }
        case .object(let className):
            if parameter.kind == .dynamicFrame, className == "DataFrame" { wrong("a DataFrame") }
            if parameter.kind == .dataFrame, className == "DynamicFrame" { wrong("a DynamicFrame") }
        default: break
        }
    }

    /// Whether there is a method; classes whose objects have columns for fields are asked for `:` alone.
    private mutating func checkMethod(_ id: LuaSyntax.ID, _ className: String, _ name: String, _ span: Range<Int>) {
        let prefix = className + ":"
        var methods = environment.state.registeredNames.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        // Properties may be called too.
        if className == "DataFrame" { methods += DataFrame.known + ["columns", "dtypes", "schema", "write", "na", "stat", "rdd", "sparkSession", "isStreaming", "storageLevel"] }
        guard ["DynamicFrame", "DataFrame", "GroupedData", "create_dynamic_frame", "DynamicFrameCollection"].contains(className), !methods.isEmpty, !methods.contains(name) else { return }
        if case .call = syntax.expressions[id].kind, className != "create_dynamic_frame" { return }
        let article = className == "create_dynamic_frame" ? className : "a \(className)"
        let elsewhere: String? =
            switch className {
            case "DataFrame": Elsewhere.ofDataFrame(name)
            case "DynamicFrame": Elsewhere.ofDynamicFrame(name)
            case "GroupedData": Elsewhere.ofGroupedData(name)
            default: nil
            }
        add(.error, .unknownMethod, "\(article) has no method '\(name)'\(Suggestion.hint(for: name, in: methods))", [span], id, advice: elsewhere)
    }

    // MARK: SQL

    /// A query over what the check knows; nil where that is not enough.
    private mutating func query(_ id: LuaSyntax.ID, _ text: String) -> KnownValue? {
        do {
            let statement = try Statement(parsing: text, userFunction: environment.sql.userFunction)
            guard case .query = statement else { return nil }
            return .value(.object(try StatementRunner(environment).run(text)))
        } catch {
            report(error, id)
            return nil
        }
    }

    /// The text of a condition over a frame whose columns are not known.
    private mutating func checkCondition(_ id: LuaSyntax.ID, _ className: String, _ name: String, _ arguments: [LuaSyntax.ID]) {
        guard className == "DataFrame", ["filter", "where"].contains(name), arguments.count == 1, let text = known[arguments[0]].value?.text else { return }
        do {
            _ = try invoke("return F.expr(...)", [.string(text)])
        } catch {
            report(error, id)
        }
    }

    // MARK: Records

    /// The fields that a function over records reads, and what it compares them with, held against the columns of its frame.
    private mutating func checkRecord(_ function: LuaSyntax.ID, _ frame: LuaSyntax.ID) {
        guard case .value(.object(let object)) = known[frame], let dynamic = object.value as? DynamicFrame,
            let schema = dynamic.plan.knownSchema ?? dynamic.plan.declaredSchema.known, !schema.fields.isEmpty
        else { return }
        var number: Int?
        if case .function(let own) = syntax.expressions[function].kind { number = own }
        if case .local(let local, _) = syntax.expressions[function].kind, syntax.locals[local].assignments.isEmpty, let value = syntax.locals[local].value,
            case .function(let own) = syntax.expressions[value].kind { number = own }
        guard let number, let record = syntax.functions[number].parameters.first, syntax.locals[record].assignments.isEmpty else { return }
        var made = Set<String>()
        var reads: [(id: LuaSyntax.ID, name: String, span: Range<Int>)] = []
        for id in syntax.expressions.indices {
            guard case .field(let base, let name, let span) = syntax.expressions[id].kind, case .local(record, _) = syntax.expressions[base].kind else { continue }
            if syntax.targets.contains(id) { made.insert(name) } else { reads.append((id, name, span)) }
        }
        let names = schema.names
        let tested = Set(reads.filter { isTested($0.id) }.map(\.name))
        for read in reads where !names.contains(read.name) && !made.contains(read.name) {
            let nearest = Suggestion.nearest(read.name, in: names)
            let note = ErrorNote("columns", Suggestion.sorted(names, by: read.name).map { name in "\(name) \(schema.fields.first { $0.name == name }?.type.hiveName ?? "")" }.joined(separator: ", "))
            let severity: Diagnostic.Severity = nearest != nil && !tested.contains(read.name) && dynamic.declaresAllColumns ? .error : .warning
            add(
                severity, .unknownColumn, "there is no column '\(read.name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ": it is nil in every record"), [read.span], read.id,
                notes: [note])
        }
        checkComparisons(of: reads.filter { !made.contains($0.name) }, schema)
    }

    /// Whether a field is only looked at for being there: `r.a or 0`, `if r.a then`.
    private func isTested(_ id: LuaSyntax.ID) -> Bool {
        for expression in syntax.expressions[(id + 1)...] {
            switch expression.kind {
            case .binary(let sign, id, _) where ["or", "and"].contains(sign): return true
            case .binary(let sign, let left, let right) where ["==", "~="].contains(sign) && (left == id || right == id):
                let other = left == id ? right : left
                if case .nil = syntax.expressions[other].kind { return true }
            case .unary("not", id): return true
            default: continue
            }
        }
        return false
    }
}

extension DynamicFrame {
    /// Whether its records have no fields besides those of the schema that is declared: JSON may have more.
    fileprivate var declaresAllColumns: Bool {
        plan.selfAndAncestors.allSatisfy { node in
            guard let scan = node as? ScanNode else { return true }
            if case .json = (scan.source as? FileSource)?.format { return false }
            return true
        }
    }
}
