internal import Glibc

/// A value behind a lock, for classes that several workers share.
public final class Locked<Value>: @unchecked Sendable {
    // Sendable: `mutex` guards `value`, which nothing else reaches.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    public init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    public func withLock<R>(_ body: (inout Value) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}

/// Morsels that are known from the start, handed out in order.
public final class MorselQueue: Sendable {
    private let rest: Locked<ArraySlice<any Morsel>>
    public init(_ morsels: [any Morsel]) { rest = Locked(morsels[...]) }
    public func next() -> (any Morsel)? { rest.withLock { $0.popFirst() } }
}
