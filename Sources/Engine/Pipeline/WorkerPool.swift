internal import Glibc
internal import Synchronization

/// A fixed set of threads that run one parallel region at a time, the caller's among them.
///
/// Threads start with the first region that needs them, so a script that never runs one pays nothing.
public final class WorkerPool: @unchecked Sendable {
    // Sendable: `mutex` guards everything that changes.
    public let count: Int
    private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var started = false
    private var generation = 0
    private var running = 0
    private var body: (@Sendable (Int) -> Void)?

    /// - Parameter count: threads in all; at least 1.
    public init(count: Int) {
        self.count = max(count, 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(done, nil)
    }

    /// The number of processors that this process may use.
    public static var processorCount: Int {
        max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Calls `body` once on each of `workers` threads with its number, and returns when all have returned.
    ///
    /// - Precondition: not called from within `body`.
    public func run(workers: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let workers = min(workers, count)
        if workers <= 1 { return body(0) }
        pthread_mutex_lock(mutex)
        precondition(running == 0, "parallel regions do not nest")
        if !started {
            started = true
            for number in 1..<count { start(number) }
        }
        self.body = { number in if number < workers { body(number) } }
        running = count - 1
        generation += 1
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
        body(0)
        pthread_mutex_lock(mutex)
        while running > 0 { pthread_cond_wait(done, mutex) }
        self.body = nil
        pthread_mutex_unlock(mutex)
    }

    private func start(_ number: Int) {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 16 << 20)
        let context = Unmanaged.passRetained(WorkerStart(pool: self, number: number)).toOpaque()
        let status = pthread_create(&thread, &attributes, { context in
            let start = Unmanaged<WorkerStart>.fromOpaque(context!).takeRetainedValue()
            start.pool.work(start.number)
            return nil
        }, context)
        precondition(status == 0, "the system refused a thread")
        pthread_attr_destroy(&attributes)
    }

    private func work(_ number: Int) {
        // Signals belong to the main thread.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        var seen = 0
        while true {
            pthread_mutex_lock(mutex)
            while generation == seen { pthread_cond_wait(wake, mutex) }
            seen = generation
            let body = self.body
            pthread_mutex_unlock(mutex)
            body?(number)
            pthread_mutex_lock(mutex)
            running -= 1
            if running == 0 { pthread_cond_signal(done) }
            pthread_mutex_unlock(mutex)
        }
    }
}

private final class WorkerStart {
    let pool: WorkerPool
    let number: Int
    init(pool: WorkerPool, number: Int) { (self.pool, self.number) = (pool, number) }
}
