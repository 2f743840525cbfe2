/// When a message that could not be sent is tried again: after a time that is drawn from nought to a limit (full jitter), so that what failed together
/// does not come back together; the limit is four times as long after each attempt.
///
/// The limits of the seven waits between eight attempts are 15 s, 1 min, 4 min, 16 min, 64 min, 256 min and 1024 min: 23 hours together at most.
public enum NotificationBackoff {
    public static let maximumAttempts = 8
    /// Seconds after which a message is given up, whatever was tried.
    public static let maximumAge = 86400.0

    /// Seconds of the longest wait.
    ///
    /// - Parameter failures: how many attempts have failed; at least 1.
    public static func limit(failures: Int) -> Double {
        var limit = 15.0
        for _ in 1..<min(max(failures, 1), maximumAttempts) { limit *= 4 }
        return min(limit, 61440)
    }

    /// Seconds to wait; one at least, and what the server asked for, up to an hour.
    ///
    /// - Parameter fraction: drawn from 0 to 1.
    public static func delay(failures: Int, fraction: Double, retryAfter: Double = 0) -> Double {
        max(1, limit(failures: failures) * fraction, min(retryAfter, 3600))
    }
}
