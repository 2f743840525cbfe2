internal import Columnar
internal import Engine

/// What interactive sessions say of a value that is no plain one.
extension ScriptEnvironment {
    /// A value in a few words, without reading rows for it: `DataFrame[id: bigint]`, `function f(a, b)`.
    public func brief(_ value: LuaValue) throws -> String {
        switch value {
        case .function(let function): return describe(function)
        case .object(let object):
            if let frame = object.value as? DataFrame {
                let fields = knownFields(of: frame)?.map { "\($0.name): \($0.type.hiveName)" }
                return fields.map { "DataFrame[\($0.joined(separator: ", "))]" } ?? "DataFrame"
            }
            if let frame = object.value as? DynamicFrame { return "DynamicFrame" + (frame.name.isEmpty ? "" : "(\(frame.name))") }
            return try text(of: value)
        default: return try text(of: value)
        }
    }

    /// The tree of a schema, if the value is one.
    public func schemaTree(of value: LuaValue) -> String? {
        guard case .object(let object) = value else { return nil }
        let type: DataType
        switch object.value {
        case let schema as SchemaObject: type = schema.type
        case let schema as TypeObject: type = schema.type
        default: return nil
        }
        guard case .struct(let fields) = type else { return nil }
        let names = Schema.distinctNames(fields.map(\.name))
        return Schema(zip(names, fields).map { Field($0, $1.type) }).treeDescription
    }

    /// Something to look at that the value is itself.
    public func displayable(_ value: LuaValue) -> (any Displayable)? {
        if case .object(let object) = value { return object.value as? any Displayable }
        return nil
    }

    /// A function with its parameters: `function Filter.apply(frame, f, transformation_ctx, ...)`; those that may be left out in brackets.
    public func describe(_ function: LuaReference) -> String {
        let facts = state.facts(of: function)
        if let name = facts.registeredName {
            guard let parameters = parameters(of: name) else { return "function \(name)" }
            return "function \(name)(\(parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: ", ")))"
        }
        guard facts.isLua else { return "function (of Lua)" }
        let names = facts.parameters + (facts.isVararg ? ["..."] : [])
        return "function (\(names.joined(separator: ", ")))" + (facts.place.map { "  -- \($0)" } ?? "")
    }

    /// The parameters of a function or method that Swift registered; nil where nothing is known of them.
    public func parameters(of name: String) -> [(name: String, kind: String, isRequired: Bool)]? {
        guard let signature = state.signatures[name] else { return nil }
        return signature.parameters.map { ($0.name, $0.kind.rawValue, $0.isRequired) }
    }

    /// The columns of a frame where they are known already, or a look at metadata tells; nil where rows would have to be read.
    public func knownColumns(of value: LuaValue) -> [(name: String, type: String)]? {
        guard case .object(let object) = value else { return nil }
        let fields: [Field]?
        switch object.value {
        case let frame as DataFrame: fields = knownFields(of: frame)
        case let frame as DynamicFrame: fields = knownFields(of: frame.plan)
        default: return nil
        }
        return fields?.map { ($0.name, $0.type.hiveName) }
    }

    private func knownFields(of frame: DataFrame) -> [Field]? {
        if let relation = frame.knownRelation { return zip(relation.names, relation.attributes).map { Field($0, $1.type) } }
        return (try? frame.plan()).flatMap { knownFields(of: $0) }
    }

    private func knownFields(of plan: PlanNode) -> [Field]? {
        if let known = plan.knownSchema ?? plan.declaredSchema.known { return known.fields }
        return nil
    }
}

extension ScriptEnvironment {
    /// What runs a line of an interactive session: it is called with the line's function and the width of the screen, keeps the first value as `_`,
    /// and returns the values; a table comes as `{text = ...}`, and rows of a frame as `{columns = ..., rows = ..., count = ...}`.
    public func interactiveEvaluator() throws -> LuaReference {
        let brief = state.makeFunction("brief") { [unowned self] call in [.string(try self.brief(call[0]))] }
        let made = try state.loadInternal(BundledLua.interactive, name: "interactive").call([brief])
        guard let function = made.first?.function else { throw APIError("the interactive session's own Lua gave no function") }
        return function
    }
}
