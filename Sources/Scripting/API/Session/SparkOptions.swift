internal import Columnar

/// Options of Spark's readers and writers: names in any case, values as text.
struct SparkOptions {
    private var values: [String: (name: String, text: String)] = [:]

    /// Which options of a format mean something, which may be said and mean nothing here, and which cannot be had.
    struct Known {
        let meant: [String]
        let ignored: [String]
        let refused: [String: String]
        var all: [String] { (meant + ignored + refused.keys).sorted() }
    }

    private static let aliases = ["delimiter": "sep", "charset": "encoding", "codec": "compression"]
    private static func key(_ name: String) -> String {
        let lowered = name.lowercased()
        return aliases[lowered]?.lowercased() ?? lowered
    }

    mutating func set(_ name: String, _ value: LuaValue, _ place: String) throws {
        if value == .null || value.isNil {
            values[Self.key(name)] = nil
            return
        }
        guard let text = value.settingText else { throw APIError("\(place): the option '\(name)' is a string, a number or a boolean, not \(value.kindDescription)", .wrongOption) }
        values[Self.key(name)] = (name, text)
    }

    var isEmpty: Bool { values.isEmpty }
    func value(_ name: String) -> String? { values[Self.key(name)]?.text }

    func boolean(_ name: String) throws -> Bool? {
        guard let (given, text) = values[Self.key(name)] else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw APIError("the option '\(given)' is true or false, not '\(text)'", .wrongOption)
        }
    }

    func integer(_ name: String) throws -> Int? {
        guard let (given, text) = values[Self.key(name)] else { return nil }
        guard let number = Int(text) else { throw APIError("the option '\(given)' is a whole number, not '\(text)'", .wrongOption) }
        return number
    }

    /// - Throws: for options that nobody knows, with the nearest name, and for those that cannot be had.
    func check(_ known: Known, _ action: String, _ place: String) throws {
        for (key, (name, text)) in values.sorted(by: { $0.key < $1.key }) {
            if known.meant.contains(where: { Self.key($0) == key }) || known.ignored.contains(where: { Self.key($0) == key }) { continue }
            if let (_, why) = known.refused.first(where: { Self.key($0.key) == key }) {
                throw APIError("\(place): the option '\(name)' = '\(text)' cannot be had: \(why)", .wrongOption)
            }
            let names = known.meant.sorted()
            throw APIError("\(place): \(action) has no option '\(name)'\(Suggestion.hint(for: name, in: known.all + Self.aliases.keys)) (known: \(names.joined(separator: ", ")))", .unknownOption)
        }
    }

    private static let everywhere = ["path", "recursiveFileLookup", "pathGlobFilter", "basePath"]
    private static let harmless = ["samplingRatio", "locale", "ignoreCorruptFiles", "ignoreMissingFiles", "maxColumns", "maxCharsPerColumn", "timeZone"]

    static func reading(_ format: String) -> Known {
        switch format {
        case "csv":
            Known(
                meant: everywhere + [
                    "sep", "quote", "escape", "header", "inferSchema", "multiLine", "encoding", "nullValue", "mode", "dateFormat", "timestampFormat",
                ],
                ignored: harmless + [
                    "compression", "enforceSchema", "preferDate", "emptyValue", "charToEscapeQuoteEscaping", "unescapedQuoteHandling", "enableDateTimeParsingFallback",
                    "columnNameOfCorruptRecord", "timestampNTZFormat", "maxMalformedLogPerPartition",
                ],
                refused: [
                    "comment": "lines of comments cannot be left out", "lineSep": "lines end in \\n, \\r\\n or \\r, which is told from the file",
                    "ignoreLeadingWhiteSpace": "cells keep their white space; take it off with F.ltrim", "ignoreTrailingWhiteSpace": "cells keep their white space; take it off with F.rtrim",
                    "nanValue": "NaN is what stands for not a number", "positiveInf": "Infinity is what stands for it", "negativeInf": "-Infinity is what stands for it",
                    "modifiedBefore": "files are not chosen by their times", "modifiedAfter": "files are not chosen by their times",
                ])
        case "json":
            Known(
                meant: everywhere + ["multiLine", "encoding", "mode", "primitivesAsString"],
                ignored: harmless + [
                    "compression", "columnNameOfCorruptRecord", "prefersDecimal", "allowNumericLeadingZeros", "allowNonNumericNumbers", "dropFieldIfAllNull",
                    "enableDateTimeParsingFallback", "timestampNTZFormat",
                ],
                refused: [
                    "allowComments": "comments in JSON are errors", "allowUnquotedFieldNames": "names of fields stand in quotes", "allowSingleQuotes": "texts stand in double quotes",
                    "allowBackslashEscapingAnyCharacter": "JSON says which characters follow a backslash", "lineSep": "lines end in \\n or \\r\\n",
                    "dateFormat": "dates are read as 2024-02-29; parse others with F.to_date", "timestampFormat": "timestamps are read as in ISO 8601; parse others with F.to_timestamp",
                    "modifiedBefore": "files are not chosen by their times", "modifiedAfter": "files are not chosen by their times",
                ])
        default:
            Known(
                meant: everywhere + ["mergeSchema"], ignored: harmless + ["compression", "datetimeRebaseMode", "int96RebaseMode"],
                refused: ["modifiedBefore": "files are not chosen by their times", "modifiedAfter": "files are not chosen by their times"])
        }
    }

    static func writing(_ format: String) -> Known {
        switch format {
        case "csv":
            Known(
                meant: ["compression", "emptyValue", "escape", "header", "nullValue", "partitionOverwriteMode", "path", "quote", "quoteAll", "sep"],
                ignored: ["encoding", "locale", "maxRecordsPerFile", "timeZone", "ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace", "escapeQuotes", "timestampNTZFormat"],
                refused: [
                    "dateFormat": "dates are written as 2024-02-29; write others with F.date_format", "timestampFormat": "timestamps are written as in ISO 8601; write others with F.date_format",
                    "lineSep": "lines end in \\n", "charToEscapeQuoteEscaping": "it is the escape itself",
                ])
        case "json":
            Known(
                meant: ["compression", "ignoreNullFields", "partitionOverwriteMode", "path"], ignored: ["encoding", "locale", "maxRecordsPerFile", "timeZone", "timestampNTZFormat"],
                refused: [
                    "dateFormat": "dates are written as 2024-02-29; write others with F.date_format", "timestampFormat": "timestamps are written as in ISO 8601; write others with F.date_format",
                    "lineSep": "lines end in \\n",
                ])
        default:
            Known(
                meant: ["blockSize", "compression", "dataPageVersion", "dictionary", "pageSize", "partitionOverwriteMode", "path"], ignored: ["maxRecordsPerFile", "mergeSchema", "parquet.enable.summary-metadata"],
                refused: [:])
        }
    }
}
