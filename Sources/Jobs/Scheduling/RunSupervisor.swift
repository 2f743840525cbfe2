package import Catalog

/// How the process of a run ended.
package struct ProcessEnd: Hashable, Sendable {
    /// Nil when the process was another's child, so that nobody told.
    var status: Int32?
    /// The signal that ended it.
    var signal: Int32?
    /// Bytes of resident memory at most; nil if unknown.
    var peakMemory: Int?

    package init(status: Int32? = nil, signal: Int32? = nil, peakMemory: Int? = nil) { (self.status, self.signal, self.peakMemory) = (status, signal, peakMemory) }
}

/// What of a run's process can be seen from outside.
package struct ProcessView: Sendable {
    /// Bytes of resident memory.
    package var residentMemory: Int
    /// When the run last wrote to its log: seconds since the epoch.
    var lastOutput: Double

    package init(residentMemory: Int, lastOutput: Double) { (self.residentMemory, self.lastOutput) = (residentMemory, lastOutput) }
}

/// Starts the processes of runs and watches them. The scheduler has one; tests have one of their own.
package protocol RunSupervisor: AnyObject {
    /// Takes the run for a process that is to be started.
    ///
    /// - Returns: false while a process works on it already.
    func prepare(_ run: String) throws -> Bool
    /// Gives back a run that was prepared.
    func abandon(_ run: String)
    /// Starts the process of a run that was prepared.
    ///
    /// - Throws: `JobError` when the system refuses.
    func start(_ run: RunRecord, workingDirectory: String?) throws
    /// Watches a process that another scheduler started.
    ///
    /// - Returns: false when there is none any more.
    func adopt(_ run: RunRecord) throws -> Bool
    /// The runs whose processes have ended since the last call.
    func ended() -> [(run: String, end: ProcessEnd)]
    /// Sends a signal to the run's process, and with SIGKILL to those that it started.
    func send(_ signal: Int32, to run: String)
    func view(of run: String) -> ProcessView?
    /// Waits until a process ends, the descriptor is readable, or the time is over.
    func wait(seconds: Double, descriptor: Int32)
    /// Wakes `wait` from any thread.
    func wake()
}
