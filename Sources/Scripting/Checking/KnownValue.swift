/// What is known of a value of a script that does not run.
enum KnownValue {
    case unknown
    /// The very value: text and numbers of the script, and objects that calls without side effects have made of them.
    case value(LuaValue)
    /// Some object of a class of ours.
    case object(String)
    /// A function or table of ours by its path: `Filter.apply`.
    case library([String])

    /// The class of ours, if it is an object of one.
    var className: String? {
        switch self {
        case .object(let name): name
        case .value(.object(let object)): (object.value as? any ScriptObject).map { type(of: $0).className }
        default: nil
        }
    }

    var value: LuaValue? { if case .value(let value) = self { value } else { nil } }
}

/// Which calls a check may carry out, because they do nothing but make objects, and what others give.
enum PureCalls {
    /// Whether a method only makes an object of what it is given: no rows are read, nothing is written or remembered beyond the check.
    static func isPure(_ method: String, of object: AnyObject) -> Bool {
        switch object {
        case is ColumnObject, is ColumnFunctions, is WindowSpec, is TypeObject, is StructFieldObject: return method != "udf" && method != "pandas_udf"
        case is DataFrame: return dataFrame.contains(method) || method == "createOrReplaceTempView"
        case is GroupedData: return ["agg", "count", "sum", "avg", "mean", "min", "max"].contains(method)
        case is DynamicFrame: return dynamicFrame.contains(method)
        case is SparkSession: return ["table", "range", "createDataFrame"].contains(method)
        case is FrameReader: return true
        case is GlueContext: return ["create_dynamic_frame_from_catalog", "create_dynamic_frame_from_options"].contains(method)
        default: return false
        }
    }

    /// Libraries whose `apply` makes a frame of frames.
    static func isPure(_ path: [String]) -> Bool {
        if path == ["DynamicFrame", "fromDF"] || path == ["GlueContext"] { return true }
        return path.count == 2 && path[1] == "apply" && ScriptAPI.transformNames.contains(path[0]) && !["Spigot", "Filter", "Map", "MapToCollection", "FlatMap"].contains(path[0])
    }

    private static let dataFrame: Set<String> = [
        "select", "selectExpr", "filter", "where", "withColumn", "withColumnRenamed", "withColumnsRenamed", "drop", "distinct", "dropDuplicates", "drop_duplicates",
        "orderBy", "sort", "limit", "offset", "union", "unionAll", "unionByName", "intersect", "join", "crossJoin", "groupBy", "groupby", "alias", "fillna", "dropna",
        "toDF", "cache", "persist", "coalesce", "repartition", "rollup", "cube", "col", "subtract", "exceptAll", "intersectAll",
    ]
    private static let dynamicFrame: Set<String> = [
        "apply_mapping", "applyMapping", "select_fields", "selectFields", "drop_fields", "dropFields", "rename_field", "renameField", "split_fields", "splitFields",
        "split_rows", "splitRows", "resolveChoice", "resolve_choice", "unnest", "union", "join", "coalesce", "repartition", "toDF",
    ]

    /// The class of what a call gives that was not carried out; nil where that cannot be told.
    static func result(of method: String, className: String) -> String? {
        switch className {
        case "DataFrame":
            if method == "write" { return "DataFrameWriter" }
            if ["groupBy", "groupby", "rollup", "cube"].contains(method) { return "GroupedData" }
            return method == "col" ? "Column" : dataFrame.contains(method) ? "DataFrame" : nil
        case "Column": return "Column"
        case "F": return ["udf", "pandas_udf", "broadcast"].contains(method) ? nil : "Column"
        case "GroupedData": return ["agg", "count", "sum", "avg", "mean", "min", "max"].contains(method) ? "DataFrame" : method == "pivot" ? "GroupedData" : nil
        case "DynamicFrame":
            if method == "toDF" { return "DataFrame" }
            if ["split_fields", "splitFields", "split_rows", "splitRows", "relationalize"].contains(method) { return "DynamicFrameCollection" }
            return dynamicFrame.contains(method) || ["filter", "map", "mergeDynamicFrame", "errorsAsDynamicFrame", "unbox"].contains(method) ? "DynamicFrame" : nil
        case "DynamicFrameCollection": return method == "select" ? "DynamicFrame" : nil
        case "create_dynamic_frame": return "DynamicFrame"
        case "GlueContext": return method.hasPrefix("create_dynamic_frame") || method.hasPrefix("create_sample_dynamic_frame") ? "DynamicFrame" : nil
        case "SparkSession": return ["sql", "table", "range", "createDataFrame"].contains(method) ? "DataFrame" : nil
        default: return nil
        }
    }

    static func result(of path: [String]) -> String? {
        if path == ["Job"] { return "Job" }
        if path == ["DynamicFrame", "fromDF"] { return "DynamicFrame" }
        guard path.count == 2, path[1] == "apply", ScriptAPI.transformNames.contains(path[0]) else { return nil }
        if ["SplitFields", "SplitRows", "Relationalize", "MapToCollection", "FlatMap"].contains(path[0]) { return "DynamicFrameCollection" }
        return path[0] == "Spigot" ? nil : "DynamicFrame"
    }
}
