public import Columnar

/// Rows of `errorsAsDynamicFrame`: one field, `error`, a struct that says what went wrong, where, and with which record.
///
///     error
///       callsite         struct: site (script and line), info (the transform's `info` argument)
///       msg              what went wrong
///       stackTrace, input, bytesread, source
///       dynamicRecord    the record, or as much of it as was read
public enum ErrorRecords {
    /// Where a record failed.
    public struct Callsite: Sendable, Hashable {
        /// Script and line, with the call stack where there is one.
        public var site: String
        /// The `info` argument of the transform.
        public var info: String

        public init(site: String, info: String = "") { (self.site, self.info) = (site, info) }
    }

    /// What one record's failure leaves.
    public struct Failure: Sendable {
        public var message: String
        public var stackTrace: String?
        /// The text that could not be read.
        public var input: String?
        /// Bytes read of the input when it failed.
        public var bytesRead: Int64?
        /// The file or table that the record came from.
        public var source: String?

        public init(_ message: String, stackTrace: String? = nil, input: String? = nil, bytesRead: Int64? = nil, source: String? = nil) {
            (self.message, self.stackTrace, self.input, self.bytesRead, self.source) = (message, stackTrace, input, bytesRead, source)
        }
    }

    /// The schema of error records whose records have the fields of `record`.
    public static func schema(record: Schema) -> Schema {
        let fields = [
            Field("callsite", .struct([Field("site", .string), Field("info", .string)])), Field("msg", .string), Field("stackTrace", .string),
            Field("input", .string), Field("bytesread", .long), Field("source", .string), Field("dynamicRecord", .struct(record.fields)),
        ]
        return Schema([Field("error", .struct(fields))])
    }

    /// Returns one error record for each row.
    ///
    /// - Precondition: as many failures as rows.
    public static func batch(rows: Batch, failures: [Failure], callsite: Callsite) -> Batch {
        precondition(failures.count == rows.count, "\(failures.count) failures for \(rows.count) rows")
        let count = rows.count
        var site = NamedColumns()
        site.append("site", strings(repeatElement(callsite.site, count: count)))
        site.append("info", strings(repeatElement(callsite.info, count: count)))
        var error = NamedColumns()
        error.append("callsite", site.structColumn(count: count, validity: nil))
        error.append("msg", strings(failures.map(\.message)))
        error.append("stackTrace", strings(failures.map(\.stackTrace)))
        error.append("input", strings(failures.map(\.input)))
        error.append("bytesread", longs(failures.map(\.bytesRead)))
        error.append("source", strings(failures.map(\.source)))
        error.append("dynamicRecord", NamedColumns(rows).structColumn(count: count, validity: nil))
        var out = NamedColumns()
        out.append("error", error.structColumn(count: count, validity: nil))
        return out.batch(count: count, like: schema(record: rows.schema))
    }

    /// Puts error records whose records differ in schema into one batch; fields that a record does not have are null.
    public static func merge(_ batches: [Batch]) -> Batch {
        let schema = batches.reduce(ErrorRecords.schema(record: .empty)) { $0.merging($1.schema) }
        return Batch.concatenate(batches, schema: schema)
    }

    static func strings(_ values: some Sequence<String?>) -> Column {
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

    static func longs(_ values: [Int64?]) -> Column {
        Column(.long, Values(values.map { $0 ?? 0 }), validity: values.contains(nil) ? Bitmap(values.map { $0 != nil }) : nil)
    }
}
