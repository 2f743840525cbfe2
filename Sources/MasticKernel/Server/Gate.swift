internal import Foundation

/// Opens once; who waits goes through then.
final class Gate: @unchecked Sendable {
    // Sendable: the flag is touched under the condition's lock.
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }

    func wait() {
        condition.withLock {
            while !isOpen { condition.wait() }
        }
    }
}
