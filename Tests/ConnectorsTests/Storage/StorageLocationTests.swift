import Connectors
import Testing

@Suite struct StorageLocationTests {
    private func home(_ environment: [String: String] = [:]) throws -> (Home, TemporaryFolder) {
        let folder = TemporaryFolder()
        return (try Home(path: folder.path, environment: environment), folder)
    }

    @Test(arguments: [
        ("a/b.csv", "/w/a/b.csv", "/w/a/b.csv"), ("a/", "/w/a", "/w/a/"), ("/x//y/../z/", "/x/z", "/x/z/"), ("./a", "/w/a", "/w/a"),
        ("..", "/", "/"), ("file:///x/y", "/x/y", "/x/y"), ("file://localhost/x/", "/x", "/x/"), ("s3://b/k/f", "H/s3/b/k/f", "s3://b/k/f"),
        ("s3a://b/k/", "H/s3/b/k", "s3://b/k/"), ("s3://b", "H/s3/b", "s3://b"), ("a:b", "/w/a:b", "/w/a:b"), ("/\u{301}x/y", "/\u{301}x/y", "/\u{301}x/y"),
    ])
    func finds(name: String, path: String, url: String) throws {
        let (home, folder) = try home(["MASTIC_S3": "local"])
        defer { folder.remove() }
        let location = try home.locate(name, from: "/w")
        #expect(location.path == (path.hasPrefix("H") ? folder.path + path.dropFirst() : path))
        #expect(location.url == url)
        #expect(location.namesFolder == (name.utf8.last == UInt8(ascii: "/") || path == "/"))
    }

    @Test(arguments: [
        ("", "a path is empty"), ("ftp://x/y", "ftp://x/y: 'ftp' is no place for files; there are plain paths (data/a.csv), file:///path, and s3://bucket/key, also as s3a and s3n"),
        ("file://host/x", "file://host/x: a file URL has three slashes, file:///path"), ("s3:///k", "s3:///k names no bucket"), ("s3://", "s3:// names no bucket"),
        ("s3://b/../../etc/passwd", "s3://b/../../etc/passwd: a local object's key may not have '.' or '..' between slashes"),
    ])
    func refuses(name: String, message: String) throws {
        let (home, folder) = try home(["MASTIC_S3": "local"])
        defer { folder.remove() }
        #expect(storageError { _ = try home.locate(name) }?.message == message)
    }

    @Test func objectsNeedAChoice() throws {
        let (home, folder) = try home()
        defer { folder.remove() }
        #expect(
            storageError { _ = try home.locate("s3://b/k") }?.message
                == "s3://b/k has no place: object stores are not talked to yet; set s3 = \"local\" in \(folder.path)/config (or MASTIC_S3=local) to keep objects in \(folder.path)/s3"
        )
        try folder.write("config", content: "# settings\n\n s3 = \"local\" \nother=1\n")
        let again = try Home(path: folder.path, environment: [:])
        #expect(try again.locate("s3://b/k").path == folder.path + "/s3/b/k")
        #expect(again.setting("other") == "1" && again.setting("missing") == nil)
        try folder.write("config", content: "s3 local")
        #expect(
            storageError { _ = try Home(path: folder.path, environment: [:]) }?.message
                == "\(folder.path)/config, line 1: a setting is written key = value, this is 's3 local'")
    }

    @Test func descendantsKeepTheName() throws {
        let (home, folder) = try home(["MASTIC_S3": "local"])
        defer { folder.remove() }
        let bucket = try home.locate("s3://b/t/")
        #expect(bucket.descendant(bucket.path + "/k=1", isFolder: true).url == "s3://b/t/k=1/")
        #expect(bucket.descendant(bucket.path, isFolder: true).url == "s3://b/t/")
        #expect(StorageLocation(path: "/x", isFolder: true).descendant("/x/f.csv", isFolder: false).url == "/x/f.csv")
    }

    @Test func theNearestHomeCounts() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try folder.write("p/.mastic/config", "p/sub/deeper/x", content: "")
        func resolve(_ option: String?, _ environment: [String: String] = ["HOME": "/users/u"], from: String) throws -> String {
            try Home.resolve(option: option, environment: environment, workingDirectory: folder.path + from).path
        }
        #expect(try resolve("/given", ["MASTIC_HOME": "/variable"], from: "/p") == "/given")
        #expect(try resolve(nil, ["MASTIC_HOME": "/variable"], from: "/p") == "/variable")
        #expect(try resolve(nil, from: "/p/sub/deeper") == folder.path + "/p/.mastic")
        #expect(try resolve(nil, from: "/p") == folder.path + "/p/.mastic")
        #expect(try resolve(nil, from: "") == "/users/u/.mastic")
    }

    @Test(arguments: [
        ("a b/c", "k=a b%2Fc"), ("z", "k=z"), (nil, "k=__HIVE_DEFAULT_PARTITION__"), ("", "k=__HIVE_DEFAULT_PARTITION__"),
        ("\"#%'*/:=?\\{[]^", "k=%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5E"), ("\u{1}\n\u{7F}", "k=%01%0A%7F"), ("ü}~&+,;@!$().|<>", "k=ü}~&+,;@!$().|<>"),
    ])
    func partitionSegments(value: String?, segment: String) throws {
        #expect(HivePath.segment(key: "k", value: value) == segment)
        let parsed = try #require(HivePath.parse(segment))
        #expect(parsed.key == "k" && parsed.value == (value == "" ? nil : value))
    }

    @Test func partitionsOfPaths() {
        let found = HivePath.partitions(of: "/t/year=2024/x/month=0%311/100%/k=50%/f=1.csv", below: "/t")
        #expect(found.map(\.key) == ["year", "month", "k"] && found.map(\.value) == ["2024", "011", "50%"])
        #expect(HivePath.partitions(of: "/t/f", below: "/other").isEmpty)
        #expect(HivePath.parse("=x") == nil && HivePath.parse("x") == nil)
    }
}
