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

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["WeirTestSupport"], exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "weir",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: C libraries of the system, headers and shims only.
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Floor 1: bricks.
        target("EVMPrimitives"),
        target("JSONBytes"),
        target("ConfigTree", [.product(name: "Yams", package: "Yams")]),
        target("MetricsRegistry"),
        target("Tabular"),
        target("CurlTransport", ["CCurl"]),
        target("SQLDatabase"),
        target("GoTemplate"),

        // Floor 2: vocabulary and drivers.
        target("ChainModel", ["EVMPrimitives"]),
        target("EVMABI", ["EVMPrimitives", "JSONBytes"]),
        target("EVMSignatures", ["EVMPrimitives", "CSecp256k1"]),
        target("PromQL", ["MetricsRegistry"]),
        target(
            "SQLiteDriver",
            [
                "SQLDatabase", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // Floor 3: brains.
        target("ChainSync", ["EVMPrimitives", "ChainModel"]),
        target("ChainProofs", ["EVMPrimitives", "ChainModel", "EVMSignatures"]),
        target("LogJSON", ["EVMPrimitives", "JSONBytes", "ChainModel"]),
        target(
            "Economy",
            [
                "EVMPrimitives", "ConfigTree", "EVMABI", "EVMSignatures", "ChainModel",
                "MetricsRegistry",
                .product(name: "HashTreeCollections", package: "swift-collections"),
            ]),
        target(
            "Alerting",
            [
                "EVMPrimitives", "ConfigTree", "EVMABI", "ChainModel", "MetricsRegistry", "PromQL",
                "GoTemplate",
            ]),

        // Floor 4: seams and the store.
        target("WeirPorts", ["ChainModel", "EVMPrimitives", "Alerting"]),
        target(
            "WeirStore", ["EVMPrimitives", "ChainModel", "JSONBytes", "SQLDatabase", "CZlib"]),
        target("EventTools", ["EVMPrimitives", "JSONBytes", "ChainModel", "EVMABI", "LogJSON"]),

        // Floor 5: edges.
        target(
            "EVMRPC",
            [
                "WeirPorts", "ChainModel", "ChainProofs", "EVMPrimitives", "JSONBytes",
                "CurlTransport", "LogJSON",
            ]),
        target(
            "Notifiers",
            [
                "WeirPorts", "Alerting", "PromQL", "CurlTransport", "JSONBytes", "ConfigTree",
                "CCrypto",
            ]),
        target(
            "HTTPFront",
            [
                "MetricsRegistry", "JSONBytes", "CZlib",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        target(
            "ChainSimulator",
            [
                "EVMPrimitives", "ChainModel", "JSONBytes", "EVMSignatures", "ChainProofs",
                "EVMABI",
            ]),
        target(
            "MetricsBridge",
            ["MetricsRegistry", .product(name: "CoreMetrics", package: "swift-metrics")]),

        // Floor 6: the simulated chain as a node on loopback.
        target(
            "SimulatorServer",
            [
                "ChainSimulator", "EVMPrimitives",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),

        // Floor 7: wiring, drivers, lifecycle.
        target(
            "WeirApp",
            [
                "EVMPrimitives", "JSONBytes", "ConfigTree", "MetricsRegistry", "Tabular",
                "CurlTransport", "SQLDatabase", "ChainModel", "EVMABI", "EVMSignatures",
                "SQLiteDriver",
                "ChainSync", "ChainProofs", "Economy", "WeirPorts", "WeirStore", "EventTools",
                "EVMRPC", "HTTPFront", "ChainSimulator", "MetricsBridge", "SimulatorServer",
                "PromQL", "GoTemplate", "Alerting", "Notifiers",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // Floor 8: the executable.
        .executableTarget(
            name: "weir",
            dependencies: [
                "WeirApp", "EventTools", "Tabular",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),

        // Measurements, run by scripts/bench: they see `package` symbols, so they are no package.
        .executableTarget(
            name: "WeirBenchmarks",
            dependencies: [
                "EVMPrimitives", "JSONBytes", "ConfigTree", "MetricsRegistry", "ChainModel",
                "EVMABI", "EVMSignatures", "ChainProofs", "LogJSON", "Economy", "WeirStore",
                "EventTools", "PromQL", "Alerting",
            ], path: "Benchmarks", exclude: ["Kit"], swiftSettings: settings),

        // Tests.
        .target(
            name: "WeirTestSupport", dependencies: ["EVMPrimitives"],
            path: "Tests/WeirTestSupport", swiftSettings: settings),
        tests(
            "EVMPrimitivesTests",
            ["EVMPrimitives", .product(name: "BigInt", package: "BigInt")]),
        tests("JSONBytesTests", ["JSONBytes"]),
        tests("ConfigTreeTests", ["ConfigTree"]),
        tests("MetricsRegistryTests", ["MetricsRegistry"]),
        tests("TabularTests", ["Tabular"]),
        tests("CurlTransportTests", ["CurlTransport"]),
        tests("SQLiteDriverTests", ["SQLDatabase", "SQLiteDriver"]),
        tests("DatabaseContractTests", ["SQLDatabase", "SQLiteDriver"]),
        tests("ChainModelTests", ["ChainModel", "EVMPrimitives"]),
        tests("EVMABITests", ["EVMABI", "EVMPrimitives", "JSONBytes"]),
        tests("EVMSignaturesTests", ["EVMSignatures", "EVMPrimitives"]),
        tests("GoTemplateTests", ["GoTemplate"]),
        tests("PromQLTests", ["PromQL"]),
        tests(
            "AlertingTests",
            [
                "Alerting", "PromQL", "GoTemplate", "ConfigTree", "EVMABI", "EVMPrimitives",
                "ChainModel", "MetricsRegistry", .product(name: "BigInt", package: "BigInt"),
            ]),
        tests(
            "NotifiersTests",
            [
                "Notifiers", "WeirPorts", "Alerting", "PromQL", "CurlTransport", "JSONBytes",
                "ConfigTree",
            ], exclude: ["Snapshots"]),
        tests("ChainSyncTests", ["ChainSync", "ChainModel", "EVMPrimitives"]),
        tests(
            "ChainProofsTests", ["ChainProofs", "EVMSignatures", "ChainModel", "EVMPrimitives"]),
        tests("LogJSONTests", ["LogJSON", "ChainModel", "EVMPrimitives", "JSONBytes"]),
        tests(
            "WeirStoreTests",
            ["WeirStore", "SQLiteDriver", "SQLDatabase", "ChainModel", "EVMPrimitives"]),
        tests(
            "EventToolsTests",
            ["EventTools", "EVMABI", "LogJSON", "ChainModel", "EVMPrimitives", "JSONBytes"]),
        tests(
            "EVMRPCTests",
            [
                "EVMRPC", "WeirPorts", "ChainModel", "ChainProofs", "ChainSimulator",
                "EVMPrimitives", "JSONBytes", "CurlTransport", "LogJSON", "ChainSync",
            ]),
        tests(
            "HTTPFrontTests",
            [
                "HTTPFront", "MetricsRegistry", "JSONBytes",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        tests(
            "ChainSimulatorTests",
            ["ChainSimulator", "EVMPrimitives", "ChainModel", "JSONBytes", "ChainProofs", "EVMABI"]
        ),
        tests(
            "SimulatorServerTests",
            [
                "SimulatorServer", "ChainSimulator", "ChainModel", "EVMPrimitives", "JSONBytes",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        tests(
            "MetricsBridgeTests",
            [
                "MetricsBridge", "MetricsRegistry",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]),
        tests(
            "EconomyTests",
            [
                "Economy", "ConfigTree", "EVMABI", "EVMPrimitives", "EVMSignatures", "ChainModel",
                "MetricsRegistry",
                .product(name: "HashTreeCollections", package: "swift-collections"),
                .product(name: "BigInt", package: "BigInt"),
            ]),
        tests(
            "WeirAppTests",
            [
                "WeirApp", "ChainSimulator", "SimulatorServer", "EVMPrimitives", "ConfigTree",
                "CurlTransport", "SQLDatabase", "SQLiteDriver", "Tabular", "WeirPorts",
                "WeirStore", "ChainModel", "ChainSync", "EVMABI", "EVMRPC", "Economy",
                "HTTPFront", "MetricsRegistry", "JSONBytes", "ChainProofs", "EVMSignatures",
                "Alerting", "Notifiers", "PromQL",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "CommandTests",
            dependencies: ["weir", "SimulatorServer", "ChainSimulator", "WeirTestSupport"],
            exclude: ["Snapshots"], swiftSettings: settings),
        tests(
            "SimulationTests",
            [
                "WeirApp", "ChainSimulator", "EVMRPC", "CurlTransport", "WeirStore",
                "SQLiteDriver", "MetricsRegistry", "ChainModel", "ChainSync", "EVMABI",
                "EVMPrimitives", .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "DevnetTests",
            [
                "weir", "SimulatorServer", "ChainSimulator", "CurlTransport", "JSONBytes",
                "ChainModel", "EVMPrimitives", "WeirStore", "SQLiteDriver",
            ]),
        tests("HouseTests", ["EVMABI", "WeirApp", "Economy", "MetricsRegistry", "ConfigTree"]),
    ]
)
