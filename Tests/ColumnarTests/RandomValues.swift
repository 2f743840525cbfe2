import Columnar

/// Random values of a type, chosen so that equal ones, extremes and nulls are frequent.
struct RandomValues {
    var random: SeededGenerator
    var nullPercent = 15

    init(seed: UInt64, nullPercent: Int = 15) { (random, self.nullPercent) = (SeededGenerator(seed: seed), nullPercent) }

    mutating func values(_ type: DataType, _ count: Int) -> [Value] { (0..<count).map { _ in value(type) } }
    mutating func column(_ type: DataType, _ count: Int) -> Column { .of(type, values(type, count)) }

    mutating func value(_ type: DataType) -> Value {
        if type == .null || Int.random(in: 0..<100, using: &random) < nullPercent { return .null }
        switch type {
        case .null: return .null
        case .boolean: return .boolean(Bool.random(using: &random))
        case .byte: return .integer(pick([-128, 127, 0, 1, -1, 2, 3]))
        case .short: return .integer(pick([-32768, 32767, 0, 1, -1, 300]))
        case .int: return .integer(pick([Int64(Int32.min), Int64(Int32.max), 0, 1, -1, 70_000, Int64.random(in: -5...5, using: &random)]))
        case .long: return .integer(pick([.min, .max, 0, 1, -1, 1 << 53, 1 << 53 + 1, Int64.random(in: -1_000_000...1_000_000, using: &random)]))
        case .float: return .double(Double(Float(pick([0, -0.0, 1.5, -1.5, .infinity, -.infinity, .nan, 3, 1e30]))))
        case .double: return .double(pick([0, -0.0, 1.5, -1.5, .infinity, -.infinity, .nan, 9007199254740992, 1e300, Double.random(in: -100...100, using: &random)]))
        case .decimal(let precision, let scale):
            let limit = PowersOfTen.integers[precision]
            return .decimal(unscaled: pick([0, 1, -1, limit - 1, 1 - limit, Int128(truncatingIfNeeded: random.next()) % min(limit, 1000)]), scale: scale)
        case .string: return .string(text())
        case .binary: return .binary(Array(text().utf8))
        case .date: return .date(pick([0, -1, 19782, .max, .min]))
        case .timestamp: return .timestamp(pick([0, -1, 1_709_214_310_000_000, 86_400_000_000]))
        case .array(let element): return .array(values(element, Int.random(in: 0..<3, using: &random)))
        case .struct(let fields): return .struct(fields.map { StructValueField($0.name, value($0.type)) })
        case .map(let key, let mapped):
            return .map((0..<Int.random(in: 0..<3, using: &random)).map { _ in MapValueEntry(present(key), value(mapped)) })
        case .choice(let members): return present(members.randomElement(using: &random)!)
        }
    }

    private mutating func present(_ type: DataType) -> Value {
        let saved = nullPercent
        nullPercent = 0
        defer { nullPercent = saved }
        return value(type)
    }

    private mutating func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }

    private mutating func text() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: ""
        case 1: pick(["a", "b", "ab", "a\0", "a\0\0", "12", "7"])
        case 2: "exactly12byt" + pick(["", "e", "s"])
        case 3: "a prefix that many long strings share " + pick(["", "x", "y", "and then some more of it"])
        case 4: String(repeating: "z", count: Int.random(in: 0..<40, using: &random))
        case 5: "ünï✓" + pick(["", "日本語テキスト"])
        default: String(Int.random(in: 0..<1000, using: &random))
        }
    }
}

/// The order that kernels keep, written for obviousness: nulls first, NaN last, -0.0 equal to 0.0. Both values have the type.
func naiveOrder(_ a: Value, _ b: Value, _ type: DataType) -> Int {
    if a == .null || b == .null { return (a == .null ? 0 : 1) - (b == .null ? 0 : 1) }
    func order<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
    func listOrder(_ x: [(Value, DataType)], _ y: [(Value, DataType)]) -> Int {
        for ((p, type), (q, _)) in zip(x, y) {
            let order = naiveOrder(p, q, type)
            if order != 0 { return order }
        }
        return order(x.count, y.count)
    }
    switch (a, b, type) {
    case (_, _, .choice(let members)):
        func member(_ value: Value) -> Int { members.firstIndex { Column.of(.choice(members), [value]).memberIndex == members.firstIndex(of: $0) }! }
        let (m, n) = (member(a), member(b))
        return m != n ? order(m, n) : naiveOrder(a, b, members[m])
    case (.boolean(let x), .boolean(let y), _): return order(x ? 1 : 0, y ? 1 : 0)
    case (.integer(let x), .integer(let y), _): return order(x, y)
    case (.double(let x), .double(let y), _):
        if x.isNaN || y.isNaN { return (x.isNaN ? 1 : 0) - (y.isNaN ? 1 : 0) }
        return order(x, y)
    case (.decimal(let x, _), .decimal(let y, _), _): return order(x, y)
    case (.string(let x), .string(let y), _), (.binary(let x), .binary(let y), _): return x.lexicographicallyPrecedes(y) ? -1 : x == y ? 0 : 1
    case (.date(let x), .date(let y), _): return order(x, y)
    case (.timestamp(let x), .timestamp(let y), _): return order(x, y)
    case (.array(let x), .array(let y), .array(let element)): return listOrder(x.map { ($0, element) }, y.map { ($0, element) })
    case (.struct(let x), .struct(let y), .struct(let fields)):
        return listOrder(zip(x, fields).map { ($0.value, $1.type) }, zip(y, fields).map { ($0.value, $1.type) })
    case (.map(let x), .map(let y), .map(let key, let mapped)):
        return listOrder(x.flatMap { [($0.key, key), ($0.value, mapped)] }, y.flatMap { [($0.key, key), ($0.value, mapped)] })
    default: return 0
    }
}

extension Column {
    fileprivate var memberIndex: Int? {
        guard case .choice(let tags, _, _) = storage else { return nil }
        return Int(tags[0])
    }
}

/// One type of every kind.
let everyType: [DataType] = [
    .boolean, .byte, .short, .int, .long, .float, .double, .decimal(precision: 10, scale: 2), .decimal(precision: 38, scale: 5), .string, .binary, .date,
    .timestamp, .array(.string), .struct([Field("a", .int), Field("b", .string)]), .map(key: .string, value: .double), .choice([.int, .string]), .null,
]
