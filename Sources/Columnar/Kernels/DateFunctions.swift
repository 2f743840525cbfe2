/// Functions over dates and timestamps, all in UTC. Strings are cast first. Null where an operand is.
extension Operand {
    /// A part of a date or a moment.
    public enum DatePart: Sendable {
        case year, quarter, month, day, hour, minute, second
        /// 1 is Sunday.
        case dayOfWeek

        var needsTime: Bool { self == .hour || self == .minute || self == .second }
    }

    /// The part as an `int`.
    public static func part(_ part: DatePart, of a: Operand) -> Operand {
        let isTime = part.needsTime || a.type == .timestamp
        return a.cast(to: isTime ? .timestamp : .date).map(\.flattened).map { column in
            func date(_ days: Int) -> Int32 {
                if part == .dayOfWeek { return Int32((days + 4).flooredDivision(by: 7).remainder + 1) }
                let date = CivilDate(days: days)
                switch part {
                case .year: return Int32(truncatingIfNeeded: date.year)
                case .quarter: return Int32((date.month - 1) / 3 + 1)
                case .month: return Int32(date.month)
                default: return Int32(date.day)
                }
            }
            if !isTime { return column.mapping(Int32.self, to: .int) { date(Int($0)) } }
            return column.mapping(Int64.self, to: .int) { micros -> Int32 in
                let (days, rest) = Int(micros).flooredDivision(by: CivilTime.microsecondsPerDay)
                switch part {
                case .hour: return Int32(rest / 3_600_000_000)
                case .minute: return Int32(rest / 60_000_000 % 60)
                case .second: return Int32(rest / 1_000_000 % 60)
                default: return date(days)
                }
            }
        }
    }

    /// The date so many days later, or earlier when `sign` is -1.
    public static func addDays(_ a: Operand, _ days: Operand, sign: Int32 = 1) -> Operand {
        zipDays(a.cast(to: .date), days.cast(to: .int), .date) { $0 &+ sign &* $1 }
    }

    /// Days from `b` to `a`, an `int`.
    public static func daysBetween(_ a: Operand, _ b: Operand) -> Operand { zipDays(a.cast(to: .date), b.cast(to: .date), .int) { $0 &- $1 } }

    private static func zipDays(_ a: Operand, _ b: Operand, _ type: DataType, _ body: (Int32, Int32) -> Int32) -> Operand {
        let count = rowCount([a, b])
        let (x, y) = (a.map(\.flattened), b.map(\.flattened))
        let out = Buffer(size: count * 4)
        zipRows(x, y, count, Int32.self, out.values(of: Int32.self), body)
        return result(Column(type, Values<Int32>(out, count: count), validity: validity([x, y], count: count)), of: [a, b])
    }

    /// The moment as text; see `DatePattern`.
    public static func format(_ a: Operand, _ pattern: DatePattern) -> Operand {
        a.cast(to: .timestamp).map { column in
            let flat = column.flattened
            let input = flat.fixedValues(of: Int64.self)
            return flat.formattingRows { pattern.append(input[$0], to: &$1) }
        }
    }
}
