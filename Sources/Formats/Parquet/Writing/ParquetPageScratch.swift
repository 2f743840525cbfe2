internal import CKernels
internal import Columnar
internal import Synchronization

/// Memory in which a page is put together, used by one thread at a time and kept from page to page.
///
/// Row groups are many where a write is partitioned, pages that are put together at the same moment only as many as threads.
final class ParquetPageScratch {
    var body = GrowingBuffer<UInt8>(capacity: 1 << 12)
    var compressed = Buffer(size: 0)
    var indices = GrowingBuffer<UInt32>(capacity: 16)
    var views = GrowingBuffer<mpq_view>(capacity: 16)
    var marks = GrowingBuffer<UInt8>(capacity: 16)

    /// Bytes that the last page needed.
    private var usedBytes: Int { body.count + compressed.size + indices.count * 4 + views.count * 16 + marks.count }

    private static let idle = Mutex<Idle>(Idle())
    private struct Idle: @unchecked Sendable {
        // Sendable: guarded by the mutex; what is taken out has one owner.
        var all: [ParquetPageScratch] = []
    }
    /// What is larger is not kept: pages of that size are rare.
    private static let keptBytes = 8 << 20
    private static let keptCount = 16

    static func take() -> ParquetPageScratch { idle.withLock { $0.all.popLast() } ?? ParquetPageScratch() }

    static func giveBack(_ scratch: ParquetPageScratch) {
        guard scratch.usedBytes <= keptBytes else { return }
        idle.withLock { if $0.all.count < keptCount { $0.all.append(scratch) } }
    }
}

/// Rows on their way from a batch to the page of a leaf.
struct ParquetRowScratch {
    /// The most rows that are on their way at once.
    static let block = 512
    let views = Buffer(size: block * 16)
    let places = Buffer(size: block * 4)
}
