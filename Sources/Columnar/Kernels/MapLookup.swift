extension Column {
    /// The value of each row's entry whose key, as text, is `key`; null where there is none. Of several the last counts.
    ///
    /// - Precondition: the column is a map, not behind a dictionary.
    public func mapValues(forKey key: String) -> Column {
        guard case .map(let offsets, let keys, let values) = storage else { preconditionFailure("a \(type.name) column has no keys") }
        let wanted = Operand.literal(.string(key), .string)
        let matches = Operand.compare(.column(keys.cast(to: .string)), .equal, wanted).storage.trueRows
        let out = Buffer(size: count * 4)
        let rows = out.values(of: Int32.self)
        for i in 0..<count {
            rows[i] = -1
            if let validity, !validity[i] { continue }
            for entry in offsets[i]..<offsets[i + 1] where matches[Int(entry)] { rows[i] = entry }
        }
        return values.take(Values(out, count: count))
    }
}
