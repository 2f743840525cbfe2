internal import Columnar
internal import Connectors
internal import Engine

/// What runs a frame: `show`, `collect`, `count` and their like.
extension DataFrame {
    static func registerActions(_ frame: LuaClass<DataFrame>) {
        frame.method("count") { frame, _ in [.integer(Int64(try frame.count()))] }
        frame.method(Signature("show", [.optional("n", .integer), .optional("truncate", .any), .optional("vertical", .boolean)])) { frame, arguments in
            let truncate: Int
            switch arguments["truncate"] {
            case .boolean(let cuts)?: truncate = cuts ? 20 : 0
            case let value?:
                guard let width = value.wholeNumber else {
                    throw APIError("DataFrame:show: 'truncate' is true, false or a number of characters, not \(value.kindDescription)", .wrongArgument)
                }
                truncate = max(width, 0)
            case nil: truncate = 20
            }
            let count = max(arguments.integer("n", default: 20), 0)
            let rows = try frame.rows(limit: count == .max ? count : count + 1)
            if frame.environment.explains { return [] }
            frame.environment.state.print(
                rows.showString(rows: count, truncate: truncate, vertical: arguments.boolean("vertical"), names: try frame.relation().names) + "\n")
            return []
        }
        frame.method("collect") { frame, _ in [try frame.rows().luaRows(frame.environment.cancellation)] }
        frame.method(Signature("take", [.required("num", .integer)])) { frame, arguments in
            [try frame.rows(limit: max(arguments.integer("num", default: 0), 0)).luaRows(frame.environment.cancellation)]
        }
        frame.method("first") { frame, _ in [try frame.rows(limit: 1).luaRow(at: 0)] }
        frame.method(Signature("head", [.optional("n", .integer)])) { frame, arguments in
            guard let count = arguments.integer("n") else { return [try frame.rows(limit: 1).luaRow(at: 0)] }
            return [try frame.rows(limit: max(count, 0)).luaRows(frame.environment.cancellation)]
        }
        frame.method(Signature("tail", [.required("num", .integer)])) { frame, arguments in
            [try frame.lastRows(max(arguments.integer("num", default: 0), 0)).luaRows(frame.environment.cancellation)]
        }
        frame.method("isEmpty") { frame, _ in [.boolean(try frame.rows(limit: 1).count == 0)] }
        frame.method("isLocal") { _, _ in [.boolean(true)] }
        frame.method(Signature("toLocalIterator", [.optional("prefetchPartitions", .boolean)])) { frame, _ in
            let rows = try frame.rows()
            var next = 0
            return [
                frame.environment.state.makeFunction("DataFrame:toLocalIterator") { _ in
                    guard next < rows.count else { return [.nil] }
                    defer { next += 1 }
                    return [rows.luaRow(at: next)]
                }
            ]
        }
        frame.method(Signature("foreach", [.required("f", .function)])) { frame, arguments in
            let function = try arguments.function("f")
            let rows = try frame.rows()
            for row in 0..<rows.count { try function.call([rows.luaRow(at: row)]) }
            return []
        }
        frame.method(Signature("foreachPartition", [.required("f", .function)])) { frame, arguments in
            try arguments.function("f").call([try frame.rows().luaRows(frame.environment.cancellation)])
            return []
        }
        frame.method(Signature("printSchema", [.optional("level", .integer)])) { frame, arguments in
            let relation = try frame.relation()
            let schema = Schema(zip(Schema.distinctNames(relation.names), relation.attributes).map { Field($0, $1.type) })
            var lines = schema.sparkTreeDescription.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if let level = arguments.integer("level"), level > 0 {
                lines = lines.filter { line in line == "root" || line.prefix { $0 != "-" }.count { $0 == "|" } <= level }
            }
            frame.environment.state.print(lines.joined(separator: "\n") + "\n\n")
            return []
        }
        frame.method(Signature("explain", [.optional("extended", .any), .optional("mode", .string)])) { frame, arguments in
            try frame.explain(arguments)
            return []
        }
        frame.method("toJSON") { frame, _ in [.object(try frame.jsonLines())] }
        frame.method("inputFiles") { frame, _ in
            let sources = try frame.relation().plan.selfAndAncestors.compactMap { ($0 as? ScanNode)?.source as? FileSource }
            return [.array(try sources.flatMap { try $0.files() }.map { .string($0.path) })]
        }
    }

    /// The last rows, in order.
    private func lastRows(_ count: Int) throws -> Batch {
        let relation = try relation()
        if count == 0 { return try rows(limit: 0) }
        let all = try self.count()
        return try with(relation.limited(to: count, offset: max(all - count, 0))).rows()
    }

    private func explain(_ arguments: Arguments) throws {
        if let mode = arguments.string("mode") ?? arguments["extended"]?.text {
            let known = ["codegen", "cost", "extended", "formatted", "simple"]
            guard known.contains(mode.lowercased()) else {
                throw APIError("DataFrame:explain: the mode '\(mode)' is not known\(Suggestion.hint(for: mode, in: known)) (known: \(known.joined(separator: ", ")))", .unknownChoice)
            }
        }
        let isExtended = arguments["extended"]?.truth == true || ["extended", "cost"].contains((arguments.string("mode") ?? arguments["extended"]?.text ?? "").lowercased())
        let plan = try relation().trimmedPlan
        let text = Locked("")
        let context = ExecutionContext(workers: environment.workers, cancellation: environment.cancellation, explain: { found in text.withLock { $0 = "\(found)" } })
        try Execution.run(plan, context: context, into: CountingConsumer())
        if isExtended { environment.state.print("== Analyzed Logical Plan ==\n\(plan.treeText)\n\n== Optimized Logical Plan ==\n") } else { environment.state.print("== Physical Plan ==\n") }
        environment.state.print(text.withLock { $0 } + "\n\n")
    }

    /// A frame of one column of text, `value`: each row as JSON.
    private func jsonLines() throws -> DataFrame {
        let relation = try relation()
        let all = Expression.call(try Self.function("struct"), relation.attributes.map { .alias(.attribute($0.reference), $0.name) })
        return with(try relation.select([Select.Item(.alias(.call(try Self.function("to_json"), [all]), "value"))]))
    }

    static func function(_ name: String) throws -> Function {
        guard let function = Function(named: name) else { throw APIError("the function \(name)() is not there", .unknownFunction) }
        return function
    }
}

extension PlanNode {
    /// The plan as it was made, a node a line.
    fileprivate var treeText: String {
        var lines: [String] = []
        func visit(_ node: PlanNode, _ depth: Int) {
            lines.append(String(repeating: "  ", count: depth) + node.label + (node.detail.isEmpty ? "" : ": " + node.detail))
            node.inputs.forEach { visit($0, depth + 1) }
        }
        visit(self, 0)
        return lines.joined(separator: "\n")
    }
}
