internal import Foundation

/// Catalog objects as JSON text with Glue's member names, sorted by name.
public enum RecordJSON {
    /// Returns the record as one line, or indented for people.
    public static func encode(_ record: some Encodable, pretty: Bool = false) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        // Records hold strings, numbers and containers of them alone: nothing that an encoder refuses.
        guard let data = try? encoder.encode(record) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Reads a record. Unknown members are ignored; missing ones get their defaults.
    ///
    /// - Throws: `CatalogError.invalidInput`, naming the member.
    public static func decode<Record: Decodable>(_ type: Record.Type, from text: String) throws(CatalogError) -> Record {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw CatalogError(.invalidInput, sentence(for: error))
        } catch {
            throw CatalogError(.invalidInput, "the text is not JSON")
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String { path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".") }
        return switch error {
        case .keyNotFound(let key, let context): "member '\(place(context.codingPath + [key]))' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): "member '\(place(context.codingPath))' has the wrong type"
        default: "the text is not JSON"
        }
    }
}
