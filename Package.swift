// swift-tools-version: 6.2
import PackageDescription

// The target graph of docs/architecture.md: a target imports only what stands below it.
//
//     mastic      executable: commands, terminal
//     MasticKernel  the kernel of Jupyter notebooks
//     MasticServer  the scheduler as a service; health and metrics over HTTP (Hummingbird)
//     Jobs        runs, bookmarks, crawler
//     Scripting   interpreter, values, job API          CLua      C shim; Lua's headers stay private to it
//     Connectors  storage, files                        Catalog   databases, tables, partitions (GRDB)
//     Engine      plans, optimizer, operators           Formats   CSV, JSON, Parquet: bytes <-> batches
//     Columnar    types, columns, batches, kernels      CCodecs   compression libraries behind one C header
//                                                       CKernels  loops that want instructions Swift has no word for
//                                                       CRegex    regular expressions (PCRE2)
//                                                       CPlatform system calls that need C: renames that outlive a kill
//                                                       CCurl     HTTP and mail, through libcurl
//                                                       CEdit     line editing (libedit)
//                                                       CReference  annotations of the script API, as bytes
//                                                       CZeroMQ   messages to notebooks (libzmq, loaded when needed)
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "mastic",
    products: [.executable(name: "mastic", targets: ["mastic"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Without traits: no swift-configuration, and FoundationEssentials in place of Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CLuaSystem", path: "Sources/CLuaSystem", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLua", dependencies: ["CLuaSystem"]),
        .target(
            name: "CCodecs",
            linkerSettings: [
                .linkedLibrary("z"), .linkedLibrary("deflate"), .linkedLibrary("zstd"), .linkedLibrary("lz4"), .linkedLibrary("snappy"),
                .linkedLibrary("brotlidec"), .linkedLibrary("brotlienc"),
            ]),
        .target(name: "CKernels"),
        .target(name: "CRegex", linkerSettings: [.linkedLibrary("pcre2-8")]),
        .target(name: "CPlatform"),
        .target(name: "CEdit", linkerSettings: [.linkedLibrary("edit")]),
        .target(name: "CZeroMQ"),
        .target(name: "CReference", exclude: ["annotations"]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "Columnar", dependencies: ["CKernels", "CRegex"], swiftSettings: settings),
        .target(name: "Formats", dependencies: ["Columnar", "CCodecs", "CKernels"], swiftSettings: settings),
        .target(name: "Engine", dependencies: ["Columnar"], swiftSettings: settings),
        .target(
            name: "Catalog", dependencies: ["Columnar", .product(name: "GRDB", package: "GRDB.swift")], swiftSettings: settings),
        .target(name: "Connectors", dependencies: ["Columnar", "Formats", "Engine", "Catalog", "CPlatform"], swiftSettings: settings),
        .target(
            name: "Scripting", dependencies: ["CLua", "CReference", "Columnar", "Engine", "Formats", "Connectors", "Catalog", .product(name: "Logging", package: "swift-log")],
            resources: [.embedInCode("stdlib")], swiftSettings: settings),
        .target(
            name: "Jobs",
            dependencies: [
                "CPlatform", "CKernels", "CCurl", "Scripting", "Columnar", "Engine", "Formats", "Connectors", "Catalog", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .target(
            name: "MasticServer",
            dependencies: [
                "Columnar", "Jobs", "Catalog", "Connectors", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .target(
            name: "MasticKernel", dependencies: ["Jobs", "Scripting", "Engine", "Columnar", "Connectors", "Catalog", "CZeroMQ", "CPlatform"], swiftSettings: settings),
        .executableTarget(
            name: "mastic",
            dependencies: [
                "MasticServer", "MasticKernel", "CEdit", "Jobs", "Scripting", "Engine", "Columnar", "Connectors", "Catalog", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: settings),
        .testTarget(name: "ColumnarTests", dependencies: ["Columnar"], swiftSettings: settings),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "Columnar"], swiftSettings: settings),
        .testTarget(name: "EngineTests", dependencies: ["Engine", "Columnar"], swiftSettings: settings),
        .testTarget(name: "CatalogTests", dependencies: ["Catalog", "Columnar"], swiftSettings: settings),
        .testTarget(name: "ConnectorsTests", dependencies: ["Connectors", "Catalog", "Engine", "Formats", "Columnar"], swiftSettings: settings),
        .testTarget(name: "ScriptingTests", dependencies: ["Scripting", "Engine", "Columnar"], swiftSettings: settings),
        .testTarget(
            name: "JobsTests", dependencies: ["Jobs", "Scripting", "Catalog", "Connectors", "Columnar", .product(name: "Logging", package: "swift-log")], swiftSettings: settings),
        .testTarget(name: "MasticServerTests", dependencies: ["MasticServer", "Jobs", "Catalog"], swiftSettings: settings),
        .testTarget(name: "MasticKernelTests", dependencies: ["MasticKernel", "Jobs", "Catalog"], swiftSettings: settings),
        .testTarget(name: "MasticTests", dependencies: ["mastic", "Jobs", "Catalog"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
