internal import CKernels
internal import Columnar
internal import Glibc

/// Copying rows to where their page is put together.
extension ParquetLeafEncoder {
    /// Positions in `source`: those at `rows`, or where there are none, `count` from `start` on.
    struct Selection {
        var rows: UnsafePointer<Int32>?
        var start: Int
        var count: Int

        func part(_ from: Int, _ count: Int) -> Selection { Selection(rows: rows.map { $0 + from }, start: start + from, count: count) }
    }

    /// Adds rows of a nullable column that stands at the top.
    func append(_ source: UnsafePointer<ParquetSourceColumn>, _ selection: Selection, _ scratch: ParquetRowScratch) throws {
        let block = staging == .views ? ParquetRowScratch.block : Int.max
        var done = 0
        while done < selection.count {
            // Pages of all columns end at the same rows, as long as their bytes allow it.
            let part = selection.part(done, min(selection.count - done, pageRows - page.pointee.entryCount, block))
            if let present = try stage(source, source.pointee.validity, part, scratch) {
                enter(part.count, present: present, hasLevels: source.pointee.validity != nil)
                done += part.count
                if isFull { try flush() }
            } else {
                // What is left goes without the dictionary.
                try closeDictionary()
            }
        }
    }

    /// Adds entries of a nested leaf; they begin with a record.
    func append(_ shredded: ParquetShreddedLeaf, _ scratch: ParquetRowScratch) throws {
        let taken = shredded.column.type == .null ? Column.nulls(.null, count: 0) : shredded.column.take(shredded.rows).flattened
        var source = ParquetSourceColumn(taken)
        let block = staging == .views ? ParquetRowScratch.block : Int.max
        var done = 0
        while done < taken.count {
            let part = Selection(rows: nil, start: done, count: min(taken.count - done, block))
            _ = try stage(&source, nil, part, scratch)
            done += part.count
        }
        let n = shredded.definition.count
        page.pointee.definition.append(from: shredded.definition.start, count: n)
        if leaf.maximumRepetition > 0 { page.pointee.repetition.append(from: shredded.repetition.start, count: n) }
        page.pointee.entryCount += n
        page.pointee.rowCount += Int(mpq_count_u8(shredded.repetition.start, Int64(n), 0))
        page.pointee.nullCount += n - shredded.rows.count
        withExtendedLifetime(taken) {}
        if isFull { try flush() }
    }

    /// Where the levels of the next `n` rows go. Rows before that have none yet are there.
    private func nextLevels(_ n: Int) -> UnsafeMutablePointer<UInt8> {
        let missing = page.pointee.entryCount - page.pointee.definition.count
        if missing > 0 { page.pointee.definition.append(repeating: 1, count: missing) }
        page.pointee.definition.reserve(n)
        return page.pointee.definition.start + page.pointee.definition.count
    }

    /// Counts rows whose present values have been staged.
    ///
    /// - Parameter hasLevels: whether their levels have been written to `nextLevels`.
    private func enter(_ n: Int, present: Int, hasLevels: Bool) {
        if hasLevels {
            page.pointee.definition.advance(n)
        } else if present == 0 {
            memset(nextLevels(n), 0, n)
            page.pointee.definition.advance(n)
        } else if page.pointee.definition.count > 0 {
            page.pointee.definition.append(repeating: 1, count: n)
        }
        page.pointee.entryCount += n
        page.pointee.rowCount += n
        page.pointee.nullCount += n - present
    }

    /// Appends the values that are present, and writes the levels of all rows where there is a validity, without counting the rows. Returns how many are
    /// present; nil when the dictionary has no room for them, and nothing happened.
    private func stage(
        _ source: UnsafePointer<ParquetSourceColumn>, _ validity: UnsafePointer<UInt8>?, _ selection: Selection, _ scratch: ParquetRowScratch
    ) throws -> Int? {
        let (rows, start, n) = (selection.rows, Int64(selection.start), Int64(selection.count))
        switch source.pointee.values {
        case .nulls: return 0
        case .nested: preconditionFailure("a \(source.pointee.column.type.name) column has no values of its own")
        case .bits(let bits):
            page.pointee.values.reserve(selection.count)
            let out = page.pointee.values.start + page.pointee.values.count
            var present = selection.count
            if let validity {
                present = Int(mpq_take_bits_present(bits, validity, rows, start, n, out, nextLevels(selection.count)))
            } else {
                mpq_take_bits(bits, rows, start, n, out)
            }
            page.pointee.values.advance(present)
            page.pointee.valueCount += present
            return present
        case .fixed(let from): return try stageFixed(source.pointee.fixedSize, from, validity, selection)
        case .views(let views):
            let taken = scratch.views.values(of: mpq_view.self)
            var present = selection.count
            if let validity {
                present = Int(mpq_take_128_present(views, validity, rows, start, n, taken, nextLevels(selection.count)))
            } else {
                mpq_take_128(views, rows, start, n, taken)
            }
            return stageViews(taken, present) ? present : nil
        case .dictionary(let places, let entries, let count):
            let known = scratch.places.values(of: UInt32.self)
            var present = selection.count
            let from = UnsafeRawPointer(places).assumingMemoryBound(to: UInt32.self)
            if let validity {
                present = Int(mpq_take_32_present(from, validity, rows, start, n, known, nextLevels(selection.count)))
            } else {
                mpq_take_32(from, rows, start, n, known)
            }
            return stageEntries(source, entries, count, known, present, scratch) ? present : nil
        }
    }

    /// Appends strings. False when the dictionary has no room for them.
    private func stageViews(_ views: UnsafePointer<mpq_view>, _ n: Int) -> Bool {
        if page.pointee.stagesPlaces {
            page.pointee.values.reserve(n * 4)
            let out = UnsafeMutableRawPointer(page.pointee.values.start + page.pointee.values.count).assumingMemoryBound(to: UInt32.self)
            guard dictionary!.add(views, n, limit: options.dictionaryBytes, to: out) else { return false }
            page.pointee.values.advance(n * 4)
        } else {
            page.pointee.values.reserve(Int(mpq_views_size(views, Int64(n))) + 4 * n + 32)
            page.pointee.values.advance(mpq_put_plain_views(views, Int64(n), page.pointee.values.start + page.pointee.values.count))
        }
        page.pointee.valueCount += n
        return true
    }

    /// Appends strings that stand in a dictionary of `count` values. Those that this chunk's dictionary has met are not looked at.
    private func stageEntries(
        _ source: UnsafePointer<ParquetSourceColumn>, _ entries: UnsafePointer<mpq_view>, _ count: Int, _ places: UnsafePointer<UInt32>, _ n: Int,
        _ scratch: ParquetRowScratch
    ) -> Bool {
        let taken = scratch.views.values(of: mpq_view.self)
        // A longer dictionary costs more to remember than it saves.
        guard page.pointee.stagesPlaces, count <= 4096 else {
            mpq_gather_128(entries, places, Int64(n), taken)
            return stageViews(taken, n)
        }
        if sourceID != source.pointee.dictionaryID {
            (sourceDictionary, sourceID) = (source.pointee.dictionary, source.pointee.dictionaryID)
            if sourcePlaces.size < count * 4 { sourcePlaces = Buffer(size: count * 4) }
            memset(sourcePlaces.base, 0xff, count * 4)
        }
        let known = sourcePlaces.values(of: UInt32.self)
        page.pointee.values.reserve(n * 4)
        let out = UnsafeMutableRawPointer(page.pointee.values.start + page.pointee.values.count).assumingMemoryBound(to: UInt32.self)
        if mpq_lookup(known, places, Int64(n), out) == .max {
            mpq_gather_128(entries, places, Int64(n), taken)
            guard dictionary!.add(taken, n, limit: options.dictionaryBytes, to: out) else { return false }
            mpq_learn(known, places, out, Int64(n))
        }
        page.pointee.values.advance(n * 4)
        page.pointee.valueCount += n
        return true
    }

    private func stageFixed(
        _ size: Int, _ from: UnsafeRawPointer, _ validity: UnsafePointer<UInt8>?, _ selection: Selection
    ) throws -> Int {
        let (rows, start, n) = (selection.rows, Int64(selection.start), Int64(selection.count))
        page.pointee.values.reserve(selection.count * stride)
        let out = UnsafeMutableRawPointer(page.pointee.values.start + page.pointee.values.count)
        var present = selection.count
        switch size {
        case 1:
            let (from, to) = (from.assumingMemoryBound(to: Int8.self), out.assumingMemoryBound(to: Int32.self))
            if let validity {
                present = Int(mpq_take_i8_present(from, validity, rows, start, n, to, nextLevels(selection.count)))
            } else {
                mpq_take_i8(from, rows, start, n, to)
            }
        case 2:
            let (from, to) = (from.assumingMemoryBound(to: Int16.self), out.assumingMemoryBound(to: Int32.self))
            if let validity {
                present = Int(mpq_take_i16_present(from, validity, rows, start, n, to, nextLevels(selection.count)))
            } else {
                mpq_take_i16(from, rows, start, n, to)
            }
        case 4:
            let (from, to) = (from.assumingMemoryBound(to: UInt32.self), out.assumingMemoryBound(to: UInt32.self))
            if let validity {
                present = Int(mpq_take_32_present(from, validity, rows, start, n, to, nextLevels(selection.count)))
            } else {
                mpq_take_32(from, rows, start, n, to)
            }
        case 8:
            let (from, to) = (from.assumingMemoryBound(to: UInt64.self), out.assumingMemoryBound(to: UInt64.self))
            if let validity {
                present = Int(mpq_take_64_present(from, validity, rows, start, n, to, nextLevels(selection.count)))
            } else {
                mpq_take_64(from, rows, start, n, to)
            }
        default:
            let levels = validity == nil ? nil : nextLevels(selection.count)
            present = try stageDecimals(from.assumingMemoryBound(to: Int128.self), validity, selection, out, levels)
        }
        page.pointee.values.advance(present * stride)
        page.pointee.valueCount += present
        return present
    }

    /// Decimals in the width that their precision takes.
    private func stageDecimals(
        _ from: UnsafePointer<Int128>, _ validity: UnsafePointer<UInt8>?, _ selection: Selection, _ out: UnsafeMutableRawPointer,
        _ levels: UnsafeMutablePointer<UInt8>?
    ) throws -> Int {
        let (staging, length) = (staging, leaf.typeLength)
        var fits = true
        var j = 0
        for i in 0..<selection.count {
            let row = selection.rows.map { Int($0[i]) } ?? selection.start + i
            if let validity, let levels {
                let bit = validity[row >> 3] >> UInt8(truncatingIfNeeded: row & 7) & 1
                levels[i] = bit
                if bit == 0 { continue }
            }
            let value = from[row]
            switch staging {
            case .int32:
                let narrow = Int32(truncatingIfNeeded: value)
                fits = fits && Int128(narrow) == value
                out.assumingMemoryBound(to: Int32.self)[j] = narrow
            case .int64:
                let narrow = Int64(truncatingIfNeeded: value)
                fits = fits && Int128(narrow) == value
                out.assumingMemoryBound(to: Int64.self)[j] = narrow
            default:
                fits = fits && (length >= 16 || value >> Int128(length * 8 - 1) == value >> 127)
                out.assumingMemoryBound(to: Int128.self)[j] = value
            }
            j += 1
        }
        if !fits { throw failure("has a value with more digits than its type, \(leaf.type.hiveName)") }
        return j
    }
}
