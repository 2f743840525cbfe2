internal import Columnar

/// One partition column of a batch as codes: rows of equal text have equal codes, and only distinct values become text.
struct PartitionTexts {
    /// A code for each row; 0 is null.
    private let codes: [Int32]
    /// The text of code `i + 1`.
    private let texts: [String]

    init(nulls count: Int) {
        codes = [Int32](repeating: 0, count: count)
        texts = []
    }

    init(_ column: Column) {
        var codes = [Int32](repeating: 0, count: column.count)
        var texts: [String] = []
        switch column.storage {
        case .views(let views, _):
            // Neighbouring rows often agree, and inline views (12 bytes or fewer: dates, codes) are compared without a look at their bytes.
            var known: [ViewKey: Int32] = [:]
            var last: (StringView, Int32)?
            let validity = column.validity
            for i in 0..<column.count {
                if let validity, !validity[i] { continue }
                let view = views[i]
                if let last, last.0 == view {
                    codes[i] = last.1
                    continue
                }
                let code: Int32
                if let found = known[ViewKey(view)] {
                    code = found
                } else {
                    texts.append(view.string)
                    code = Int32(texts.count)
                    known[ViewKey(view)] = code
                }
                codes[i] = code
                last = (view, code)
            }
        case .dictionary(let indices, let values):
            let inner = PartitionTexts(values)
            for i in 0..<column.count where !column.isNull(i) { codes[i] = inner.codes[Int(indices[i])] }
            texts = inner.texts
        default:
            let inner = PartitionTexts(column.cast(to: .string))
            (codes, texts) = (inner.codes, inner.texts)
        }
        self.codes = codes
        self.texts = texts
    }

    /// The text of a code; nil for null. An empty text is null too: a folder cannot tell them apart (Hive's rule).
    func text(of code: Int32) -> String? {
        if code == 0 { return nil }
        let text = texts[Int(code) - 1]
        return text.isEmpty ? nil : text
    }

    struct Group {
        let codes: [Int32]
        let rows: Values<Int32>
    }

    /// The rows of each combination of codes, combinations in order of first appearance, rows in order.
    static func groups(_ columns: [PartitionTexts], rows count: Int) -> [Group] {
        if count == 0 { return [] }
        var places: [[Int32]: Int] = [:]
        var keys: [[Int32]] = []
        var groupOfRow = [Int32](repeating: 0, count: count)
        var sizes: [Int] = []
        if columns.count == 1 {
            let codes = columns[0].codes
            var direct = [Int32](repeating: -1, count: columns[0].texts.count + 1)
            for i in 0..<count {
                let code = Int(codes[i])
                if direct[code] < 0 {
                    direct[code] = Int32(keys.count)
                    keys.append([codes[i]])
                    sizes.append(0)
                }
                groupOfRow[i] = direct[code]
                sizes[Int(direct[code])] += 1
            }
        } else {
            for i in 0..<count {
                let key = columns.map { $0.codes[i] }
                let place: Int
                if let known = places[key] {
                    place = known
                } else {
                    place = keys.count
                    places[key] = place
                    keys.append(key)
                    sizes.append(0)
                }
                groupOfRow[i] = Int32(place)
                sizes[place] += 1
            }
        }
        let rows = sizes.map { Values<Int32>(Buffer(size: $0 * 4), count: $0) }
        // Where the next row of each group goes.
        var next = rows.map { $0.owner.values(of: Int32.self) }
        for i in 0..<count {
            let place = Int(groupOfRow[i])
            next[place].pointee = Int32(i)
            next[place] += 1
        }
        return keys.indices.map { Group(codes: keys[$0], rows: rows[$0]) }
    }
}

/// A view as a dictionary key, by content.
private struct ViewKey: Hashable {
    let view: StringView
    init(_ view: StringView) { self.view = view }
    static func == (a: ViewKey, b: ViewKey) -> Bool { a.view == b.view }
    func hash(into hasher: inout Hasher) {
        hasher.combine(view.low)
        if view.isInline { hasher.combine(view.high) } else { view.withBytes { hasher.combine(bytes: $0) } }
    }
}
