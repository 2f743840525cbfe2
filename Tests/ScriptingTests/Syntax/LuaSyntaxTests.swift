import Testing

import Scripting

@Suite struct LuaTokenizerTests {
    private func tokens(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return LuaTokenizer.tokens(of: bytes).map { "\($0.kind) \(String(decoding: bytes[$0.span], as: UTF8.self))" }
    }

    @Test(arguments: [
        ("a.b:c", ["name a", "symbol .", "name b", "symbol :", "name c", "end "]),
        ("x = 0x1Fp-2 + 1e+5..2", ["name x", "symbol =", "number 0x1Fp-2", "symbol +", "number 1e+5..2", "end "]),
        ("a--[[ b\nc ]]d -- e\nf", ["name a", "name d", "name f", "end "]),
        ("a//b<<c~=d...", ["name a", "symbol //", "name b", "symbol <<", "name c", "symbol ~=", "name d", "symbol ...", "end "]),
        ("if x then end", ["keyword if", "name x", "keyword then", "keyword end", "end "]),
        ("x != 1", ["name x", "broken != 1", "end "]),
        ("\"abc", ["broken \"abc", "end "]),
        ("[==[ a ]=] ]==]", ["string [==[ a ]=] ]==]", "end "]),
        ("--[[ open", ["broken --[[ open", "end "]),
        ("#!/usr/bin/mastic\nx", ["name x", "end "]),
    ])
    func kinds(_ text: String, _ expected: [String]) { #expect(tokens(text) == expected) }

    @Test(arguments: [
        (#""a\n\65\x42\u{20ac}\z   c""#, "a\nAB€c"), (#"'it\'s'"#, "it's"), ("[[\nab]]", "ab"), ("[=[a]]b]=]", "a]]b"), (#""\q\999""#, "q"),
    ])
    func values(_ text: String, _ value: String) { #expect(LuaTokenizer.tokens(of: Array(text.utf8)).first?.text == value) }

    @Test func linesAreCountedThroughStringsAndComments() {
        let tokens = LuaTokenizer.tokens(of: Array("a\n[[x\ny]]\n--[[\n\n]] b\n\"c\\\nd\" e".utf8))
        #expect(tokens.map(\.line) == [1, 2, 6, 7, 8, 8])
    }

    @Test func anyBytesCanBeTakenApart() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : Array("\"'[]=-\\\n#{}()xz0.".utf8).randomElement(using: &generator)!
            }
            let tokens = LuaTokenizer.tokens(of: bytes)
            #expect(tokens.last?.kind == .end)
            #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0.span.upperBound <= $1.span.lowerBound })
            _ = try? LuaSyntaxReader.read(bytes)
        }
    }
}

@Suite struct LuaSyntaxReaderTests {
    private func read(_ text: String) throws -> LuaSyntax { try LuaSyntaxReader.read(Array(text.utf8)) }

    /// The texts of the expressions, in their order.
    private func expressions(_ text: String) throws -> [String] {
        let syntax = try read(text)
        return syntax.expressions.map { String(decoding: syntax.source[$0.span], as: UTF8.self) }
    }

    @Test(arguments: [
        ("return a.b:c(1)", ["a", "a.b", "1", "a.b:c(1)"]),
        ("return 1 + 2 * 3", ["1", "2", "3", "2 * 3", "1 + 2 * 3"]),
        ("return 2 ^ 3 ^ 4, -x ^ 2", ["2", "3", "4", "3 ^ 4", "2 ^ 3 ^ 4", "x", "2", "x ^ 2", "-x ^ 2"]),
        ("f{a = 1, ['b'] = 2, 3}", ["f", "1", "'b'", "2", "3", "{a = 1, ['b'] = 2, 3}", "f{a = 1, ['b'] = 2, 3}"]),
        ("f 'x' [[y]]", ["f", "'x'", "f 'x'", "[[y]]", "f 'x' [[y]]"]),
        ("return function(x) return x end", ["x", "function(x) return x end"]),
    ])
    func expressionsStandBehindTheirParts(_ text: String, _ expected: [String]) throws { #expect(try expressions(text) == expected) }

    @Test func namesAreThoseOfTheirScope() throws {
        let syntax = try read("local x = 1\ndo local x = 2 end\nfor i, y in pairs(x) do z = y end\nlocal function f(x) return x + i end\nx = f")
        let names = syntax.expressions.compactMap { expression -> String? in
            switch expression.kind {
            case .local(let local, let name): "\(name)#\(local)"
            case .global(let name): name
            default: nil
            }
        }
        #expect(names == ["pairs", "x#0", "z", "y#3", "x#5", "i", "x#0", "f#4"])
        #expect(syntax.locals[0].assignments.count == 1)
        #expect(syntax.globalAssignments.map(\.name) == ["z"])
        #expect(syntax.locals[5].isParameter)
    }

    @Test(arguments: [
        "goto done ::done::", "local x <const>, y <close> = 1, nil", "repeat local x = 1 until x", "while true do break end", "return", "return;",
        "a.b.c = function() end", "function a.b:c(...) return self, ... end", "local t = {1, 2; 3,}", "f()()", "(f or g)(1)", "for i = 1, 2, 3 do end", "x, y = y, x",
        "if a then elseif b then else end", "a = b // c >> d ~ e & f | g", "a = not not #b .. -c", ";;;",
    ])
    func whatLuaTakesIsRead(_ text: String) throws { _ = try read(text) }

    @Test(arguments: ["x = = 1", "f(", "if x then", "local 1", "x", "x + 1", "for x do end", "end", "return 1 2", "a.b:c = 1 1", "{}", "f{a = }"])
    func whatLuaRefusesIsRefused(_ text: String) { #expect(throws: LuaSyntaxError.self) { try read(text) } }

    @Test func depthHasAnEnd() {
        #expect(throws: LuaSyntaxError.self) { try read("return " + String(repeating: "(", count: 5000) + "1") }
        #expect(throws: LuaSyntaxError.self) { try read(String(repeating: "do ", count: 5000)) }
        #expect(throws: Never.self) { try read("return 1" + String(repeating: " + 1", count: 50000)) }
        #expect(throws: Never.self) { try read("return a" + String(repeating: ".b", count: 50000)) }
    }
}
