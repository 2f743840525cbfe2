import Testing

import Scripting

/// How arguments bind, and what is said when they do not.
@Suite struct SignatureTests {
    let filter = Signature("Filter.apply", [.required("frame", .any), .required("f", .function), .optional("info", .string), .optional("count", .integer)])

    private func message(_ values: [LuaValue], _ signature: Signature) -> String {
        do {
            _ = try signature.bind(values, site: "job.lua:1")
            return "bound"
        } catch {
            return error.description
        }
    }

    @Test func unknownNamesSuggestTheNearest() {
        let table = LuaValue.table(LuaTable(fields: ["frame": 1, "fn": 1]))
        #expect(message([table], filter) == "Filter.apply has no argument 'fn'; did you mean 'f'? It takes 'frame', 'f', 'info', 'count'")
        let far = LuaValue.table(LuaTable(fields: ["frame": 1, "something": 1]))
        #expect(message([far], filter) == "Filter.apply has no argument 'something'. It takes 'frame', 'f', 'info', 'count'")
    }

    @Test func missingAndWrongArgumentsSayWhatIsExpected() {
        #expect(
            message([.table(LuaTable(fields: ["frame": 1]))], filter)
                == "Filter.apply needs the argument 'f': a function. It takes 'frame', 'f', 'info', 'count'")
        #expect(message([1, "x"], filter) == "Filter.apply: 'f' must be a function, not the string 'x'")
        #expect(message([1, 2, 3, 4, 5], filter) == "Filter.apply takes 4 arguments at most, not 5: 'frame', 'f', 'info', 'count'")
    }

    @Test func positionsAndNamesBindAlike() throws {
        let signature = Signature("f", [.required("paths", .strings), .optional("n", .integer), .optional("flag", .boolean)])
        let byPosition = try signature.bind([.array(["a", "b"]), "7", "True"], site: "")
        let byName = try signature.bind([.table(LuaTable(fields: ["paths": .array(["a", "b"]), "n": 7.0, "flag": true]))], site: "")
        for arguments in [byPosition, byName] {
            #expect(arguments.strings("paths") == ["a", "b"])
            #expect(arguments.integer("n") == 7)
            #expect(arguments.boolean("flag"))
        }
        #expect(try signature.bind(["one"], site: "").strings("paths") == ["one"])
    }

    @Test func aFirstDictionaryIsNoKeywordCall() throws {
        let signature = Signature("split_rows", [.required("comparison_dict", .dictionary), .optional("name1", .string)])
        let comparison = LuaValue.table(LuaTable(fields: ["qty": .table(LuaTable(fields: [">": 5]))]))
        #expect(try signature.bind([comparison], site: "")["comparison_dict"] == comparison)
        #expect(try signature.bind([.table(LuaTable(fields: ["comparison_dict": comparison]))], site: "")["comparison_dict"] == comparison)
    }

    @Test func optionsNameWhatTheyKnow() {
        let options = Options(.table(LuaTable(fields: ["seperator": ";"])), function: "f", argument: "format_options")
        #expect(throws: APIError.self) { try options.check(known: ["separator", "quoteChar"]) }
        do { try options.check(known: ["separator", "quoteChar"]) } catch {
            #expect(error.description == "f: format_options has no option 'seperator'; did you mean 'separator'? (known: separator, quoteChar)")
        }
    }
}

/// `getResolvedOptions`, by Glue's rules.
@Suite struct ResolvedOptionsTests {
    private func message(_ words: [String], _ wanted: [String]) -> String {
        do {
            return "\(try ResolvedOptions(words: words, wanted: wanted).values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"
        } catch {
            return "\(error)"
        }
    }

    @Test func valuesComeByNameWithUnderscores() {
        #expect(message(["--day", "1", "--my-name=x", "--other", "y"], ["day", "my-name"]) == "day=1 job_bookmark_option=job-bookmark-disable my_name=x")
        #expect(message(["--day", "1", "--day", "2"], ["day"]) == "day=2 job_bookmark_option=job-bookmark-disable")
        #expect(message(["--n", "-5"], ["n"]) == "job_bookmark_option=job-bookmark-disable n=-5")
    }

    @Test func missingOnesAreNamed() {
        #expect(
            message(["--JOB_NAME", "x"], ["JOB_NAME", "day"])
                == "the following arguments are required: --day; give it behind the script: mastic run SCRIPT --day VALUE")
        #expect(message(["--dya", "1"], ["day"]) == "the following arguments are required: --day (--dya was given; did you mean --day?)")
    }

    @Test func bookmarkOptionsAreChecked() {
        #expect(message([], ["job-bookmark-option"]) == "Using reserved arguments job_bookmark_option: they are read without being asked for")
        #expect(
            message(["--job-bookmark-option", "on"], [])
                == "argument --job-bookmark-option: 'on' is none of job-bookmark-enable, job-bookmark-pause, job-bookmark-disable")
        #expect(message(["--continuation-option", "continuation-enabled"], []) == "continuation_option=continuation-enabled job_bookmark_option=job-bookmark-enable")
        #expect(message(["--job-bookmark-option", "job-bookmark-pause", "--job-bookmark-from", "a"], []) == "Missing option or value for --job-bookmark-to")
    }
}
