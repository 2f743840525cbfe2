internal import CKernels

/// Scans over bytes; see `mastic_scan.h`.
enum TextScan {
    static func count(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ byte: UInt8) -> Int { mastic_scan_count(bytes, count, byte) }

    /// The length of the longest prefix that is UTF-8.
    static func utf8Prefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int { mastic_scan_utf8(bytes, count) }
}
