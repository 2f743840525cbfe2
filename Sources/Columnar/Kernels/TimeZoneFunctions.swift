/// The zones that a column of names means: each looked up once, however often it stands there.
struct Zones {
    let names: RowValues<StringView>
    private let zones: [TimeZoneRules]
    /// Which of the zones each row has; empty for a constant.
    private let places: [UInt16]

    /// - Throws: `TimeZoneError` for a name that is none.
    init(_ operand: Operand) throws(TimeZoneError) {
        let names = RowValues<StringView>(operand, as: .string)
        self.names = names
        defer { withExtendedLifetime(names) {} }
        var zones: [TimeZoneRules] = []
        var known: [String: UInt16] = [:]
        var places: [UInt16] = []
        var (last, lastPlace) = (StringView.empty, UInt16(0))
        let presence = names.column.presence
        for i in 0..<names.column.count {
            if let presence, !presence[i] {
                places.append(0)
                continue
            }
            if zones.isEmpty || !(names.start[i] == last) {
                last = names.start[i]
                let name = last.string
                if let place = known[name] {
                    lastPlace = place
                } else {
                    lastPlace = UInt16(truncatingIfNeeded: zones.count)
                    known[name] = lastPlace
                    zones.append(try TimeZoneRules.named(name))
                }
            }
            places.append(lastPlace)
        }
        (self.zones, self.places) = (zones.isEmpty ? [.utc] : zones, places)
    }

    @inline(__always)
    subscript(row: Int) -> TimeZoneRules { zones[Int(places[row * names.step])] }
}

extension Operand {
    /// What a clock in a time zone shows at a moment, as if it were UTC: `from_utc_timestamp`. Null past the range of timestamps.
    ///
    /// - Throws: `TimeZoneError` for a zone that there is not.
    public static func local(_ moment: Operand, in zone: Operand) throws(TimeZoneError) -> Operand { try shift(moment, zone) { $1.local($0) } }

    /// The moment at which a clock in a time zone shows what the timestamp shows in UTC: `to_utc_timestamp`. A reading that the clock skips moves on by the gap's length;
    /// of one that comes twice the first is meant.
    ///
    /// - Throws: `TimeZoneError` for a zone that there is not.
    public static func utc(_ reading: Operand, from zone: Operand) throws(TimeZoneError) -> Operand { try shift(reading, zone) { $1.utc($0) } }

    @inline(__always)
    private static func shift(_ a: Operand, _ zone: Operand, _ body: (Int64, TimeZoneRules) -> Int64?) throws(TimeZoneError) -> Operand {
        let moments = RowValues<Int64>(a, as: .timestamp)
        let zones = try Zones(zone)
        defer { withExtendedLifetime((moments, zones)) {} }
        return computing(.timestamp, Int64.self, from: [moments.operand, zones.names.operand]) { body(moments[$0], zones[$0]) }
    }
}
