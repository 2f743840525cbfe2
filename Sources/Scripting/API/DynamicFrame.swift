internal import Columnar
internal import Engine

/// What a script holds as a DynamicFrame: a plan, a name, and where it belongs. Immutable; every transform makes a new one.
final class DynamicFrame: ScriptObject {
    static let className = "DynamicFrame"

    let plan: PlanNode
    let name: String
    let environment: ScriptEnvironment

    init(_ plan: PlanNode, name: String, environment: ScriptEnvironment) {
        (self.plan, self.name, self.environment) = (plan, name, environment)
    }

    func with(_ plan: PlanNode, name: String? = nil) -> DynamicFrame { DynamicFrame(plan, name: name ?? self.name, environment: environment) }
}

// MARK: Actions

extension DynamicFrame {
    /// The rows without error records.
    func count() throws -> Int {
        try environment.run { context in
            let counter = CountingConsumer()
            try Execution.run(plan, columns: [], context: context, into: counter)
            return counter.count
        }
    }

    /// Every field that any record has. Reads all records where nothing else tells.
    func schema() throws -> Schema { try environment.run { try plan.fullSchema($0) } }

    /// The first records, in order, under the schema of the frame. For an input too large to be read twice for a look at a few records, under
    /// the schema of the records read.
    func head(_ count: Int) throws -> Batch {
        try environment.run { context in
            let isCheap = !environment.explains && (plan.estimatedBytes ?? 0) <= 64 << 20 && !plan.selfAndAncestors.contains { $0.hasSideEffects }
            let known = try isCheap ? plan.fullSchema(context) : plan.cheapSchema(context)
            let collector = CollectingConsumer(limit: max(count, 0))
            if count > 0 { try Execution.run(plan, ordered: true, context: context, into: collector) }
            let batches = collector.batches
            let schema = batches.reduce(known ?? plan.declaredSchema.known ?? .empty) { $0.merging($1.schema) }
            return Batch.concatenate(batches, schema: schema)
        }
    }

    /// Records as JSON, one a line.
    func show(_ count: Int) throws -> String {
        let batch = try head(count)
        if environment.explains { return "" }
        var text = TextBuffer(capacity: 256)
        for row in 0..<batch.count {
            batch.appendJSON(row: row, to: &text)
            text.append(UInt8(ascii: "\n"))
        }
        return text.string
    }

    /// Error records of the frame and all that it was made from, or of its own stage alone.
    func errorCount(ofStageOnly: Bool) throws -> Int {
        try environment.run { context in
            try Execution.run(plan, columns: [], context: context, into: CountingConsumer())
            return ofStageOnly ? context.errors.count(of: plan) : context.errors.total(upTo: plan)
        }
    }
}

// MARK: Transforms

extension DynamicFrame {
    func filter(_ function: any Engine.RowFunction, _ options: StageOptions) -> DynamicFrame {
        with(FilterFunctionNode(plan, function: function, options: options))
    }

    func map(_ function: any Engine.RowFunction, _ options: StageOptions) -> DynamicFrame {
        with(MapFunctionNode(plan, function: function, options: options))
    }

    func applyMapping(_ mapping: ApplyMapping, _ options: StageOptions) -> DynamicFrame {
        let tops = Set(mapping.mappings.map { $0.source.names[0] })
        let detail = mapping.mappings.map { "\($0.source) -> \($0.target) \($0.targetType.hiveName)" }.joined(separator: ", ")
        let columns: @Sendable (ColumnSet) -> ColumnSet = { [plan] _ in
            if mapping.caseSensitive { return tops }
            // Source names match in any case: where the fields' names are known, those that do.
            guard let schema = plan.knownSchema ?? plan.declaredSchema.known else { return nil }
            let folded = Set(tops.map { $0.lowercased() })
            return tops.union(schema.names.filter { folded.contains($0.lowercased()) })
        }
        let reads = FieldReads("what it is mapped to is null") { mapping.unknownPaths(in: $0) }
        if mapping.needsFrameSchema {
            return with(
                SchemaDependentNode(
                    "ApplyMapping", detail: detail, input: plan, options: options, columns: columns, passes: nil,
                    schema: { mapping.outputSchema(for: $0) }, reads: reads,
                    transform: { batch, schema, notes in
                        let result = mapping.apply(batch, frameSchema: schema)
                        notes.add(result.failures)
                        return result.batch
                    }))
        }
        return with(
            TransformNode(
                "ApplyMapping", detail: detail, input: plan, options: options, columns: columns, rows: { [plan] in $0?.pushed { mapping.inputValue(of: $0, in: plan.knownSchema ?? plan.declaredSchema.known) } },
                schema: { mapping.outputSchema(for: $0) }, reads: reads,
                transform: { batch, notes in
                    let result = mapping.apply(batch)
                    notes.add(result.failures)
                    return result.batch
                }))
    }

    func selectFields(_ paths: [FieldPath], _ options: StageOptions) -> DynamicFrame {
        let select = SelectFields(paths)
        let tops = Set(paths.map { $0.names[0] })
        return with(
            TransformNode(
                "SelectFields", detail: paths.map(\.description).joined(separator: ", "), input: plan, options: options, columns: { _ in tops },
                rows: { $0?.pushed { path in select.keeps(path) ? .field(path) : nil } }, schema: { select.outputSchema(for: $0) },
                reads: FieldReads("the result is without it") { select.unknownPaths(in: $0) }, transform: { batch, _ in select.apply(batch) }))
    }

    func dropFields(_ paths: [FieldPath], _ options: StageOptions) -> DynamicFrame {
        let drop = DropFields(paths)
        return with(
            TransformNode(
                "DropFields", detail: paths.map(\.description).joined(separator: ", "), input: plan, options: options, columns: { $0 },
                rows: { $0?.pushed { path in drop.keeps(path) ? .field(path) : nil } }, schema: { drop.outputSchema(for: $0) }, transform: { batch, _ in drop.apply(batch) }))
    }

    func renameField(_ old: FieldPath, _ new: FieldPath, _ options: StageOptions) -> DynamicFrame {
        let rename = RenameField(from: old, to: new)
        return with(
            TransformNode(
                "RenameField", detail: "\(old) -> \(new)", input: plan, options: options,
                columns: { $0.map { $0.union([old.names[0], new.names[0]]) } },
                rows: { $0?.pushed { path in rename.inputPath(of: path).map { .field($0) } } }, schema: { try rename.outputSchema(for: $0) },
                reads: FieldReads("nothing is renamed") { old.type(in: $0) == nil ? [old] : [] },
                transform: { batch, _ in try rename.apply(batch) }))
    }

    func resolveChoice(_ resolver: ResolveChoice, detail: String, _ options: StageOptions) -> DynamicFrame {
        let transform: @Sendable (Batch, Schema, TransformNotes) throws -> Batch = { batch, schema, notes in
            let result = try resolver.apply(batch, frameSchema: schema)
            notes.add(result.failures)
            return result.batch
        }
        let reads = FieldReads("nothing is resolved") { resolver.unknownPaths(in: $0) }
        if !resolver.needsFrameSchema {
            return with(
                TransformNode(
                    "ResolveChoice", detail: detail, input: plan, options: options, columns: { $0 }, schema: { try resolver.outputSchema(for: $0) }, reads: reads,
                    transform: { try transform($0, $0.schema, $1) }))
        }
        return with(
            SchemaDependentNode(
                "ResolveChoice", detail: detail, input: plan, options: options, columns: { _ in nil },
                passes: { schema in !schema.fields.contains { $0.type.containsChoice } }, schema: { try resolver.outputSchema(for: $0) }, reads: reads,
                transform: transform))
    }
}

extension DynamicFrame {
    func unnest(_ options: StageOptions) -> DynamicFrame {
        let unnest = UnnestFrame()
        return with(
            SchemaDependentNode(
                "Unnest", input: plan, options: options, columns: { _ in nil }, passes: { schema in !schema.fields.contains { $0.type.containsChoice } },
                schema: { unnest.outputSchema(for: $0) }, transform: { batch, schema, _ in unnest.apply(batch, frameSchema: schema) }))
    }

    /// Drops what is null in every record, and says on the log what that was.
    func dropNullFields(_ options: StageOptions) -> DynamicFrame {
        with(
            SchemaDependentNode(
                "DropNullFields", input: plan, options: options, columns: { _ in nil }, passes: { DropNullFields(frameSchema: $0).dropped.isEmpty },
                schema: { DropNullFields(frameSchema: $0).outputSchema(for: $0) },
                transform: { batch, schema, _ in DropNullFields(frameSchema: schema).apply(batch.conforming(to: schema)) }))
    }

    func relationalize(root: String, _ options: StageOptions) throws -> DynamicFrameCollection {
        let relationalize = Relationalize(rootName: root, frameSchema: try schema())
        return DynamicFrameCollection(
            relationalize.tables.map { table in
                (table.name, with(RelationalizeNode(plan, table: table, of: relationalize, options: options), name: table.name))
            }, environment)
    }

    func join(_ other: DynamicFrame, _ keys: [FieldPath], _ otherKeys: [FieldPath], _ options: StageOptions) throws -> DynamicFrame {
        with(FrameJoinNode(plan, other.plan, keys: try JoinKeys(left: keys, right: otherKeys), options: options), name: name + other.name)
    }

    func union(_ other: DynamicFrame, _ options: StageOptions) -> DynamicFrame { with(UnionNode([plan, other.plan], options: options)) }

    func merge(_ stage: DynamicFrame, keys: [FieldPath], _ options: StageOptions) throws -> DynamicFrame {
        with(MergeNode(source: plan, stage: stage.plan, merge: try MergeDynamicFrame(keys: keys), options: options))
    }

    func errors() -> DynamicFrame { with(ErrorsNode(plan)) }

    func toDF() throws -> DataFrame { DataFrame(ConformNode(plan), environment: environment) }
}
