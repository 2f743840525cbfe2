import Testing

import Columnar

@Suite struct ParsingTests {
    private func double(_ text: String) -> Double? { Array(text.utf8).withUnsafeBytes { NumberParsing.double($0) } }
    private func float(_ text: String) -> Float? { Array(text.utf8).withUnsafeBytes { NumberParsing.float($0) } }

    /// The standard library parses by C's `strtod`, correctly rounded.
    @Test func doublesAgreeWithTheStandardLibrary() {
        var random = SeededGenerator(seed: 2)
        for i in 0..<100_000 {
            let digits = Int.random(in: 1...25, using: &random)
            var text = Bool.random(using: &random) ? "-" : ""
            for _ in 0..<digits { text += String(Int.random(in: 0...9, using: &random)) }
            if i % 2 == 0 { text += "." + String(random.next() % 100_000) }
            if i % 3 != 0 { text += "e\(Int.random(in: -340...330, using: &random))" }
            #expect(double(text)?.bitPattern == Double(text)!.bitPattern, "\(text)")
            #expect(float(text)?.bitPattern == Float(text)!.bitPattern, "\(text)")
        }
        for _ in 0..<100_000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { #expect(double("\(value)") == value) }
            let small = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if small.isFinite { #expect(float("\(small)") == small) }
        }
    }

    /// Numbers half way between two doubles, and those beside them.
    @Test func tiesGoToEven() {
        var random = SeededGenerator(seed: 3)
        for text in ["9007199254740993", "9007199254740995", "9007199254740993.0000000000000000001", "1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203126", "2.2250738585072011e-308", "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308", "1.7976931348623159e308", "8.98846567431158e307"] {
            #expect(double(text)?.bitPattern == Double(text)!.bitPattern, "\(text)")
        }
        for _ in 0..<2000 {
            let value = (1 << 53) + random.next() % (1 << 53)
            let text = "\(value | 1)"
            #expect(double(text) == Double(text)!)
        }
    }

    @Test(arguments: ["", "-", "+", ".", "-.", "e5", "1e", "1e+", "1x", "1.2.3", " 1", "1 ", "0x10", "in", "nano", "--1", "1e5.0"]) func noDoubles(text: String) {
        #expect(double(text) == nil)
    }

    @Test func integers() {
        func parse(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { NumberParsing.integer($0) } }
        var random = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let value = Int64(bitPattern: random.next() >> (random.next() % 64))
            #expect(parse("\(value)") == value)
        }
        #expect(parse("-9223372036854775808") == .min)
        for text in ["-9223372036854775809", "9223372036854775808", "18446744073709551617", "", "-", "1a", "1.0", " 1"] { #expect(parse(text) == nil, "\(text)") }
    }

    @Test func datesReadBack() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            let days = Int32.random(in: -1_000_000...100_000_000, using: &random)
            let written = text { $0.append(date: days) }
            #expect(Array(written.utf8).withUnsafeBytes { DateParsing.date($0) } == days, "\(written)")
            let micros = Int64.random(in: -100_000_000_000_000_000...100_000_000_000_000_000, using: &random)
            for style in [TextBuffer.TimestampStyle.sql, .iso] {
                let written = text { $0.append(timestamp: micros, style: style) }
                #expect(Array(written.utf8).withUnsafeBytes { DateParsing.timestamp($0) } == micros, "\(written)")
            }
        }
    }

    @Test func decimalsReadBack() {
        var random = SeededGenerator(seed: 6)
        for _ in 0..<20_000 {
            let scale = Int.random(in: 0...38, using: &random)
            let unscaled = Int128(bitPattern128: random.next(), random.next()) % PowersOfTen.integers[38]
            let written = text { $0.append(decimal: unscaled, scale: scale) }
            #expect(Array(written.utf8).withUnsafeBytes { NumberParsing.decimal($0, precision: 38, scale: scale) } == unscaled, "\(written)")
        }
    }
}

extension Int128 {
    fileprivate init(bitPattern128 high: UInt64, _ low: UInt64) { self = Int128(truncatingIfNeeded: high) << 64 | Int128(low) }
}
