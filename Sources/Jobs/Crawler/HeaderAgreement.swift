internal import Columnar

/// Headers that one file alone does not betray.
///
/// A CSV file whose values are all text shows no difference between its header and its data. Beside other files it does: a first record that is the
/// header of another file, or the first record of another file too, is a header.
enum HeaderAgreement {
    static func apply(_ files: [ProbedFile]) -> [ProbedFile] {
        var headers = Set<[String]>()
        var firsts: [[String]: Int] = [:]
        for case let dialect? in files.map(\.result?.dialect) where !dialect.firstRecord.isEmpty {
            if dialect.hasHeader { headers.insert(dialect.firstRecord) } else { firsts[dialect.firstRecord, default: 0] += 1 }
        }
        guard !firsts.isEmpty else { return files }
        return files.map { file in
            guard var result = file.result, var dialect = result.dialect, !dialect.hasHeader else { return file }
            let first = dialect.firstRecord
            guard headers.contains(first) || firsts[first, default: 0] > 1 && isPlausible(first), first.count == result.schema.count else { return file }
            dialect.hasHeader = true
            result.dialect = dialect
            let isEmpty = result.recordsExamined <= 1
            result.schema = Schema(zip(Schema.headerNames(first), result.schema.fields).map { Field($0, isEmpty ? .null : $1.type) })
            result.recordCount = result.recordCount.map { max(0, $0 - 1) }
            result.evidence = "its first record is that of another file: a header"
            return ProbedFile(file.file, result, problem: file.problem)
        }
    }

    /// Names: not empty, distinct, and none of them a number.
    static func isPlausible(_ cells: [String]) -> Bool {
        Set(cells).count == cells.count && cells.allSatisfy { !$0.isEmpty && Double($0) == nil }
    }
}
