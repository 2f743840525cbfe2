/// How a CSV file is read. The defaults are Glue's (`format_options`).
public struct CSVReadOptions: Sendable {
    /// Between fields: one byte, not a line end.
    public var separator = UInt8(ascii: ",")
    /// Around fields that hold separators; doubled inside them. Nil: quotes are nothing special.
    public var quote: UInt8? = UInt8(ascii: "\"")
    /// The byte after it is taken as it is, but for `n`, `r`, `t` and `0`, which stand for control characters.
    public var escape: UInt8?
    /// Whether the escape counts in quoted fields only, and there before quotes and itself (Spark's rule).
    public var escapesQuotesOnly = false
    /// A text that is null in columns that are no text, and says nothing of a column's type when types are inferred.
    public var nullText: [UInt8]?
    /// Whether columns of integers that have 32 bits are inferred to be `int` (Spark's rule).
    public var infersNarrowIntegers = false
    /// Quoted fields may hold line ends. Such a file is one split, because only its beginning tells what is quoted.
    public var multiLine = false
    /// The first record names the columns.
    public var withHeader = false
    /// The first record, after the header where there is one, is left out.
    public var skipFirst = false
    /// Lines before everything else that are left out.
    public var skipLines = 0
    public var text = TextOptions()

    public init() {}

    /// - Throws: `FormatError.invalidRequest` when the bytes clash.
    func validate() throws(FormatError) {
        func refuse(_ message: String) -> FormatError { FormatError(.invalidRequest, source: "csv options", message) }
        let lineEnds: [UInt8] = [0x0a, 0x0d]
        if lineEnds.contains(separator) { throw refuse("separator is a line end; it must be a character inside a line, like ',' or '\\t'") }
        if let quote {
            if quote == separator { throw refuse("separator and quoteChar are the same character") }
            if lineEnds.contains(quote) { throw refuse("quoteChar is a line end") }
        }
        if let escape {
            if escape == separator { throw refuse("separator and escaper are the same character") }
            if lineEnds.contains(escape) { throw refuse("escaper is a line end") }
        }
        if skipLines < 0 { throw refuse("the number of header lines to skip is \(skipLines)") }
    }

    /// The one byte that an option's text stands for; nil for `-1`, which turns the character off.
    ///
    /// - Throws: `FormatError.invalidRequest` for more than one byte.
    public static func byte(_ text: String, option: String) throws(FormatError) -> UInt8? {
        if text == "-1" || text.isEmpty { return nil }
        if text == "\\t" { return 0x09 }
        guard text.utf8.count == 1, let byte = text.utf8.first else {
            throw FormatError(.invalidRequest, source: "csv options", "\(option) is '\(text)'; it must be one ASCII character")
        }
        return byte
    }
}
