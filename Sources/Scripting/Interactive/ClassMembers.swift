internal import Columnar
internal import Engine

/// What a class of script objects offers by name, for completion: methods as they were registered, properties, and what either gives.
public struct ClassMember: Sendable, Equatable {
    public let name: String
    public let isMethod: Bool
    /// The parameters of a method, where they are known; the class of a property.
    public let detail: String
    /// The class of what it gives; nil where that is no object with members.
    public let result: String?
}

extension ScriptEnvironment {
    /// The names that `help` has a page of: what scripts can call, and the classes of that.
    public var documentedNames: [String] {
        var names = Set(ColumnFunctions.allNames.map { "F.\($0)" })
        for name in state.registeredNames where !name.contains(".__") && name != "require" {
            names.insert(name)
            if let end = name.lastIndex(where: { $0 == ":" || $0 == "." }) { names.insert(String(name[..<end])) }
        }
        return names.sorted()
    }

    /// The members of a class, sorted by name; none of a class that is not known.
    public func members(ofClass className: String) -> [ClassMember] {
        if className == "F" {
            return ColumnFunctions.names(withScalars: Function.allNames).map { ClassMember(name: $0, isMethod: true, detail: "column function", result: "Column") }
        }
        let prefix = className + ":"
        var members: [String: ClassMember] = [:]
        for name in state.registeredNames where name.hasPrefix(prefix) {
            let method = String(name.dropFirst(prefix.count))
            let parameters = state.signatures[name].map { "(" + $0.parameters.map(\.name).joined(separator: ", ") + ")" } ?? "(…)"
            members[method] = ClassMember(name: method, isMethod: true, detail: parameters, result: Self.result(of: method, in: className))
        }
        for (property, result) in Self.properties[className] ?? [] where members[property] == nil {
            members[property] = ClassMember(name: property, isMethod: false, detail: result ?? "", result: result)
        }
        return members.values.sorted { $0.name < $1.name }
    }

    /// The class of what a member gives, or of what calling a global function gives; nil where that is not known.
    public func result(ofMember name: String, inClass className: String) -> String? {
        if className == "F" { return "Column" }
        if let property = Self.properties[className]?.first(where: { $0.0 == name }) { return property.1 }
        return state.registeredNames.contains("\(className):\(name)") ? Self.result(of: name, in: className) : nil
    }

    /// The class of what a registered function gives.
    public func result(ofFunction name: String) -> String? {
        if name.hasSuffix(".apply") {
            switch name {
            case "Relationalize.apply", "SplitFields.apply", "SplitRows.apply", "MapToCollection.apply", "FlatMap.apply": return "DynamicFrameCollection"
            default: return "DynamicFrame"
            }
        }
        switch name {
        case "GlueContext": return "GlueContext"
        case "Job": return "Job"
        case "DynamicFrame.fromDF": return "DynamicFrame"
        default: return name.hasPrefix("F.") ? "Column" : name.hasPrefix("Window.") ? "WindowSpec" : nil
        }
    }

    /// Properties of classes, with the class of what they hold.
    private static let properties: [String: [(String, String?)]] = [
        "SparkSession": [
            ("read", "DataFrameReader"), ("conf", "RuntimeConfig"), ("catalog", "Catalog"), ("version", nil), ("sparkContext", "SparkContext"),
            ("udf", "UDFRegistration"), ("builder", "SparkSession.builder"),
        ],
        "GlueContext": [
            ("create_dynamic_frame", "create_dynamic_frame"), ("write_dynamic_frame", "write_dynamic_frame"), ("spark_session", "SparkSession"),
        ],
        "DataFrame": [
            ("write", "DataFrameWriter"), ("columns", nil), ("dtypes", nil), ("schema", "StructType"), ("na", "DataFrameNaFunctions"),
            ("stat", "DataFrameStatFunctions"),
        ],
        "DynamicFrame": [("name", nil)],
        "SparkContext": [("appName", nil), ("version", nil), ("master", nil), ("defaultParallelism", nil)],
        "StructType": [("fields", nil), ("name", nil)],
    ]

    private static func result(of method: String, in className: String) -> String? {
        switch className {
        case "DataFrame":
            if plain.contains(method) { return nil }
            switch method {
            case "groupBy", "groupby", "rollup", "cube", "groupingSets": return "GroupedData"
            case "schema": return "StructType"
            case "toDynamicFrame": return "DynamicFrame"
            default: return "DataFrame"
            }
        case "GroupedData": return method == "pivot" ? "GroupedData" : "DataFrame"
        case "DynamicFrame":
            if plain.contains(method) { return nil }
            switch method {
            case "toDF": return "DataFrame"
            case "schema": return "StructType"
            case "relationalize", "split_fields", "splitFields", "split_rows", "splitRows": return "DynamicFrameCollection"
            default: return "DynamicFrame"
            }
        case "DynamicFrameCollection": return method == "select" ? "DynamicFrame" : method == "map" || method == "flatmap" ? "DynamicFrameCollection" : nil
        case "DataFrameReader": return ["format", "option", "options", "schema"].contains(method) ? "DataFrameReader" : "DataFrame"
        case "DataFrameWriter":
            return ["mode", "format", "option", "options", "partitionBy", "bucketBy", "sortBy"].contains(method) ? "DataFrameWriter" : nil
        case "SparkSession":
            switch method {
            case "sql", "table", "range", "createDataFrame": return "DataFrame"
            case "newSession", "getActiveSession", "active": return "SparkSession"
            default: return nil
            }
        case "DataFrameNaFunctions": return "DataFrame"
        case "DataFrameStatFunctions": return ["sampleBy", "freqItems", "crosstab"].contains(method) ? "DataFrame" : nil
        case "create_dynamic_frame": return "DynamicFrame"
        case "GlueContext":
            if method == "get_logger" { return "Logger" }
            return method.hasPrefix("create_") ? "DynamicFrame" : nil
        case "Column": return method == "over" || !plain.contains(method) ? "Column" : nil
        case "WindowSpec": return "WindowSpec"
        default: return nil
        }
    }

    /// Methods of frames that give no frame.
    private static let plain: Set<String> = [
        "count", "show", "collect", "take", "first", "head", "tail", "isEmpty", "isLocal", "toLocalIterator", "foreach", "foreachPartition", "printSchema", "explain",
        "columns", "dtypes", "approxQuantile", "corr", "cov", "createTempView", "createOrReplaceTempView", "createGlobalTempView", "createOrReplaceGlobalTempView",
        "toJSON", "write", "plot", "profile", "errorsCount", "stageErrorsCount", "assertErrorThreshold", "getNumPartitions", "isStreaming", "sameSemantics", "inputFiles",
    ]
}
