internal import Columnar

/// The tests that a file registers with `test`, in their order, and how they are run.
public final class TestSuite {
    /// One `describe`, or the file itself.
    fileprivate final class Group {
        let name: String?
        let parent: Group?
        var before: [LuaReference] = []
        var after: [LuaReference] = []

        init(_ name: String?, in parent: Group?) { (self.name, self.parent) = (name, parent) }

        /// From the file inwards.
        var path: [Group] { (parent?.path ?? []) + [self] }
    }

    public struct Test {
        /// The names of the groups around it and its own, with ` › ` between.
        public let name: String
        public let line: Int?
        /// Why it is not run; nil where it is.
        public let skipped: String?
        fileprivate let group: Group
        let body: LuaReference?

        fileprivate init(_ name: String, line: Int?, skipped: String?, group: Group, body: LuaReference?) {
            (self.name, self.line, self.skipped, self.group, self.body) = (name, line, skipped, group, body)
        }

        fileprivate var groups: [Group] { group.path }
    }

    public private(set) var tests: [Test] = []
    private var group = Group(nil, in: nil)
    /// Whether the file has been run: then no more tests are taken.
    private var isClosed = false
    /// Jobs that the test has run.
    var runs: [JobRunResult] = []

    /// Takes the file as read.
    public func close() { isClosed = true }

    /// Runs one test with what stands before and after each.
    ///
    /// - Throws: what the test raised: an `ExpectationFailure` beneath a `ScriptError`, `SkippedTest`, `ScriptExit`. What stands behind each test runs all the same, unless the
    ///   run was stopped.
    public func run(_ test: Test) throws {
        var problem: (any Error)?
        do {
            for hook in test.groups.flatMap(\.before) { try hook.call() }
            try test.body?.call()
        } catch {
            problem = error
        }
        for hook in test.groups.reversed().flatMap(\.after) {
            do {
                try hook.call()
            } catch {
                problem = problem ?? error
            }
        }
        if let problem { throw problem }
        for run in runs where run.report.status != "SUCCEEDED" && !run.wasLookedAt {
            throw ExpectationFailure("the job \(run.report.script) failed, and the test did not look at its status or error", .lines(run.lines), line: run.line)
        }
    }

    // MARK: What scripts call

    private static func name(_ call: LuaCall, _ example: String) throws -> String {
        guard let name = call[0].text, !name.allSatisfy(\.isWhitespace) else { throw APIError("\(call.name) needs a name that says what is tested: \(example)") }
        return ExpectedValue.escaped(name)
    }

    private func checkOpen(_ call: LuaCall) throws {
        if isClosed { throw APIError("\(call.name) stands inside a test; tests do not nest: group them with describe(\"name\", function() ... end)") }
    }

    private func add(_ call: LuaCall, skipped: String?, body: LuaReference?) throws {
        try checkOpen(call)
        let own = try Self.name(call, "test(\"keeps completed sales\", function() ... end)")
        let name = (group.path.compactMap(\.name) + [own]).joined(separator: " › ")
        if let other = tests.first(where: { $0.name == name }) {
            throw APIError("two tests are called '\(name)'\(other.line.map { "; the first is in line \($0)" } ?? "")")
        }
        tests.append(Test(name, line: call.line, skipped: skipped, group: group, body: body))
    }

    func register(in state: LuaState) {
        state.register("test") { [unowned self] call in
            guard let body = call[1].function else {
                throw APIError("test needs a name and a function: test(\"keeps completed sales\", function() ... end); a test that is still to be written is skip(\"...\")")
            }
            try add(call, skipped: nil, body: body)
            return []
        }
        state.register("skip") { [unowned self] call in
            if isClosed { throw SkippedTest(reason: ExpectedValue.escaped(call[0].text ?? "")) }
            try add(call, skipped: call[2].text.map(ExpectedValue.escaped) ?? "", body: nil)
            return []
        }
        state.register("describe") { [unowned self] call in
            try checkOpen(call)
            let name = try Self.name(call, "describe(\"the sales job\", function() ... end)")
            guard let body = call[1].function else { throw APIError("describe needs a name and a function: describe(\"the sales job\", function() ... end)") }
            let outer = group
            group = Group(name, in: outer)
            defer { group = outer }
            try body.call()
            return []
        }
        for name in ["before_each", "after_each"] {
            state.register(name) { [unowned self] call in
                try checkOpen(call)
                guard let body = call[0].function else { throw APIError("\(name) needs a function: \(name)(function() ... end)") }
                if name == "before_each" { group.before.append(body) } else { group.after.insert(body, at: 0) }
                return []
            }
        }
    }
}
