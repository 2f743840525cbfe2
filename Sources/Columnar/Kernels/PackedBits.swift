/// A bitmap of `count` bits from a function of the row: what comparisons produce.
///
/// 64 answers are stored as bytes first, in a loop that the compiler turns into vector code when `bit` allows, and then packed eight at a time by a
/// multiplication. Bits past `count` are zero.
@inline(__always)
package func packedBits(_ count: Int, _ bit: (Int) -> Bool) -> Bitmap {
    let words = (count + 63) / 64
    let buffer = Buffer(size: words * 8)
    let out = buffer.values(of: UInt64.self)
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { answers in
        let bytes = answers.baseAddress!.assumingMemoryBound(to: UInt8.self)
        let whole = count / 64
        for word in 0..<whole {
            let base = word &* 64
            for i in 0..<64 { bytes[i] = bit(base &+ i) ? 1 : 0 }
            out[word] = pack(answers.baseAddress!)
        }
        if count & 63 != 0 {
            let base = whole * 64
            for i in 0..<8 { answers.storeBytes(of: 0, toByteOffset: i * 8, as: UInt64.self) }
            for i in 0..<(count & 63) { bytes[i] = bit(base &+ i) ? 1 : 0 }
            out[whole] = pack(answers.baseAddress!)
        }
    }
    return Bitmap(buffer, count: count)
}

/// The lowest bits of 64 bytes.
@inline(__always)
private func pack(_ bytes: UnsafeRawPointer) -> UInt64 {
    var bits: UInt64 = 0
    for i in 0..<8 {
        // Byte j's bit lands in bit 56 + j of the product, and no two partial products meet.
        let eight = (bytes + i * 8).load(as: UInt64.self)
        bits |= ((eight &* 0x0102_0408_1020_4080) >> 56) << UInt64(truncatingIfNeeded: i * 8)
    }
    return bits
}
