internal import Glibc

extension TimeZoneRules {
    /// The regions of the system's tz database (`Europe/Berlin`), sorted; empty where there is no database. Reads folders, so it is for messages and listings.
    public static func regions() -> [String] {
        var names: [String] = []
        collect("", depth: 0, into: &names)
        return names.sorted()
    }

    /// The name that was meant by one that is no zone: the nearest region, or the one whose city it is (`Berlin`, `new york`).
    public static func nearestName(to name: String) -> String? {
        let regions = regions() + ["UTC"]
        if let nearest = Suggestion.nearest(name, in: regions) { return nearest }
        let wanted = String(name.map { $0 == " " ? "_" : $0 })
        if let nearest = Suggestion.nearest(wanted, in: regions) { return nearest }
        var byCity: [String: String] = [:]
        for region in regions.reversed() {
            if let slash = region.lastIndex(of: "/"), !region.hasPrefix("Etc/") { byCity[String(region[region.index(after: slash)...])] = region }
        }
        return Suggestion.nearest(wanted, in: byCity.keys.sorted()).flatMap { byCity[$0] }
    }

    /// Appends the zones below a folder of the database. `posix` and `right` hold the same again, files with a dot are tables: neither begins with a capital.
    private static func collect(_ below: String, depth: Int, into names: inout [String]) {
        guard depth < 4, let directory = opendir("\(folder)/\(below)") else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)) }
            guard let first = name.utf8.first, first &- 0x41 < 26, !name.contains(".") else { continue }
            let path = below.isEmpty ? name : "\(below)/\(name)"
            var status = stat()
            guard stat("\(folder)/\(path)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { collect(path, depth: depth + 1, into: &names) } else { names.append(path) }
        }
    }
}
