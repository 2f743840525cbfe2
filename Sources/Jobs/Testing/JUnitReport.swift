internal import Scripting

/// Results as the XML that build servers read: a `testsuite` for each file, a `testcase` for each test.
public enum JUnitReport {
    public static func text(of results: [TestResult], seconds: Double) -> String {
        var files: [String] = []
        var byFile: [String: [TestResult]] = [:]
        for result in results {
            if byFile[result.file] == nil { files.append(result.file) }
            byFile[result.file, default: []].append(result)
        }
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        xml += "<testsuites name=\"mastic test\" \(sums(results)) time=\"\(time(seconds))\">\n"
        for file in files {
            let own = byFile[file] ?? []
            xml += "  <testsuite name=\"\(escaped(file))\" \(sums(own)) time=\"\(time(own.reduce(0) { $0 + Double($1.nanoseconds) / 1e9 }))\">\n"
            for result in own { xml += testCase(result) }
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private static func sums(_ results: [TestResult]) -> String {
        var (failures, errors, skipped) = (0, 0, 0)
        for result in results {
            switch result.outcome {
            case .passed: break
            case .skipped: skipped += 1
            case .failed(let failure): if failure.isExpectation { failures += 1 } else { errors += 1 }
            }
        }
        return "tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
    }

    private static func testCase(_ result: TestResult) -> String {
        // What build servers group by: the file without its ending, with dots.
        let name = result.file.hasSuffix(".lua") ? String(result.file.dropLast(4)) : result.file
        var xml = "    <testcase classname=\"\(escaped(name.replacing("/", with: ".")))\" name=\"\(escaped(result.name ?? "(file)"))\" file=\"\(escaped(result.file))\""
        if let line = result.line { xml += " line=\"\(line)\"" }
        xml += " time=\"\(time(Double(result.nanoseconds) / 1e9))\""
        var inner = ""
        switch result.outcome {
        case .passed: break
        case .skipped(let reason): inner += "      <skipped message=\"\(escaped(reason))\"/>\n"
        case .failed(let failure):
            let element = failure.isExpectation ? "failure" : "error"
            let text = failure.diagnostic.map { DiagnosticText(showsCalls: true).text(of: $0) } ?? plain(failure, result)
            inner += "      <\(element) message=\"\(escaped(failure.message))\" type=\"\(failure.isExpectation ? "expectation" : "error")\">\(escaped(text))</\(element)>\n"
        }
        if !result.output.isEmpty { inner += "      <system-out>\(escaped(result.output))</system-out>\n" }
        if !result.log.isEmpty { inner += "      <system-err>\(escaped(result.log))</system-err>\n" }
        return xml + (inner.isEmpty ? "/>\n" : ">\n\(inner)    </testcase>\n")
    }

    private static func plain(_ failure: TestFailure, _ result: TestResult) -> String {
        var text = (failure.file ?? result.file) + (failure.line.map { ":\($0)" } ?? "") + ": " + failure.message + "\n"
        if let line = failure.sourceLine { text += line + "\n" }
        return text + failure.detail(on: ScreenShape(width: 120))
    }

    private static func time(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded())
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    private static func escaped(_ text: String) -> String { Markup.escaped(text, keepsLines: false) }
}
