internal import Catalog
internal import Columnar
public import Connectors
internal import Glibc
internal import Scripting

/// Looks at everything that jobs rest on, and changes nothing.
public struct Doctor {
    let option: String?
    let environment: [String: String]

    /// - Parameter home: what `--home` says.
    public init(home: String?, environment: [String: String] = Home.processEnvironment) { (option, self.environment) = (home, environment) }

    /// All findings, in the order in which they matter to one another.
    public func examine() -> [Finding] { interpreter() + libraries() + homeFindings() + machine() + time() }

    // MARK: The binary

    private func interpreter() -> [Finding] {
        let check = InterpreterCheck.run()
        guard check.isUsable else {
            return [.error("lua", "\(check.version) does not run a script: \(check.problem)", "install Debian's liblua5.4-0, or build Mastic again on this machine")]
        }
        if !check.readsBytecode {
            return [
                .warning(
                    "lua", "\(check.version), whose bytecode is not the one that this build knows: user functions are interpreted", "build Mastic again against this machine's liblua5.4-dev")
            ]
        }
        return [.ok("lua", "\(check.version); user functions are lifted")]
    }

    private func libraries() -> [Finding] { [.ok("sqlite", CatalogStore.libraryVersion)] }

    // MARK: Time

    private func time() -> [Finding] {
        var findings: [Finding] = []
        let now = WallClock.seconds
        // The first of January 2025: nothing here was built before.
        if now < 1_735_689_600 {
            findings.append(.error("clock", "the clock says \(Self.date(now)), which cannot be", "set the clock, or let a service such as chrony do it"))
        } else {
            findings.append(.ok("clock", "\(Self.date(now)) UTC"))
        }
        do throws(TimeZoneError) {
            _ = try TimeZoneRules.named("Europe/Berlin")
            findings.append(.ok("time zones", "\(TimeZoneRules.regions().count) regions"))
        } catch {
            findings.append(.error("time zones", "there is no time zone database", "install Debian's package tzdata"))
        }
        if let zone = environment["TZ"], !zone.isEmpty, !zone.hasPrefix("/"), (try? TimeZoneRules.named(zone.hasPrefix(":") ? String(zone.dropFirst()) : zone)) == nil {
            let hint = TimeZoneRules.nearestName(to: String(zone.prefix(64))).map { "; did you mean '\($0)'?" } ?? ""
            findings.append(.warning("TZ", "the variable TZ is '\(Self.shown(zone))', which is no time zone\(hint)", "set TZ to a region such as Europe/Berlin, or to UTC"))
        }
        return findings
    }

    private static func date(_ seconds: Int64) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A text from outside without what moves a cursor, and not at length.
    static func shown(_ text: String) -> String {
        String(text.prefix(100).unicodeScalars.map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? "?" : Character($0) })
    }
}
