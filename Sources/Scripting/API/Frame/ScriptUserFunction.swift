internal import Columnar
internal import Engine

/// `F.udf(function, returnType)`: a Lua function of columns, which runs as the function of a Map does: lifted where it can be.
enum ScriptUserFunction {
    /// What calls make: a function from columns, or their names, to a Column.
    static func make(_ reference: LuaReference, name: String, returns type: DataType, site: String, environment: ScriptEnvironment) -> (function: UserFunction, value: LuaValue) {
        let function = UserFunction(name, resultType: type) { [unowned environment] input, arguments, result in
            try node(over: input, calling: reference, arguments: arguments, result: result, type: type, name: name, site: site, environment: environment)
        }
        let value = environment.state.makeFunction(name) { call in
            let arguments = try call.arguments.map { try ColumnObject.column($0, name).expression(in: name) }
            return [.object(ColumnObject(.userFunction(function, arguments)))]
        }
        return (function, value)
    }

    /// `F.udf(f, returnType)`; given a type alone, what makes a function of a function: `F.udf("int")(f)`.
    static func udf(_ call: LuaCall, _ environment: ScriptEnvironment) throws -> [LuaValue] {
        let place = "F.udf"
        var values = call.arguments
        if values.first?.object(as: ColumnFunctions.self) != nil { values.removeFirst() }
        let arguments = try Signature(place, [.optional("f", .any), .optional("returnType", .any), .optional("useArrow", .any)]).bind(values, site: APIBuilder.site(call))
        if let given = arguments["f"], given.function == nil {
            let returns = try type(given, place)
            return [
                environment.state.makeFunction(place) { [unowned environment] inner in
                    guard let function = inner[0].function else { throw APIError("\(place) takes a function, not \(inner[0].kindDescription)", .wrongArgument) }
                    return [make(function, name: "udf", returns: returns, site: APIBuilder.site(inner), environment: environment).value]
                }
            ]
        }
        let function = try arguments.function("f")
        return [make(function, name: "udf", returns: try type(arguments["returnType"], place), site: arguments.site, environment: environment).value]
    }

    /// `F.udf` and `spark.udf.register`: the return type is `string` where none is said, as in PySpark.
    static func type(_ value: LuaValue?, _ place: String) throws -> DataType {
        guard let value, !value.isNil, value != .null else { return .string }
        return try SchemaText.type(of: value, place)
    }

    /// A node with the input's columns, and the function's values behind them.
    private static func node(
        over input: PlanNode, calling reference: LuaReference, arguments: [String], result: String, type: DataType, name: String, site: String,
        environment: ScriptEnvironment
    ) throws -> PlanNode {
        let schema = try input.declaredSchema.known ?? environment.run { try input.fullSchema($0) }
        // A function of the record, in which the columns' names are constants: so the lifter sees what is read, and what is made.
        func quoted(_ name: String) -> String {
            var out = "\""
            for byte in name.utf8 { out += byte >= 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x5c ? String(UnicodeScalar(byte)) : "\\" + String(1000 + Int(byte)).dropFirst() }
            return out + "\""
        }
        let values = arguments.map { "r[\(quoted($0))]" }.joined(separator: ", ")
        let text = "local f = ... return function(r) r[\(quoted(result))] = f(\(values)) return r end"
        let made = try environment.state.loadInternal(Array(text.utf8), name: name).call([.function(reference)])
        guard let wrapper = made.first?.function else { throw APIError("\(name) cannot be called") }
        let row = try ScriptRowFunction(wrapper, site: site, environment: environment)
        // A row whose call raises is not left out: it ends the run.
        let node = MapFunctionNode(input, function: row, options: StageOptions(site: site, function: name == "udf" ? "F.udf" : name))
        return ShapeNode(node, schema: Schema(schema.fields.filter { $0.name != result } + [Field(result, type)]))
    }
}

/// `spark.udf`.
final class FunctionRegistration: ScriptObject {
    static let className = "UDFRegistration"
    private unowned let session: SparkSession
    init(_ session: SparkSession) { self.session = session }

    static func register(_ api: APIBuilder) {
        api.environment.state.register(FunctionRegistration.self, name: className) { registration in
            let parameters: [Parameter] = [.required("name", .string), .required("f", .function), .optional("returnType", .any)]
            registration.note(Signature("register", parameters))
            registration.method("register") { registration, call in
                let place = "spark.udf.register"
                let arguments = try Signature(place, parameters).bind(call.arguments, site: APIBuilder.site(call))
                let name = arguments.string("name", default: "")
                guard name.first.map({ $0.isLetter || $0 == "_" }) ?? false, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
                    throw APIError("\(place): '\(name)' is no name of a function; it is a word of letters, digits and '_'")
                }
                let environment = registration.session.environment
                let made = ScriptUserFunction.make(
                    try arguments.function("f"), name: name, returns: try ScriptUserFunction.type(arguments["returnType"], place), site: arguments.site, environment: environment)
                environment.sql.define(made.function, named: name)
                return [made.value]
            }
            registration.property { _, name in
                throw APIError("spark.udf has no '\(name)'\(Suggestion.hint(for: name, in: ["register"])) (known: register)", .unknownMethod)
            }
        }
    }
}
