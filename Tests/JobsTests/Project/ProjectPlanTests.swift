import Catalog
import Connectors
import Testing

import Jobs

@Suite struct ProjectPlanTests {
    /// A home with a project file that is written anew, planned and applied.
    private struct Project {
        let home: TemporaryHome
        var catalog: CatalogStore { home.home.catalog }

        init() throws {
            home = try TemporaryHome()
            try home.write("a.lua", "print(1)\n")
        }

        func plan(_ lua: String, prunes: Bool = false, file: String = "project.lua") throws -> ProjectPlan {
            try home.write(file, lua)
            let existing = try DefinitionSet(catalog)
            return ProjectPlan(try ProjectFile(path: home.folder + "/" + file, existing: existing, prunes: prunes), existing: existing, prunes: prunes)
        }

        @discardableResult
        func apply(_ lua: String, prunes: Bool = false, file: String = "project.lua") throws -> ProjectPlan {
            let plan = try plan(lua, prunes: prunes, file: file)
            try plan.apply(to: catalog)
            return plan
        }
    }

    private func lines(_ plan: ProjectPlan) -> [String] {
        plan.changes.map { change in
            let texts = change.action == .change ? change.differences.map { "\($0.member): \($0.old ?? "none") -> \($0.new ?? "none")" } : [change.summary]
            return "\(change.action) \(change.kind) \(change.name)  \(texts.joined(separator: "; "))"
        }
    }

    private let file = """
        job{ name = "a", script = "a.lua", timeout = "2h", arguments = { x = 1 } }
        job{ name = "b", script = "a.lua" }
        crawler{ name = "raw", targets = "in", database = "d", schedule = "rate(1 hour)" }
        workflow{ name = "w", description = "All of it", triggers = { { schedule = "cron(0 2 * * ? *)", start = { "a", "raw" } }, { when = { all = { "a", "raw" } }, start = "b" } } }
        trigger{ name = "now", start = "a" }
        """

    @Test func aFirstApplyAddsEverythingAndASecondNothing() throws {
        let project = try Project()
        defer { project.home.remove() }
        #expect(
            lines(try project.apply(file)) == [
                "add job a  a.lua", "add job b  a.lua", "add crawler raw  in -> d", "add workflow w  All of it", "add trigger now  on demand -> a",
                "add trigger w_1  cron(0 2 * * ? *) -> a, raw", "add trigger w_2  after all of a, raw -> b",
            ])
        let second = try project.plan(file)
        #expect(second.changes.isEmpty)
        #expect(second.unchanged == 7)
        #expect(try project.catalog.triggerStatuses()["w_1"]?.state == .activated)
        #expect(try project.catalog.triggerStatuses()["now"]?.state == .created)
    }

    @Test func changesAreToldInTheFilesWords() throws {
        let project = try Project()
        defer { project.home.remove() }
        try project.apply(file)
        let changed = """
            job{ name = "a", script = "a.lua", timeout = "90m", arguments = { x = 2, y = "z" }, memory = "1GiB", max_concurrent_runs = 2, notify = { command = "cat" } }
            job{ name = "b", script = "a.lua" }
            crawler{ name = "raw", targets = { "in", { path = "more", exclude = "*.tmp" } }, database = "d", schedule = "rate(2 hours)" }
            workflow{ name = "w", triggers = { { schedule = "cron(0 3 * * ? *)", time_zone = "Europe/Berlin", start = { "a", "raw" } },
                                               { when = { any = { "a", { crawler = "raw", state = "FAILED" } } }, start = "b" } } }
            trigger{ name = "now", start = { { job = "a", arguments = { x = 3 }, timeout = "5m" } } }
            """
        #expect(
            lines(try project.plan(changed)) == [
                "change job a  arguments.--x: 1 -> 2; arguments.--y: none -> z; max_concurrent_runs: none -> 2; memory: none -> 1 GiB; notify: none -> cat; timeout: 2h -> 1h30m",
                "change crawler raw  schedule: rate(1 hour) -> rate(2 hours); targets: in -> in, more exclusions=[*.tmp]",
                "change workflow w  description: All of it -> none",
                "change trigger now  start: a -> a arguments={--x=3} timeout=5m",
                "change trigger w_1  schedule: cron(0 2 * * ? *) -> cron(0 3 * * ? *); time_zone: none -> Europe/Berlin",
                "change trigger w_2  when: all of a, raw -> any of a, raw FAILED",
            ])
    }

    @Test func aTriggerThatWasStoppedByHandIsStartedAgain() throws {
        let project = try Project()
        defer { project.home.remove() }
        try project.apply(file)
        try project.catalog.setTriggerState("w_1", .deactivated)
        #expect(lines(try project.plan(file)) == ["change trigger w_1  active: false -> true"])
        try project.apply(file)
        #expect(try project.catalog.triggerStatuses()["w_1"]?.state == .activated)
    }

    @Test func pruningTakesOnlyWhatCameFromTheProject() throws {
        let project = try Project()
        defer { project.home.remove() }
        try project.apply("job{ name = 'mine', script = 'a.lua' } job{ name = 'gone', script = 'a.lua' } trigger{ name = 't', start = 'gone' }")
        try project.apply("job{ name = 'other', script = 'a.lua' }", file: "other.lua")
        try project.catalog.apply([.putJob(JobRecord(name: "by_hand", script: "x.lua"))])
        let kept = try project.apply("job{ name = 'mine', script = 'a.lua' }")
        #expect(kept.changes.isEmpty)
        #expect(kept.leftovers.map(\.name) == ["t", "gone"])
        #expect(lines(try project.apply("job{ name = 'mine', script = 'a.lua' }", prunes: true)) == ["remove trigger t  ", "remove job gone  "])
        #expect(try project.catalog.definitionNames(.job) == ["by_hand", "mine", "other"])
        #expect(try project.catalog.definitionNames(.trigger) == [])
    }

    @Test func aDefinitionGoesToTheProjectThatWasAppliedLast() throws {
        let project = try Project()
        defer { project.home.remove() }
        try project.apply("project 'one'\njob{ name = 'a', script = 'a.lua' }")
        #expect(lines(try project.apply("project 'two'\njob{ name = 'a', script = 'a.lua' }", file: "two.lua")) == ["change job a  project: one -> two"])
        #expect(try project.plan("project 'one'", prunes: true).changes.isEmpty)
    }

    @Test(arguments: ["schedule = 'rate(1 day)'", "files = 'in'", "when = 'b'"]) func whatIsNotActiveStaysSo(cause: String) throws {
        let project = try Project()
        defer { project.home.remove() }
        let lua = "job{ name = 'a', script = 'a.lua' } job{ name = 'b', script = 'a.lua' } trigger{ name = 't', start = 'a', \(cause), active = false }"
        try project.apply(lua)
        #expect(try DefinitionSet(project.catalog).activeTriggers == [])
        #expect(try project.plan(lua).changes.isEmpty)
        #expect(lines(try project.apply(lua.replacing("active = false", with: "active = true"))) == ["change trigger t  active: false -> true"])
        #expect(try DefinitionSet(project.catalog).activeTriggers == ["t"])
    }
}
