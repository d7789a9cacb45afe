// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["WeirTestSupport"], swiftSettings: settings)
}

let package = Package(
    name: "weir",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        target("EVMPrimitives"),
        target("ChainModel", ["EVMPrimitives"]),
        target("ChainSync", ["EVMPrimitives", "ChainModel"]),
        target("JSONBytes"),
        target("SQLDatabase"),
        target("MetricsRegistry"),
        target("Tabular"),
        target(
            "MetricsBridge",
            ["MetricsRegistry", .product(name: "CoreMetrics", package: "swift-metrics")]),
        target(
            "SQLiteDriver",
            [
                "SQLDatabase", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"])]),
        target("EVMSignatures", ["EVMPrimitives", "CSecp256k1"]),
        target("ChainProofs", ["EVMPrimitives", "ChainModel", "EVMSignatures"]),
        target("WeirStore", ["EVMPrimitives", "ChainModel", "JSONBytes", "SQLDatabase"]),
        target("WeirPorts", ["ChainModel", "EVMPrimitives"]),
        .target(
            name: "WeirTestSupport", dependencies: ["EVMPrimitives"], path: "Tests/WeirTestSupport",
            swiftSettings: settings),
        tests("JSONBytesTests", ["JSONBytes"]),
        tests("MetricsRegistryTests", ["MetricsRegistry"]),
        tests("TabularTests", ["Tabular"]),
        tests(
            "MetricsBridgeTests",
            [
                "MetricsBridge", "MetricsRegistry",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]),
        tests("SQLiteDriverTests", ["SQLDatabase", "SQLiteDriver"]),
        tests("DatabaseContractTests", ["SQLDatabase", "SQLiteDriver"]),
        tests(
            "WeirStoreTests",
            ["WeirStore", "SQLiteDriver", "SQLDatabase", "ChainModel", "EVMPrimitives"]),
        tests("EVMSignaturesTests", ["EVMSignatures", "EVMPrimitives"]),
        tests("ChainProofsTests", ["ChainProofs", "ChainModel", "EVMPrimitives", "EVMSignatures"]),
        tests("ChainSyncTests", ["ChainSync", "ChainModel", "EVMPrimitives"]),
        tests(
            "EVMPrimitivesTests",
            ["EVMPrimitives", .product(name: "BigInt", package: "BigInt")]),
    ]
)
