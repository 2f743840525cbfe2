internal import Glibc

/// A run of bytes with one owner: 64-byte aligned, padded to a multiple of 64, charged to the memory pool, freed with its last reference.
///
/// Written by whoever made it and by nobody once it stands in a column; that is what makes it safe to share between threads.
///
///     base                                size            capacity (multiple of 64)
///     |-------------- bytes --------------|--- padding ---|
public final class Buffer: @unchecked Sendable {
    // Sendable: `base` never changes, and the bytes do not change after publication in a column.
    public let base: UnsafeMutableRawPointer
    /// Bytes that may be read and written, without the padding.
    public let size: Int
    private let charged: Int

    /// Allocates `size` bytes. Their contents are undefined, except that the padding is zero.
    public init(size: Int) {
        let capacity = (max(size, 1) + 63) & ~63
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, capacity) == 0, let memory else { fatalError("the machine has no \(capacity) bytes left") }
        base = memory
        self.size = size
        charged = capacity
        memset(memory + (capacity - min(capacity, 64)), 0, min(capacity, 64))
        MemoryPool.shared.charge(capacity)
    }

    /// Allocates `size` bytes of zeros.
    public convenience init(zeroed size: Int) {
        self.init(size: size)
        memset(base, 0, size)
    }

    /// Allocates `size` bytes of zeros for a table that is read at random: on large pages where it is large, which spares most of the misses of the
    /// processor's table of pages.
    convenience init(emptyTable size: Int) {
        self.init(size: size)
        adviseLargePages()
        memset(base, 0, size)
    }

    /// Asks for large pages, where the buffer has room for some.
    func adviseLargePages() {
        let page = UInt(4096)
        let (start, end) = ((UInt(bitPattern: base) + page - 1) & ~(page - 1), (UInt(bitPattern: base) + UInt(size)) & ~(page - 1))
        if size >= 4 << 20, end > start { madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_HUGEPAGE) }
    }

    deinit {
        MemoryPool.shared.release(charged)
        free(base)
    }

    /// The buffer as values of one type.
    public func values<T: BitwiseCopyable>(of type: T.Type) -> UnsafeMutablePointer<T> { base.assumingMemoryBound(to: T.self) }
}

/// A growing buffer of values of one type: what builders append to.
///
/// Not shared: one builder owns it. `take()` hands the bytes over and starts anew.
public struct GrowingBuffer<T: BitwiseCopyable> {
    @usableFromInline var buffer: Buffer
    @usableFromInline var pointer: UnsafeMutablePointer<T>
    @usableFromInline var capacity: Int
    @usableFromInline var used = 0

    /// Values.
    @inlinable @inline(__always)
    public var count: Int { used }

    public init(capacity: Int = 64) {
        self.capacity = max(capacity, 16)
        buffer = Buffer(size: self.capacity * MemoryLayout<T>.stride)
        pointer = buffer.values(of: T.self)
    }

    /// The values appended so far; valid until the next append.
    @inlinable @inline(__always)
    public var start: UnsafeMutablePointer<T> { pointer }

    @inlinable @inline(__always)
    public mutating func append(_ value: T) {
        if used == capacity { grow(to: used + 1) }
        pointer[used] = value
        used += 1
    }

    @inlinable
    public mutating func append(repeating value: T, count n: Int) {
        reserve(n)
        (pointer + used).update(repeating: value, count: n)
        used += n
    }

    @inlinable
    public mutating func append(from source: UnsafePointer<T>, count n: Int) {
        if n == 0 { return }
        reserve(n)
        (pointer + used).update(from: source, count: n)
        used += n
    }

    /// Makes room for `n` more values.
    @inlinable @inline(__always)
    public mutating func reserve(_ n: Int) { if used + n > capacity { grow(to: used + n) } }

    /// Counts `n` values that the caller wrote behind `start + count`, after `reserve(n)`.
    @inlinable @inline(__always)
    public mutating func advance(_ n: Int) { used += n }

    @inlinable @inline(__always)
    public mutating func removeAll() { used = 0 }

    @inline(never)
    @usableFromInline mutating func grow(to needed: Int) {
        let newCapacity = max(capacity * 2, needed)
        let new = Buffer(size: newCapacity * MemoryLayout<T>.stride)
        memcpy(new.base, buffer.base, used * MemoryLayout<T>.stride)
        buffer = new
        pointer = new.values(of: T.self)
        capacity = newCapacity
    }

    /// Returns the values appended so far and starts a new, empty buffer.
    public mutating func take() -> Values<T> {
        let values = Values<T>(owner: buffer, start: UnsafePointer(pointer), count: count)
        self = GrowingBuffer(capacity: min(capacity, 1024))
        return values
    }
}

/// A run of values inside a retained buffer.
public struct Values<T: BitwiseCopyable>: @unchecked Sendable {
    // Sendable: a view of a published buffer, which nobody writes.
    public let owner: Buffer
    public let start: UnsafePointer<T>
    public let count: Int

    public init(owner: Buffer, start: UnsafePointer<T>, count: Int) {
        self.owner = owner
        self.start = start
        self.count = count
    }

    /// The first `count` values of a buffer.
    public init(_ owner: Buffer, count: Int) {
        precondition(count * MemoryLayout<T>.stride <= owner.size)
        self.init(owner: owner, start: UnsafePointer(owner.values(of: T.self)), count: count)
    }

    /// A copy of an array.
    public init(_ array: [T]) {
        let owner = Buffer(size: array.count * MemoryLayout<T>.stride)
        array.withUnsafeBytes { if let base = $0.baseAddress { memcpy(owner.base, base, $0.count) } }
        self.init(owner, count: array.count)
    }

    @inline(__always)
    public subscript(index: Int) -> T { start[index] }

    /// A view of part of the run; nothing is copied.
    public func slice(_ range: Range<Int>) -> Values<T> {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return Values(owner: owner, start: start + range.lowerBound, count: range.count)
    }

    public var bufferPointer: UnsafeBufferPointer<T> { UnsafeBufferPointer(start: start, count: count) }
}
