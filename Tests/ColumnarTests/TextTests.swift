import Testing

import Columnar

@Suite struct TextTests {
    private func texts(_ values: [Value]) -> Operand { .column(.of(.string, values)) }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "ab", false), ("abc", "a%", true), ("abc", "%c", true), ("abc", "%b%", true), ("abc", "%x%", false), ("abc", "a_c", true),
        ("aüc", "a_c", true), ("abc", "____", false), ("abc", "___", true), ("", "", true), ("", "%", true), ("", "_", false), ("a%c", "a\\%c", true), ("abc", "a\\%c", false),
        ("a_c", "a\\_c", true), ("mississippi", "m%iss%p_", true), ("mississippi", "m%iss%x", false), ("aaab", "%a_b", true), ("ab", "%%b", true), ("abcabd", "%ab_", true),
        ("a long string of more than twelve bytes", "%more%bytes", true), ("a\\b", "a\\\\b", true), ("日本語", "_本%", true), ("ABC", "abc", false),
    ] as [(String, String, Bool)])
    func like(text: String, pattern: String, matches: Bool) {
        let result = LikePattern(Array(pattern.utf8)).matches(texts([.string(text), .null]))
        #expect(result.storage.values == [.boolean(matches), .null])
        let dictionary = Column.of(.string, [.string(text), .null, .string(text)]).asDictionary()
        #expect(LikePattern(Array(pattern.utf8)).matches(.column(dictionary)).storage.values == [.boolean(matches), .null, .boolean(matches)])
    }

    /// Every pattern of four symbols against every text of four letters, by the definition.
    @Test func likeAgreesWithItsDefinition() {
        func matches(_ text: Substring, _ pattern: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "%" { return matches(text, pattern.dropFirst()) || (!text.isEmpty && matches(text.dropFirst(), pattern)) }
            return !text.isEmpty && (first == "_" || first == text.first) && matches(text.dropFirst(), pattern.dropFirst())
        }
        func words(_ letters: [Character], _ length: Int) -> [String] {
            length == 0 ? [""] : words(letters, length - 1).flatMap { word in [word] + letters.map { word + [$0] } }
        }
        let all = Array(Set(words(["a", "b"], 4))).sorted()
        let column = texts(all.map { .string($0) })
        for pattern in Set(words(["a", "b", "%", "_"], 4)) {
            #expect(LikePattern(Array(pattern.utf8)).matches(column).storage.values == all.map { .boolean(matches($0[...], pattern[...])) }, "\(pattern)")
        }
    }

    /// Texts of all lengths around those that are looked through at once, against matching row by row.
    @Test func sequencesAreFoundAtAnyPlace() {
        var random = SeededGenerator(seed: 4)
        var all: [Value] = (0..<600).map { length in
            .string(String((0..<length % 150).map { _ in "abcd".randomElement(using: &random)! }))
        }
        all.append(.null)
        let column = texts(all)
        for pattern in ["%ab%", "%abca%", "a%b", "ab%cd%da", "%abc%dab%", "%a%", "ab%", "%cd", "%dcbadcba%a%", "a%a%a%a%a", "%ab%ab", "abcdabcd%abcdabcd"] {
            let compiled = LikePattern(Array(pattern.utf8))
            let expected = all.map { value -> Value in
                guard case .string(let bytes) = value else { return .null }
                return .boolean(bytes.withUnsafeBytes { compiled.matches($0) })
            }
            #expect(compiled.matches(column).storage.values == expected, "\(pattern)")
        }
    }

    @Test func substrings() {
        func sub(_ text: String, _ start: Int64, _ length: Int64?) -> Value {
            let (s, l) = (Column.of(.int, [.integer(start)]), length.map { Column.of(.int, [.integer($0)]) })
            let constant = Operand.substring(texts([.string(text)]), .constant(s), l.map { .constant($0) }).storage.value(at: 0)
            let column = Operand.substring(texts([.string(text)]), .column(s), l.map { .column($0) }).storage.value(at: 0)
            #expect(constant == column)
            return constant
        }
        #expect(sub("Spark SQL", 5, nil) == "k SQL")
        #expect(sub("Spark SQL", 5, 1) == "k")
        #expect(sub("Spark SQL", -3, nil) == "SQL")
        #expect(sub("Spark SQL", 0, 2) == "Sp")
        #expect(sub("Spark", -7, 3) == "S")
        #expect(sub("ünï✓", 2, 2) == "nï")
        #expect(sub("abc", 9, 2) == "")
        #expect(sub("abc", 1, -1) == "")
        #expect(sub("a text of more than twelve bytes", 3, 20) == "text of more than tw")
    }

    @Test func functions() {
        let input = texts(["  aB  ", "ÄöÜ ß", .null, "", "a text of more than twelve BYTES"])
        #expect(Operand.lower(input).storage.values == ["  ab  ", "äöü ß", .null, "", "a text of more than twelve bytes"])
        #expect(Operand.upper(input).storage.values == ["  AB  ", "ÄÖÜ SS", .null, "", "A TEXT OF MORE THAN TWELVE BYTES"])
        #expect(Operand.length(input).storage.values == [.integer(6), .integer(5), .null, .integer(0), .integer(32)])
        #expect(Operand.trim(input).storage.values == ["aB", "ÄöÜ ß", .null, "", "a text of more than twelve BYTES"])
        #expect(Operand.trim(input, .leading).storage.value(at: 0) == "aB  ")
        #expect(Operand.trim(input, .trailing).storage.value(at: 0) == "  aB")
        #expect(Operand.reverse(input).storage.values[1] == "ß ÜöÄ")
        #expect(Operand.replace(input, Array("t".utf8), with: Array("TT".utf8)).storage.values[4] == "a TTexTT of more TThan TTwelve BYTES")
        #expect(Operand.position(of: Array("Ü".utf8), in: input).storage.values == [.integer(0), .integer(3), .null, .integer(0), .integer(0)])
        #expect(Operand.pad(texts(["ab", "abcdef"]), 4, Array("xy".utf8), left: true).storage.values == ["xyab", "abcd"])
        #expect(Operand.pad(texts(["a", "ä"]), 4, Array("xy".utf8), left: false).storage.values == ["axyx", "äxyx"])
        #expect(Operand.concat([input, .constant(.of(.int, [.integer(7)]))]).storage.values == ["  aB  7", "ÄöÜ ß7", .null, "7", "a text of more than twelve BYTES7"])
        #expect(Operand.concat([input, input], separator: [45]).storage.values[2...3] == ["", "-"])
        #expect(Operand.length(.column(.of(.binary, [.binary([0xc3, 0xa4])]))).storage.values == [.integer(2)])
    }
}
