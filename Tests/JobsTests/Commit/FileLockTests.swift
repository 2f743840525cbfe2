import Foundation
import Testing

import Jobs

@Suite struct FileLockTests {
    @Test func oneHolderAtATime() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let path = place.folder + "/lock"
        var held = try FileLock.acquire(path)
        #expect(held != nil)
        #expect(FileLock.isHeld(path))
        #expect(try FileLock.acquire(path) == nil)
        held = nil
        // A child that another test starts has a copy until it is another program.
        #expect(try FileLock.acquire(path, patienceMilliseconds: 5000) != nil)
    }

    /// Whoever waited for a lock whose holder removed the file has nothing: by then another may hold the file of the same name.
    @Test func theLockOfARemovedFileIsNone() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        let path = place.folder + "/lock"
        var old = try FileLock.acquire(path)
        let waiter = Waiter(path)
        while !waiter.isWaiting { usleep(1000) }
        usleep(50_000)
        old?.remove()
        var new = try FileLock.acquire(path)
        #expect(new != nil)
        old = nil
        usleep(100_000)
        #expect(!waiter.hasLock)
        new = nil
        while !waiter.hasLock { usleep(1000) }
        #expect(FileLock.isHeld(path))
        #expect(new == nil)
    }

    /// Waits for a lock on a thread of its own.
    private final class Waiter: @unchecked Sendable {
        private let mutex = NSLock()
        private var lock: FileLock?
        private var began = false

        var isWaiting: Bool { mutex.withLock { began } }
        var hasLock: Bool { mutex.withLock { lock != nil } }

        init(_ path: String) {
            Thread.detachNewThread { [self] in
                mutex.withLock { began = true }
                let taken = try? FileLock.acquire(path, patienceMilliseconds: 20_000)
                mutex.withLock { lock = taken }
            }
        }
    }
}
