/// Prepares the words of the command line for the argument parser, which knows options only behind the command they belong to:
/// common options that stand before the command move behind it, and what follows the script of `run`, `explain` or `watch` is set apart as the job's own arguments.
///
///     --home h run --no-lift job.lua --day 1     ->  run --home h --no-lift job.lua  |  --day 1
package struct ArgumentSplitter {
    package private(set) var words: [String] = []
    /// What follows SCRIPT of `run`, `explain` or `watch`.
    package private(set) var jobArguments: [String] = []

    private static let valued: Set<String> = ["--home", "--threads", "--memory", "--timeout", "--log-level", "--log-format"]
    private static let flags: Set<String> = ["--no-lift", "--json", "--quiet", "--no-progress", "--sandbox"]

    /// Options of the commands below that are followed by a value.
    private static let scriptedValued: Set<String> = ["--quarantine", "--max-error-records", "--sample", "--preview", "--format", "--output"]

    /// Commands whose first word is a script, and whose others are the script's own.
    private static let scripted: Set<String> = ["run", "explain", "watch"]

    package init(_ arguments: [String]) {
        var leading: [String] = []
        var rest = arguments[...]
        func takeCommonOption() -> [String]? {
            guard let word = rest.first else { return nil }
            if Self.flags.contains(word) { return [rest.removeFirst()] }
            if Self.valued.contains(word), rest.count > 1 { return [rest.removeFirst(), rest.removeFirst()] }
            if let equals = word.firstIndex(of: "="), Self.valued.contains(String(word[..<equals])) { return [rest.removeFirst()] }
            return nil
        }
        while let option = takeCommonOption() { leading += option }
        guard let command = rest.first, !command.hasPrefix("-") else {
            words = leading + rest
            return
        }
        words = [rest.removeFirst()]
        guard Self.scripted.contains(command) else {
            // Behind the names of the commands below; but what follows -- is no option.
            words += rest.contains("--") ? leading + rest : rest + leading
            return
        }
        words += leading
        while let word = rest.first, word.hasPrefix("-"), word != "-" {
            if let option = takeCommonOption() {
                words += option
                continue
            }
            words.append(rest.removeFirst())
            if Self.scriptedValued.contains(word), let value = rest.popFirst() { words.append(value) }
        }
        if let script = rest.first {
            words.append(script)
            jobArguments = Array(rest.dropFirst())
        }
    }

    /// Words behind the script that are options of `run` in front of it, and that the script's text never mentions: somebody meant Mastic with them.
    static func misplaced(_ jobArguments: [String], source: [UInt8]) -> [String] {
        let options = valued.union(flags).union(["--quarantine", "--max-error-records", "--profile"])
        let text = String(decoding: source, as: UTF8.self)
        var found: [String] = []
        for word in jobArguments {
            let name = String(word.prefix { $0 != "=" })
            let bare = String(name.dropFirst(2))
            if options.contains(name), !found.contains(name), !text.contains(bare), !text.contains(bare.map { $0 == "-" ? "_" : String($0) }.joined()) { found.append(name) }
        }
        return found
    }
}
