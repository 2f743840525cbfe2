import Testing

import Columnar

@Suite struct FormattingTests {
    @Test(arguments: [
        (42, "42.0", "42.0"), (0, "0.0", "0.0"), (-0.0, "-0.0", "-0.0"), (0.1, "0.1", "0.1"), (-1e300, "-1e+300", "-1.0E300"),
        (1e-5, "1e-05", "1.0E-5"), (0.0001, "0.0001", "1.0E-4"), (0.001, "0.001", "0.001"), (9007199254740992, "9007199254740992.0", "9.007199254740992E15"),
        (1e16, "1e+16", "1.0E16"), (9999999999999998, "9999999999999998.0", "9.999999999999998E15"), (1e7, "10000000.0", "1.0E7"),
        (9999999, "9999999.0", "9999999.0"), (1.5e10, "15000000000.0", "1.5E10"), (123456.789, "123456.789", "123456.789"),
        (1.2345e-7, "1.2345e-07", "1.2345E-7"), (Double(bitPattern: 1), "5e-324", "4.9E-324"), (Double(bitPattern: 2), "1e-323", "9.9E-324"), (Double(bitPattern: 3), "1.5e-323", "1.5E-323"),
        (Double(bitPattern: 4), "2e-323", "2.0E-323"), (1.7976931348623157e308, "1.7976931348623157e+308", "1.7976931348623157E308"), (2.2250738585072014e-308, "2.2250738585072014e-308", "2.2250738585072014E-308"),
        (.nan, "NaN", "NaN"), (.infinity, "Infinity", "Infinity"), (-.infinity, "-Infinity", "-Infinity"), (1.0 / 3, "0.3333333333333333", "0.3333333333333333"),
        (2e22, "2e+22", "2.0E22"), (100, "100.0", "100.0"), (1200000, "1200000.0", "1200000.0"),
    ] as [(Double, String, String)])
    func doubles(value: Double, json: String, java: String) {
        #expect(text { $0.append(double: value) } == json)
        #expect(text { $0.append(double: value, style: .java) } == java)
    }

    /// Swift's own description is the shortest too, in another notation; so digits and exponent must be the same.
    @Test func shortestDigitsOfRandomDoubles() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<50_000 {
            let value = Double(bitPattern: random.next())
            if !value.isFinite { continue }
            let written = text { $0.append(double: value) }
            #expect(Double(written) == value, "\(value)")
            #expect(digits(written) == digits(value.description), "\(value)")
        }
        for _ in 0..<50_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if !value.isFinite { continue }
            let written = text { $0.append(float: value) }
            #expect(Float(written) == value, "\(value)")
            #expect(digits(written) == digits(value.description), "\(value)")
        }
        for exponent in -1074...1023 {
            let value = Double(sign: .plus, exponent: exponent, significand: 1)
            #expect(digits(text { $0.append(double: value) }) == digits(value.description), "2^\(exponent)")
        }
    }

    private func digits(_ text: String) -> String {
        let mantissa = text.prefix { $0 != "e" }.filter { $0 != "." && $0 != "-" }
        return String(mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" }.reversed())
    }

    @Test func integers() {
        let cases: [Int64] = [0, 1, 9, 10, 99, 100, 999, 1000, 123_456_789, -1, -10, .max, .min]
        for value in cases { #expect(text { $0.append(integer: value) } == "\(value)") }
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            for value in [power - 1, power, power + 1] { #expect(text { $0.append(unsigned: value) } == "\(value)") }
        }
        for value in [Int128.min, .max, 0, 10_000_000_000_000_000_000, 9_999_999_999_999_999_999, Int128(UInt64.max) + 1] {
            #expect(text { $0.append(integer: value) } == "\(value)")
        }
    }

    @Test(arguments: [
        (1250, 2, "12.50"), (-3, 3, "-0.003"), (7, 0, "7"), (0, 2, "0.00"), (-7, 1, "-0.7"),
        (Int128("12345678901234567890123456789012345678")!, 10, "1234567890123456789012345678.9012345678"),
        (Int128("99999999999999999999999999999999999999")!, 38, "0.99999999999999999999999999999999999999"),
        (Int128("10000000000000000000000000000000000001")!, 20, "100000000000000000.00000000000000000001"), (5, 30, "0.000000000000000000000000000005"),
    ] as [(Int128, Int, String)])
    func decimals(unscaled: Int128, scale: Int, expected: String) { #expect(text { $0.append(decimal: unscaled, scale: scale) } == expected) }

    @Test func base64() {
        for (bytes, expected) in [([], ""), ([1, 2], "AQI="), ([102], "Zg=="), ([102, 111, 111], "Zm9v"), ([255, 254, 253, 252], "//79/A==")] as [([UInt8], String)] {
            #expect(text { out in bytes.withUnsafeBytes { out.append(base64: $0) } } == expected)
        }
    }

    @Test(arguments: [
        (0, "1970-01-01"), (19782, "2024-02-29"), (-1, "1969-12-31"), (-719_528, "0000-01-01"), (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"),
        (2_932_897, "+10000-01-01"), (-719_162, "0001-01-01"),
    ] as [(Int32, String)])
    func dates(days: Int32, expected: String) { #expect(text { $0.append(date: days) } == expected) }

    @Test(arguments: [
        (0, "1970-01-01 00:00:00"), (1_709_214_310_000_000, "2024-02-29 13:45:10"), (1_709_214_310_250_000, "2024-02-29 13:45:10.25"),
        (-1, "1969-12-31 23:59:59.999999"), (1, "1970-01-01 00:00:00.000001"), (.min, "-290308-12-21 19:59:05.224192"), (.max, "+294247-01-10 04:00:54.775807"),
    ] as [(Int64, String)])
    func timestamps(microseconds: Int64, expected: String) {
        #expect(text { $0.append(timestamp: microseconds) } == expected)
        let iso = expected.split(separator: " ").joined(separator: "T") + "Z"
        #expect(text { $0.append(timestamp: microseconds, style: .iso) } == iso)
    }

    /// Counts days one by one with the rule that a child learns, over 400 years and both sides of year 0.
    @Test func everyDayOfFourCenturies() {
        var (year, month, day) = (-200, 1, 1)
        var expected = CivilDate(year: year, month: month, day: day).days
        while year < 2100 {
            let date = CivilDate(days: expected)
            if (date.year, date.month, date.day) != (year, month, day) || date.days != expected {
                Issue.record("day \(expected) is \(year)-\(month)-\(day), not \(date)")
                return
            }
            let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
            let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            #expect(day > 1 || CivilDate.dayCount(month: month, year: year) == lengths[month - 1])
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            expected += 1
        }
        #expect(CivilDate(year: 1970, month: 1, day: 1).days == 0)
    }
}
