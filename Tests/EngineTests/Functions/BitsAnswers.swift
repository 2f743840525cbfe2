/// What Spark 4.0 answers, without ANSI mode and in UTC, over the rows of `FunctionAnswers.batch`: SQL, the type, and the values; `!` for an error.
extension FunctionAnswers {
    static let bits: [Answer] = [
        ("i & 12", "int", "0 8 null 12 0 0"),
        ("i | l", "bigint", "43 -7 null 9223372036854775807 0 -2147483393"),
        ("i ^ 5", "int", "4 -4 null 2147483642 5 -2147483643"),
        ("~i", "int", "-2 6 null -2147483648 -1 2147483647"),
        ("~l", "bigint", "-43 9223372036854775807 null -9223372036854775808 -1 -256"),
        ("~y", "tinyint", "-4 127 null -128 -1 -9"),
        ("y & i", "int", "1 -128 null 127 0 0"),
        ("bit_count(i)", "int", "1 62 null 31 0 33"),
        ("bit_count(l)", "int", "3 1 null 63 0 8"),
        ("bit_count(b)", "int", "1 0 null 1 0 1"),
        ("bit_count(y)", "int", "2 57 null 7 0 1"),
        ("bit_get(l, 0)", "tinyint", "0 0 null 1 0 1"),
        ("getbit(11, 2)", "tinyint", "0 0 0 0 0 0"),
        ("bit_get(i, 31)", "tinyint", "0 1 null 0 0 1"),
        ("bit_get(5, 64)", "ERROR", "!"),
        ("bit_get(5, -1)", "ERROR", "!"),
        ("5 & null", "int", "null null null null null null"),
    ]
}
