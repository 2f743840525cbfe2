package import Columnar
internal import Glibc

/// A temporary file that takes batches while memory is short: written by appending, read back batch by batch, from several threads.
///
/// The file has no name from the start, so nothing is left of it after the process, however that ends.
package final class SpillFile: @unchecked Sendable {
    // Sendable: `end` is behind a lock; positioned reads and writes share no position.

    /// A batch in the file.
    package struct Segment: Sendable {
        let schema: Schema
        /// Rows.
        let count: Int
        let offset: Int
        /// Bytes.
        let size: Int
    }

    /// Linux' O_TMPFILE, a macro that Swift does not see.
    private static let nameless: Int32 = 0o20000000 | O_DIRECTORY

    private let descriptor: Int32
    private let folder: String
    private let end = Locked(0)

    /// - Parameter folder: made where it is missing.
    /// - Throws: `SpillError`.
    package init(in folder: String) throws {
        self.folder = folder
        SpillFile.makeFolders(folder)
        var descriptor = open(folder, SpillFile.nameless | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            // A file system without nameless files: a name that is gone at once.
            var template = Array((folder + "/mastic-spill-XXXXXX").utf8CString)
            descriptor = mkstemp(&template)
            if descriptor >= 0 {
                unlink(template)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            }
        }
        guard descriptor >= 0 else { throw SpillError(folder: folder, code: errno) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Makes a folder and those above it that are missing; that it failed is for `open` to tell.
    private static func makeFolders(_ path: String) {
        if mkdir(path, 0o700) == 0 || errno != ENOENT { return }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return }
        makeFolders(String(path[..<slash]))
        mkdir(path, 0o700)
    }

    /// Bytes written.
    var size: Int { end.withLock { $0 } }

    /// Appends a batch.
    ///
    /// - Throws: `SpillError`, for a full disk above all.
    package func write(_ batch: Batch) throws -> Segment {
        var encoder = SpillEncoder(capacity: batch.approximateSize + 4096)
        for column in batch.columns { encoder.append(column) }
        let bytes = encoder.finish()
        let size = bytes.count
        let offset = end.withLock { end in
            defer { end += size }
            return end
        }
        var written = 0
        while written < size {
            let n = pwrite(descriptor, bytes.start + written, size - written, off_t(offset + written))
            if n < 0 {
                if errno == EINTR { continue }
                throw SpillError(folder: folder, code: errno)
            }
            written += n
        }
        withExtendedLifetime(bytes) {}
        return Segment(schema: batch.schema, count: batch.count, offset: offset, size: size)
    }

    /// Reads a batch back.
    package func read(_ segment: Segment) throws -> Batch {
        let buffer = Buffer(size: segment.size)
        var done = 0
        while done < segment.size {
            let n = pread(descriptor, buffer.base + done, segment.size - done, off_t(segment.offset + done))
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw SpillError(folder: folder, code: n < 0 ? errno : EIO) }
            done += n
        }
        var decoder = SpillDecoder(buffer)
        return Batch(schema: segment.schema, columns: segment.schema.fields.map { decoder.column($0.type) }, count: segment.count)
    }
}

/// What the system refused a temporary file.
package struct SpillError: CodedError, CustomStringConvertible {
    package var errorCode: ErrorCode { .spilling }
    let folder: String
    let code: Int32

    package init(folder: String, code: Int32) { (self.folder, self.code) = (folder, code) }

    package var description: String {
        switch code {
        case ENOSPC, EDQUOT:
            "the disk of \(folder) is full: rows that do not fit into --memory are kept there for a while; free some space, set TMPDIR to a folder on another disk, or raise --memory"
        default:
            "rows that do not fit into --memory cannot be kept in \(folder): \(String(cString: strerror(code))); set TMPDIR to a folder that can be written"
        }
    }
}
