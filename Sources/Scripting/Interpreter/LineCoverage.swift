internal import CLua

extension LuaState {
    /// Counts from here on how often each line of scripts and modules runs.
    public func countLines() { mst_coverage_begin(pointer) }

    /// How often lines have run, by the names of their chunks and their numbers from 1.
    public var lineCounts: [String: [Int: Int]] {
        var counts: [String: [Int: Int]] = [:]
        withUnsafeMutablePointer(to: &counts) { place in
            mst_coverage_each(pointer, place) { context, name, length, lines, count in
                guard let context, let name, let lines else { return }
                let chunk = String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self)
                var own: [Int: Int] = [:]
                for line in 0..<count where lines[line] > 0 { own[line] = Int(lines[line]) }
                context.assumingMemoryBound(to: [String: [Int: Int]].self).pointee[chunk] = own
            }
        }
        return counts
    }
}

/// The lines of a script that can run.
public enum ExecutableLines {
    /// Lines with code, by Lua's own line information; without those that only close what stands above them, such as `end` and `})`.
    ///
    /// - Throws: `ScriptError` for a text that is no Lua.
    public static func of(_ source: [UInt8], name: String) throws -> Set<Int> {
        let state = LuaState()
        let prototype = try state.prototype(of: try state.load(source, name: name))
        var lines = Set<Int>()
        func add(_ prototype: Prototype) {
            // What a function with variable arguments begins with is no line's work.
            lines.formUnion(prototype.isVararg ? prototype.lines.dropFirst() : prototype.lines[...])
            prototype.prototypes.forEach(add)
        }
        add(prototype)
        let texts = String(decoding: source, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { $0 >= 1 && $0 <= texts.count && !isClosing(texts[$0 - 1]) }
    }

    private static func isClosing(_ line: Substring) -> Bool {
        var rest = line.split(separator: "--", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        rest = rest.filter { !$0.isWhitespace && !")},;]".contains($0) }[...]
        return ["", "end", "else", "endend", "until"].contains(String(rest))
    }
}
