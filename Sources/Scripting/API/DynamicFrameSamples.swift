internal import Columnar
internal import Connectors
internal import Engine
internal import Formats

/// Transforms that read or write a little on the side.
extension DynamicFrame {
    /// `unbox`: parses a text field and puts the parsed value in its place. A text that does not parse makes its record an error record.
    func unbox(arguments: Arguments) throws -> DynamicFrame {
        let format = arguments.string("format", default: "json").lowercased()
        guard format == "json" else { throw APIError("\(arguments.function): the format '\(format)' cannot be unboxed (known: json)", .unknownFormat) }
        let unbox = try Unbox(try FieldPath(arguments.string("path", default: ""))) { texts in
            let column = texts.cast(to: .string).flattened
            let builder = VariantBuilder()
            var failures: [RecordFailure] = []
            for row in 0..<column.count {
                if column.isNull(row) {
                    builder.appendNull()
                    continue
                }
                do {
                    builder.append(try JSONDocument.parse(column.views[row].withBytes { Array($0) }, source: "the text"))
                } catch {
                    failures.append(RecordFailure(row: row, message: "\(error)"))
                    builder.appendNull()
                }
            }
            return (builder.finish(), failures)
        }
        return with(UnboxNode(plan, unbox: unbox, options: arguments.stage))
    }

    /// `spigot`: writes the first records, or a sample of them, as JSON on the side. The frame stays what it was.
    ///
    /// Glue writes when the frame is next computed; here the sample is written at once, so that it is there whatever follows.
    func spigot(arguments: Arguments) throws -> DynamicFrame {
        let options = arguments.options("options")
        try options.check(known: ["topk", "prob"])
        let most = max(try options.integer("topk") ?? 100, 0)
        let probability = try options.number("prob") ?? 1
        guard (0...1).contains(probability) else { throw APIError("\(arguments.function): 'prob' must be from 0 to 1, not \(probability)") }
        let target = try environment.locate(arguments.string("path", default: ""))
        let sample = try sampled(most, probability)
        let node = ScanNode(MemorySource(name: "spigot", schema: sample.schema, batches: [sample]))
        let write = FrameWrite(target: target, encoder: TextFileEncoder(.json(JSONWriteOptions())))
        _ = try with(node).write(write, arguments.stage)
        return self
    }

    private func sampled(_ most: Int, _ probability: Double) throws -> Batch {
        if probability >= 1 { return try head(most) }
        let all = try head(.max)
        // The same generator for every run: a sample that can be looked at again.
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        var rows: [Int32] = []
        for row in 0..<all.count where rows.count < most {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if Double(state >> 11) / Double(1 << 53) < probability { rows.append(Int32(row)) }
        }
        return all.take(Values(rows))
    }
}

extension VariantBuilder {
    /// Appends a value with everything in it.
    fileprivate func append(_ value: Value) {
        switch value {
        case .null: appendNull()
        case .boolean(let value): append(bool: value)
        case .integer(let value): append(jsonInteger: value)
        case .double(let value): append(double: value)
        case .decimal(let unscaled, let scale): append(decimal: unscaled, precision: 38, scale: scale)
        case .string(let bytes): bytes.withUnsafeBytes { append(string: $0) }
        case .binary(let bytes): bytes.withUnsafeBytes { append(binary: $0) }
        case .date(let days): append(date: days)
        case .timestamp(let microseconds): append(timestamp: microseconds)
        case .array(let items):
            let elements = beginArray()
            for item in items { elements.append(item) }
            endArray()
        case .struct(let fields):
            let record = beginStruct()
            for field in fields { record.field(field.name)?.append(field.value) }
            record.endRow()
        case .map(let entries):
            let (keys, values) = beginMap()
            for entry in entries {
                keys.append(entry.key)
                values.append(entry.value)
            }
            endMap()
        }
    }
}

extension Options {
    func number(_ name: String) throws(APIError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.double ?? value.text.flatMap(Double.init) else {
            throw APIError("'\(name)' must be a number, not \(value.kindDescription)", .wrongArgument)
        }
        return number
    }
}
