import Catalog
import Columnar
import Connectors
import Foundation
import Testing

import Jobs

@Suite struct CrawlerTests {
    private func crawl(
        _ place: TemporaryHome, _ name: String = "in", exclude: [String] = [], configure: (inout Crawler.Options) -> Void = { _ in }
    ) throws -> CrawlReport {
        var options = Crawler.Options(database: "db")
        configure(&options)
        let target = Crawler.Target(place.location(name), exclusions: try exclude.map { try Glob($0) })
        return try Crawler(catalog: place.home.catalog, classifiers: [FakeClassifier()], threads: 3).crawl([target], options: options)
    }

    /// `name(key,...) a:bigint,b:string @location [value/value ...]`
    private func tables(_ place: TemporaryHome) throws -> [String] {
        try place.home.catalog.tables(in: "db").map { table in
            let keys = table.partitionKeys.map(\.name)
            let columns = table.storageDescriptor!.columns.map { "\($0.name):\($0.type!)" }.joined(separator: ",")
            let partitions = try place.home.catalog.partitions(of: table.name, in: "db")
                .map { $0.values.joined(separator: "/") + ($0.parameters[CrawlPlan.deprecation] == nil ? "" : "!") }
            let location = table.storageDescriptor!.location!.dropFirst(place.folder.count + 1)
            let mark = table.parameters[CrawlPlan.deprecation] == nil ? "" : "!"
            return "\(table.name)\(mark)\(keys.isEmpty ? "" : "(\(keys.joined(separator: ",")))") \(columns) @\(location)"
                + (partitions.isEmpty ? "" : " \(partitions.joined(separator: " "))")
        }
    }

    struct Case: CustomTestStringConvertible {
        let name: String
        let files: [String: String]
        let tables: [String]
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a folder of like files", files: ["in/a.csv": "csv id:int,v:double", "in/b.csv": "csv id:long,v:int,w:null"],
            tables: ["in id:bigint,v:double,w:string @in/"]),
        Case(name: "one file in a folder", files: ["in/a.json": "json A:int,b:struct<C:int>"], tables: ["in a:int,b:struct<C:int> @in/"]),
        Case(
            name: "unlike files", files: ["in/orders.csv": "csv id:int,amount:double", "in/customers.csv": "csv name:string,city:string", "in/x.json": "json a:int"],
            tables: ["customers_csv name:string,city:string @in/customers.csv", "orders_csv id:bigint,amount:double @in/orders.csv", "x_json a:int @in/x.json"]),
        Case(
            name: "an odd file among many", files: ["in/1": "json a:int", "in/2": "json a:int", "in/3": "json a:int", "in/odd*.csv": "csv x:int"],
            tables: ["in a:int @in/", "odd__csv x:bigint @in/odd*.csv"]),
        Case(name: "what nobody knows", files: ["in/a": "json a:int", "in/README": "text"], tables: ["in a:int @in/"]),
        Case(
            name: "Hive folders",
            files: [
                "in/Year=2023/month=01/x": "json a:int", "in/Year=2023/month=02/x": "json a:int", "in/Year=2024/month=a%2Fb/x": "json a:int,b:int,c:int,d:int",
                "in/Year=2024/month=__HIVE_DEFAULT_PARTITION__/x": "json a:int",
            ],
            tables: ["in(year,month) a:int,b:int,c:int,d:int @in/ 2023/01 2023/02 2024/__HIVE_DEFAULT_PARTITION__ 2024/a/b"]),
        Case(
            name: "folders without keys", files: ["in/t1/x": "json a:int,b:int", "in/t2/x": "json a:int,b:int", "in/t2/y": "json a:long,b:int"],
            tables: ["in(partition_0) a:bigint,b:int @in/ t1 t2"]),
        Case(
            name: "keys below plain folders", files: ["in/eu/day=1/x": "json a:int", "in/us/day=2/x": "json a:int"],
            tables: ["in(partition_0,day) a:int @in/ eu/1 us/2"]),
        Case(
            name: "unlike folders", files: ["in/orders/x": "json id:int,amount:double", "in/customers/x": "json name:string", "in/customers/y": "json name:string"],
            tables: ["customers name:string @in/customers/", "orders id:int,amount:double @in/orders/"]),
        Case(
            name: "folders of different formats", files: ["in/k=1/x": "json a:int", "in/k=2/x": "csv a:int"],
            tables: ["k_1 a:int @in/k=1/", "k_2 a:bigint @in/k=2/"]),
        Case(
            name: "one odd folder of many",
            files: ["in/k=1/x": "json a:int", "in/k=2/x": "json a:int", "in/k=3/x": "json a:int", "in/k=4/x": "json a:int", "in/k=5/x": "csv a:int"],
            tables: ["in(k) a:int @in/ 1 2 3 4", "k_5 a:bigint @in/k=5/"]),
        Case(
            name: "files beside folders", files: ["in/top.json": "json a:int", "in/sub/x": "json a:int", "in/sub/y": "json a:int"],
            tables: ["sub a:int @in/sub/", "top_json a:int @in/top.json"]),
        Case(
            name: "folders of different depth", files: ["in/a/b/x": "json a:int", "in/c/x": "json a:int"],
            tables: ["a(partition_0) a:int @in/a/ b", "c a:int @in/c/"]),
        Case(
            name: "a field called like a key", files: ["in/k=1/x": "json a:int,K:string", "in/k=2/x": "json a:int,K:string"], tables: ["in(k) a:int @in/ 1 2"]),
        Case(
            name: "an odd file in one partition", files: ["in/k=1/x": "json a:int", "in/k=1/y": "json a:int", "in/k=1/z": "json a:int", "in/k=1/odd": "csv b:int", "in/k=2/x": "json a:int"],
            tables: ["in(k) a:int @in/ 1 2", "odd b:bigint @in/k=1/odd"]),
        Case(
            name: "conflicting types", files: ["in/a": "json a:int,b:int,c:array<int>,d:int", "in/b": "json a:string,b:double,c:array<string>,d:int"],
            tables: ["in a:string,b:double,c:array<string>,d:int @in/"]),
        Case(
            name: "compression may differ", files: ["in/a.csv": "csv a:int", "in/b.csv.gz": "csv/gzip a:int"], tables: ["in a:bigint @in/"]),
        Case(
            name: "a header that shows beside another file",
            files: ["in/a": "csv header=yes first=id;name id:int,name:string", "in/b": "csv header=no first=id;name rows=1 col0:string,col1:string"],
            tables: ["in id:bigint,name:string @in/"]),
        Case(
            name: "a header that shows by repetition",
            files: ["in/a": "csv header=no first=id;name col0:string,col1:string", "in/b": "csv header=no first=id;name col0:string,col1:string"],
            tables: ["in id:string,name:string @in/"]),
        Case(
            name: "names that differ in case", files: ["in/a": "json Id:int,ID:string"], tables: ["in id:int,id_1:string @in/"]),
    ]

    @Test(arguments: cases) func groups(_ test: Case) throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for (name, content) in test.files { try place.write(name, content) }
        let report = try crawl(place)
        #expect(try tables(place) == test.tables)
        #expect(report.tables.allSatisfy { $0.action == .created })
        // Again, nothing changes.
        let again = try crawl(place)
        #expect(again.tables.map(\.action) == report.tables.map { _ in .unchanged }, "\(again.tables.map(\.changes))")
        #expect(try tables(place) == test.tables)
        for table in try place.home.catalog.tables(in: "db") { #expect(table.versionID == "0") }
    }

    @Test func aSingleFileIsATable() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/Orders 2024.csv", "csv a:int")
        let report = try crawl(place, "in/Orders 2024.csv") { $0.prefix = "Raw_" }
        #expect(try tables(place) == ["raw_orders_2024_csv a:bigint @in/Orders 2024.csv"])
        #expect(report.tables[0].classification == "csv" && report.tables[0].evidence == "it says so" && report.tables[0].recordsExamined == 10)
    }

    @Test func tablesAreWrittenAsGlueWritesThem() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/k=1/a.csv", "csv id:int,name:string")
        _ = try crawl(place) { $0.crawler = "nightly" }
        let table = try #require(try place.home.catalog.table("in", in: "db"))
        let parameters = [
            "CrawlerSchemaDeserializerVersion": "1.0", "CrawlerSchemaSerializerVersion": "1.0", "UPDATED_BY_CRAWLER": "nightly", "areColumnsQuoted": "false",
            "averageRecordSize": "2", "classification": "csv", "columnsOrdered": "true", "compressionType": "none", "delimiter": ",", "objectCount": "1",
            "partition_filtering.enabled": "true", "recordCount": "10", "sizeKey": "22", "skip.header.line.count": "1", "typeOfData": "file",
        ]
        #expect(table.parameters == parameters && table.storageDescriptor?.parameters == parameters)
        #expect(table.tableType == "EXTERNAL_TABLE" && table.owner == "owner" && table.partitionKeys == [ColumnRecord("k", "string")])
        let descriptor = try #require(table.storageDescriptor)
        #expect(descriptor.inputFormat == "org.apache.hadoop.mapred.TextInputFormat" && descriptor.numberOfBuckets == -1)
        #expect(descriptor.outputFormat == "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")
        #expect(descriptor.serdeInfo?.serializationLibrary == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe")
        #expect(descriptor.serdeInfo?.parameters == ["field.delim": ","])
        let partition = try #require(try place.home.catalog.partitions(of: "in", in: "db").first)
        #expect(partition.storageDescriptor?.location == "\(place.folder)/in/k=1/")
        #expect(partition.storageDescriptor?.columns == descriptor.columns && partition.parameters["objectCount"] == "1")
    }

    @Test func aSecondCrawlAddsAndWidens() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/k=1/x", "json a:int,b:int,gone:string")
        try place.write("in/k=2/x", "json a:int,b:int,gone:string")
        _ = try crawl(place)
        try place.write("in/k=1/x", "json a:double,b:string,new:boolean")
        try place.write("in/k=3/x", "json a:int,b:int")
        try FileManager.default.removeItem(atPath: place.folder + "/in/k=2")
        let report = try crawl(place)
        #expect(try tables(place) == ["in(k) a:double,b:string,gone:string,new:boolean @in/ 1 2! 3"])
        #expect(
            report.tables[0].changes == [
                "column 'a' widened from int to double", "column 'b' widened from int to string", "column 'new' boolean added", "1 partition added",
                "1 partition without files marked deprecated",
            ])
        let versions = try place.home.catalog.tableVersions("in", in: "db")
        #expect(versions.map(\.versionID) == ["1", "0"])
        #expect(versions[1].table.storageDescriptor?.columns.map(\.name) == ["a", "b", "gone"])
        // Every partition reads with the table's columns.
        for partition in try place.home.catalog.partitions(of: "in", in: "db") {
            #expect(partition.storageDescriptor?.columns.map(\.name) == ["a", "b", "gone", "new"])
        }
        try place.write("in/k=2/x", "json a:int")
        _ = try crawl(place)
        #expect(try tables(place) == ["in(k) a:double,b:string,gone:string,new:boolean @in/ 1 2 3"])
    }

    @Test func whatPeopleDeclaredStays() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/x", "csv day:string,zip:int,n:int")
        _ = try crawl(place)
        var table = try #require(try place.home.catalog.table("in", in: "db"))
        table.storageDescriptor?.columns = [ColumnRecord("day", "date", comment: "of sale"), ColumnRecord("zip", "string"), ColumnRecord("n", "bigint")]
        table.description = "sales"
        table.parameters["team"] = "x"
        try place.home.catalog.updateTable(table, in: "db")
        try place.write("in/y", "csv day:string,zip:int,n:double")
        _ = try crawl(place)
        let after = try #require(try place.home.catalog.table("in", in: "db"))
        #expect(after.storageDescriptor?.columns == [ColumnRecord("day", "date", comment: "of sale"), ColumnRecord("zip", "string"), ColumnRecord("n", "double")])
        #expect(after.description == "sales" && after.parameters["team"] == "x")
    }

    @Test func aChangeOfFormatReplacesTheDefinition() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/k=1/x", "csv a:int,b:int")
        _ = try crawl(place)
        try FileManager.default.removeItem(atPath: place.folder + "/in")
        try place.write("in/y=1/m=1/x", "parquet c:int")
        let report = try crawl(place)
        #expect(try tables(place) == ["in(y,m) c:int @in/ 1/1"])
        #expect(
            report.tables[0].changes == [
                "format changed from csv to parquet: the definition is replaced", "partition keys changed from (k) to (y, m)",
            ])
        let table = try #require(try place.home.catalog.table("in", in: "db"))
        #expect(table.storageDescriptor?.inputFormat == "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat")
    }

    @Test func tablesThatVanishAreMarked() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/a/x", "json a:int")
        try place.write("in/b/x", "csv b:string")
        _ = try crawl(place)
        try place.home.catalog.createTable(
            TableRecord(name: "byhand", storageDescriptor: StorageDescriptor(location: place.folder + "/in/c")), in: "db")
        try FileManager.default.removeItem(atPath: place.folder + "/in/b")
        try place.write("in/d/x", "parquet d:int")
        let report = try crawl(place)
        #expect(try tables(place) == ["a a:int @in/a/", "b! b:string @in/b/", "byhand  @in/c", "d d:int @in/d/"])
        #expect(report.tables.map(\.action) == [.unchanged, .created, .deprecated])
        try place.write("in/b/x", "csv b:string")
        #expect(try crawl(place).tables.first { $0.name == "b" }?.changes == ["its files are back"])
        #expect(try tables(place).contains("b b:string @in/b/"))
    }

    @Test func aNameThatIsTakenGetsASuffix() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/t/x", "json a:int")
        try place.write("other/t/x", "json b:int")
        _ = try crawl(place, "in/t")
        _ = try crawl(place, "other/t")
        let names = try place.home.catalog.tableNames(in: "db")
        #expect(names.count == 2 && names[0] == "t" && names[1].wholeMatch(of: #/t_[0-9a-f]{16}/#) != nil)
        #expect(try crawl(place, "other/t").tables[0].action == .unchanged)
    }

    @Test func exclusionsAreKeptForReaders() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/k=1/x.json", "json a:int")
        try place.write("in/k=1/skip.tmp", "csv z:int")
        try place.write("in/k=1/README", "text")
        let report = try crawl(place, exclude: ["**.tmp"])
        #expect(report.skipped == [CrawlReport.Skipped(path: place.folder + "/in/k=1/README", reason: "no classifier knows its format")])
        let table = try #require(try place.home.catalog.table("in", in: "db"))
        let exclusions = try Glob.list(json: try #require(table.parameters["exclusions"]))
        #expect(exclusions.map(\.pattern) == ["**.tmp", "k=1/README"])
        let options = ListingOptions(exclusions: exclusions, exclusionRoot: place.folder + "/in")
        #expect(try FileListing(path: place.folder + "/in/k=1", options: options).all().map(\.name) == ["x.json"])
    }

    @Test func emptyAndMissingPathsAreSaid() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        #expect(throws: StorageError(.notFound, path: place.folder + "/no", "\(place.folder)/no cannot be read: there is no such file or folder")) {
            try crawl(place, "no")
        }
        try place.write("in/.hidden", "json a:int")
        try place.write("in/empty.json", "")
        #expect(throws: JobError(.nothingToCrawl, "\(place.folder)/in has no data files: no table was made")) { try crawl(place) }
        #expect(try place.home.catalog.databases().isEmpty)
    }

    @Test func damagedFilesAreReported() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        try place.write("in/a", "csv a:int")
        try place.write("in/b", "damaged")
        let report = try crawl(place)
        #expect(report.skipped.map(\.reason) == ["\(place.folder)/in/b, line 3: a quote is not closed"])
        #expect(report.tables[0].notes == ["excludes b, which does not read as the others do"])
    }

    @Test func samplesAndThresholds() throws {
        let place = try TemporaryHome()
        defer { place.remove() }
        for i in 0..<5 { try place.write("in/k=1/\(i)", "json a:int") }
        try place.write("in/k=2/0", "json a:int")
        let report = try crawl(place) { $0.sampleSize = 2 }
        #expect(report.tables[0].files == 6 && report.tables[0].recordsExamined == 30)
        let table = try #require(try place.home.catalog.table("in", in: "db"))
        #expect(table.parameters["objectCount"] == "6" && table.parameters["recordCount"] == "60")
        try place.write("in2/a", "json a:int")
        try place.write("in2/b", "csv b:int")
        #expect(throws: JobError.self) { try crawl(place, "in2") { $0.tableThreshold = 1 } }
        #expect(try crawl(place, "in2") { $0.isDryRun = true }.tables.count == 2)
        #expect(try place.home.catalog.tableNames(in: "db") == ["in"])
    }
}
