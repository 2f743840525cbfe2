import Columnar
import Testing

/// Rows of one key, where others have no key and the keys lie too far apart for ranks.
@Suite struct JoinIndexDuplicateTests {
    static let far: Int64 = 9_999_999_999

    @Test(arguments: [
        ([.integer(0), .integer(0), .null, .integer(far)], [0, 1]),
        ([.null, .integer(0), .integer(far), .integer(0)], [1, 3]),
        ([.integer(0), .integer(far), .null, .null], [0]),
        ([.integer(0), .integer(0), .integer(0), .null, .integer(far), .integer(far)], [0, 1, 2]),
    ] as [([Value], [Int32])])
    func everyRowOfAKeyIsFound(_ values: [Value], _ expected: [Int32]) {
        let index = JoinIndex([Column(.long, values: values)], count: values.count, nullsMatch: [false]) { jobs, body in for job in 0..<jobs { body(job) } }
        var found: [Int32] = []
        var row = index.find([Column(.long, values: [.integer(0)])], count: 1)[0]
        while row >= 0, found.count < values.count {
            found.append(row)
            row = index.next?[Int(row)] ?? -1
        }
        #expect(found == expected)
    }
}
