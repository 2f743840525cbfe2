extension Operand {
    /// The window of a fixed length that a moment is in, as a struct `start`, `end` (which is not in it); windows begin at `start` and every `length` microseconds from
    /// there. Null where the moment is.
    public static func timeWindow(_ moment: Operand, length: Int64, start: Int64) -> Operand {
        precondition(length > 0)
        let moments = RowValues<Int64>(moment, as: .timestamp)
        defer { withExtendedLifetime(moments) {} }
        let first = computing(.timestamp, Int64.self, from: [moments.operand]) { row in
            let (distance, overflow) = moments[row].subtractingReportingOverflow(start)
            let (begin, overflow2) = moments[row].subtractingReportingOverflow(distance.flooredDivision(by: length).remainder)
            return overflow || overflow2 || begin > .max - length ? nil : begin
        }
        return first.map { begin in
            let end = begin.mapping(Int64.self, to: .timestamp) { (moment: Int64) in moment &+ length }
            return Column(
                type: .struct([Field("start", .timestamp), Field("end", .timestamp)]), count: begin.count, validity: begin.validity, storage: .struct([begin, end]))
        }
    }

    /// The last microsecond of a window of `timeWindow`.
    public static func lastMoment(ofWindow window: Operand) -> Operand {
        window.map { column in
            let flat = column.flattened
            return flat.children[1].masking(flat.validity).flattened.mapping(Int64.self, to: .timestamp) { (moment: Int64) in moment &- 1 }
        }
    }
}
