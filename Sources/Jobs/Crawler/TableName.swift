internal import Connectors

/// The names of tables that a crawl makes.
enum TableName {
    private static let maximumLength = 128

    /// The last component of the path in lower case, with `_` for all but letters, digits and `_`, behind the prefix: `orders.csv` is `orders_csv`.
    static func of(_ path: String, prefix: String) -> String {
        let name = LocalPath.name(of: path).lowercased().unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_" ? Character(scalar) : "_"
        }
        return String((prefix.lowercased() + String(name)).prefix(maximumLength))
    }

    /// The name with a suffix that its path alone determines, for a name that is taken.
    static func distinct(_ name: String, path: String) -> String {
        // FNV-1a, 64 bits.
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(name.prefix(maximumLength - 17)) + "_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
