internal import Glibc

/// A run of bits, least significant first (Arrow's order): a column's validity (set = value present) or its booleans.
///
/// The bytes are padded with readable memory up to the next multiple of 8, so 64 bits can be loaded at once.
public struct Bitmap: @unchecked Sendable {
    // Sendable: a view of a published buffer, which nobody writes.
    public let owner: Buffer
    public let bytes: UnsafePointer<UInt8>
    /// Bits.
    public let count: Int

    public init(owner: Buffer, bytes: UnsafePointer<UInt8>, count: Int) {
        self.owner = owner
        self.bytes = bytes
        self.count = count
    }

    public init(_ owner: Buffer, count: Int) {
        precondition((count + 7) / 8 <= owner.size)
        self.init(owner: owner, bytes: UnsafePointer(owner.values(of: UInt8.self)), count: count)
    }

    public init(_ bits: [Bool]) {
        var builder = BitmapBuilder()
        for bit in bits { builder.append(bit) }
        self = builder.finish()
    }

    /// A bit for each byte: whether it is not zero.
    public init(bytes: UnsafePointer<UInt8>, count: Int) { self = packedBits(count) { bytes[$0] != 0 } }

    /// A bitmap of one value.
    public init(repeating bit: Bool, count: Int) {
        let owner = Buffer(size: (count + 63) / 64 * 8)
        memset(owner.base, bit ? 0xff : 0, owner.size)
        self.init(owner, count: count)
    }

    @inline(__always)
    public subscript(index: Int) -> Bool { bytes[index >> 3] >> UInt8(truncatingIfNeeded: index & 7) & 1 != 0 }

    /// 64 bits that start at bit `64 * word`; bits past `count` are undefined.
    @inline(__always)
    public func word(_ word: Int) -> UInt64 { UnsafeRawPointer(bytes + word * 8).loadUnaligned(as: UInt64.self) }

    /// The number of words that hold the bits.
    public var wordCount: Int { (count + 63) / 64 }

    /// 64 bits that start at bit `64 * word`; bits past `count` are zero.
    public func maskedWord(_ word: Int) -> UInt64 {
        let left = count - word * 64
        return left >= 64 ? self.word(word) : self.word(word) & (1 << UInt64(left) - 1)
    }

    /// 64 bits that start at bit `index`; bits past `count` are undefined.
    @inline(__always)
    public func bits(at index: Int) -> UInt64 {
        let (first, shift) = (index >> 6, UInt64(truncatingIfNeeded: index & 63))
        let low = word(first) >> shift
        return shift == 0 || first + 1 >= wordCount ? low : low | word(first + 1) << (64 - shift)
    }

    public var setCount: Int {
        var total = 0
        let whole = count / 64
        for i in 0..<whole { total += word(i).nonzeroBitCount }
        return count & 63 == 0 ? total : total + maskedWord(whole).nonzeroBitCount
    }

    /// A view where the range starts at a byte, else a copy.
    public func slice(_ range: Range<Int>) -> Bitmap {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let n = range.count
        let fullPadding = owner.base + ((max(owner.size, 1) + 63) & ~63)
        let first = bytes + range.lowerBound / 8
        // A view must keep the promise that whole words can be read.
        if range.lowerBound & 7 == 0, UnsafeRawPointer(first) + (n + 63) / 64 * 8 <= UnsafeRawPointer(fullPadding) {
            return Bitmap(owner: owner, bytes: first, count: n)
        }
        var builder = BitmapBuilder(capacity: n)
        builder.append(self, range: range)
        return builder.finish()
    }

    /// The bits that are set in both.
    public func and(_ other: Bitmap) -> Bitmap {
        precondition(count == other.count)
        let result = Buffer(size: wordCount * 8)
        let out = result.values(of: UInt64.self)
        for i in 0..<wordCount { out[i] = word(i) & other.word(i) }
        return Bitmap(result, count: count)
    }

    public func or(_ other: Bitmap) -> Bitmap {
        precondition(count == other.count)
        let result = Buffer(size: wordCount * 8)
        let out = result.values(of: UInt64.self)
        for i in 0..<wordCount { out[i] = word(i) | other.word(i) }
        return Bitmap(result, count: count)
    }

    public var inverted: Bitmap {
        let result = Buffer(size: wordCount * 8)
        let out = result.values(of: UInt64.self)
        for i in 0..<wordCount { out[i] = ~word(i) }
        return Bitmap(result, count: count)
    }

    /// Combines two validities, either of which may be absent (no nulls).
    public static func and(_ a: Bitmap?, _ b: Bitmap?) -> Bitmap? {
        guard let a else { return b }
        guard let b else { return a }
        return a.and(b)
    }

    /// The positions of the set bits, in order.
    public var setIndices: Values<Int32> {
        let out = Buffer(size: setCount * 4)
        let pointer = out.values(of: Int32.self)
        var n = 0
        for i in 0..<wordCount {
            var word = maskedWord(i)
            if word == .max {
                // A run of kept rows.
                for j in 0..<64 { pointer[n + j] = Int32(truncatingIfNeeded: i * 64 + j) }
                n += 64
                continue
            }
            while word != 0 {
                pointer[n] = Int32(truncatingIfNeeded: i * 64 + word.trailingZeroBitCount)
                n += 1
                word &= word - 1
            }
        }
        return Values(out, count: n)
    }
}

/// Appends bits to a growing bitmap.
public struct BitmapBuilder {
    private var words: GrowingBuffer<UInt64>
    private var current: UInt64 = 0
    public private(set) var count = 0
    public private(set) var setCount = 0

    public init(capacity: Int = 1024) { words = GrowingBuffer(capacity: capacity / 64 + 1) }

    @inline(__always)
    public mutating func append(_ bit: Bool) {
        current |= (bit ? 1 : 0) << UInt64(truncatingIfNeeded: count & 63)
        if bit { setCount += 1 }
        count += 1
        if count & 63 == 0 {
            words.append(current)
            current = 0
        }
    }

    public mutating func append(repeating bit: Bool, count n: Int) {
        var left = n
        while left > 0, count & 63 != 0 {
            append(bit)
            left -= 1
        }
        let whole = left / 64
        words.append(repeating: bit ? ~0 : 0, count: whole)
        count += whole * 64
        if bit { setCount += whole * 64 }
        for _ in 0..<(left - whole * 64) { append(bit) }
    }

    /// Appends the lowest `n` bits of a word, lowest first.
    ///
    /// - Precondition: `n` is at most 64.
    @inline(__always)
    public mutating func append(word: UInt64, count n: Int) {
        if n == 0 { return }
        let bits = n == 64 ? word : word & (1 << UInt64(truncatingIfNeeded: n) - 1)
        let used = count & 63
        current |= bits << UInt64(truncatingIfNeeded: used)
        setCount += bits.nonzeroBitCount
        count += n
        if used + n >= 64 {
            words.append(current)
            // A shift by 64 gives 0, as it should.
            current = bits >> UInt64(64 - used)
        }
    }

    public mutating func append(_ bitmap: Bitmap, range: Range<Int>) {
        words.reserve(range.count / 64 + 1)
        var at = range.lowerBound
        while at < range.upperBound {
            let n = min(64, range.upperBound - at)
            append(word: bitmap.bits(at: at), count: n)
            at += n
        }
    }

    public mutating func finish() -> Bitmap {
        let n = count
        if count & 63 != 0 { words.append(current) }
        let values = words.take()
        current = 0
        count = 0
        setCount = 0
        return Bitmap(owner: values.owner, bytes: UnsafeRawPointer(values.start).assumingMemoryBound(to: UInt8.self), count: n)
    }

    /// The bitmap as a validity: nil when every bit is set.
    public mutating func finishValidity() -> Bitmap? {
        if setCount == count {
            _ = finish()
            return nil
        }
        return finish()
    }
}
