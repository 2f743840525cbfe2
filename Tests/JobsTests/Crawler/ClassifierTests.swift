import Catalog
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct ClassifierTests {
    private func crawl(_ place: TemporaryHome, exclude: [String] = []) throws -> CrawlReport {
        let target = Crawler.Target(place.location("in"), exclusions: try exclude.map { try Glob($0) })
        return try Crawler(catalog: place.home.catalog, classifiers: BuiltInClassifiers.all, threads: 2).crawl([target], options: Crawler.Options(database: "db"))
    }

    /// `name classification header? column:type,...`
    private func tables(_ place: TemporaryHome) throws -> [String] {
        try place.home.catalog.tables(in: "db").map { table in
            "\(table.name) \(table.parameters["classification"]!)\(table.parameters["skip.header.line.count"] == nil ? "" : " header") "
                + table.storageDescriptor!.columns.map { "\($0.name):\($0.type!)" }.joined(separator: ",")
        }
    }

    struct Case: CustomTestStringConvertible {
        let name: String
        let files: [String: String]
        let tables: [String]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(
            name: "orders",
            files: [
                "in/1.csv": "id,customer_id,amount,status\ntx-1,101,19.99,done\ntx-2,102,-5,\"Home, Garden\"\n", "in/2.csv": "id,customer_id,amount,status\ntx-5,104,7.25,open\n",
            ],
            tables: ["in csv header id:string,customer_id:bigint,amount:double,status:string"]),
        Case(name: "two columns", files: ["in/orders.csv": "a,b\n1,2\n"], tables: ["in csv header a:bigint,b:bigint"]),
        Case(
            name: "a column that one file leaves empty", files: ["in/1.csv": "a,b\n1,\n2,\n", "in/2.csv": "a,b\n1,5\n"], tables: ["in csv header a:bigint,b:bigint"]),
        Case(name: "one column", files: ["in/x.csv": "n\n1\n2\n"], tables: ["in csv header n:bigint"]),
        Case(name: "one column without a name that says so", files: ["in/x": "n\n1\n2\n", "in/y.json": "{\"a\": 1}\n"], tables: ["in json a:int"]),
        Case(name: "a header without rows", files: ["in/x.csv": "id,name\n"], tables: ["in csv header id:string,name:string"]),
        Case(
            name: "a header without rows beside rows", files: ["in/1.csv": "id,name\n", "in/2.csv": "id,name\n7,x\n"], tables: ["in csv header id:bigint,name:string"]),
        Case(
            name: "texts alone", files: ["in/1.csv": "name,city\nann,rome\nbob,oslo\n", "in/2.csv": "name,city\neve,bern\n"], tables: ["in csv header name:string,city:string"]),
        Case(
            name: "JSON lines, some of them broken",
            files: ["in/x.json": (0..<30).map { $0 == 20 ? "{\"a\": 1, \"b\": \n" : "{\"a\": \($0), \"b\": [1], \"C\": {\"d\": true}}\n" }.joined()],
            tables: ["in json a:int,b:array<int>,c:struct<d:boolean>"]),
        Case(
            name: "JSON types that disagree", files: ["in/x": "{\"a\": 1, \"b\": 1, \"c\": null}\n{\"a\": \"x\", \"b\": 1.5}\n{\"b\": 5000000000}\n"],
            tables: ["in json a:string,b:double,c:string"]),
        Case(
            name: "junk beside data", files: ["in/k=1/x.json": "{\"host\": \"h\", \"ms\": 1}\n", "in/k=1/skip.tmp": "junk\n"], tables: ["in json host:string,ms:int"]),
    ])
    func tellsFormats(_ test: Case) throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for (name, content) in test.files { try place.write(name, content) }
        _ = try crawl(place)
        #expect(try tables(place) == test.tables)
        #expect(try crawl(place).tables.allSatisfy { $0.action == .unchanged })
    }

    @Test func disagreementsAreShown() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/x.csv", "id,amount\n1,2.5\n2,3\n3,n/a\n")
        let table = try #require(try crawl(place).tables.first)
        #expect(table.columns.map(\.type) == ["bigint", "string"])
        #expect(table.disagreement?.contains("'n/a' on line 4") == true, "\(table.disagreement ?? "none")")
    }

    private static let nyc = sharedData("nycflights")

    @Test(.enabled(if: nyc != nil)) func realFilesAreOneTableEach() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try FileManager.default.createSymbolicLink(atPath: place.folder + "/in", withDestinationPath: Self.nyc!)
        let report = try crawl(place)
        #expect(!report.tables.isEmpty && report.tables.allSatisfy { $0.action == .created })
        #expect(try crawl(place).tables.allSatisfy { $0.action == .unchanged })
    }

    /// A folder of the shared sample data, found from the package's folder upwards.
    private static func sharedData(_ name: String) -> String? {
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent("shared/data/\(name)").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }
}
