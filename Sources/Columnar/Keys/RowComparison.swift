/// Compares single rows of columns of one type: negative, zero or positive.
///
/// The order is total: nulls first, false before true, NaN above every number and equal to itself, -0.0 equal to 0.0, strings by their bytes, arrays
/// and maps element by element and then by length, structs field by field, choices by their member (type name) and then by value.
func compareRows(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Int {
    let (aNull, bNull) = (a.isNull(i), b.isNull(j))
    if aNull || bNull { return aNull ? (bNull ? 0 : -1) : 1 }
    switch (a.storage, b.storage) {
    case (.dictionary(let indices, let values), _): return compareRows(values, Int(indices[i]), b, j)
    case (_, .dictionary(let indices, let values)): return compareRows(a, i, values, Int(indices[j]))
    case (.bits(let x), .bits(let y)): return (x[i] ? 1 : 0) - (y[j] ? 1 : 0)
    case (.fixed, .fixed):
        @inline(__always) func order<T: BitwiseCopyable & Comparable>(_ type: T.Type) -> Int {
            let (x, y) = (a.fixedValues(of: T.self)[i], b.fixedValues(of: T.self)[j])
            return x < y ? -1 : x == y ? 0 : 1
        }
        switch a.type {
        case .byte: return order(Int8.self)
        case .short: return order(Int16.self)
        case .int, .date: return order(Int32.self)
        case .float: return compareTotal(Double(a.fixedValues(of: Float.self)[i]), Double(b.fixedValues(of: Float.self)[j]))
        case .double: return compareTotal(a.fixedValues(of: Double.self)[i], b.fixedValues(of: Double.self)[j])
        case .decimal: return order(Int128.self)
        default: return order(Int64.self)
        }
    case (.views(let x, _), .views(let y, _)): return x[i].compare(y[j])
    case (.list(let x, let child), .list(let y, let other)):
        return compareRuns(Int(x[i])..<Int(x[i + 1]), Int(y[j])..<Int(y[j + 1])) { compareRows(child, $0, other, $1) }
    case (.struct(let x), .struct(let y)):
        for (p, q) in zip(x, y) {
            let order = compareRows(p, i, q, j)
            if order != 0 { return order }
        }
        return 0
    case (.map(let x, let keys, let values), .map(let y, let otherKeys, let otherValues)):
        return compareRuns(Int(x[i])..<Int(x[i + 1]), Int(y[j])..<Int(y[j + 1])) {
            let order = compareRows(keys, $0, otherKeys, $1)
            return order != 0 ? order : compareRows(values, $0, otherValues, $1)
        }
    case (.choice(let tags, let rows, let members), .choice(let otherTags, let otherRows, let otherMembers)):
        if tags[i] != otherTags[j] { return tags[i] < otherTags[j] ? -1 : 1 }
        let member = Int(tags[i])
        return compareRows(members[member], Int(rows[i]), otherMembers[member], Int(otherRows[j]))
    default: return 0
    }
}

@inline(__always)
private func compareRuns(_ a: Range<Int>, _ b: Range<Int>, _ compare: (Int, Int) -> Int) -> Int {
    for (i, j) in zip(a, b) {
        let order = compare(i, j)
        if order != 0 { return order }
    }
    return a.count - b.count
}

/// NaN above every number and equal to itself, -0.0 equal to 0.0.
@inline(__always)
package func compareTotal(_ a: Double, _ b: Double) -> Int {
    if a < b { return -1 }
    if a > b { return 1 }
    if a == b { return 0 }
    return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0)
}
