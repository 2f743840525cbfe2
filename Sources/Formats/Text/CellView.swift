internal import Columnar
internal import Glibc

/// A column taken apart for row-by-row writing: raw pointers, so that the loop over cells touches no reference counts.
///
/// Valid as long as the `CellViews` that made it, which keeps the columns.
struct CellView {
    enum Kind { case null, boolean, byte, short, int, long, float, double, decimal, date, timestamp, string, binary, list, `struct`, map, choice, dictionary }

    var kind = Kind.null
    /// Nil: no nulls.
    var validity: UnsafePointer<UInt8>?
    /// Values, bits, views or indices.
    var data = UnsafeRawPointer(bitPattern: 8)!
    var offsets = UnsafePointer<Int32>(bitPattern: 8)!
    var tags = UnsafePointer<UInt8>(bitPattern: 8)!
    var scale = 0
    /// Elements, fields, keys and values, members, or dictionary values.
    var children = UnsafeMutablePointer<CellView>(bitPattern: 8)!
    var childCount = 0
    /// `"name":` of each field.
    var names = UnsafeMutablePointer<UnsafeRawBufferPointer>(bitPattern: 8)!

    @inline(__always)
    func isNull(_ row: Int) -> Bool {
        if let validity, validity[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1 == 0 { return true }
        switch kind {
        case .null: return true
        case .choice: return tags[row] == Column.nullTag
        case .dictionary: return children.pointee.isNull(Int(data.assumingMemoryBound(to: Int32.self)[row]))
        default: return false
        }
    }

    @inline(__always)
    func value<T>(_ type: T.Type, _ row: Int) -> T { data.assumingMemoryBound(to: T.self)[row] }

    @inline(__always)
    func bit(_ row: Int) -> Bool { value(UInt8.self, row >> 3) >> UInt8(truncatingIfNeeded: row & 7) & 1 != 0 }
}

/// The views of some columns, and what they point into.
final class CellViews {
    let views: UnsafeMutablePointer<CellView>
    let count: Int
    private let columns: [Column]
    private var blocks: [UnsafeMutableRawPointer] = []

    init(_ columns: [Column]) {
        self.columns = columns
        count = columns.count
        views = UnsafeMutablePointer<CellView>.allocate(capacity: max(1, columns.count))
        for (i, column) in columns.enumerated() { (views + i).initialize(to: view(column)) }
    }

    deinit {
        views.deallocate()
        for block in blocks { free(block) }
    }

    private func allocate<T>(_ type: T.Type, _ n: Int) -> UnsafeMutablePointer<T> {
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(1, n) * MemoryLayout<T>.stride, alignment: 16)
        blocks.append(block)
        return block.bindMemory(to: T.self, capacity: n)
    }

    private func children(_ columns: [Column], _ view: inout CellView) {
        let block = allocate(CellView.self, columns.count)
        for (i, column) in columns.enumerated() { (block + i).initialize(to: self.view(column)) }
        view.children = block
        view.childCount = columns.count
    }

    private func view(_ column: Column) -> CellView {
        var view = CellView()
        view.validity = column.validity?.bytes
        switch column.storage {
        case .null: view.kind = .null
        case .bits(let bits):
            view.kind = .boolean
            view.data = UnsafeRawPointer(bits.bytes)
        case .fixed(_, let start):
            view.data = start
            switch column.type {
            case .byte: view.kind = .byte
            case .short: view.kind = .short
            case .int: view.kind = .int
            case .long: view.kind = .long
            case .float: view.kind = .float
            case .double: view.kind = .double
            case .decimal(_, let scale):
                view.kind = .decimal
                view.scale = scale
            case .date: view.kind = .date
            default: view.kind = .timestamp
            }
        case .views(let views, _):
            view.kind = column.type == .binary ? .binary : .string
            view.data = UnsafeRawPointer(views.start)
        case .list(let offsets, let child):
            view.kind = .list
            view.offsets = offsets.start
            children([child], &view)
        case .struct(let fields):
            view.kind = .struct
            children(fields, &view)
            if case .struct(let named) = column.type { view.names = names(named.map(\.name)) }
        case .map(let offsets, let keys, let values):
            view.kind = .map
            view.offsets = offsets.start
            children([keys, values], &view)
        case .choice(let tags, let rows, let members):
            view.kind = .choice
            view.tags = tags.start
            view.data = UnsafeRawPointer(rows.start)
            children(members, &view)
        case .dictionary(let indices, let values):
            view.kind = .dictionary
            view.data = UnsafeRawPointer(indices.start)
            children([values], &view)
        }
        return view
    }

    /// `"name":` of each name, as JSON.
    func names(_ names: [String]) -> UnsafeMutablePointer<UnsafeRawBufferPointer> {
        let block = allocate(UnsafeRawBufferPointer.self, names.count)
        for (i, name) in names.enumerated() {
            var out = TextOutput(capacity: 64)
            var name = name
            name.withUTF8 { out.append(jsonString: UnsafeRawBufferPointer($0)) }
            out.append(UInt8(ascii: ":"))
            let copy = allocate(UInt8.self, out.count)
            memcpy(copy, out.base, out.count)
            (block + i).initialize(to: UnsafeRawBufferPointer(start: copy, count: out.count))
        }
        return block
    }
}
