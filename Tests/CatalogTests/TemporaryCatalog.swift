import Catalog
import Foundation

/// A catalog in a folder of its own.
struct TemporaryCatalog {
    let folder: String
    let store: CatalogStore

    init() {
        folder = NSTemporaryDirectory() + "catalog-" + UUID().uuidString
        store = CatalogStore(path: folder + "/home/catalog.db")
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// A second opening of the same file, as another process would make it.
    func reopened() -> CatalogStore { CatalogStore(path: store.path) }

    /// Creates database `db` with table `t`, partitioned by these columns.
    func makeTable(keys: [ColumnRecord] = []) throws {
        try store.createDatabase(DatabaseRecord(name: "db"))
        try store.createTable(
            TableRecord(name: "t", storageDescriptor: StorageDescriptor(columns: [ColumnRecord("a", "bigint")], location: "/data/t/"), partitionKeys: keys),
            in: "db")
    }
}

/// The error that a closure throws, or nil.
func catalogError(_ body: () throws -> Void) -> CatalogError? {
    do {
        try body()
        return nil
    } catch {
        return error as? CatalogError
    }
}
