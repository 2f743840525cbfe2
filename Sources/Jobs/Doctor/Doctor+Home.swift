internal import Catalog
internal import Columnar
internal import Connectors
internal import Glibc

extension Doctor {
    /// The home, its catalog, what runs have left in it, and what stands in its settings.
    func homeFindings() -> [Finding] {
        let home: Home
        do {
            home = try Home.resolve(option: option, environment: environment)
        } catch {
            return [.error("home", "\(error)", "choose a folder with --home or MASTIC_HOME, or mend the file that is named")]
        }
        let why = option != nil ? "--home" : environment["MASTIC_HOME"].map { !$0.isEmpty } ?? false ? "MASTIC_HOME" : "found"
        var findings: [Finding] = []
        guard LocalPath.exists(home.path) else {
            let above = nearestFolder(above: home.path)
            let can = access(above, W_OK | X_OK) == 0
            findings.append(
                can
                    ? .ok("home", "\(Self.shown(home.path)) (\(why)) is not there yet; the first run makes it")
                    : .error("home", "\(Self.shown(home.path)) (\(why)) is not there, and \(Self.shown(above)) cannot be written", "choose another folder with --home or MASTIC_HOME"))
            return findings + [space("disk space of the home", above)] + credentials(home)
        }
        guard LocalPath.isFolder(home.path) else { return [.error("home", "\(Self.shown(home.path)) (\(why)) is a file", "choose a folder with --home or MASTIC_HOME")] }
        if access(home.path, R_OK | W_OK | X_OK) != 0 {
            findings.append(.error("home", "\(Self.shown(home.path)) (\(why)) cannot be written by this user", "change its owner or rights, or choose another folder with --home"))
        } else if LocalPath.isRemote(home.path) {
            findings.append(.warning("home", "\(Self.shown(home.path)) (\(why)) is on a network file system, on whose locks SQLite cannot rely", "keep the home on a disk of this machine"))
        } else {
            findings.append(.ok("home", "\(Self.shown(home.path)) (\(why))"))
        }
        findings += catalog(home)
        findings += scheduler(home)
        findings.append(space("disk space of the home", home.path))
        return findings + credentials(home)
    }

    private func nearestFolder(above path: String) -> String {
        var folder = LocalPath.parent(of: path)
        while folder != "/", !LocalPath.isFolder(folder) { folder = LocalPath.parent(of: folder) }
        return folder
    }

    private func catalog(_ home: Home) -> [Finding] {
        guard home.catalog.exists else { return [.ok("catalog", "none yet")] }
        var findings: [Finding] = []
        do throws(CatalogError) {
            let found = try home.catalog.inspect()
            if let problem = found.problems.first {
                return [.error("catalog", "\(Self.shown(home.catalog.path)) is damaged: \(Self.shown(problem))", "restore it from a copy, or move it away to start with an empty one")]
            }
            if found.schemaVersion > found.knownVersion {
                return [.error("catalog", "made by a newer version of Mastic (schema \(found.schemaVersion), this one knows \(found.knownVersion))", "update Mastic, or choose another home with --home")]
            }
            if found.schemaVersion < found.knownVersion {
                findings.append(.ok("catalog", "schema \(found.schemaVersion); the next command brings it to \(found.knownVersion)"))
                return findings
            }
            findings.append(.ok("catalog", "\(found.tables) table\(found.tables == 1 ? "" : "s"), schema \(found.schemaVersion), no damage found"))
            if let latest = found.latestRun, latest > CatalogStore.now + 60 {
                findings.append(.warning("clock of the runs", "a run of the catalog began \(Quantity.elapsed(latest - CatalogStore.now)) in the future: the clock was set back", "set the clock right; schedules go by it"))
            }
        } catch {
            return [.error("catalog", "\(error)", "look at the file's rights, and whether another program holds it")]
        }
        return findings + leftovers(home)
    }

    /// Runs whose process is gone, and what it left.
    private func leftovers(_ home: Home) -> [Finding] {
        do {
            let unfinished = try home.catalog.unfinishedRuns()
            let dead = unfinished.filter { !RunLock.isHeld(home, run: $0) }
            let locks = try LocalPath.names(in: home.path + "/runs").filter { $0.hasSuffix(".lock") }
            let stale = locks.count { !FileLock.isHeld(home.path + "/runs/" + $0) }
            let temporary = try LocalPath.names(in: home.path + "/tmp").count
            var parts: [String] = []
            if unfinished.count > dead.count { parts.append("\(unfinished.count - dead.count) at work") }
            if !dead.isEmpty {
                return [
                    .warning(
                        "runs", "\(dead.count) run\(dead.count == 1 ? "" : "s") ended without an end, such as \(Self.shown(dead[0]))",
                        "nothing needs to be done: the next run or mastic serve puts in order what \(dead.count == 1 ? "it" : "they") left")
                ]
            }
            if stale > 0 { parts.append("\(stale) lock file\(stale == 1 ? "" : "s") that nobody holds") }
            if temporary > 0 { parts.append("\(temporary) file\(temporary == 1 ? "" : "s") in \(Self.shown(home.path))/tmp") }
            return [.ok("runs", parts.isEmpty ? "none at work, nothing left behind" : parts.joined(separator: ", "))]
        } catch {
            return [.error("runs", "\(error)", "look at the rights of \(Self.shown(home.path))/runs")]
        }
    }

    private func scheduler(_ home: Home) -> [Finding] {
        if SchedulerLock.isHeld(home) { return [.ok("scheduler", "runs at this home")] }
        return [.ok("scheduler", "does not run; mastic serve starts what is due")]
    }

    // MARK: Space

    func space(_ name: String, _ path: String) -> Finding {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return .error(name, "\(Self.shown(path)) cannot be asked: \(String(cString: strerror(errno)))", "look at the file system that it is on") }
        let (free, overflow) = Int(clamping: info.f_bavail).multipliedReportingOverflow(by: Int(clamping: info.f_frsize))
        let text = "\(Quantity.size(overflow ? .max : free)) free (\(Self.shown(path)))"
        if info.f_flag & UInt(ST_RDONLY) != 0 { return .error(name, "\(Self.shown(path)) is on a file system that is mounted read-only", "mount it for writing, or choose another folder") }
        if !overflow, free < 64 << 20 { return .error(name, text, "make room: runs cannot write") }
        if !overflow, free < 1 << 30 { return .warning(name, text, "make room: sorts and joins that do not fit into memory go to the disk") }
        // Some file systems count no files.
        if info.f_files > 0, info.f_favail < info.f_files / 100 { return .warning(name, "\(text), but fewer than 1 % of its files are left", "remove files: each partition needs some") }
        return .ok(name, text)
    }

    // MARK: Secrets

    /// Where secrets come from, and who else can read them. Never what they are.
    private func credentials(_ home: Home) -> [Finding] {
        var findings: [Finding] = []
        if home.setting("s3") == "local" {
            findings.append(.ok("s3", "local: objects are files in \(Self.shown(home.path))/s3"))
        } else if let source = objectCredentials() {
            findings.append(
                .warning("s3", "there are credentials (\(source)), but object stores are not talked to yet", "set s3 = \"local\" in \(Self.shown(home.path))/config to keep objects in the home"))
        } else {
            findings.append(.ok("s3", "not set up; s3 = \"local\" in \(Self.shown(home.path))/config keeps objects in the home"))
        }
        if let url = home.setting("smtp_url"), !url.isEmpty {
            let isURL = url.hasPrefix("smtp://") || url.hasPrefix("smtps://")
            let password = home.setting("smtp_password").map { !$0.isEmpty } ?? false
            findings.append(
                isURL
                    ? .ok("mail", "smtp_url is set, \(password ? "with a password" : "without a password")")
                    : .error("mail", "the setting smtp_url is no address of a mail server", "write it as smtp://host:port or smtps://host:port"))
        }
        for (name, path) in [("settings file", home.path + "/config"), ("AWS credentials file", credentialsFile())] {
            guard let mode = Self.mode(of: path) else { continue }
            let holdsSecrets = name != "settings file" || Self.mentionsSecret(path)
            if holdsSecrets, mode & 0o077 != 0 {
                findings.append(.warning(name, "\(Self.shown(path)) holds secrets that others on this machine can read (mode \(String(mode & 0o777, radix: 8)))", "chmod 600 '\(Self.shown(path))'"))
            } else {
                findings.append(.ok(name, holdsSecrets ? "\(Self.shown(path)), read by its owner alone" : Self.shown(path)))
            }
        }
        return findings
    }

    private func credentialsFile() -> String { environment["AWS_SHARED_CREDENTIALS_FILE"] ?? (environment["HOME"] ?? "") + "/.aws/credentials" }

    private func objectCredentials() -> String? {
        if let key = environment["AWS_ACCESS_KEY_ID"], !key.isEmpty { return "the environment (AWS_ACCESS_KEY_ID)" }
        let file = credentialsFile()
        return LocalPath.exists(file) ? Self.shown(file) : nil
    }

    private static func mode(of path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFREG ? info.st_mode : nil
    }

    private static func mentionsSecret(_ path: String) -> Bool {
        guard let text = try? LocalPath.readSmallFile(path) else { return false }
        return text.split(separator: "\n").contains { line in
            let key = line.prefix { $0 != "=" }.lowercased()
            return !key.hasPrefix("#") && ["password", "secret", "token", "access_key"].contains { key.contains($0) }
        }
    }
}
