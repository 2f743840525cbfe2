import Catalog
import Testing

import Jobs

@Suite struct ProjectFileTests {
    /// Reads a file in a folder with the scripts `a.lua`, `b.lua` and `jobs/load_sales.lua`.
    private func read(_ lua: String, existing: DefinitionSet = DefinitionSet(), prunes: Bool = false, environment: [String: String] = [:]) throws -> ProjectFile {
        let home = try TemporaryHome()
        defer { home.remove() }
        for script in ["a.lua", "b.lua", "jobs/load_sales.lua"] { try home.write(script, "print(1)\n") }
        try home.write("project.lua", lua)
        return try ProjectFile(path: home.folder + "/project.lua", existing: existing, prunes: prunes, environment: environment)
    }

    /// The problems of a file as `line: message`.
    private func problems(_ lua: String, existing: DefinitionSet = DefinitionSet(), prunes: Bool = false) throws -> [String] {
        do {
            _ = try read(lua, existing: existing, prunes: prunes)
            return []
        } catch let error as ProjectError {
            return error.problems.map { "\($0.line): \($0.message)" }
        }
    }

    // MARK: - What is read

    @Test func aJobWithEverything() throws {
        let file = try read(
            """
            job{ name = "load", script = "jobs/load_sales.lua", description = "Loads", arguments = { target = "out/", ["--day"] = 1, full = true },
                 fixed_arguments = { mode = "x" }, bookmark = "pause", max_retries = 2, retry_delay = "45s", timeout = "2h", silence_timeout = "10m",
                 max_concurrent_runs = 3, overlap = "cancel_previous", memory = "512MiB", threads = 2, notify_delay_after = "30m", tags = { team = "data" },
                 error_records = { threshold = 100, quarantine = "bad/" },
                 notify = { { command = "cat" }, { webhook = "https://x.y/z", secret = "KEY" }, { mail = "a@b.c", states = { "failed", "SUCCEEDED" } } } }
            """)
        let job = try #require(file.definitions.jobs["load"])
        #expect(job.command.scriptLocation == "jobs/load_sales.lua")
        #expect(job.defaultArguments == ["--target": "out/", "--day": "1", "--full": "true", "--job-bookmark-option": "job-bookmark-pause"])
        #expect(job.nonOverridableArguments == ["--mode": "x"])
        #expect((job.maxRetries, job.retryDelay, job.timeout, job.silenceTimeout) == (2, 45, 120, 10))
        #expect((job.maxConcurrentRuns, job.overlap, job.memory, job.threads) == (3, .cancelPrevious, 512 << 20, 2))
        #expect(job.notificationProperty?.notifyDelayAfter == 30)
        #expect(job.tags == ["team": "data"])
        #expect(job.errorRecords == JobRecord.ErrorRecordPolicy(threshold: 100, quarantinePath: "bad/"))
        #expect(
            job.notifications == [
                NotificationTarget(command: "cat"), NotificationTarget(webhook: "https://x.y/z", secret: "KEY"),
                NotificationTarget(mail: "a@b.c", states: [.failed, .succeeded]),
            ])
        #expect(job.workingDirectory?.hasPrefix("/") == true)
        #expect(file.project == "\(job.workingDirectory ?? "")/project.lua")
        #expect(job.project == file.project)
    }

    @Test func gluesNamesAndUnits() throws {
        let file = try read(
            """
            job{ Name = "load", Command = { Name = "glueetl", ScriptLocation = "a.lua" }, DefaultArguments = { ["--x"] = "1" }, MaxRetries = 1, Timeout = 90,
                 ExecutionProperty = { MaxConcurrentRuns = 2 }, NotificationProperty = { NotifyDelayAfter = 5 } }
            crawler{ Name = "raw", DatabaseName = "db", TablePrefix = "p_", Targets = { S3Targets = { { Path = "data", Exclusions = { "*.tmp" } } } } }
            trigger{ Name = "t", Type = "CONDITIONAL", StartOnCreation = false, Actions = { { JobName = "load", Timeout = 5 } },
                     Predicate = { Logical = "ANY", Conditions = { { LogicalOperator = "EQUALS", CrawlerName = "raw", CrawlState = "FAILED" },
                                                                  { JobName = "load2", State = "STOPPED" } } } }
            job{ name = "load2", script = "b.lua" }
            """)
        let job = try #require(file.definitions.jobs["load"])
        #expect(job.command.scriptLocation == "a.lua")
        #expect((job.maxRetries, job.timeout, job.maxConcurrentRuns, job.notificationProperty?.notifyDelayAfter) == (1, 90, 2, 5))
        let crawler = try #require(file.definitions.crawlers["raw"])
        #expect(crawler.targets.s3Targets == [CrawlerRecord.S3Target(path: "data", exclusions: ["*.tmp"])])
        #expect((crawler.databaseName, crawler.tablePrefix) == ("db", "p_"))
        let trigger = try #require(file.definitions.triggers["t"])
        #expect(trigger.actions.first?.timeout == 5)
        #expect(trigger.predicate?.logical == .any)
        #expect(trigger.predicate?.conditions == [TriggerRecord.Condition(crawler: "raw", state: "FAILED"), TriggerRecord.Condition(job: "load2", state: .stopped)])
        #expect(file.definitions.activeTriggers.isEmpty)
    }

    @Test func kindsOfTriggersFollowFromTheirMembers() throws {
        let file = try read(
            """
            local a = job{ name = "a", script = "a.lua" }
            job{ name = "b", script = "b.lua" }
            trigger{ name = "tick", schedule = "cron(0 2 * * ? *)", time_zone = "Europe/Berlin", misfire = "all", start = a }
            trigger{ name = "follow", when = "a", start = { "b" } }
            trigger{ name = "call", start = { "a", { job = "b", arguments = { x = 1 } } } }
            trigger{ name = "come", files = { path = "in/", pattern = "*.csv", batch_size = 10, batch_window = "5m", stable_for = "2s", max_failures = 5,
                                              dead_letters = "in/_bad", poll_interval = "1s" }, start = "a" }
            """)
        let triggers = file.definitions.triggers
        #expect(triggers.mapValues(\.type) == ["tick": .scheduled, "follow": .conditional, "call": .onDemand, "come": .event])
        #expect(triggers["tick"]?.misfire == .all)
        #expect(triggers["call"]?.actions.last?.arguments == ["--x": "1"])
        #expect(triggers["come"]?.eventBatchingCondition == TriggerRecord.EventBatchingCondition(batchSize: 10, batchWindow: 300))
        let arrival = try #require(triggers["come"]?.arrival)
        #expect(arrival.path.hasPrefix("/") && arrival.path.hasSuffix("/in"))
        #expect((arrival.stableFor, arrival.maxFailures, arrival.pollInterval) == (2, 5, 1))
        #expect(file.definitions.activeTriggers == ["tick", "follow", "come"])
    }

    @Test func workflowsNameTheirTriggers() throws {
        let file = try read(
            """
            for _, name in ipairs{ "a", "b" } do job{ name = name, script = name .. ".lua" } end
            workflow{ name = "nightly", properties = { day = "1" }, max_concurrent_runs = 1, triggers = {
              { schedule = "rate(1 day)", start = "a" },
              { name = "then_b", when = { any = { { job = "a" }, { job = "a", state = "failed" } } }, start = "b" },
            } }
            """)
        #expect(file.definitions.triggers.keys.sorted() == ["nightly_1", "then_b"])
        #expect(file.definitions.triggers.values.allSatisfy { $0.workflowName == "nightly" })
        #expect(file.definitions.triggers["then_b"]?.cause == "after any of a, a FAILED")
        #expect(file.definitions.workflows["nightly"]?.defaultRunProperties == ["day": "1"])
    }

    @Test func theEnvironmentAndTheProjectsName() throws {
        let file = try read(
            "project 'sales'\njob{ name = env('NAME'), script = 'a.lua', description = env('NOTHING', 'none') }", environment: ["NAME": "x"])
        #expect(file.project == "sales")
        #expect(file.definitions.jobs["x"]?.description == "none")
    }

    @Test func whatTheCatalogHasMayBeNamed() throws {
        var existing = DefinitionSet()
        existing.jobs["old"] = JobRecord(name: "old", script: "x.lua")
        #expect(try read("trigger{ name = 't', start = 'old' }", existing: existing).definitions.triggers["t"]?.actions == [TriggerRecord.Action(job: "old")])
    }

    @Test func aConditionThatNothingMeetsIsWarnedOf() throws {
        let file = try read("job{ name = 'a', script = 'a.lua' }\njob{ name = 'b', script = 'b.lua' }\ntrigger{ name = 't', when = 'a', start = 'b' }")
        #expect(file.warnings == ["trigger 't' waits for job 'a', which no trigger starts; runs that a person starts do not count"])
    }

    // MARK: - What is wrong

    struct Case: Sendable, CustomTestStringConvertible {
        let lua: String
        let problems: [String]
        var testDescription: String { lua }
        init(_ lua: String, _ problems: String...) { (self.lua, self.problems) = (lua, problems) }
    }

    private static let jobs = "job{ name = 'a', script = 'a.lua' } job{ name = 'b', script = 'b.lua' } crawler{ name = 'raw', targets = 'x', database = 'd' } "

    @Test(arguments: [
        Case("job{ script = 'a.lua' }", "1: a job needs a name: job{ name = \"...\", ... }"),
        Case("job{ name = 'x' }", "1: job 'x': script is missing"),
        Case("job{\n  name = 'x',\n  script = 'a.lua',\n  max_retrys = 2,\n}", "4: job 'x' has no member 'max_retrys'; did you mean 'max_retries'?"),
        Case("job{ name = 'x', script = 'a.lua',\n WorkerType = 'G.1X' }", "2: job 'x' has no member 'WorkerType': use memory and threads"),
        Case("job{ name = 'x', script = 'a.lua',\n max_retries = 'two' }", "2: job 'x': max_retries is a whole number from 0 to 100, not 'two'"),
        Case("job{ name = 'x', script = 'a.lua', max_retries = -1 }", "1: job 'x': max_retries is a whole number from 0 to 100, not -1"),
        Case("job{ name = 'x', script = 'a.lua', max_retries = 1, MaxRetries = 1 }", "1: job 'x' has 'MaxRetries' and 'max_retries', which are one member"),
        Case("job{ name = 'x', script = 'a.lua', timeout = 90 }", "1: job 'x': timeout = 90 has no unit; write '90s', '90m' or '90h'"),
        Case("job{ name = 'x', script = 'a.lua', timeout = '90' }", "1: job 'x': timeout = '90' has no unit; write '90s', '90m' or '90h'"),
        Case("job{ name = 'x', script = 'a.lua', timeout = 'soon' }",
             "1: job 'x': timeout = 'soon' is no length of time; write numbers with ms, s, m, h or d, such as '90s' or '1h30m'"),
        Case("job{ name = 'x', script = 'a.lua', timeout = -5 }", "1: job 'x': timeout must be more than nothing, not -5"),
        Case("job{ name = 'x', script = 'a.lua', Timeout = 0 }", "1: job 'x': Timeout is from 1ms to 366d, not 0"),
        Case("job{ name = 'x', script = 'a.lua', timeout = true }", "1: job 'x': timeout is a length of time such as '90s' or '2h', not true"),
        Case("job{ name = 'x', script = 'a.lua', memory = 'lots' }", "1: job 'x': memory = 'lots' is no size; write a number with KiB, MiB or GiB, such as '512MiB'"),
        Case("job{ name = 'x', script = 'a.lua', memory = '5KiB' }", "1: job 'x': memory must be 1 MiB at least, not '5KiB'"),
        Case("job{ name = 'x', script = 'a.lua', overlap = 'que' }", "1: job 'x': overlap = 'que' is none of skip, queue, cancel_previous"),
        Case("job{ name = 'x', script = 'a.lua', overlap = 'queu' }", "1: job 'x': overlap = 'queu' is none of skip, queue, cancel_previous; did you mean 'queue'?"),
        Case("job{ name = 'x', script = 'a.lua', bookmark = 'on' }", "1: job 'x': bookmark = 'on' is none of enable, disable, pause"),
        Case("job{ name = 'x', script = 'a.lua', arguments = { JOB_NAME = 'y' } }", "1: job 'x': --JOB_NAME is set for every run, and cannot be given"),
        Case("job{ name = 'x', script = 'a.lua', arguments = { d = 1, ['--d'] = 2 } }", "1: job 'x': the argument --d is given twice"),
        Case("job{ name = 'x', script = 'a.lua', arguments = { d = {} } }", "1: job 'x': arguments: the value of 'd' is a text, a number, true or false, not a table"),
        Case("job{ name = 'x', script = 'a.lua', arguments = 'd' }", "1: job 'x': arguments is a table of name = value, not 'd'"),
        Case("job{ name = 'x', script = 'a.lua', notify = { webhook = 'ftp://x' } }", "1: job 'x': notify: 'ftp://x' is no address for messages; it begins with https:// or http://"),
        Case("job{ name = 'x', script = 'a.lua', notify = { command = 'c', mail = 'a@b' } }", "1: job 'x': notify: command and mail are two ways; write two tables"),
        Case("job{ name = 'x', script = 'a.lua', notify = { {} } }", "1: job 'x': notify: one of command, webhook and mail is missing"),
        Case("job{ name = 'x', script = 'a.lua', notify = { mail = 'nobody' } }", "1: job 'x': notify: 'nobody' is no mail address"),
        Case("job{ name = 'x', script = 'a.lua', notify = {\n { command = 'c', states = { 'FAILD' } } } }",
             "2: job 'x': notify: there is no state 'FAILD'; did you mean 'FAILED'? (states: WAITING, STARTING, RUNNING, STOPPING, STOPPED, SUCCEEDED, FAILED, TIMEOUT, ERROR)"),
        Case("job{ name = 'x', script = 'jobs' }", "1: job 'x': 'jobs' is a folder, and a script is a file"),
        Case("job{ name = 'x', script = 's3://b/x.lua' }", "1: job 'x': scripts are local files, and 's3://b/x.lua' is none"),
        Case("job{ name = '-x', script = 'a.lua' }", "1: job '-x': a name that begins with - would be an option on the command line"),
        Case("job{ name = 'jr_1', script = 'a.lua' }", "1: job 'jr_1': names that begin with jr_ or wr_ are those of runs"),
        Case("job{ name = 'a\\nb', script = 'a.lua' }", "1: job 'a\nb': a name is one line without control characters"),
        Case("job{ name = 5, script = 'a.lua' }", "1: job: name is a text, not 5"),
        Case("job{ 'x', script = 'a.lua' }", "1: job: 'x' stands in the table without a name; members are written name = value",
             "1: a job needs a name: job{ name = \"...\", ... }"),
        Case("job{ name = 'x', script = 'a.lua' }\njob{ name = 'x', script = 'b.lua' }", "2: job 'x' is declared twice; first in line 1"),
        Case("local function f(n)\n  job{ name = n, script = 'a.lua', threads = 0 }\nend\nf 'x'\nf 'y'",
             "2: job 'x': threads is a whole number from 1 to 1024, not 0", "2: job 'y': threads is a whole number from 1 to 1024, not 0"),
    ]) func wrongJobs(_ test: Case) throws { #expect(try problems(test.lua) == test.problems) }

    @Test func aScriptThatIsNotThere() throws {
        let found = try problems("job{ name = 'x', script = 'jobs/load_sale.lua' }")
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("1: job 'x': there is no script 'jobs/load_sale.lua' in /"))
        #expect(found[0].hasSuffix("; did you mean 'jobs/load_sales.lua'?"))
    }

    @Test(arguments: [
        Case("trigger{ name = 't' }", "1: trigger 't': start is missing: the jobs and crawlers that the trigger starts"),
        Case("trigger{ name = 't', start = {} }", "1: trigger 't': start names nothing to start"),
        Case("trigger{ name = 't', start = 'c' }", "1: trigger 't': there is no job or crawler 'c'"),
        Case("trigger{ name = 't', start = { 'raww' } }", "1: trigger 't': there is no job or crawler 'raww'; did you mean 'raw'?"),
        Case("trigger{ name = 't', start = { { job = 'raw' } } }", "1: trigger 't': action: there is no job 'raw'; it is a crawler: { crawler = \"raw\" }"),
        Case("trigger{ name = 't', start = { { job = 'a', crawler = 'raw' } } }", "1: trigger 't': action: job and crawler cannot be set together; write two tables"),
        Case("trigger{ name = 't', start = { { arguments = {} } } }", "1: trigger 't': action: job or crawler is missing"),
        Case("trigger{ name = 't', start = { 'a', 'a' } }", "1: trigger 't' starts job 'a' twice in the same way"),
        Case("trigger{ name = 't', start = { 7 } }", "1: trigger 't': an action is a name or a table such as { job = \"...\" }, not 7"),
        Case("trigger{ name = 't', start = { { crawler = 'raw', arguments = { x = 1 } } } }", "1: trigger 't': action: a crawler takes no arguments"),
        Case("trigger{ name = 't', start = 'a', type = 'SCHEDULED' }", "1: trigger 't': a trigger of type SCHEDULED needs schedule"),
        Case("trigger{ name = 't', start = 'a', type = 'ON_DEMAND', when = 'b' }", "1: trigger 't': a trigger of type ON_DEMAND has no when"),
        Case("trigger{ name = 't', start = 'a', when = 'b', schedule = 'rate(1 day)' }", "1: trigger 't': schedule and when are causes of different kinds; a trigger has one"),
        Case("trigger{ name = 't', start = 'a', misfire = 'all' }", "1: trigger 't': misfire is about times of a schedule, and there is none"),
        Case("trigger{ name = 't', start = 'a', active = true }", "1: trigger 't': a trigger on demand fires when it is asked to; it is never active"),
        Case("trigger{ name = 't', start = 'a', when = { { job = 'b', state = 'SUCCEDED' } } }",
             "1: trigger 't': condition: state = 'SUCCEDED' is none of SUCCEEDED, FAILED, STOPPED, TIMEOUT; did you mean 'SUCCEEDED'?"),
        Case("trigger{ name = 't', start = 'a', when = { { crawler = 'raw', state = 'TIMEOUT' } } }",
             "1: trigger 't': condition: state = 'TIMEOUT' is none of SUCCEEDED, FAILED, CANCELLED"),
        Case("trigger{ name = 't', start = 'a', when = { { job = 'c' } } }", "1: trigger 't': condition: there is no job 'c'"),
        Case("trigger{ name = 't', start = 'a', when = {} }", "1: trigger 't': when has no condition"),
        Case("trigger{ name = 't', start = 'a', when = { all = { 'b' }, any = { 'b' } } }", "1: trigger 't': when takes one of all and any"),
        Case("trigger{ name = 't', start = 'a', files = { pattern = '*.csv' } }", "1: trigger 't': files: path is missing"),
        Case("trigger{ name = 't', start = 'a', files = { path = 'in', batch_window = '100ms' } }", "1: trigger 't': files: batch_window is from 1s to 366d, not '100ms'"),
        Case("trigger{ name = 't', start = 'a', files = { path = 'in', dead_letters = 'in/' } }", "1: trigger 't': files: dead_letters is the folder that is watched"),
        Case("trigger{ name = 't', start = 'a', workflow = 'w' }", "1: trigger 't': there is no workflow 'w'"),
        Case("trigger{ name = 't', start = 'a', schedule = 'rate(1 day)', time_zone = 'Europe/Berln' }",
             "1: trigger 't': there is no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        Case("crawler{ name = 'x', database = 'd' }", "1: crawler 'x': targets is missing: the paths to crawl"),
        Case("crawler{ name = 'x', targets = { { exclude = '*' } }, database = 'd' }", "1: crawler 'x': target: path is missing"),
        Case("crawler{ name = 'x', targets = 'y' }", "1: crawler 'x': database is missing"),
        Case("workflow{ name = 'w' }", "1: workflow 'w' has no trigger that starts it: one with a schedule, with files, or on demand (without when)"),
        Case("workflow{ name = 'w', triggers = { { start = 'a' }, { start = 'b' } } }",
             "1: workflow 'w' has 2 triggers that start it: 'w_1', 'w_2'; it takes one"),
        Case("workflow{ name = 'w', triggers = {\n { start = 'a' },\n { when = 'raw', start = 'b' } } }",
             "3: trigger 'w_2' waits for crawler 'raw', which no trigger of workflow 'w' starts"),
        Case("workflow{ name = 'w', triggers = { 'a' } }", "1: workflow 'w': triggers is a list of tables; it holds 'a'",
             "1: workflow 'w' has no trigger that starts it: one with a schedule, with files, or on demand (without when)"),
        Case("trigger{ name = 't', when = 'a', start = 'b' }\ntrigger{ name = 'u',\n  when = 'b', start = 'a' }",
             "1: conditional triggers form a cycle: job 'a' -> trigger 't' -> job 'b' -> trigger 'u' -> job 'a'"),
    ]) func wrongTriggersCrawlersAndWorkflows(_ test: Case) throws { #expect(try problems(Self.jobs + test.lua) == test.problems) }

    @Test func aWrongScheduleIsUnderlined() throws {
        do {
            _ = try read("job{ name = 'a', script = 'a.lua' }\ntrigger{ name = 't', schedule = 'cron(0 25 * * ? *)', start = 'a' }")
            Issue.record("the schedule was taken")
        } catch let error as ProjectError {
            let lines = error.description.split(separator: "\n").map(String.init)
            #expect(lines.count == 3)
            #expect(lines[1] == "    trigger{ name = 't', schedule = 'cron(0 25 * * ? *)', start = 'a' }")
            #expect(lines[2] == "                                            ^^")
        }
    }

    /// What is underlined of a line: the name that is wrong, or the value.
    @Test(arguments: [
        ("job{ name = 'x', script = 'a.lua', max_retrys = 1 }", "max_retrys"),
        ("job{ name = 'x', script = 'a.lua', max_retries = 'many' }", "many"),
        ("job{ name = 'x', script = 'a.lua', timeout = 3 }", "3"),
        ("job{ name = 'ü', script = 'nothing.lua' }", "nothing.lua"),
        ("job{ name = 'x', ['max_retrys'] = 1, script = 'a.lua' }", "max_retrys"),
        ("job{ name = 'x', script = 'a.lua', notify = { states = { 'FAILD' }, webhook = 'https://x' } }", "FAILD"),
        ("job{ name = 'x', script = 'a.lua', timeout = 1 + 2 }", "timeout"),
        ("job{ script = 'a.lua' }", "job"),
        ("job{ name = 'x', script = 'a.lua' } trigger{ name = 't', start = 'y' }", "y"),
    ])
    func theWordIsUnderlined(_ lua: String, _ word: String) throws {
        do {
            _ = try read(lua)
            Issue.record("the file was taken")
        } catch let error as ProjectError {
            let problem = try #require(error.problems.first)
            let line = try #require(problem.sourceLine)
            let mark = try #require(problem.mark)
            #expect(String(Array(line)[mark]) == word, "\(error)")
        }
    }

    @Test func codeThatFailsHasItsPlace() throws {
        #expect { try read("local x = nil\nx.y = 1") } throws: { "\($0)".contains("project.lua:2: attempt to index a nil value (local 'x')") }
        #expect { try read("job{ name = 'x' ") } throws: { "\($0)".contains("project.lua:1: ") }
        #expect { try read("job('x')") } throws: { "\($0)".contains("project.lua:1: job takes one table: job{ name = \"...\", ... }") }
        #expect { try read("jobb{ name = 'x' }") } throws: { "\($0)".contains("did you mean 'job'?") }
        #expect { try read("job{ name = env 'HOEM', script = 'a.lua' }", environment: ["HOME": "/"]) } throws: {
            "\($0)".contains("project.lua:1: the environment variable HOEM is not set; did you mean 'HOME'?")
        }
        #expect { try read("while true do end") } throws: { "\($0)".contains("instruction") }
        #expect { try read("io.open('/etc/passwd')") } throws: { "\($0)".contains("project.lua:1: ") }
    }

    @Test func pruningTakesNamesAway() throws {
        var existing = DefinitionSet()
        var old = JobRecord(name: "old", script: "x.lua")
        old.project = "p"
        existing.jobs["old"] = old
        let lua = "project 'p'\ntrigger{ name = 't', start = 'old' }"
        #expect(try problems(lua, existing: existing) == [])
        let found = try problems(lua, existing: existing, prunes: true)
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("2: trigger 't': there is no job or crawler 'old'; ") && found[0].hasSuffix("project.lua no longer declares it, and --prune removes it"))
    }
}
