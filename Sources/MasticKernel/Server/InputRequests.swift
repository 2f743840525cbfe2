internal import Catalog
internal import Foundation

/// Asks the person at the notebook for a line, on the interpreter's thread, and waits for it.
final class InputRequests: @unchecked Sendable {
    // Sendable: everything that changes is touched under the condition's lock.
    private let writer: MessageWriter
    private let outbox: Outbox
    private let execution: Execution
    private let condition = NSCondition()
    private var isWaiting = false
    private var line: String?

    init(_ writer: MessageWriter, _ outbox: Outbox, _ execution: Execution) {
        (self.writer, self.outbox, self.execution) = (writer, outbox, execution)
    }

    /// - Returns: nil when the cell is stopped instead.
    func ask(_ prompt: String, of request: KernelMessage) -> String? {
        condition.lock()
        defer { condition.unlock() }
        (isWaiting, line) = (true, nil)
        defer { isWaiting = false }
        let content: [String: JSONValue] = ["prompt": .string(prompt), "password": .boolean(false)]
        outbox.post(.stdin, writer.parts("input_request", content, parent: request.header, prefix: request.identities))
        while line == nil, !execution.isStopped { condition.wait() }
        return line
    }

    func answer(_ value: String) {
        condition.lock()
        if isWaiting, line == nil { line = value }
        condition.signal()
        condition.unlock()
    }

    /// Wakes who waits, so that it sees that the cell is stopped.
    func cancel() {
        condition.lock()
        condition.signal()
        condition.unlock()
    }
}
