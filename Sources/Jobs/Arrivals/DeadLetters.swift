internal import CPlatform
package import Catalog
public import Connectors
internal import Glibc
public import Logging

/// Moves files whose runs failed too often out of the way: to the dead-letter folder of their trigger, `NAME.error.json` beside each.
///
/// Every step can be repeated. The error file is made first, under a name that neither file has yet; it says which file it stands for. So after a
/// crash the same names are found again, and what is there is never overwritten: `report.csv` becomes `report-1.csv` where there is one.
public struct DeadLetters {
    private let home: Home
    private let log: Logger

    public init(home: Home, log: Logger) { (self.home, self.log) = (home, log) }

    /// What stands in `NAME.error.json`.
    package struct Letter: Codable, Hashable {
        /// Where the file came from.
        package var path: String
        var size: Int64
        /// Nanoseconds since the epoch.
        var modified: Int64
        var trigger: String
        /// Seconds since the epoch, like all times here.
        var arrived: Double
        /// The runs that failed, oldest first.
        package var failures: [ArrivalFailure]

        package init(_ arrival: ArrivalRecord) {
            (path, size, modified) = (arrival.file.path, arrival.file.size, arrival.file.modified)
            (trigger, arrived, failures) = (arrival.trigger, arrival.seen, arrival.failures)
        }

        private enum CodingKeys: String, CodingKey {
            case path = "Path", size = "Size", modified = "Modified", trigger = "TriggerName", arrived = "ArrivedOn", failures = "Failures"
        }
    }

    /// Seconds after which a file that could not be moved is tried again.
    static let retryDelay = 60.0

    /// Moves the files that are to be moved by now. A file that has gone or changed since it failed is left alone; one that cannot be moved is
    /// logged, and tried again later.
    ///
    /// - Returns: how many were moved.
    /// - Throws: `CatalogError`.
    @discardableResult
    public func move(at now: Double) throws -> Int {
        var moved = 0
        for arrival in try home.catalog.failedArrivals(at: now) {
            let path = arrival.file.path
            // A trigger that is deleted takes its arrivals along.
            guard let definition = try home.catalog.definition(TriggerRecord.self, arrival.trigger)?.arrival else { continue }
            do {
                let folder = try ArrivalPath.deadLetters(definition, home: home)
                if let place = try move(arrival, to: folder) {
                    moved += 1
                    log.warning(
                        "\(path) failed \(arrival.failures.count) runs and was moved to \(place)",
                        metadata: ["trigger": "\(arrival.trigger)", "error": "\(arrival.failures.last?.error ?? "")"])
                }
                try home.catalog.removeFailedArrival(arrival)
            } catch let error as StorageError {
                log.error("\(path) failed its runs and cannot be moved to the dead letters: \(error)")
                try home.catalog.postponeFailedArrival(arrival, until: now + Self.retryDelay)
            }
        }
        return moved
    }

    /// - Returns: where the file is now; nil where there is nothing to move.
    private func move(_ arrival: ArrivalRecord, to folder: String) throws(StorageError) -> String? {
        let path = arrival.file.path
        let letter = Letter(arrival)
        try LocalPath.createFolders(folder)
        let isThere = ArrivalPath.stamp(path) == ArrivalPath.Stamp(arrival.file)
        var number = 0
        while true {
            let target = folder + "/" + Self.name(LocalPath.name(of: path), number: number)
            let note = target + ".error.json"
            number += 1
            if let text = try LocalPath.readSmallFile(note), let old = try? RecordJSON.decode(Letter.self, from: text) {
                guard old == letter else { continue }
                // An attempt before this one got as far as this.
                guard isThere else { return LocalPath.exists(target) ? target : nil }
                if !LocalPath.exists(target) { try rename(path, target) } else { try removeCopied(path, target, letter) }
                return target
            }
            guard isThere else { return nil }
            if LocalPath.exists(target) || LocalPath.exists(note) { continue }
            guard try write(RecordJSON.encode(letter, pretty: true) + "\n", toNew: note) else { continue }
            try rename(path, target)
            return target
        }
    }

    /// `report.csv`, `report-1.csv`, `report-2.csv`.
    package static func name(_ name: String, number: Int) -> String {
        guard number > 0 else { return name }
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return "\(name)-\(number)" }
        return name[..<dot] + "-\(number)" + name[dot...]
    }

    // MARK: - Files

    private func rename(_ from: String, _ to: String) throws(StorageError) {
        let number = moveNew(from, to)
        if number == 0 { return }
        guard number == EXDEV else { throw StorageError(path: from, action: "moved to \(to)", errno: number) }
        let copy = LocalPath.parent(of: to) + "/." + LocalPath.name(of: to) + ".part"
        try copyFile(from, to: copy)
        let second = moveNew(copy, to)
        guard second == 0 else { throw StorageError(path: from, action: "moved to \(to)", errno: second) }
        if unlink(from) != 0, errno != ENOENT { throw StorageError(path: from, action: "removed", errno: errno) }
    }

    /// The copy was made, and what it was made of not yet removed.
    private func removeCopied(_ path: String, _ copy: String, _ letter: Letter) throws(StorageError) {
        guard ArrivalPath.stamp(copy)?.size == letter.size else {
            throw StorageError(.alreadyExists, path: copy, "\(copy) has taken the name of the dead letter; move it away")
        }
        if unlink(path) != 0, errno != ENOENT { throw StorageError(path: path, action: "removed", errno: errno) }
    }

    /// - Returns: 0, or an errno: EEXIST where the name is taken.
    private func moveNew(_ from: String, _ to: String) -> Int32 {
        from.withCString { from in
            to.withCString { to in
                var step = mst_step(kind: MST_MOVE_NEW, from: from, to: to)
                return mst_publish(&step, 1, 0, -1).error
            }
        }
    }

    /// - Returns: false if the name is taken.
    private func write(_ text: String, toNew path: String) throws(StorageError) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw StorageError(path: path, action: "written", errno: errno)
        }
        var failure = DescriptorOutput.write(text, to: descriptor)
        if close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure == 0 else {
            unlink(path)
            throw StorageError(path: path, action: "written", errno: failure)
        }
        return true
    }

    /// Copies content and time. What an attempt before left is replaced.
    private func copyFile(_ from: String, to: String) throws(StorageError) {
        let source = open(from, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw StorageError(path: from, action: "read", errno: errno) }
        defer { close(source) }
        let target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard target >= 0 else { throw StorageError(path: to, action: "written", errno: errno) }
        var failure: Int32 = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while failure == 0 {
            let count = buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { failure = errno }
            if count <= 0 { break }
            failure = DescriptorOutput.write(buffer[..<count], to: target)
        }
        var info = stat()
        if failure == 0, fstat(source, &info) == 0 { futimens(target, [info.st_atim, info.st_mtim]) }
        if failure == 0, fsync(target) != 0, errno != EINVAL { failure = errno }
        if close(target) != 0, failure == 0 { failure = errno }
        guard failure == 0 else {
            unlink(to)
            throw StorageError(path: to, action: "written", errno: failure)
        }
    }
}
