internal import Columnar
internal import Synchronization

/// Says on which line a byte of a source stands: what a reader that began in the middle asks when it has an error to report.
///
/// Counts line ends from the nearest place it knows, and remembers where it has been; nothing is counted unless something is asked.
final class LineIndex: Sendable {
    private let source: any ByteSource
    private let lineEnd: UInt8
    /// Offsets in ascending order, with the line ends before each.
    private let known = Mutex<[(offset: Int, lines: Int)]>([(0, 0)])

    init(_ source: any ByteSource, lineEnd: UInt8) {
        self.source = source
        self.lineEnd = lineEnd
    }

    /// Line ends before byte `offset`. Zero-based, therefore: the line's number less one.
    func lines(before offset: Int) throws -> Int {
        var (at, lines) = known.withLock { places in places.last { $0.offset <= offset } ?? (0, 0) }
        while at < offset {
            let block = try source.read(at: at, count: min(1 << 20, offset - at))
            lines += TextScan.count(block.values(of: UInt8.self), block.size, lineEnd)
            at += block.size
        }
        let place = (offset: offset, lines: lines)
        known.withLock { places in
            let index = places.firstIndex { $0.offset >= offset } ?? places.count
            if index == places.count || places[index].offset != offset { places.insert(place, at: index) }
        }
        return lines
    }
}
