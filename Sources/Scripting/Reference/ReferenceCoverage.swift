internal import Engine

/// Whether the reference and the interpreter know the same: every name that scripts can call has an entry, every entry of a function is one that can be called, and
/// the parameters are those of the signature.
public struct ReferenceCoverage {
    /// What does not agree, a sentence each; empty where all does.
    public private(set) var problems: [String] = []
    private let reference: Reference

    public init(_ environment: ScriptEnvironment, reference: Reference = .shared) {
        self.reference = reference
        if let problem = reference.problem {
            problems = ["\(problem)"]
            return
        }
        let state = environment.state
        let columnFunctions = ColumnFunctions.allNames
        let names = state.registeredNames.filter { !$0.contains(".__") && $0 != "require" } + columnFunctions.map { "F.\($0)" }
        let globals = Set(state.globalNames).subtracting(LuaState().globalNames)
        for name in Set(names).union(globals).sorted() where entry(name) == nil { problems.append("\(name) has no entry in the reference") }
        checkEntries(Set(names.map(Self.key)), globals)
        for (name, signature) in state.signatures.sorted(by: { $0.key < $1.key }) { check(signature, of: name) }
        for name in columnFunctions { check(columnFunction: name) }
        checkTypes()
    }

    private static func key(_ name: String) -> String { name.replacing(":", with: ".") }

    /// Constructors of types are registered without their module.
    private func entry(_ name: String) -> ReferenceEntry? {
        reference.entries.first { Self.key($0.name) == Self.key(name) } ?? reference.entries.first { $0.name == "pyspark.sql.types.\(name)" }
    }

    /// Classes that are Lua's, or values of the interpreter: their members are not registered.
    private static let unregistered: Set<String> = ["awsglue.gluetypes", "date", "decimal", "GlueType", "mastic.values", "timestamp"]
    /// The names of tests, which scripts do not have.
    private static let testing = "testing.lua"
    /// Globals that the interpreter has without the API.
    private static let ownGlobals: Set<String> = ["arg", "null", "traceback"]

    private mutating func checkEntries(_ names: Set<String>, _ globals: Set<String>) {
        for entry in reference.entries where entry.topic != Self.testing && (entry.isCallable || entry.kind == .value) {
            let owner = entry.owner ?? ""
            if Self.unregistered.contains(owner) || Self.ownGlobals.contains(entry.name) { continue }
            let name = owner == "pyspark.sql.types" ? entry.shortName : entry.name
            // Functions of the prelude are Lua's, and fields of global tables.
            let isPrelude = entry.kind == .function && globals.contains(owner) && ["FlatMap", "MapToCollection"].contains(owner)
            if !names.contains(Self.key(name)), !globals.contains(name), !isPrelude { problems.append("\(entry.name) is in the reference, and no script can call it") }
        }
    }

    private mutating func check(_ signature: Signature, of name: String) {
        guard let entry = entry(name) else { return }
        let wanted = signature.parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: ", ")
        let found = entry.parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: ", ")
        guard wanted == found else {
            problems.append("\(name) takes (\(wanted)), and its entry says (\(found))")
            return
        }
        for (parameter, described) in zip(signature.parameters, entry.parameters) where !parameter.kind.agrees(with: described.type, in: reference) {
            problems.append("\(name): '\(parameter.name)' takes \(parameter.kind.rawValue), and its entry says \(described.type)")
        }
    }

    private mutating func check(columnFunction name: String) {
        guard let entry = entry("F.\(name)"), let function = Function(named: name) else { return }
        let wanted = function.definition.parameters.map { $0.isRepeated ? "..." : $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: ", ")
        let found = entry.parameters.map { $0.name == "..." ? "..." : $0.isOptional ? "[\($0.name)]" : $0.name }.joined(separator: ", ")
        if wanted != found { problems.append("F.\(name) takes (\(wanted)), and its entry says (\(found))") }
    }

    /// Every type that an entry names must be Lua's, a class or an alias; every name to look at must be one.
    private mutating func checkTypes() {
        let declared = AnnotationType.builtIn.union(reference.entries.filter { $0.kind == .class || $0.kind == .alias }.map(\.name))
        for entry in reference.entries {
            let types = entry.parameters.map(\.type) + entry.results.map(\.type) + entry.overloads + (entry.type.map { [$0] } ?? [])
            for name in Set(types.flatMap(\.names)).subtracting(declared).sorted() { problems.append("\(entry.topic):\(entry.line): \(entry.name) names the type '\(name)', which is not declared") }
            for parent in entry.parents where !declared.contains(parent) { problems.append("\(entry.topic):\(entry.line): \(entry.name) has the parent '\(parent)', which is not declared") }
            for name in entry.related where reference.entry(for: name) == nil { problems.append("\(entry.topic):\(entry.line): \(entry.name) points at '\(name)', which is not there") }
            if entry.paragraphs.isEmpty, entry.kind != .class { problems.append("\(entry.topic):\(entry.line): \(entry.name) has no description") }
            if entry.isCallable, entry.examples.isEmpty { problems.append("\(entry.topic):\(entry.line): \(entry.name) has no example") }
        }
    }
}

extension Parameter.Kind {
    /// Whether a type of the annotations says what the parameter takes.
    func agrees(with type: AnnotationType, in reference: Reference) -> Bool {
        let members = type.alternatives.flatMap { member -> [AnnotationType] in
            guard case .named(let name) = member, let alias = reference.entries.first(where: { $0.kind == .alias && $0.name == name })?.type else { return [member] }
            return alias.alternatives
        }
        func holds(_ name: String) -> Bool { members.contains(.named(name)) }
        switch self {
        case .any, .glueContext: return true
        case .dynamicFrame: return members == [.named("DynamicFrame")]
        case .collection: return members == [.named("DynamicFrameCollection")]
        case .frameOrCollection: return holds("DynamicFrame") && holds("DynamicFrameCollection")
        case .dataFrame: return members == [.named("DataFrame")]
        case .string: return members.allSatisfy { member in
            if case .literal = member { return true }
            return member == .named("string")
        }
        case .boolean: return members == [.named("boolean")]
        case .integer: return holds("integer")
        case .function: return members.allSatisfy { if case .function = $0 { true } else { false } }
        case .strings: return holds("string") && members.contains(.array(.named("string")))
        case .dictionary, .list:
            return members.allSatisfy { member in
                switch member {
                case .array, .table, .fields, .named("table"): true
                default: false
                }
            }
        }
    }
}
