internal import Glibc
internal import Synchronization

/// What a clock shows in some place, for every moment: the offsets from UTC and when they change.
///
///     let berlin = try TimeZoneRules.named("Europe/Berlin")
///     berlin.offset(atUTC: 1_711_846_800)      // 7200
///
/// Made from the system's tz database (TZif, RFC 8536), whose footer goes on where its table ends: the calendar repeats every 400 years, so that many years
/// of the footer's rule are written out behind the table.
public final class TimeZoneRules: Sendable {
    public let name: String
    /// Moments at which the offset changes, in seconds since 1970-01-01T00:00:00Z, ascending.
    private let transitions: [Int64]
    /// For each transition the reading of a local clock from which on it is the new offset that holds: where a clock is put back, the later of the two
    /// readings; where it is put forward, the reading after the gap. So a reading in a gap, and the first of a reading that comes twice, have the old offset.
    private let localTransitions: [Int64]
    /// Seconds east of UTC: `offsets[i]` before transition `i`, the last behind all of them.
    private let offsets: [Int32]
    /// The first moment that is not in the table; what comes then is the same as 400 years before. `Int64.max` for a zone without a rule.
    private let repeatsFrom: Int64

    static let cycle: Int64 = 146_097 * 86_400

    init(name: String, transitions: [Int64], offsets: [Int32], repeatsFrom: Int64 = .max) {
        precondition(offsets.count == transitions.count + 1)
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.repeatsFrom = repeatsFrom
        localTransitions = transitions.indices.map { transitions[$0] + Int64(max(offsets[$0], offsets[$0 + 1])) }
    }

    /// A zone whose offset never changes.
    convenience init(name: String, offset: Int) { self.init(name: name, transitions: [], offsets: [Int32(offset)]) }

    public static let utc = TimeZoneRules(name: "UTC", offset: 0)

    /// Whether the offset is always the same.
    public var isFixed: Bool { transitions.isEmpty }

    /// Seconds east of UTC at a moment in seconds since 1970-01-01T00:00:00Z.
    public func offset(atUTC seconds: Int64) -> Int64 {
        if transitions.isEmpty { return Int64(offsets[0]) }
        return Int64(offsets[TimeZoneRules.count(transitions, notAfter: reduced(seconds))])
    }

    /// Seconds east of UTC of a local clock's reading, given as if it were UTC. A reading that a clock skips has the offset from before the gap (so it moves on
    /// by the gap's length); of one that comes twice the first is meant. As `java.time` has it.
    public func offset(atLocal seconds: Int64) -> Int64 {
        if transitions.isEmpty { return Int64(offsets[0]) }
        return Int64(offsets[TimeZoneRules.count(localTransitions, notAfter: reduced(seconds))])
    }

    /// The first moment after `seconds` (both since 1970-01-01T00:00:00Z) at which the offset changes; nil where it never does again.
    public func nextChange(after seconds: Int64) -> Int64? {
        if transitions.isEmpty { return nil }
        let known = reduced(seconds)
        let next = TimeZoneRules.count(transitions, notAfter: known)
        if next < transitions.count {
            let (change, overflow) = transitions[next].addingReportingOverflow(seconds - known)
            return overflow ? nil : change
        }
        guard repeatsFrom < .max else { return nil }
        // Behind the table's last change comes the first of the years that repeat.
        let again = transitions[TimeZoneRules.count(transitions, notAfter: repeatsFrom - TimeZoneRules.cycle - 1)] + TimeZoneRules.cycle
        let (change, overflow) = again.addingReportingOverflow(seconds - known)
        return overflow ? nil : change
    }

    /// The same moment of the 400 years that the table knows.
    private func reduced(_ seconds: Int64) -> Int64 {
        if seconds < repeatsFrom { return seconds }
        return seconds - ((seconds - repeatsFrom) / TimeZoneRules.cycle + 1) * TimeZoneRules.cycle
    }

    private static func count(_ values: [Int64], notAfter value: Int64) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Microseconds of the local clock at a moment; nil past the range of 64 bits.
    @inline(__always)
    func local(_ microseconds: Int64) -> Int64? {
        let offset = offset(atUTC: microseconds.flooredDivision(by: 1_000_000).quotient)
        let (sum, overflow) = microseconds.addingReportingOverflow(offset * 1_000_000)
        return overflow ? nil : sum
    }

    /// The moment at which the local clock shows so many microseconds; nil past the range of 64 bits.
    @inline(__always)
    package func utc(_ microseconds: Int64) -> Int64? {
        let offset = offset(atLocal: microseconds.flooredDivision(by: 1_000_000).quotient)
        let (difference, overflow) = microseconds.subtractingReportingOverflow(offset * 1_000_000)
        return overflow ? nil : difference
    }
}

/// Why there is no such time zone.
public struct TimeZoneError: CodedError, Equatable, CustomStringConvertible {
    public var errorCode: ErrorCode { .badTimeZone }
    public var subjects: [String] { [name] }
    public let name: String
    /// Whether there is a tz database at all.
    public let hasDatabase: Bool

    public var description: String {
        hasDatabase
            ? "there is no time zone '\(name)'; a zone is a region such as 'Europe/Berlin', 'UTC', or an offset such as '+02:00'"
            : "the time zone '\(name)' cannot be looked up, because there is no tz database in \(TimeZoneRules.folder); install the package tzdata"
    }
}

// MARK: By name

extension TimeZoneRules {
    /// Where the system keeps the tz database.
    static let folder = "/usr/share/zoneinfo"

    /// Zones looked up before; nil for a name that is none.
    private static let known = Mutex<[String: TimeZoneRules?]>([:])

    /// The zone of a name as Spark takes it: a region (`Europe/Berlin`, to the letter), `UTC`, `Z`, an offset (`+2`, `+02:00`, `-0530`, `+01:02:03`), `UTC`, `GMT` or
    /// `UT` with an offset behind, or one of Java's short names (`PST`).
    ///
    /// - Throws: `TimeZoneError`.
    public static func named(_ name: String) throws(TimeZoneError) -> TimeZoneRules {
        if let known = known.withLock({ $0[name] }) {
            guard let known else { throw TimeZoneError(name: name, hasDatabase: true) }
            return known
        }
        let found = offsetZone(name) ?? region(shortNames[name] ?? name)
        if found == nil, access(folder, R_OK) != 0 { throw TimeZoneError(name: name, hasDatabase: false) }
        known.withLock {
            // Names come from data: what is no zone must not fill the memory.
            if $0.count > 4096 { $0.removeAll() }
            $0[name] = .some(found)
        }
        guard let found else { throw TimeZoneError(name: name, hasDatabase: true) }
        return found
    }

    /// The zone of a name in bytes; nil where there is none.
    static func find(_ name: UnsafeRawBufferPointer) -> TimeZoneRules? {
        if name.count > 64 { return nil }
        return try? named(String(decoding: name, as: UTF8.self))
    }

    /// Java's short names (`ZoneId.SHORT_IDS`).
    private static let shortNames: [String: String] = [
        "ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires", "ART": "Africa/Cairo", "AST": "America/Anchorage",
        "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai",
        "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris", "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
        "MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi", "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico",
        "PST": "America/Los_Angeles", "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh", "EST": "-05:00", "MST": "-07:00", "HST": "-10:00",
    ]

    /// A zone that is an offset, or begins with `UTC`, `GMT` or `UT`.
    private static func offsetZone(_ name: String) -> TimeZoneRules? {
        let name = shortNames[name].map { $0.hasPrefix("-") ? $0 : name } ?? name
        if name == "Z" || name == "UTC" || name == "GMT" || name == "UT" { return TimeZoneRules(name: name, offset: 0) }
        var rest = Substring(name)
        for prefix in ["UTC", "GMT", "UT"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            break
        }
        return offset(Array(rest.utf8)).map { TimeZoneRules(name: name, offset: $0) }
    }

    /// Seconds of `+h`, `+hh`, `+hh:m`, `+hh:mm`, `+hh:mm:ss`, `+hhmm`, `+hhmmss`; at most 18 hours.
    static func offset(_ text: [UInt8]) -> Int? {
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let parts = text.dropFirst().split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        func number(_ digits: ArraySlice<UInt8>) -> Int? {
            guard !digits.isEmpty, digits.allSatisfy({ $0 &- 0x30 <= 9 }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        var fields: [Int] = []
        if parts.count == 1, let digits = parts.first, digits.count > 2 {
            guard digits.count == 4 || digits.count == 6 else { return nil }
            var at = digits.startIndex
            while at < digits.endIndex {
                guard let value = number(digits[at..<at + 2]) else { return nil }
                fields.append(value)
                at += 2
            }
        } else {
            for (i, part) in parts.enumerated() {
                guard part.count <= 2, i < 2 || part.count == 2, let value = number(part) else { return nil }
                fields.append(value)
            }
        }
        guard (1...3).contains(fields.count), fields.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
        let seconds = fields[0] * 3600 + (fields.count > 1 ? fields[1] * 60 : 0) + (fields.count > 2 ? fields[2] : 0)
        guard seconds <= 18 * 3600 else { return nil }
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// A zone from the database. Names are letters, digits, `_`, `+` and `-`, with slashes between, so none leads out of its folder.
    private static func region(_ name: String) -> TimeZoneRules? {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 <= 9 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        }
        guard isName, name.utf8.count <= 64, let first = name.utf8.first, (first | 0x20) &- 0x61 < 26, let bytes = contents("\(folder)/\(name)") else { return nil }
        return bytes.withUnsafeBytes { TimeZoneRules(name: name, file: $0) }
    }

    /// A file of the database; nil where it cannot be read, or is far too large for one.
    private static func contents(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 8192)
        while bytes.count < 1 << 20 {
            let n = read(file, &block, block.count)
            if n < 0 { return nil }
            if n == 0 { return bytes }
            bytes += block[..<n]
        }
        return nil
    }
}
