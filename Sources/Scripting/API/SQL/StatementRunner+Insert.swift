internal import Catalog
internal import Columnar
internal import Connectors
internal import Engine

/// INSERT INTO and INSERT OVERWRITE.
extension StatementRunner {
    func insert(_ syntax: InsertSyntax) throws {
        let relation = try relation(syntax.query)
        switch syntax.target {
        case .directory(let path, let format, let options): try insert(relation, path, format, options)
        case .table(let name):
            let (_, record) = try table(name, syntax.position)
            let fixed = try TableWriter.fixedValues(syntax.partition, of: record, syntax.position)
            if syntax.ifNotExists {
                let values = try partitionValues(syntax.partition, of: record, syntax.position)
                if try session.partitions(of: record).contains(where: { $0.values == values }) { return }
            }
            do {
                try TableWriter(environment, record).write(
                    relation, overwrites: syntax.overwrites, fixed: fixed, columns: syntax.columns, byName: syntax.byName)
            } catch let error as PlanError { throw error.located(at: syntax.position) }
        }
    }

    private func insert(_ relation: Relation, _ path: String, _ format: String?, _ options: [String: String]) throws {
        let format = try TableFormat(format, options: options)
        let target = try environment.locate(path)
        var values: [String: LuaValue] = [:]
        if format.name == "csv" {
            values["writeHeader"] = .boolean(format.hasHeader)
            if let delimiter = format.delimiter { values["separator"] = .string(delimiter) }
        }
        let compression = options.first { $0.key.lowercased() == "compression" }?.value
        let encoder = try FormatOptions.encoder(
            format.name, Options(.table(LuaTable(fields: values)), function: "spark.sql", argument: "OPTIONS"), compression: compression)
        let write = FrameWrite(target: target, encoder: encoder, partitionKeys: [], mode: .overwrite)
        let plan = try relation.outputPlan()
        if environment.explains { return try write.explain(plan, environment) }
        try plan.listFiles()
        try environment.job.write(to: target, mode: .overwrite) { output in try write.run(plan, to: output, environment) }
    }
}
