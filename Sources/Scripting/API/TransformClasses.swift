internal import Columnar
internal import Engine

/// The transform classes of `awsglue.transforms`: each is a table with `apply`, whose arguments are Glue's.
extension ScriptAPI {
    static let transformNames = [
        "ApplyMapping", "Coalesce", "DropFields", "DropNullFields", "ErrorsAsDynamicFrame", "Filter", "FlatMap", "Join", "Map", "MapToCollection",
        "Relationalize", "RenameField", "Repartition", "ResolveChoice", "SelectFields", "SelectFromCollection", "SplitFields", "SplitRows", "Spigot",
        "Unbox", "Union", "UnnestFrame",
    ]

    static func registerTransforms(_ api: APIBuilder) throws {
        let frame = Parameter.required("frame", .dynamicFrame)
        func add(_ name: String, _ parameters: [Parameter], stage: Bool = true, _ body: @escaping (DynamicFrame, Arguments) throws -> LuaValue) {
            api.function(Signature("\(name).apply", [frame] + parameters + (stage ? Signature.stage : []))) { [try body(try $0.frame("frame"), $0)] }
        }
        add("Filter", [.required("f", .function)]) { .object($0.filter(try $1.rowFunction("f", in: $0.environment), $1.stage)) }
        add("Map", [.required("f", .function), .optional("preservesPartitioning", .boolean)]) {
            .object($0.map(try $1.rowFunction("f", in: $0.environment), $1.stage))
        }
        add("ApplyMapping", [.required("mappings", .list), .optional("case_sensitive", .boolean)]) { .object(try $0.applyMapping(arguments: $1)) }
        add("SelectFields", [.required("paths", .strings)]) { .object($0.selectFields(try $1.paths("paths"), $1.stage)) }
        add("DropFields", [.required("paths", .strings)]) { .object($0.dropFields(try $1.paths("paths"), $1.stage)) }
        add("RenameField", [.required("old_name", .string), .required("new_name", .string)]) {
            .object($0.renameField(try FieldPath($1.string("old_name", default: "")), try FieldPath($1.string("new_name", default: "")), $1.stage))
        }
        add("DropNullFields", []) { .object($0.dropNullFields($1.stage)) }
        add("UnnestFrame", []) { .object($0.unnest($1.stage)) }
        add("SplitFields", [.required("paths", .strings), .optional("name1", .string), .optional("name2", .string)]) {
            .object(try $0.splitFields(arguments: $1))
        }
        add("SplitRows", [.required("comparison_dict", .dictionary), .optional("name1", .string), .optional("name2", .string)]) {
            .object(try $0.splitRows(arguments: $1))
        }
        api.function(
            Signature(
                "ResolveChoice.apply",
                [frame, .optional("specs", .list), .optional("choice", .string), .optional("database", .string), .optional("table_name", .string)]
                    + Signature.stage + [.optional("catalog_id", .string)])
        ) { [.object(try $0.frame("frame").resolveChoice(arguments: $0))] }
        add("Relationalize", [.optional("staging_path", .string), .optional("name", .string), .optional("options", .dictionary)]) {
            .object(try $0.relationalize(root: $1.string("name", default: "roottable"), $1.stage))
        }
        add("Unbox", [.required("path", .string), .required("format", .string)]) { .object(try $0.unbox(arguments: $1)) }
        add("Repartition", [.required("num_partitions", .integer)]) { frame, _ in .object(frame) }
        add("Coalesce", [.required("num_partitions", .integer), .optional("shuffle", .boolean)]) { frame, _ in .object(frame) }
        add("Spigot", [.required("path", .string), .optional("options", .dictionary), .optional("transformation_ctx", .string)], stage: false) {
            .object(try $0.spigot(arguments: $1))
        }
        add("ErrorsAsDynamicFrame", [], stage: false) { frame, _ in .object(frame.errors()) }
        api.function(
            Signature(
                "Join.apply",
                [
                    .required("frame1", .dynamicFrame), .required("frame2", .dynamicFrame), .required("keys1", .strings), .required("keys2", .strings),
                    .optional("transformation_ctx", .string),
                ])
        ) { [.object(try $0.frame("frame1").join(try $0.frame("frame2"), try $0.paths("keys1"), try $0.paths("keys2"), $0.stage))] }
        api.function(Signature("Union.apply", [.required("frame1", .dynamicFrame), .required("frame2", .dynamicFrame)] + Signature.stage)) {
            [.object(try $0.frame("frame1").union(try $0.frame("frame2"), $0.stage))]
        }
        api.function(
            Signature("SelectFromCollection.apply", [.required("dfc", .collection), .required("key", .string), .optional("transformation_ctx", .string)])
        ) { arguments in
            guard let collection = arguments.object("dfc", as: DynamicFrameCollection.self) else { return [.nil] }
            return [.object(collection.select(arguments.string("key", default: "")))]
        }
    }
}
