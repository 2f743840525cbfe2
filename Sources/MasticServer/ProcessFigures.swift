internal import Connectors
internal import Glibc

/// What the system knows of this process.
package struct ProcessFigures: Sendable {
    var residentBytes: Int
    var cpuSeconds: Double
    var openDescriptors: Int
    /// Seconds since the epoch.
    var started: Double

    package init(residentBytes: Int, cpuSeconds: Double, openDescriptors: Int, started: Double) {
        (self.residentBytes, self.cpuSeconds, self.openDescriptors, self.started) = (residentBytes, cpuSeconds, openDescriptors, started)
    }
}

extension ProcessFigures {
    /// As it is now. What cannot be read is 0.
    ///
    /// - Parameter started: seconds since the epoch.
    init(started: Double) {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var pages = 0
        if let bytes = try? LocalPath.readSmallFile("/proc/self/statm"), let word = bytes.split(separator: " ").dropFirst().first { pages = Int(word) ?? 0 }
        var descriptors = 0
        if let folder = opendir("/proc/self/fd") {
            while let entry = readdir(folder) { if entry.pointee.d_name.0 != 46 { descriptors += 1 } }
            closedir(folder)
            // One of them was this folder.
            descriptors -= 1
        }
        self.init(
            residentBytes: pages * Int(getpagesize()), cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), openDescriptors: descriptors,
            started: started)
    }
}
