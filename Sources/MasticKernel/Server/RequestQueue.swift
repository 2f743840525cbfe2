internal import Foundation

/// A message with the channel that it came over.
struct Request: Sendable {
    let channel: ConnectionFile.Channel
    let message: KernelMessage
}

/// Requests that wait for the interpreter's thread.
final class RequestQueue: @unchecked Sendable {
    // Sendable: everything is touched under the condition's lock.
    private let condition = NSCondition()
    private var requests: [Request] = []
    private var hasEnded = false

    func add(_ request: Request) {
        condition.withLock {
            requests.append(request)
            condition.signal()
        }
    }

    /// Nothing more is to be done.
    func end() {
        condition.withLock {
            hasEnded = true
            requests = []
            condition.signal()
        }
    }

    /// Waits for the next request; nil when there will be none.
    func next() -> Request? {
        condition.withLock {
            while requests.isEmpty, !hasEnded { condition.wait() }
            return hasEnded ? nil : requests.removeFirst()
        }
    }

    /// Takes out the cells that wait: what a failed cell does to those behind it.
    func takeCells() -> [Request] {
        condition.withLock {
            let cells = requests.filter { $0.message.type == "execute_request" }
            requests.removeAll { $0.message.type == "execute_request" }
            return cells
        }
    }
}
