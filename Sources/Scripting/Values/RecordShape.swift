internal import Columnar

/// The order of the fields that a function's code gives to what it builds: names in the order of the code, nested tables likewise.
public indirect enum RecordShape: Hashable, Sendable {
    /// Nothing is known; names come sorted.
    case unknown
    /// A table whose fields the code names, in this order.
    case fields([Member])
    /// An array whose items have a shape.
    case array(RecordShape)
    /// What the record holds at a path: the order is the input's.
    case input([String])

    public struct Member: Hashable, Sendable {
        public let name: String
        public let shape: RecordShape
        public init(_ name: String, _ shape: RecordShape = .unknown) { (self.name, self.shape) = (name, shape) }
    }

    /// The names at this level, in order.
    var names: [String] { if case .fields(let members) = self { members.map(\.name) } else { [] } }

    subscript(name: String) -> RecordShape {
        if case .fields(let members) = self { members.first { $0.name == name }?.shape ?? .unknown } else { .unknown }
    }

    /// The shape of everything of a type, in the type's own order.
    init(_ type: DataType) {
        switch type {
        case .struct(let fields): self = .fields(fields.map { Member($0.name, RecordShape($0.type)) })
        case .array(let element): self = .array(RecordShape(element))
        case .choice(let members): self = members.lazy.map { RecordShape($0) }.first { $0 != .unknown } ?? .unknown
        default: self = .unknown
        }
    }

    /// The shape with references to the input put in place.
    func resolved(in schema: Schema) -> RecordShape {
        switch self {
        case .unknown: return .unknown
        case .fields(let members): return .fields(members.map { Member($0.name, $0.shape.resolved(in: schema)) })
        case .array(let item): return .array(item.resolved(in: schema))
        case .input(let path):
            guard let first = path.first, let index = schema.index(of: first) else { return .unknown }
            var shape = RecordShape(schema[index].type)
            for name in path.dropFirst() { shape = shape[name] }
            return shape
        }
    }

    /// The column with the fields of its structs in this order. What the shape does not name follows, sorted; what it names and no row set is null.
    func ordering(_ column: Column) -> Column {
        switch (column.type, column.storage) {
        case (.struct(let fields), .struct(let children)):
            let named = names
            let rest = fields.map(\.name).filter { !named.contains($0) }.sorted()
            let ordered = (named + rest).map { name -> (Field, Column) in
                let child: Column
                if let i = fields.firstIndex(where: { $0.name == name }) {
                    child = self[name].ordering(children[i])
                } else {
                    child = .nulls(.null, count: column.count)
                }
                return (Field(name, child.type), child)
            }
            return Column(type: .struct(ordered.map(\.0)), count: column.count, validity: column.validity, storage: .struct(ordered.map(\.1)))
        case (.array, .list(let offsets, let child)):
            let item: RecordShape = if case .array(let item) = self { item } else { .unknown }
            let ordered = item.ordering(child)
            return Column(type: .array(ordered.type), count: column.count, validity: column.validity, storage: .list(offsets: offsets, child: ordered))
        case (.map(let key, _), .map(let offsets, let keys, let values)):
            let ordered = RecordShape.unknown.ordering(values)
            return Column(
                type: .map(key: key, value: ordered.type), count: column.count, validity: column.validity,
                storage: .map(offsets: offsets, keys: keys, values: ordered))
        case (.choice, .choice(let tags, let rows, let members)):
            let ordered = members.map { ordering($0) }
            return Column(type: .choice(ordered.map(\.type)), count: column.count, storage: .choice(tags: tags, rows: rows, members: ordered))
        default: return column
        }
    }
}
