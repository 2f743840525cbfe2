internal import Catalog

/// What a run does with its job's bookmark: `--job-bookmark-option`.
public enum BookmarkOption: Hashable, Sendable {
    /// Reads everything and records nothing: the default.
    case disable
    /// Reads what is new since the last commit, and records it at the run's commit.
    case enable
    /// Reads as `enable` does, or the input of the runs after `from` up to and with `to`, and records nothing.
    case pause(from: String?, to: String?)

    /// Reads the job arguments `job-bookmark-option`, `job-bookmark-from` and `job-bookmark-to`, named with or without dashes before.
    ///
    /// - Throws: `JobError.invalidOption`, listing the values there are.
    public init(arguments: [String: String]) throws(JobError) {
        func argument(_ name: String) -> String? { arguments["--" + name] ?? arguments[name] }
        let (from, to) = (argument("job-bookmark-from"), argument("job-bookmark-to"))
        switch argument("job-bookmark-option") ?? "job-bookmark-disable" {
        case "job-bookmark-enable": self = .enable
        case "job-bookmark-disable": self = .disable
        case "job-bookmark-pause": self = .pause(from: from, to: to)
        case let other:
            throw JobError(
                .invalidOption, "--job-bookmark-option is job-bookmark-enable, job-bookmark-disable or job-bookmark-pause, not '\(other)'")
        }
        guard from == nil && to == nil || from != nil && to != nil else {
            throw JobError(.invalidOption, "--job-bookmark-from and --job-bookmark-to are given together, or not at all")
        }
        if from != nil, case .pause = self {} else if from != nil {
            throw JobError(.invalidOption, "--job-bookmark-from and --job-bookmark-to need --job-bookmark-option job-bookmark-pause")
        }
    }

    /// Whether the run holds its job: only then no other run of the job may advance the bookmark.
    public var locksJob: Bool { self == .enable }
}

/// How much unread input one run takes; the rest stays for later runs.
public enum InputBound: Hashable, Sendable {
    case none
    case files(Int)
    case bytes(Int64)

    /// Reads `boundedFiles` and `boundedSize`, numbers in strings.
    ///
    /// - Throws: `JobError.invalidOption`.
    public init(boundedFiles: String?, boundedSize: String?) throws(JobError) {
        func positive(_ text: String, _ name: String) throws(JobError) -> Int64 {
            guard let number = Int64(text), number > 0 else { throw JobError(.invalidOption, "\(name) is a number above 0, not '\(text)'") }
            return number
        }
        switch (boundedFiles, boundedSize) {
        case (nil, nil): self = .none
        case (let files?, nil): self = .files(Int(try positive(files, "boundedFiles")))
        case (nil, let bytes?): self = .bytes(try positive(bytes, "boundedSize"))
        case (_?, _?): throw JobError(.invalidOption, "boundedFiles and boundedSize cannot both be given")
        }
    }
}
