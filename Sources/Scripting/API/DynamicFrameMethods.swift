internal import Columnar
internal import Engine

/// The methods of a DynamicFrame as scripts call them; Glue's names and parameters.
extension DynamicFrame {
    private static let rows: [Parameter] = [.optional("num_rows", .integer)]

    static func register(_ api: APIBuilder) {
        let state = api.environment.state
        state.register(DynamicFrame.self, name: className) { frame in
            frame.method("count") { frame, _ in [.integer(Int64(try frame.count()))] }
            frame.method(Signature("show", rows)) { frame, arguments in
                frame.environment.state.print(try frame.show(arguments.integer("num_rows", default: 20)))
                return []
            }
            frame.method("printSchema") { frame, _ in
                frame.environment.state.print(try frame.schema().treeDescription + "\n")
                return []
            }
            frame.method("schema") { frame, _ in [.object(SchemaObject(.struct(try frame.schema().fields)))] }
            frame.method(Signature("toDF", [.optional("options", .list)])) { frame, _ in [.object(try frame.toDF())] }
            frame.method("errorsCount") { frame, _ in [.integer(Int64(try frame.errorCount(ofStageOnly: false)))] }
            frame.method("stageErrorsCount") { frame, _ in [.integer(Int64(try frame.errorCount(ofStageOnly: true)))] }
            frame.method("errorsAsDynamicFrame") { frame, _ in [.object(frame.errors())] }
            frame.method("assertErrorThreshold") { frame, _ in
                _ = try frame.count()
                return []
            }
            frame.method("getNumPartitions") { frame, _ in [.integer(Int64(frame.environment.workers.count))] }

            frame.method(["filter"], [.required("f", .function)] + Signature.stage) { frame, arguments in
                [.object(try frame.filter(arguments.rowFunction("f", in: frame.environment), arguments.stage))]
            }
            frame.method(["map"], [.required("f", .function), .optional("preservesPartitioning", .boolean)] + Signature.stage) { frame, arguments in
                [.object(try frame.map(arguments.rowFunction("f", in: frame.environment), arguments.stage))]
            }
            frame.method(["apply_mapping", "applyMapping"], [.required("mappings", .list), .optional("case_sensitive", .boolean)] + Signature.stage) {
                [.object(try $0.applyMapping(arguments: $1))]
            }
            frame.method(["select_fields", "selectFields"], [.required("paths", .strings)] + Signature.stage) {
                [.object($0.selectFields(try $1.paths("paths"), $1.stage))]
            }
            frame.method(["drop_fields", "dropFields"], [.required("paths", .strings)] + Signature.stage) {
                [.object($0.dropFields(try $1.paths("paths"), $1.stage))]
            }
            frame.method(["rename_field", "renameField"], [.required("oldName", .string), .required("newName", .string)] + Signature.stage) {
                [.object($0.renameField(try FieldPath($1.string("oldName", default: "")), try FieldPath($1.string("newName", default: "")), $1.stage))]
            }
            frame.method(
                ["split_fields", "splitFields"], [.required("paths", .strings), .optional("name1", .string), .optional("name2", .string)] + Signature.stage
            ) { [.object(try $0.splitFields(arguments: $1))] }
            frame.method(
                ["split_rows", "splitRows"],
                [.required("comparison_dict", .dictionary), .optional("name1", .string), .optional("name2", .string)] + Signature.stage
            ) { [.object(try $0.splitRows(arguments: $1))] }
            frame.method(
                ["resolveChoice", "resolve_choice"],
                [.optional("specs", .list), .optional("choice", .string), .optional("database", .string), .optional("table_name", .string)] + Signature.stage
                    + [.optional("catalog_id", .string)]
            ) { [.object(try $0.resolveChoice(arguments: $1))] }
            frame.method(["unnest"], Signature.stage) { [.object($0.unnest($1.stage))] }
            frame.method(
                ["relationalize"],
                [.required("root_table_name", .string), .optional("staging_path", .string), .optional("options", .dictionary)] + Signature.stage
            ) { [.object(try $0.relationalize(root: $1.string("root_table_name", default: "root"), $1.stage))] }
            frame.method(["join"], [.required("paths1", .strings), .required("paths2", .strings), .required("frame2", .dynamicFrame)] + Signature.stage) {
                [.object(try $0.join(try $1.frame("frame2"), try $1.paths("paths1"), try $1.paths("paths2"), $1.stage))]
            }
            frame.method(["union"], [.required("other_frame", .dynamicFrame)] + Signature.stage) {
                [.object($0.union(try $1.frame("other_frame"), $1.stage))]
            }
            frame.method(
                ["mergeDynamicFrame", "merge_dynamic_frame"],
                [
                    .required("stage_dynamic_frame", .dynamicFrame), .required("primary_keys", .strings), .optional("transformation_ctx", .string),
                    .optional("options", .dictionary), .optional("info", .string), .optional("stageThreshold", .integer),
                    .optional("totalThreshold", .integer),
                ]
            ) { [.object(try $0.merge(try $1.frame("stage_dynamic_frame"), keys: try $1.paths("primary_keys"), $1.stage))] }
            frame.method(["unbox"], [.required("path", .string), .required("format", .string)] + Signature.stage) {
                [.object(try $0.unbox(arguments: $1))]
            }
            frame.method(["spigot"], [.required("path", .string), .optional("options", .dictionary)] + Signature.stage) {
                [.object(try $0.spigot(arguments: $1))]
            }
            frame.method(Signature("plot", PlotRequest.parameters)) { frame, arguments in
                try frame.toDF().plot(arguments)
                return []
            }
            frame.method(Signature("profile", DataFrame.profileParameters)) { frame, arguments in try frame.toDF().profile(arguments) }
            frame.method(["repartition"], [.required("num_partitions", .integer)] + Signature.stage) { frame, _ in [.object(frame)] }
            frame.method(["coalesce"], [.required("num_partitions", .integer), .optional("shuffle", .boolean)] + Signature.stage) { frame, _ in
                [.object(frame)]
            }
            frame.method(
                ["write"],
                [
                    .required("connection_type", .string), .optional("connection_options", .dictionary), .optional("format", .string),
                    .optional("format_options", .dictionary), .optional("accumulator_size", .integer),
                ]
            ) { frame, arguments in [.object(try frame.write(FrameWrite(arguments, frame.environment), arguments.stage))] }
            frame.property { frame, name in
                switch name {
                case "name": return .string(frame.name)
                default:
                    throw APIError(
                        "a DynamicFrame has no method '\(name)'\(Suggestion.hint(for: name, in: methodNames)) (known: \(methodNames.joined(separator: ", ")))", .unknownMethod,
                        advice: Elsewhere.ofDynamicFrame(name))
                }
            }
            frame.metamethod("__tostring") { call in
                guard let frame = call.receiver as? DynamicFrame ?? call[0].object(as: DynamicFrame.self) else { return [.string("DynamicFrame")] }
                return [.string("DynamicFrame \(frame.name)")]
            }
        }
        api.function(
            Signature("DynamicFrame.fromDF", [.required("dataframe", .dataFrame), .optional("glue_ctx", .any), .optional("name", .string)])
        ) { arguments in
            guard let data = arguments.object("dataframe", as: DataFrame.self) else { return [.nil] }
            return [.object(DynamicFrame(try data.plan(), name: arguments.string("name", default: ""), environment: api.environment))]
        }
    }

    static let methodNames = [
        "apply_mapping", "applyMapping", "assertErrorThreshold", "coalesce", "count", "drop_fields", "errorsAsDynamicFrame", "errorsCount", "filter",
        "getNumPartitions", "join", "map", "mergeDynamicFrame", "name", "plot", "printSchema", "profile", "relationalize", "rename_field", "repartition", "resolveChoice",
        "schema", "select_fields", "show", "spigot", "split_fields", "split_rows", "stageErrorsCount", "toDF", "unbox", "union", "unnest", "write",
    ]
}
