internal import CKernels
internal import Columnar
internal import Glibc

/// The owner of a `mastic_json`: reads records of one window into cells, and makes a batch of them.
struct JSONShredder: ~Copyable {
    private let json: UnsafeMutablePointer<mastic_json>
    private let declared: Schema?
    /// The top-level fields that are kept; nil for all.
    private let wanted: Set<String>?
    /// Those of them that are delivered, of the rows that pass the filters.
    private let delivered: Set<String>?
    private let filters: [RowFilter]

    /// The column of records that are no objects.
    static let recordName = Array("record".utf8)

    /// - Parameter wanted: the top-level fields to deliver; nil for all.
    /// - Throws: `FormatError.unsupported` when there is no memory.
    init(declared: Schema?, wanted delivered: Set<String>?, filters: [RowFilter] = [], source: String) throws {
        let wanted = RowFilter.columnsRead(delivered, filters)
        guard let json = mastic_json_create() else { throw FormatError(.unsupported, source: source, "there is no memory left") }
        self.json = json
        self.declared = declared
        (self.wanted, self.delivered, self.filters) = (wanted, delivered, filters)
        json.pointee.restricted = wanted != nil
        declareFields()
    }

    deinit { mastic_json_destroy(json) }

    /// Rows read since the last batch.
    var rows: Int { Int(json.pointee.root.pointee.objects) }

    /// Where the last failure was, as a position in the text.
    var failure: (status: mastic_json_status, at: Int) { (json.pointee.status, json.pointee.failed_at - json.pointee.base) }

    /// Takes up a text. Views into it are made when the batch is.
    func use(_ base: UnsafePointer<UInt8>, end: Int, multiLine: Bool) {
        json.pointee.base = base
        json.pointee.end = base + end
        json.pointee.multiline = multiLine
    }

    func readRows(_ at: inout Int, limit: Int, cellLimit: Int) -> mastic_json_status { mastic_json_rows(json, &at, UInt32(limit), cellLimit) }

    func readRow(_ at: inout Int) -> mastic_json_status { mastic_json_row(json, &at, Self.recordName, Self.recordName.count) }

    func skip(_ at: inout Int) -> mastic_json_status { mastic_json_skip(json, &at) }

    func truncate(to rows: Int) { mastic_json_truncate(json, UInt32(rows)) }

    /// The rows that pass the filters as a batch, nil where there are none; starts anew.
    ///
    /// A column's type follows from all rows, whether they pass or not: a column does not change its type with the filters before it.
    func finish(retaining buffer: Buffer) throws -> Batch? {
        defer {
            mastic_json_reset(json)
            declareFields()
        }
        let count = rows
        if count == 0 { return nil }
        let builder = JSONColumns(json: json, base: json.pointee.base, buffer: buffer)
        let found = builder.fields(of: json.pointee.root!)
        let nodes = (wanted == nil ? found : inOrder(found)).filter { $0.pointee.mode != mastic_json_ignore }
        let names = nodes.map(\.fieldName)
        let materialization = LateMaterialization(names: names, columns: delivered, filters: filters)
        let steps = materialization.steps
        return try materialization.batch(
            count: count,
            make: { field, selected in
                builder.column(nodes[field], rows: count, declared: declared?.index(of: names[field]).map { declared![$0].type }, selected: selected)
            },
            schema: { step, columns in Schema(zip(steps[step], columns).map { Field(names[$0], $1.type) }) })
    }

    /// Declared fields first, the others as the records name them.
    private func inOrder(_ nodes: [UnsafeMutablePointer<mastic_json_node>]) -> [UnsafeMutablePointer<mastic_json_node>] {
        declared == nil ? nodes.sorted { $0.pointee.order < $1.pointee.order } : nodes
    }

    private func declareFields() {
        let root = json.pointee.root!
        if let declared {
            for field in declared.fields where wanted?.contains(field.name) ?? true { declare(field, in: root, isDeclared: true) }
        }
        for name in (wanted ?? []).sorted() where declared?.index(of: name) == nil { declare(Field(name, .null), in: root, isDeclared: false) }
    }

    private func declare(_ field: Field, in parent: UnsafeMutablePointer<mastic_json_node>, isDeclared: Bool) {
        var name = field.name
        let node = name.withUTF8 { mastic_json_declare_field(json, parent, $0.baseAddress ?? UnsafePointer(json.pointee.base), $0.count) }
        guard let node else { return }
        node.pointee.declared = isDeclared
        prepare(node, for: field.type)
    }

    private func prepare(_ node: UnsafeMutablePointer<mastic_json_node>, for type: DataType) {
        switch type {
        case .decimal: node.pointee.mode = mastic_json_as_text
        case .struct(let fields): for field in fields { declare(field, in: node, isDeclared: true) }
        case .array(let element):
            if let child = mastic_json_declare_element(json, node) { prepare(child, for: element) }
        case .map(_, let value):
            node.pointee.mode = mastic_json_as_map
            if let child = mastic_json_declare_element(json, node) { prepare(child, for: value) }
        default: break
        }
    }
}

extension UnsafeMutablePointer<mastic_json_node> {
    var fieldName: String { String(decoding: UnsafeBufferPointer(start: pointee.name, count: Int(pointee.name_length)), as: UTF8.self) }
}
