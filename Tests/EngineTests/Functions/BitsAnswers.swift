/// What Spark 4.0 answers, without ANSI mode and in UTC, over the rows of `FunctionAnswers.batch`: SQL, the type, and the values; `!` for an error.
extension FunctionAnswers {
    static let bits: [Answer] = [
        ("bit_count(i)", "int", "1 62 null 31 0 33"),
        ("bit_count(l)", "int", "3 1 null 63 0 8"),
        ("bit_count(b)", "int", "1 0 null 1 0 1"),
        ("bit_count(y)", "int", "2 57 null 7 0 1"),
        ("bit_get(l, 0)", "tinyint", "0 0 null 1 0 1"),
        ("getbit(11, 2)", "tinyint", "0 0 0 0 0 0"),
        ("bit_get(i, 31)", "tinyint", "0 1 null 0 0 1"),
        ("bit_get(5, 64)", "ERROR", "!"),
        ("bit_get(5, -1)", "ERROR", "!"),
    ]
}
