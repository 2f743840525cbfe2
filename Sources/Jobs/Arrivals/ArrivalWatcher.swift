public import Catalog
public import Connectors
internal import Glibc
public import Logging

/// Finds the files that arrive under the paths of EVENT triggers and notes them in the catalog, each when it is complete:
///
/// - where the kernel tells of the folder (inotify), when the file was closed after writing or moved in;
/// - where nobody told (files that lay there before, links, folders that came with files in them), and where the kernel does not tell (network file
///   systems, no watches left), when size and time have not changed for `stableFor` seconds.
///
/// Files that are there when a trigger is first looked at count as well, so nothing that came while no scheduler ran is lost. A file that changes
/// after it was noted arrives again; one that vanishes is forgotten, and arrives again if it comes back.
///
/// For one thread: a scheduler polls `descriptor`, and calls `look(at:)` when it can be read and when the time that the last look gave has come.
public final class ArrivalWatcher {
    private let home: Home
    private let log: Logger
    private let notices: FolderNotices
    private var sites: [String: Site] = [:]
    private var hasToldLimit = false
    /// Definitions that cannot be looked at, so that it is said once.
    private var refused: [String: TriggerRecord.Arrival] = [:]

    /// What is known of one trigger's folder.
    private final class Site {
        let path: ArrivalPath
        let arrival: TriggerRecord.Arrival
        /// What the catalog knows; nil before it was asked.
        var known: [String: ArrivalPath.Stamp]?
        /// Files of which nobody told that they are complete.
        var candidates: [String: Candidate] = [:]
        /// What the catalog is to be told.
        var ready: [String: ArrivalPath.Stamp] = [:]
        var gone: Set<String> = []
        var polls = false
        var needsScan = true
        var nextScan: Double?
        /// The last complaint, so that it is made once.
        var complaint: String?

        init(_ path: ArrivalPath, _ arrival: TriggerRecord.Arrival) { (self.path, self.arrival) = (path, arrival) }
    }

    private struct Candidate {
        var stamp: ArrivalPath.Stamp
        /// Since when it has not changed.
        var since: Double
    }

    /// - Parameter polls: looks at all folders from time to time, as where the kernel tells nothing.
    public init(home: Home, log: Logger, polls: Bool = false) {
        (self.home, self.log) = (home, log)
        notices = FolderNotices(isDisabled: polls)
        hasToldLimit = polls
    }

    /// For poll(2), to be read by `look(at:)`; -1 where there is none.
    public var descriptor: Int32 { notices.descriptor }

    /// Looks at the paths of these triggers from now on, and of no others. Those that are no EVENT triggers are passed over. Cheap where nothing changed.
    public func update(_ triggers: [TriggerRecord]) {
        var new: [String: Site] = [:]
        for trigger in triggers where trigger.type == .event {
            guard let arrival = trigger.arrival else { continue }
            if let site = sites[trigger.name], site.arrival == arrival {
                new[trigger.name] = site
                continue
            }
            if refused[trigger.name] == arrival { continue }
            do {
                new[trigger.name] = Site(try ArrivalPath(arrival, trigger: trigger.name, home: home), arrival)
            } catch {
                refused[trigger.name] = arrival
                log.error("trigger \(trigger.name) waits for no files: \(error)")
            }
        }
        let isChanged = new.count != sites.count || new.contains { sites[$0.key] !== $0.value }
        sites = new
        if isChanged { notices.remove { folder in !new.values.contains { $0.path.enters(folder: folder) } } }
    }

    /// Takes what the kernel told, looks where it tells nothing, and notes the files that are complete.
    ///
    /// - Parameter now: seconds since the epoch.
    /// - Returns: when the next look is necessary though the descriptor stays quiet; nil for never.
    /// - Throws: `CatalogError`; the next look tells the catalog again.
    public func look(at now: Double) throws -> Double? {
        for notice in notices.read() { take(notice, at: now) }
        var next: Double?
        for (name, site) in sites.sorted(by: { $0.key < $1.key }) {
            if site.known == nil {
                let known = try home.catalog.knownArrivals(of: name)
                site.known = Dictionary(known.map { ($0.path, ArrivalPath.Stamp($0)) }) { $1 }
            }
            // A clock that was set back must not put the next look off.
            if let time = site.nextScan, time <= now || time > now + site.path.pollInterval { site.needsScan = true }
            if site.needsScan { scan(site, at: now) }
            settleCandidates(of: site, at: now)
            try tell(site, at: now)
            let times = [site.nextScan, site.candidates.values.map(\.since).min().map { $0 + site.path.stableFor }]
            for time in times.compactMap({ $0 }) { next = min(next ?? time, time) }
        }
        return next
    }

    /// Has the next look go through all folders, as after an overflow of the kernel's queue.
    package func rescan() { for site in sites.values { site.needsScan = true } }

    // MARK: - Notices

    private func take(_ notice: FolderNotices.Notice, at now: Double) {
        switch notice {
        case .overflow:
            log.info("the kernel had more to tell of files than it keeps; all folders are looked at again")
            rescan()
        case .completed(let path):
            for site in sites.values where site.path.counts(path) {
                guard let stamp = ArrivalPath.stamp(path) else { continue }
                site.candidates[path] = nil
                if site.known?[path] != stamp { site.ready[path] = stamp }
            }
        case .created(let path):
            for site in sites.values where site.path.counts(path) {
                if ArrivalPath.isLink(path), let stamp = ArrivalPath.stamp(path) { consider(path, stamp, of: site, at: now) }
            }
        case .folder(let path):
            for site in sites.values where site.path.enters(folder: path) { enter(path, of: site, at: now) }
        case .gone(let path):
            for site in sites.values where site.path.contains(path) { forget(path, of: site) }
        case .folderGone(let folder):
            for site in sites.values where site.path.contains(folder) { forget(below: folder, of: site) }
        case .lost(let folder):
            for site in sites.values where site.path.root == folder { site.needsScan = true }
        }
    }

    private func forget(_ path: String, of site: Site) {
        site.candidates[path] = nil
        site.ready[path] = nil
        if site.known?.removeValue(forKey: path) != nil { site.gone.insert(path) }
    }

    private func forget(below folder: String, of site: Site) {
        let paths = Set(site.known.map { Array($0.keys) } ?? []).union(site.ready.keys).union(site.candidates.keys)
        for path in paths where LocalPath.contains(folder, path) { forget(path, of: site) }
    }

    // MARK: - Looking

    /// A file of which nobody told: it is complete when it has not changed for a while.
    private func consider(_ path: String, _ stamp: ArrivalPath.Stamp, of site: Site, at now: Double) {
        guard site.known?[path] != stamp, site.ready[path] != stamp else { return }
        if !site.polls, stamp.modifiedSeconds <= now - site.path.stableFor {
            // The kernel would tell if someone closed it after all.
            site.candidates[path] = nil
            site.ready[path] = stamp
        } else if site.candidates[path]?.stamp != stamp {
            site.candidates[path] = Candidate(stamp: stamp, since: now)
        }
    }

    private func scan(_ site: Site, at now: Double) {
        site.needsScan = false
        site.polls = notices.descriptor < 0 || LocalPath.isRemote(site.path.root)
        if notices.descriptor < 0 { tellLimit(notices.failure) }
        let found = look(into: site.path.root, of: site)
        let complaint = found.failure == ENOENT ? "\(site.path.root) is not there yet" : found.problems.first
        if let complaint, complaint != site.complaint { log.warning("trigger \(site.path.trigger): \(complaint); it is tried again") }
        site.complaint = complaint
        for (path, stamp) in found.files { consider(path, stamp, of: site, at: now) }
        if found.isComplete {
            let vanished = Set(site.known.map { Array($0.keys) } ?? []).union(site.candidates.keys).union(site.ready.keys).subtracting(found.files.keys)
            for path in vanished { forget(path, of: site) }
        }
        site.nextScan = site.polls || !found.isComplete ? now + site.path.pollInterval : nil
    }

    /// A folder that was made or moved in, perhaps with files.
    private func enter(_ folder: String, of site: Site, at now: Double) {
        for (path, stamp) in look(into: folder, of: site).files { consider(path, stamp, of: site, at: now) }
        if site.polls, site.nextScan == nil { site.nextScan = now + site.path.pollInterval }
    }

    private func look(into folder: String, of site: Site) -> ArrivalScan {
        ArrivalScan(site.path, folder: folder) { folder in
            let number = notices.add(folder)
            switch number {
            case 0, ENOENT, ENOTDIR, EACCES: break
            default:
                tellLimit(number)
                site.polls = true
            }
        }
    }

    private func tellLimit(_ number: Int32) {
        guard !hasToldLimit else { return }
        hasToldLimit = true
        let why =
            switch number {
            case ENOSPC: "the limit of watched folders, fs.inotify.max_user_watches, is reached"
            case EMFILE: "the limit of watchers, fs.inotify.max_user_instances, or of open files is reached"
            default: String(cString: strerror(number)).lowercased()
            }
        log.warning("the kernel cannot tell of files that arrive: \(why); folders are looked at from time to time")
    }

    private func settleCandidates(of site: Site, at now: Double) {
        for (path, candidate) in site.candidates {
            guard now - candidate.since >= site.path.stableFor || candidate.since > now else { continue }
            guard let stamp = ArrivalPath.stamp(path) else {
                site.candidates[path] = nil
                continue
            }
            if stamp == candidate.stamp, candidate.since <= now {
                site.candidates[path] = nil
                site.ready[path] = stamp
            } else {
                site.candidates[path] = Candidate(stamp: stamp, since: now)
            }
        }
    }

    private func tell(_ site: Site, at now: Double) throws {
        if !site.gone.isEmpty {
            try home.catalog.forgetArrivals(site.gone.sorted(), of: site.path.trigger)
            site.gone = []
        }
        guard !site.ready.isEmpty else { return }
        let files = site.ready.map { ArrivedFile(path: $0.key, size: $0.value.size, modified: $0.value.modified) }
        try home.catalog.noteArrivals(files.sorted { $0.path < $1.path }, of: site.path.trigger, at: now)
        for (path, stamp) in site.ready { site.known?[path] = stamp }
        site.ready = [:]
    }
}
