// Weir
// SPDX-License-Identifier: Apache-2.0

/// One module of the house: the floor it stands on and what it may import.
struct Room: Sendable {
    let name: String
    let floor: Int
    /// Modules of this package. All stand on lower floors; a test holds the plan itself to that.
    let imports: Set<String>
    /// Modules of other packages.
    let outside: Set<String>
    /// Modules that come with the toolchain or the system.
    let toolchain: Set<String>
    /// Words that the rule of purity forbids on this floor and this room needs, with the reason.
    let impure: [String: String]

    init(
        _ name: String, floor: Int, _ imports: Set<String> = [], outside: Set<String> = [],
        toolchain: Set<String> = [], impure: [String: String] = [:]
    ) {
        self.name = name
        self.floor = floor
        self.imports = imports
        self.outside = outside
        self.toolchain = toolchain
        self.impure = impure
    }
}

/// Who stands where, and who imports whom. `CONTRIBUTING.md` draws the same picture, and a test
/// compares the two. A new module is a new line here, with the change that adds it.
enum FloorPlan {
    private static let libc: Set<String> = ["Glibc", "Musl", "Darwin"]
    private static let server: Set<String> = [
        "HTTPTypes", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1", "NIOHTTPTypes",
        "NIOHTTPTypesHTTP1", "NIOPosix", "ServiceLifecycle",
    ]
    private static let driver = [
        "async": "a driver", "await": "a driver", "Task": "a driver", "Date": "a driver",
        "ContinuousClock": "a driver",
    ]

    /// Floors that decide and never do: no clock, no task, no file.
    static let pureFloors = 1...3

    static let rooms: [Room] = [
        Room("CCurl", floor: 0),
        Room("CCrypto", floor: 0),
        Room("CSecp256k1", floor: 0),
        Room("CZlib", floor: 0),

        Room("EVMPrimitives", floor: 1),
        Room("JSONBytes", floor: 1),
        Room("ConfigTree", floor: 1, outside: ["Yams"], toolchain: ["Foundation"]),
        Room("MetricsRegistry", floor: 1, toolchain: ["Synchronization"]),
        Room("Tabular", floor: 1),
        Room("GoTemplate", floor: 1),
        Room(
            "CurlTransport", floor: 1, ["CCurl"], toolchain: libc.union(["Synchronization"]),
            impure: driver),
        Room(
            "SQLDatabase", floor: 1,
            impure: ["async": "the seam to two databases", "await": "the seam to two databases"]),

        Room("EVMABI", floor: 2, ["EVMPrimitives", "JSONBytes"]),
        Room("ChainModel", floor: 2, ["EVMPrimitives"]),
        Room("EVMSignatures", floor: 2, ["EVMPrimitives", "CSecp256k1"]),
        Room("PromQL", floor: 2, ["MetricsRegistry"], toolchain: libc),
        Room(
            "SQLiteDriver", floor: 2, ["SQLDatabase"], outside: ["GRDB", "GRDBSQLite"],
            toolchain: libc.union(["Dispatch", "Foundation", "Synchronization"]), impure: driver),

        Room("ChainSync", floor: 3, ["EVMPrimitives", "ChainModel"]),
        Room("ChainProofs", floor: 3, ["EVMPrimitives", "ChainModel", "EVMSignatures"]),
        Room(
            "Economy", floor: 3,
            [
                "EVMPrimitives", "JSONBytes", "EVMABI", "EVMSignatures", "ChainModel",
                "MetricsRegistry", "Tabular", "ConfigTree",
            ], outside: ["HashTreeCollections"]),
        Room("LogJSON", floor: 3, ["EVMPrimitives", "JSONBytes", "ChainModel"]),
        Room(
            "Alerting", floor: 3,
            [
                "EVMPrimitives", "ConfigTree", "EVMABI", "ChainModel", "MetricsRegistry", "PromQL",
                "GoTemplate",
            ]),

        Room("WeirPorts", floor: 4, ["EVMPrimitives", "ChainModel", "Alerting"]),
        Room(
            "WeirStore", floor: 4,
            ["EVMPrimitives", "JSONBytes", "ChainModel", "SQLDatabase", "Economy", "CZlib"]),
        Room(
            "EventTools", floor: 4,
            ["EVMPrimitives", "JSONBytes", "EVMABI", "ChainModel", "LogJSON"]),

        Room(
            "EVMRPC", floor: 5,
            [
                "EVMPrimitives", "JSONBytes", "ConfigTree", "CurlTransport", "ChainModel",
                "ChainProofs", "LogJSON", "WeirPorts",
            ], toolchain: libc.union(["Synchronization"])),
        Room(
            "Notifiers", floor: 5,
            [
                "WeirPorts", "Alerting", "PromQL", "CurlTransport", "JSONBytes", "ConfigTree",
                "CCrypto",
            ]),
        Room(
            "HTTPFront", floor: 5, ["CZlib", "JSONBytes", "MetricsRegistry"],
            outside: Self.server, toolchain: Self.libc.union(["Synchronization"])),
        Room(
            "ChainSimulator", floor: 5,
            [
                "EVMPrimitives", "JSONBytes", "EVMABI", "ChainModel", "EVMSignatures",
                "ChainProofs", "WeirPorts",
            ], toolchain: ["Synchronization"]),
        Room(
            "MetricsBridge", floor: 5, ["MetricsRegistry"], outside: ["CoreMetrics"],
            toolchain: ["Synchronization"]),

        Room(
            "SimulatorServer", floor: 6,
            ["EVMPrimitives", "JSONBytes", "ChainModel", "ChainSimulator", "HTTPFront"],
            outside: Self.server, toolchain: Self.libc.union(["Synchronization"])),

        Room(
            "WeirApp", floor: 7,
            [
                "EVMPrimitives", "JSONBytes", "ConfigTree", "MetricsRegistry", "Tabular",
                "CurlTransport", "SQLDatabase", "EVMABI", "ChainModel", "EVMSignatures",
                "SQLiteDriver", "ChainSync", "ChainProofs", "Economy", "LogJSON", "WeirPorts",
                "WeirStore", "EventTools", "EVMRPC", "HTTPFront", "ChainSimulator",
                "MetricsBridge", "SimulatorServer", "PromQL", "GoTemplate", "Alerting", "Notifiers",
            ],
            outside: ["CoreMetrics", "Logging", "Metrics", "ServiceLifecycle", "UnixSignals"],
            toolchain: libc.union(["Dispatch", "Foundation", "Synchronization"])),

        Room(
            "weir", floor: 8, ["WeirApp", "EventTools", "Tabular"], outside: ["ArgumentParser"],
            toolchain: libc.union(["Foundation"])),
    ]

    static let byName = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })

    /// Files outside the drivers that may say `@unchecked Sendable`, with the reason.
    static let unchecked = [
        "Sources/EVMSignatures/SecpContext.swift":
            "a context of libsecp256k1 that is never written after it was made"
    ]

    /// Modules that own a C handle or a thread, and may say `@unchecked Sendable` anywhere.
    static let drivers: Set<String> = ["CurlTransport", "SQLiteDriver"]

    /// The one file of a pure module that reads files and environment.
    static let foundationFiles = ["ConfigTree": "Sources/ConfigTree/ConfigSurroundings.swift"]
}
