/// Dots, two by four to a letter: Unicode's Braille patterns.
struct BrailleCanvas {
    /// Letters.
    let columns: Int
    let lines: Int
    private var masks: [UInt8]
    private var inks: [Int]

    init(columns: Int, lines: Int) {
        (self.columns, self.lines) = (columns, lines)
        masks = Array(repeating: 0, count: columns * lines)
        inks = Array(repeating: 0, count: columns * lines)
    }

    var dotsAcross: Int { columns * 2 }
    var dotsDown: Int { lines * 4 }

    /// Sets the dot at a place counted from the left and from the top.
    mutating func set(_ x: Int, _ y: Int, ink: Int) {
        guard (0..<dotsAcross).contains(x), (0..<dotsDown).contains(y) else { return }
        let cell = y / 4 * columns + x / 2
        // The bits of a pattern go down the left column, then the right, but for the last line, which came later.
        let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
        masks[cell] |= bits[x % 2][y % 4]
        inks[cell] = ink
    }

    /// Sets the dots from one place to another.
    mutating func line(from: (x: Int, y: Int), to: (x: Int, y: Int), ink: Int) {
        let steps = max(abs(to.x - from.x), abs(to.y - from.y))
        guard steps > 0 else { return set(from.x, from.y, ink: ink) }
        for i in 0...steps {
            let share = Double(i) / Double(steps)
            set(from.x + Int((Double(to.x - from.x) * share).rounded()), from.y + Int((Double(to.y - from.y) * share).rounded()), ink: ink)
        }
    }

    /// The letter of a cell and the series that drew there last; nil where no dot is set.
    func cell(column: Int, line: Int) -> (text: String, ink: Int)? {
        let index = line * columns + column
        guard masks[index] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(masks[index])) else { return nil }
        return (String(Character(scalar)), inks[index])
    }
}
