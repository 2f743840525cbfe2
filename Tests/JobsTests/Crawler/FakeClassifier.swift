import Columnar
import Connectors
import Formats
import Foundation

import Jobs

/// Takes what a file holds from its text: `json a:int,b:string`, or `csv |h id,name` for a CSV file whose first record is given and `h` says header.
///
///     classification[/compression] name:type,...            records: one
///     csv header=yes|no first=a;b name:type,...
struct FakeClassifier: FileClassifier {
    let name = "fake"

    func probe(_ file: FileEntry) throws -> ProbeResult? {
        let text = try String(contentsOfFile: file.storedPath, encoding: .utf8)
        if text.hasPrefix("damaged") { throw FormatError(.malformed, source: file.path, line: 3, "a quote is not closed") }
        var words = text.split(separator: " ").map(String.init)
        guard let kind = words.first, kind.hasPrefix("json") || kind.hasPrefix("csv") || kind.hasPrefix("parquet") else { return nil }
        words.removeFirst()
        let parts = kind.split(separator: "/")
        var result = ProbeResult(
            classification: String(parts[0]), schema: .empty, compression: parts.count > 1 ? String(parts[1]) : "none", recordCount: 10, recordsExamined: 10,
            evidence: "it says so")
        if parts[0] == "csv" { result.dialect = CSVDialect(delimiter: ",", hasHeader: true) }
        for word in words {
            if let value = word.wholeMatch(of: #/header=(.*)/#) {
                result.dialect?.hasHeader = value.1 == "yes"
            } else if let value = word.wholeMatch(of: #/delimiter=(.*)/#) {
                result.dialect?.delimiter = String(value.1)
            } else if let value = word.wholeMatch(of: #/first=(.*)/#) {
                result.dialect?.firstRecord = value.1.split(separator: ";").map(String.init)
            } else if let value = word.wholeMatch(of: #/rows=(.*)/#) {
                (result.recordCount, result.recordsExamined) = (Int(value.1), Int(value.1)!)
            } else {
                result.schema = Schema(word.split(separator: ",").map { field in
                    let parts = field.split(separator: ":", maxSplits: 1)
                    return Field(String(parts[0]), DataType(parsing: String(parts[1]))!)
                })
            }
        }
        return result
    }
}
