/// Arrays of numbers, dates or moments that follow each other in equal steps.
extension Operand {
    /// The most elements that the sequences of a batch may have together.
    private static let sequenceLimit = 1 << 28

    /// Whole numbers from `start` to `stop`, both included where the steps meet them; the step is 1, or -1 downwards, where none is given. `long`s.
    ///
    /// - Throws: `ArrayError` for a step that leads away from `stop`, and for too many elements.
    public static func sequence(_ start: Operand, _ stop: Operand, step: Operand?) throws(ArrayError) -> Operand {
        let operands = [start, stop] + (step.map { [$0] } ?? [])
        let count = rowCount(operands)
        let (first, last) = (RowValues<Int64>(start, as: .long), RowValues<Int64>(stop, as: .long))
        let steps = step.map { RowValues<Int64>($0, as: .long) }
        defer { withExtendedLifetime((first, last, steps)) {} }
        let validity = validity([first.operand, last.operand] + (steps.map { [$0.operand] } ?? []), count: count)
        var values = GrowingBuffer<Int64>()
        var offsets = GrowingBuffer<Int32>(capacity: count + 1)
        offsets.append(0)
        for row in 0..<count {
            if validity?[row] ?? true {
                let (from, to) = (first[row], last[row])
                let by = steps?[row] ?? (from <= to ? 1 : -1)
                guard from == to || (by != 0 && (by > 0) == (from < to)) else {
                    throw ArrayError("sequence() cannot go from \(from) to \(to) in steps of \(by)")
                }
                // The distance as an unsigned number, which every distance fits.
                let distance = UInt64(bitPattern: from <= to ? to &- from : from &- to)
                let n = by == 0 ? 0 : distance / by.magnitude
                guard n < UInt64(sequenceLimit), values.count + Int(n) + 1 <= sequenceLimit else { throw tooLong }
                values.reserve(Int(n) + 1)
                var value = from
                for _ in 0...n {
                    values.append(value)
                    value = value &+ by
                }
            }
            offsets.append(Int32(truncatingIfNeeded: values.count))
        }
        return list(Column(.long, values.take()), offsets.take(), validity, count, operands)
    }

    /// Dates or moments from `start` to `stop` in steps of months, days and microseconds, each reckoned from `start`. The operands must be of one of these types.
    ///
    /// - Throws: `ArrayError` for a step that is none or leads away from `stop`, and for too many elements.
    public static func sequence(_ start: Operand, _ stop: Operand, months: Int, days: Int, microseconds: Int64) throws(ArrayError) -> Operand {
        let count = rowCount([start, stop])
        let isDate = start.type == .date
        let (first, last) = (RowValues<Int64>(start, as: .timestamp), RowValues<Int64>(stop, as: .timestamp))
        defer { withExtendedLifetime((first, last)) {} }
        let validity = validity([first.operand, last.operand], count: count)
        // A month is at least 28 days, so this says which way the steps lead.
        let length = Double(months) * 28 * 86_400e6 + Double(days) * 86_400e6 + Double(microseconds)
        var values = GrowingBuffer<Int64>()
        var offsets = GrowingBuffer<Int32>(capacity: count + 1)
        offsets.append(0)
        for row in 0..<count {
            if validity?[row] ?? true {
                let (from, to) = (first[row], last[row])
                guard from == to || (length != 0 && (length > 0) == (from < to)) else { throw ArrayError("sequence() cannot reach its end in steps of this interval") }
                var n = 0
                while n == 0 || length != 0 {
                    guard let value = addInterval(from, months * n, days * n, microseconds &* Int64(n)), length >= 0 ? value <= to : value >= to else { break }
                    values.append(value)
                    n += 1
                    guard values.count <= sequenceLimit else { throw tooLong }
                }
            }
            offsets.append(Int32(truncatingIfNeeded: values.count))
        }
        let moments = Column(.timestamp, values.take())
        return list(isDate ? moments.cast(to: .date) : moments, offsets.take(), validity, count, [start, stop])
    }

    private static let tooLong = ArrayError("sequence() would make more than \(sequenceLimit) elements at once")

    private static func list(_ elements: Column, _ offsets: Values<Int32>, _ validity: Bitmap?, _ count: Int, _ operands: [Operand]) -> Operand {
        result(Column(type: .array(elements.type), count: count, validity: validity, storage: .list(offsets: offsets, child: elements)), of: operands)
    }
}
