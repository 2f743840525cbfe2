public import Columnar

/// Rows of `errorsAsDynamicFrame`: one field, `error`, a struct that says what went wrong, where, and with which record.
///
///     error
///       callsite         struct: site (script and line), info (the transform's `info` argument)
///       msg              what went wrong
///       stackTrace, input, bytesread, source
///       dynamicRecord    the record, or as much of it as was read
public enum ErrorRecords {
    /// The schema of error records whose records have the fields of `record`.
    public static func schema(record: Schema) -> Schema {
        let fields = [
            Field("callsite", .struct([Field("site", .string), Field("info", .string)])), Field("msg", .string), Field("stackTrace", .string),
            Field("input", .string), Field("bytesread", .long), Field("source", .string), Field("dynamicRecord", .struct(record.fields)),
        ]
        return Schema([Field("error", .struct(fields))])
    }

    /// Returns one error record for each failure of a stage, in order.
    public static func batch(of errors: ErrorBatch) -> Batch {
        switch errors.content {
        case .records(let rows, let failures):
            make(
                errors, rows: rows, messages: failures.map(\.message), stackTraces: failures.map { $0.stackTrace.isEmpty ? nil : $0.stackTrace },
                inputs: failures.map { _ in nil }, bytesRead: failures.map { _ in nil }, sources: failures.map { _ in nil })
        case .unreadable(let records):
            make(
                errors, rows: Batch(schema: .empty, columns: [], count: records.count), messages: records.map(\.message),
                stackTraces: records.map { _ in nil }, inputs: records.map(\.input), bytesRead: records.map { Int64($0.input.utf8.count) },
                sources: records.map { $0.line > 0 ? "\($0.source):\($0.line)" : $0.source })
        }
    }

    /// - Precondition: one entry a row in every list.
    private static func make(
        _ errors: ErrorBatch, rows: Batch, messages: [String], stackTraces: [String?], inputs: [String?], bytesRead: [Int64?], sources: [String?]
    ) -> Batch {
        let count = rows.count
        precondition(messages.count == count, "\(messages.count) failures for \(count) rows")
        var callsite = NamedColumns()
        callsite.append("site", strings(repeatElement(errors.site, count: count)))
        callsite.append("info", strings(repeatElement(errors.info, count: count)))
        var error = NamedColumns()
        error.append("callsite", callsite.structColumn(count: count, validity: nil))
        error.append("msg", strings(messages))
        error.append("stackTrace", strings(stackTraces))
        error.append("input", strings(inputs))
        error.append("bytesread", longs(bytesRead))
        error.append("source", strings(sources))
        error.append("dynamicRecord", NamedColumns(rows).structColumn(count: count, validity: nil))
        var out = NamedColumns()
        out.append("error", error.structColumn(count: count, validity: nil))
        return out.batch(count: count)
    }

    /// Puts error records whose records differ in schema into one batch; fields that a record does not have are null.
    public static func merge(_ batches: [Batch]) -> Batch {
        let schema = batches.reduce(ErrorRecords.schema(record: .empty)) { $0.merging($1.schema) }
        return Batch.concatenate(batches, schema: schema)
    }

    private static func strings(_ values: some Sequence<String?>) -> Column {
        var arena = StringArena()
        var views = GrowingBuffer<StringView>()
        var validity = BitmapBuilder()
        for value in values {
            validity.append(value != nil)
            var text = value ?? ""
            views.append(text.withUTF8 { arena.view(copying: UnsafeRawBufferPointer($0)) })
        }
        let count = validity.count
        return Column(type: .string, count: count, validity: validity.finishValidity(), storage: .views(views.take(), buffers: arena.finish()))
    }

    private static func longs(_ values: [Int64?]) -> Column {
        Column(.long, Values(values.map { $0 ?? 0 }), validity: values.contains(nil) ? Bitmap(values.map { $0 != nil }) : nil)
    }
}
