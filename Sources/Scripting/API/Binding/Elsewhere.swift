internal import Columnar
internal import Engine

/// Where a method is that scripts look for in an object that has it not.
enum Elsewhere {
    private static let reading: Set<String> = ["option", "options", "format", "load", "csv", "parquet"]
    private static let writing: Set<String> = ["mode", "partitionBy", "saveAsTable", "insertInto", "save", "bucketBy"]
    private static let grouping: Set<String> = ["pivot", "sum", "avg", "mean", "max", "min"]

    /// - Parameter name: what a DataFrame has not.
    static func ofDataFrame(_ name: String) -> String? {
        if reading.contains(name) {
            if name == "csv" || name == "parquet" { return "files are read with spark.read.\(name)(path), and written with df.write:\(name)(path)" }
            if name == "option" || name == "options" || name == "format" {
                return "\(name) belongs to a reader or a writer: spark.read.\(name)(...):load(path), df.write:\(name)(...):save(path)"
            }
            return "files are read with spark.read.\(name)(path)"
        }
        if writing.contains(name) { return "a DataFrameWriter has it: df.write:\(name)(...)" }
        if grouping.contains(name) { return "a GroupedData has it: df:groupBy(...):\(name)(...)" }
        if DynamicFrame.methodNames.contains(name) { return "a DynamicFrame has it: DynamicFrame.fromDF(df, glueContext, \"name\"):\(name)(...)" }
        if ColumnFunctions.allNames.contains(name) { return "it is a function of columns: df:select(F.\(name)(...))" }
        return nil
    }

    static func ofDynamicFrame(_ name: String) -> String? {
        if ["columns", "dtypes", "na", "stat", "isStreaming"].contains(name) { return "a DataFrame has it: dyf:toDF().\(name)" }
        if DataFrame.known.contains(name) { return "a DataFrame has it: dyf:toDF():\(name)(...)" }
        if grouping.contains(name) { return "a GroupedData has it: dyf:toDF():groupBy(...):\(name)(...)" }
        return nil
    }

    static func ofGroupedData(_ name: String) -> String? {
        guard DataFrame.known.contains(name) || DynamicFrame.methodNames.contains(name) else { return nil }
        return "groups have no rows yet: count() or agg(...) makes a DataFrame of them, which has \(name)"
    }

    /// - Parameter known: the methods that a Column has.
    static func ofColumn(_ name: String, known: [String]) -> String? {
        if ColumnFunctions.allNames.contains(name) { return "it is a function: F.\(name)(column, ...)" }
        if DataFrame.known.contains(name) { return "a DataFrame has it; a Column is one column of a frame to come" }
        if !Suggestion.hint(for: name, in: known).isEmpty { return nil }
        return "a Column holds no values; the rows are for _, row in ipairs(df:collect()) do ... end, and F.col(\"s\"):getField(\"\(name)\") is a field of a struct"
    }

    /// What Glue's context has and this one has not, and what to do instead.
    static let absentOfGlueContext: [String: String] = [
        "getSink": "write with write_dynamic_frame.from_options, and crawl the folder afterwards; or with write_dynamic_frame.from_catalog",
        "getSource": "read with create_dynamic_frame.from_options, or create_dynamic_frame.from_catalog",
        "create_data_frame": "read with create_dynamic_frame, and toDF() of it; or with spark.read and spark.table",
        "create_data_frame_from_catalog": "use spark.table(\"database.table\")", "create_data_frame_from_options": "use spark.read",
        "write_data_frame": "use df.write, or write_dynamic_frame with DynamicFrame.fromDF(df, glueContext, \"name\")",
        "write_data_frame_from_catalog": "use df.write:insertInto(\"database.table\")",
        "write_from_options": "use write_dynamic_frame.from_options",
        "write_dynamic_frame_from_jdbc_conf": "databases are not written; write files, and load those",
        "extract_jdbc_conf": "databases are not read; export to files, and read those",
        "purge_table": "overwrite the table with df.write:mode(\"overwrite\"):saveAsTable(name), or take its files away",
        "purge_s3_path": "take the files away outside of the job, or write with mode = \"overwrite\"",
        "transition_table": "files have no storage classes here", "transition_s3_path": "files have no storage classes here",
        "forEachBatch": "there are no streams; read what has arrived with a job bookmark",
        "add_ingestion_time_columns": "use withColumn with F.year(F.current_timestamp()) and its like",
        "start_transaction": "there is nothing to begin: each write is one commit", "commit_transaction": "there is nothing to commit: each write is one commit",
        "cancel_transaction": "there is nothing to take back: a write that fails leaves nothing",
    ]

    /// What of Spark's session is looked for in the GlueContext.
    static func ofGlueContext(_ name: String) -> String? {
        switch name {
        case "read": "the session reads: spark.read"
        case "sql", "table", "createDataFrame", "range", "catalog", "udf": "the session has it: spark.\(name)"
        case "from_catalog", "from_options": "write create_dynamic_frame.\(name){...}, or write_dynamic_frame.\(name){...}"
        default: nil
        }
    }

    /// Connections that Glue has, to what is not read or written here.
    static let databases: Set<String> = [
        "mysql", "postgresql", "oracle", "sqlserver", "jdbc", "redshift", "snowflake", "bigquery", "mongodb", "documentdb", "dynamodb", "opensearch", "teradata", "saphana", "vertica",
        "azuresql", "azurecosmos", "kafka", "kinesis", "marketplace.spark", "marketplace.jdbc", "marketplace.athena", "custom.jdbc", "custom.spark", "custom.athena", "aurora",
    ]

    /// A frame of the other kind than the one that is wanted.
    static func frame(_ kind: Parameter.Kind, _ value: LuaValue) -> String? {
        switch kind {
        case .dynamicFrame, .frameOrCollection:
            value.object(as: DataFrame.self) != nil ? "make one of it: DynamicFrame.fromDF(df, glueContext, \"name\")" : nil
        case .dataFrame: value.object(as: DynamicFrame.self) != nil ? "make one of it: dyf:toDF()" : nil
        default: nil
        }
    }

    /// A boolean where a condition on columns is wanted: Lua's own signs have been at work.
    static func condition(_ value: LuaValue?) -> String? {
        guard case .boolean? = value else { return nil }
        return "== and not of Lua give a boolean at once: write a.id:eq(1), a.id:ne(1), ~(a.id:eq(1)), and join conditions with & and |"
    }
}
