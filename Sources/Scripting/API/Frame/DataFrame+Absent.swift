internal import Columnar
internal import Engine

/// Names that Spark's DataFrame has and this one has not: each says so in a sentence, and what to do instead.
extension DataFrame {
    static let absent: [String: String] = [
        "rdd": "there are no RDDs; use DataFrame methods, F.udf, or Map over a DynamicFrame: DynamicFrame.fromDF(df, glueContext, \"name\")",
        "toPandas": "there is no pandas in Lua; use collect(), or write the rows to a file",
        "pandas_api": "there is no pandas in Lua; use DataFrame methods",
        "toArrow": "there is no Arrow in Lua; use collect(), or write the rows to a file",
        "mapInPandas": "there is no pandas in Lua; use F.udf, or Map over a DynamicFrame",
        "mapInArrow": "there is no Arrow in Lua; use F.udf, or Map over a DynamicFrame",
        "map": "a DataFrame has no map; use withColumn with F.udf, or Map over a DynamicFrame",
        "flatMap": "a DataFrame has no flatMap; use F.explode, or Map over a DynamicFrame",
        "mapPartitions": "a DataFrame has no partitions to map; use withColumn with F.udf",
        "observe": "metrics cannot be observed on the way; compute them with agg",
        "writeStream": "there are no streams; use write", "writeTo": "tables are written with write.saveAsTable and write.insertInto",
        "mergeInto": "tables cannot be merged into; join, and write the result with mode \"overwrite\"",
        "storageLevel": "rows that are kept are kept in memory; there are no levels to ask for",
        "semanticHash": "plans have no hashes; compare frames with sameSemantics",
        "lateralJoin": "write the query in SQL: spark.sql(\"SELECT ... FROM a, LATERAL (...)\")",
        "transpose": "use unpivot and groupBy(...):pivot(...)", "scalar": "write the query in SQL: spark.sql(\"SELECT ..., (SELECT max(x) FROM t) ...\")",
        "exists": "use a join of kind \"left_semi\", or EXISTS in SQL", "asTable": "table arguments are not there",
        "metadataColumn": "files have no metadata columns; use F.input_file_name()", "executionInfo": "use `mastic run --profile`",
    ]

    /// All names that answer, for hints.
    static let known = [
        "agg", "alias", "approxQuantile", "cache", "checkpoint", "coalesce", "col", "colRegex", "collect", "columns", "corr", "count", "cov", "createGlobalTempView",
        "createOrReplaceGlobalTempView", "createOrReplaceTempView", "createTempView", "crossJoin", "crosstab", "cube", "describe", "distinct", "drop", "dropDuplicates",
        "drop_duplicates", "dropna", "dtypes", "exceptAll", "explain", "fillna", "filter", "first", "foreach", "freqItems", "groupBy", "groupby", "groupingSets", "head", "hint",
        "inputFiles", "intersect", "intersectAll", "isEmpty", "isLocal", "isStreaming", "join", "limit", "localCheckpoint", "melt", "na", "offset", "orderBy", "persist", "plot",
        "printSchema", "profile", "randomSplit", "repartition", "repartitionByRange", "replace", "rollup", "sameSemantics", "sample", "sampleBy", "schema", "select", "selectExpr", "show",
        "sort", "sortWithinPartitions", "sparkSession", "stat", "subtract", "summary", "tail", "take", "to", "toDF", "toJSON", "toLocalIterator", "transform", "union", "unionAll",
        "unionByName", "unpersist", "unpivot", "where", "withColumn", "withColumnRenamed", "withColumns", "withColumnsRenamed", "withMetadata", "withWatermark", "write",
    ]

    /// What a name that is no method reads: a property, a column, or an error.
    func value(named name: String) throws -> LuaValue {
        if let value = try property(name) { return value }
        let relation = try relation()
        let exact = relation.attributes.filter { $0.name == name }
        let found = exact.isEmpty ? relation.attributes.filter { $0.name.lowercased() == name.lowercased() } : exact
        if found.count == 1, let attribute = found.first { return .object(ColumnObject(.attribute(attribute.reference))) }
        if found.count > 1 { _ = try relation.attribute(named: [name]) }
        if let instead = Self.absent[name] { throw APIError("a DataFrame here has no '\(name)': \(instead)", .notSupported) }
        let hint = Suggestion.hint(for: name, in: Self.known + relation.names)
        throw APIError("a DataFrame has no method or column '\(name)'\(hint) (columns: \(relation.names.joined(separator: ", ")); methods: \(Self.known.joined(separator: ", ")))", .unknownMethod, advice: Elsewhere.ofDataFrame(name))
    }

    /// What PySpark has as a property: it answers as one, and as a method too.
    private func property(_ name: String) throws -> LuaValue? {
        func list(_ items: [LuaValue]) -> LuaValue {
            var table = LuaTable(items: items)
            table.manner = .callable
            return .table(table)
        }
        switch name {
        case "columns": return list(try relation().names.map { .string($0) })
        case "dtypes": return list(try relation().attributes.map { .array([.string($0.name), .string($0.type.hiveName)]) })
        case "schema": return .object(TypeObject(.struct(try relation().attributes.map { Field($0.name, $0.type) })))
        case "write": return .object(DataFrameWriter(self))
        case "na": return .object(NullFunctions(self))
        case "stat": return .object(StatFunctions(self))
        case "sparkSession": return .object(environment.spark)
        case "isStreaming": return .boolean(false)
        default: return nil
        }
    }
}
