internal import Columnar

/// Formats, options and choices of what reads and writes, which is not carried out by a check.
extension CallCheck {
    /// What a write of a DynamicFrame says of its target, as far as the text tells.
    mutating func checkWrite(_ id: LuaSyntax.ID, _ name: String, _ signature: Signature, _ arguments: [LuaSyntax.ID]) {
        guard arguments.count == 1, case .table(let entries) = syntax.expressions[arguments[0]].kind else { return }
        var table = LuaTable()
        for entry in entries {
            guard case .name(let key, _) = entry.key, let parameter = signature.parameters.first(where: { $0.name == key }) else { return }
            switch parameter.kind {
            case .dictionary: table.fields[key] = known[entry.value].value ?? partly(entry.value)
            case .string: table.fields[key] = known[entry.value].value ?? .string(Self.standInText)
            default: if key == "frame" { table.fields[key] = standInFrame() ?? .nil } else if let value = known[entry.value].value { table.fields[key] = value }
            }
        }
        do {
            _ = try FrameWrite(Signature(name, signature.parameters).bind([.table(table)], site: ""), environment)
        } catch {
            report(error, id, only: [.unknownOption, .wrongOption, .unknownFormat, .unknownChoice], standIn: Self.standInText)
        }
    }

    /// `spark.read.option(...).csv(...)` and `df.write:mode(...):csv(...)`: every step but the last is carried out, and of the last its format is looked at.
    mutating func checkChain(_ id: LuaSyntax.ID, _ object: LuaSyntax.ID, _ name: String, _ arguments: [LuaSyntax.ID]) {
        guard ["csv", "json", "parquet", "load", "save"].contains(name) else { return }
        var steps: [(id: LuaSyntax.ID, name: String, arguments: [LuaSyntax.ID])] = []
        var start = object
        while let step = step(start) {
            steps.append((start, step.name, step.arguments))
            start = step.object
        }
        guard case .field(let root, let property, _) = syntax.expressions[start].kind else { return }
        let isRead: Bool
        switch (property, known[root].className) {
        case ("read", "SparkSession"): isRead = true
        case ("write", "DataFrame"): isRead = false
        default: return
        }
        guard isRead ? name != "save" : name != "load" else { return }
        let making = isRead ? "return spark.read" : "return spark.createDataFrame({{x = 1}}).write"
        guard let made = try? invoke(making, []).first else { return }
        for step in steps.reversed() {
            // Columns are those of the frame, which is another one here.
            if ["partitionBy", "bucketBy", "sortBy"].contains(step.name) { continue }
            let values = step.arguments.compactMap { known[$0].value }
            // What is not known may say anything of what follows.
            guard values.count == step.arguments.count else { return }
            do {
                _ = try invoke("local o = (...) return o.\(step.name)(select(2, ...))", [made] + values)
            } catch {
                return report(error, step.id)
            }
        }
        let texts = arguments.compactMap { known[$0].value?.text }
        // A format or options may stand behind the path.
        guard arguments.count <= 1, arguments.isEmpty || !texts.isEmpty || known[arguments[0]].value == nil else { return }
        if case .some(.table) = arguments.first.map({ syntax.expressions[$0].kind }) { return }
        let format = ["csv", "json", "parquet"].contains(name) ? name : nil
        do {
            if let reader = made.object(as: DataFrameReader.self) { try reader.check(format, "spark.read.\(name)") }
            if let writer = made.object(as: DataFrameWriter.self) { try writer.check(format, "DataFrameWriter:\(name)") }
        } catch {
            report(error, id)
        }
    }

    /// A call of a method, with a colon or a dot.
    private func step(_ id: LuaSyntax.ID) -> (object: LuaSyntax.ID, name: String, arguments: [LuaSyntax.ID])? {
        let steps: Set<String> = ["option", "options", "format", "schema", "mode", "partitionBy", "bucketBy", "sortBy"]
        switch syntax.expressions[id].kind {
        case .method(let object, let name, _, let arguments) where steps.contains(name): return (object, name, arguments)
        case .call(let callee, let arguments):
            if case .field(let object, let name, _) = syntax.expressions[callee].kind, steps.contains(name) { return (object, name, arguments) }
            return nil
        default: return nil
        }
    }
}
