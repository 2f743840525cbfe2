/// The rules for names of databases and tables (Glue's `NameString`): 1 to 255 bytes of one line, stored in lower case.
enum CatalogName {
    static func folded(_ name: String, of kind: String) throws(CatalogError) -> String {
        let folded = name.lowercased()
        guard (1...255).contains(folded.utf8.count) else {
            throw CatalogError(.invalidInput, "the name of a \(kind) must have 1 to 255 bytes, this has \(folded.utf8.count)")
        }
        guard !folded.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw CatalogError(.invalidInput, "the name of a \(kind) must be one line without control characters")
        }
        return folded
    }
}
