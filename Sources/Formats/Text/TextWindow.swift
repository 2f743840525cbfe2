internal import CKernels
internal import Columnar
internal import Glibc

/// The part of a text that a reader works on: a buffer that holds whole records and the beginning of the next.
///
///     offset                start               end
///     |---- read by now ----|---- to be read ----|-- 64 bytes that may be read --|
///
/// Views into `buffer` stay good: a buffer that a column retains is never written again.
struct TextWindow {
    private let stream: any ByteStream
    private let blockSize: Int
    /// Bytes that the window holds at most; a text without records is not read into memory as a whole.
    private let growthLimit: Int
    private(set) var buffer: Buffer
    private(set) var base: UnsafeMutablePointer<UInt8>
    /// The next byte to be read.
    var start = 0
    private(set) var end = 0
    /// Offset in the text of the buffer's first byte.
    private(set) var offset: Int
    /// Line ends before the buffer's first byte, since the window was made.
    private(set) var lines = 0
    /// A position in the buffer, and the line ends before it there.
    private var counted = (position: 0, lines: 0)
    /// Nothing follows `end`.
    private(set) var isAtEnd = false
    /// What counts as a line end.
    let lineEnd: UInt8

    static let padding = 64

    init(_ stream: any ByteStream, blockSize: Int, offset: Int = 0, lineEnd: UInt8 = UInt8(ascii: "\n"), recordLimit: Int = 64 << 20) {
        self.stream = stream
        self.blockSize = max(blockSize, 256)
        growthLimit = max(recordLimit, 0) + 2 * self.blockSize
        self.offset = offset
        self.lineEnd = lineEnd
        buffer = Buffer(size: self.blockSize + Self.padding)
        base = buffer.values(of: UInt8.self)
    }

    /// Bytes to be read.
    var count: Int { end - start }

    /// Drops what lies before `start` and reads more. A window that is more than half full grows.
    ///
    /// False when the text has no more bytes.
    mutating func fill() throws -> Bool {
        if isAtEnd { return false }
        lines += linesInBuffer(before: start)
        counted = (0, 0)
        let rest = count
        let size = rest > blockSize / 2 ? max(rest + blockSize, min(rest * 2, growthLimit)) : blockSize
        if buffer.size >= size + Self.padding, isKnownUniquelyReferenced(&buffer) {
            memmove(base, base + start, rest)
        } else {
            let new = Buffer(size: size + Self.padding)
            memcpy(new.base, base + start, rest)
            buffer = new
            base = new.values(of: UInt8.self)
        }
        offset += start
        (start, end) = (0, rest)
        // A transcoding stream writes nothing into less room than one character may need.
        while end + 16 <= size {
            let n = try stream.read(into: UnsafeMutableRawBufferPointer(start: base + end, count: size - end))
            if n == 0 {
                isAtEnd = true
                break
            }
            end += n
        }
        memset(base + end, 0, Self.padding)
        return end > rest
    }

    /// Reads on until a line end has passed, dropping the bytes. The window then begins behind it, or is at the end.
    mutating func skipLine() throws {
        while true {
            if let found = memchr(base + start, Int32(lineEnd), count) {
                start = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - UnsafePointer(base) + 1
                return
            }
            start = end
            if try !fill() { return }
        }
    }

    /// What ends the lines that are there: `\r` where there is no `\n` at all, else `\n`.
    var usualLineEnd: UInt8 { memchr(base, 0x0a, end) == nil && memchr(base, 0x0d, end) != nil ? 0x0d : 0x0a }

    /// The position behind the last line end, or `start` when there is none.
    var endOfLines: Int { max(start, startOfLine(end)) }

    /// The position behind the next line end from `at` on and before `limit`, or `limit` when there is none.
    func endOfLine(from at: Int, limit: Int) -> Int { memchr(base + at, Int32(lineEnd), limit - at).map { place($0) + 1 } ?? limit }

    /// The first position from `at` on and before `limit` that is no space, tab or line end.
    func passingSpaces(_ at: Int, limit: Int) -> Int {
        var at = at
        while at < limit, base[at] <= 0x20, base[at] == 0x20 || base[at] == 0x0a || base[at] == 0x0d || base[at] == 0x09 { at += 1 }
        return at
    }

    /// Where the line begins that position `at` stands on, as far back as the window goes.
    func startOfLine(_ at: Int) -> Int {
        var start = min(at, end)
        while start > 0, base[start - 1] != lineEnd { start -= 1 }
        return start
    }

    private func place(_ found: UnsafeMutableRawPointer) -> Int { UnsafeRawPointer(found) - UnsafeRawPointer(base) }

    /// Line ends in the text before position `at` of the window.
    func linesBefore(_ at: Int) -> Int { lines + linesInBuffer(before: at) }

    /// Moves `start` over text that has been seen to hold so many line ends.
    mutating func pass(to next: Int, lines: Int) {
        if start == counted.position { counted = (next, counted.lines + lines) }
        start = next
    }

    /// The length of the longest prefix of `start..<limit` that is UTF-8. Counts the lines on the way.
    mutating func utf8Prefix(limit: Int) -> Int {
        var found = 0
        let prefix = mastic_scan_utf8_lines(base + start, limit - start, lineEnd, &found)
        if start == counted.position { counted = (limit, counted.lines + found) }
        return prefix
    }

    /// Puts a line end behind the text.
    func endWithLineEnd() {
        base[end] = lineEnd
        base[end + 1] = lineEnd
    }

    private func linesInBuffer(before at: Int) -> Int {
        let (from, lines) = at >= counted.position ? counted : (0, 0)
        return lines + TextScan.count(base + from, at - from, lineEnd)
    }
}
