internal import Columnar

/// A line that speaks to the kernel instead of the interpreter.
package struct Magic: Sendable {
    let name: String
    /// Whether it stands behind `%%` and takes the whole cell.
    let isWhole: Bool
    /// What it means here, in one sentence.
    package let meaning: String
    /// Whether it is one of Glue's interactive sessions', which is accepted so that notebooks can be brought along.
    let isForeign: Bool

    static func named(_ name: String, isWhole: Bool) -> Magic? { all.first { $0.name == name && $0.isWhole == isWhole } }

    /// As it is written.
    package var text: String { (isWhole ? "%%" : "%") + name }

    package static let all: [Magic] = own + foreign

    private static let own = [
        Magic("help", "lists the magics"),
        Magic("status", "says what this session is: its home, threads and memory"),
        Magic("sql", "QUERY: runs a query and shows what it gives"),
        Magic("time", "CODE: runs a line and says how long it took"),
        Magic("sql", "makes the cell a query and shows what it gives", isWhole: true),
        Magic("time", "says how long the cell took", isWhole: true),
    ]

    private static let foreign: [Magic] = [
        ("glue_version", "there is one version here, Mastic's; %status tells it"),
        ("number_of_workers", "a session works with the threads of this machine; `mastic kernel install --threads N` sets their number"),
        ("worker_type", "a session works on this machine; `mastic kernel install --threads N --memory SIZE` bounds what it takes of it"),
        ("min_workers", "a session works with the threads of this machine; nothing is started or ended with the load"),
        ("idle_timeout", "a session costs nothing while it waits, so it has no idle timeout; it ends with its kernel"),
        ("timeout", "a session has no time limit; an interrupt ends a cell"),
        ("region", "data is read where it lies; no region is asked"),
        ("profile", "no AWS account is needed; credentials for real S3 storage come from the environment"),
        ("iam_role", "no role is assumed; the session may do what its user may do"),
        ("security_config", "nothing is encrypted by a security configuration; use the disk's"),
        ("connections", "connections are named where data is read or written"),
        ("additional_python_modules", "scripts are Lua; modules come by require() from the notebook's folder"),
        ("extra_py_files", "scripts are Lua; modules come by require() from the notebook's folder"),
        ("extra_jars", "scripts are Lua and formats are built in; no jar is loaded"),
        ("spark_conf", "settings of the session are made in the script: spark.conf:set(name, value)"),
        ("etl", "every session is one for ETL"),
        ("streaming", "sessions read what is there; files that arrive start jobs by triggers (mastic trigger)"),
        ("glue_ray", "there is no Ray here; a session has one kind of engine"),
        ("session_type", "every session is one for ETL"),
        ("session_id", "a session is its kernel; it has no other name"),
        ("session_id_prefix", "a session is its kernel; it has no other name"),
        ("list_sessions", "a session is its kernel; Jupyter lists the kernels that run"),
        ("delete_session", "a session ends with its kernel: shut the kernel down"),
        ("stop_session", "a session ends with its kernel: shut the kernel down, or restart it for a new session"),
        ("reset", "restart the kernel for a new session"),
        ("tags", "sessions have no tags"),
        ("object_memory_worker", "there is no Ray here"),
        ("object_memory_head", "there is no Ray here"),
        ("matplot", "df:plot{...} draws into the notebook by itself"),
        ("matplotlib", "df:plot{...} draws into the notebook by itself"),
    ].map { Magic($0.0, $0.1, isForeign: true) } + [
        Magic("configure", "a session has nothing to configure; `mastic kernel install` takes --home, --threads and --memory", isWhole: true, isForeign: true),
        Magic("tags", "sessions have no tags", isWhole: true, isForeign: true),
        Magic("assume_role", "no role is assumed; the session may do what its user may do", isWhole: true, isForeign: true),
    ]

    private init(_ name: String, _ meaning: String, isWhole: Bool = false, isForeign: Bool = false) {
        (self.name, self.meaning, self.isWhole, self.isForeign) = (name, meaning, isWhole, isForeign)
    }

    /// What `%help` prints.
    package static var list: String {
        func lines(_ magics: [Magic]) -> [String] {
            let width = magics.map(\.text.count).max() ?? 0
            return magics.map { "  " + $0.text + String(repeating: " ", count: width - $0.text.count + 2) + $0.meaning }
        }
        return (["Mastic's magics, above the first line of code of a cell:"] + lines(own)
            + ["", "Those of Glue's interactive sessions are accepted, and mean this here:"] + lines(foreign)).joined(separator: "\n") + "\n"
    }

    /// What is said of a magic that there is none of.
    package static func advice(for name: String, isWhole: Bool) -> String {
        let written = (isWhole ? "%%" : "%") + name
        let names = all.filter { $0.isWhole == isWhole }.map(\.name)
        if let nearest = Suggestion.nearest(name, in: names) { return "there is no magic \(written); did you mean \(isWhole ? "%%" : "%")\(nearest)?" }
        if all.contains(where: { $0.name == name }) { return "there is no magic \(written); \(isWhole ? "%" : "%%")\(name) is one" }
        return "there is no magic \(written); %help lists those there are"
    }
}
