internal import CKernels
internal import Columnar
internal import Glibc

/// Bytes in order, asked for from one thread at a time.
package protocol ByteStream: AnyObject {
    /// Fills `target` as far as there are bytes; returns how many it wrote, 0 at the end only.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The bytes of a source from an offset to its end.
package final class SourceStream: ByteStream {
    private let source: any ByteSource
    private var offset: Int

    package init(_ source: any ByteSource, from offset: Int = 0) {
        self.source = source
        self.offset = offset
    }

    package func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let n = min(target.count, source.size - offset)
        guard n > 0 else { return 0 }
        try source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: target[..<n]))
        offset += n
        return n
    }
}

/// The lines that belong to a range of bytes: those that begin in it.
///
/// Neighbouring ranges share no line and lose none: a range begins behind the first line end at or after `lowerBound - 1` and goes on to the
/// first line end at or after `upperBound - 1`. A range that begins at `first`, where the text does, begins there.
final class LineRangeStream: ByteStream {
    private let source: any ByteSource
    private let upperBound: Int
    private let lineEnd: UInt8
    private var offset: Int
    private var finished = false

    /// The offset of the first byte delivered.
    let start: Int

    init(_ source: any ByteSource, _ range: Range<Int>, first: Int, lineEnd: UInt8) throws {
        self.source = source
        self.lineEnd = lineEnd
        upperBound = min(range.upperBound, source.size)
        start = range.lowerBound <= first || range.lowerBound >= upperBound ? max(first, range.lowerBound) : try Self.behindLineEnd(source, range.lowerBound - 1..<upperBound, lineEnd)
        offset = start
        // The whole range may lie inside one line, which belongs to a range before.
        if start >= upperBound { finished = true }
    }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !finished, let base = target.baseAddress else { return 0 }
        var n = min(target.count, source.size - offset)
        // Past the range only the rest of one line is wanted.
        if offset >= upperBound - 1 { n = min(n, 64 << 10) } else { n = min(n, upperBound - offset) }
        guard n > 0 else { return 0 }
        try source.read(at: offset, into: UnsafeMutableRawBufferPointer(start: base, count: n))
        let searched = max(0, upperBound - 1 - offset)
        if searched < n, let found = memchr(base + searched, Int32(lineEnd), n - searched) {
            n = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
            finished = true
        }
        offset += n
        return n
    }

    /// The offset behind the first line end in a range, or the range's end: a line that ends later is not this range's, and looking for its end in
    /// every range that it crosses would take forever.
    private static func behindLineEnd(_ source: any ByteSource, _ range: Range<Int>, _ lineEnd: UInt8) throws -> Int {
        var at = range.lowerBound
        var step = 16 << 10
        while at < range.upperBound {
            let n = min(step, range.upperBound - at)
            let block = try source.read(at: at, count: n)
            if let found = memchr(block.base, Int32(lineEnd), n) { return at + (UnsafeRawPointer(found) - UnsafeRawPointer(block.base)) + 1 }
            at += n
            step = 1 << 20
        }
        return range.upperBound
    }
}
