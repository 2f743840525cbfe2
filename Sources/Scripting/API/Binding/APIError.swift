internal import Columnar

/// What a script asked for that the API cannot do: a sentence that teaches. The place of the call is added on the way out.
package struct APIError: CodedError, CustomStringConvertible {
    package let description: String
    let errorCode: ErrorCode
    let headline: String?
    let subjects: [String]
    let notes: [ErrorNote]
    let advice: String?

    /// - Parameters:
    ///   - headline: the sentence without the names that `notes` list.
    ///   - subject: the word of the script that the error is about.
    init(
        _ description: String, _ code: ErrorCode = .call, headline: String? = nil, subject: String? = nil, notes: [ErrorNote] = [], advice: String? = nil
    ) {
        (self.description, errorCode, subjects, self.advice) = (description, code, subject.map { [$0] } ?? [], advice)
        if headline == nil, notes.isEmpty, let list = Self.list(description) {
            (self.headline, self.notes) = (list.sentence, list.notes)
        } else {
            (self.headline, self.notes) = (headline, notes)
        }
    }

    /// Takes the list off that a sentence ends with: `... (known: csv, json, parquet)`.
    private static func list(_ description: String) -> (sentence: String, notes: [ErrorNote])? {
        guard description.last == ")", let open = description.ranges(of: " (").last else { return nil }
        let inside = description[open.upperBound...].dropLast()
        var notes: [ErrorNote] = []
        for part in inside.split(separator: "; ") {
            guard let colon = part.firstRange(of: ": ") else { return nil }
            let label = part[..<colon.lowerBound]
            guard ["known", "columns", "methods", "fields", "frames", "tables", "there are"].contains(label) else { return nil }
            notes.append(ErrorNote(String(label), String(part[colon.upperBound...])))
        }
        return notes.isEmpty ? nil : (String(description[..<open.lowerBound]), notes)
    }
}
