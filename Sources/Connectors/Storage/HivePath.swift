/// Partition values in folder names, as Hive and Spark write them: `year=2024/city=a b%2Fc`.
public enum HivePath {
    /// What a null value is called.
    public static let nullValue = "__HIVE_DEFAULT_PARTITION__"

    /// Returns the folder name of a value. Null and the empty string have one name, as in Hive.
    public static func segment(key: String, value: String?) -> String {
        escaped(key) + "=" + (value.map { $0.isEmpty ? nullValue : escaped($0) } ?? nullValue)
    }

    /// The key and value of a folder name; nil when it is no `key=value`. A null value is nil.
    public static func parse(_ segment: some StringProtocol) -> (key: String, value: String?)? {
        guard let equals = segment.utf8.firstIndex(of: UInt8(ascii: "=")), equals != segment.startIndex else { return nil }
        let value = segment[segment.utf8.index(after: equals)...]
        return (unescaped(segment[..<equals]), value == nullValue ? nil : unescaped(value))
    }

    /// The keys and values of the folders between a root and a file in it, in order; folders that are no `key=value` are left out.
    public static func partitions(of path: String, below root: String) -> [(key: String, value: String?)] {
        guard LocalPath.contains(root, path) else { return [] }
        return LocalPath.components(LocalPath.relative(path, to: root)).dropLast().compactMap { parse($0) }
    }

    /// The bytes that Hive's `FileUtils.escapePathName` writes as `%XX`: control characters, DEL and `" # % ' * / : = ? \ { [ ] ^`.
    static func mustEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, 0x7F: true
        default: "\"#%'*/:=?\\{[]^".utf8.contains(byte)
        }
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: mustEscape) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if mustEscape(byte) { bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] } else { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A `%` that no two hexadecimal digits follow stays.
    private static func unescaped(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return String(text) }
        func digit(_ index: Int) -> UInt8? {
            guard index < bytes.count else { return nil }
            return Character(Unicode.Scalar(bytes[index])).hexDigitValue.map(UInt8.init)
        }
        var result: [UInt8] = []
        var i = 0
        while i < bytes.count {
            if bytes[i] == UInt8(ascii: "%"), let high = digit(i + 1), let low = digit(i + 2) {
                result.append(high << 4 | low)
                i += 3
            } else {
                result.append(bytes[i])
                i += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
