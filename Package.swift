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
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1")
    ],
    targets: [
        target("EVMPrimitives"),
        target("ChainModel", ["EVMPrimitives"]),
        target("ChainSync", ["EVMPrimitives", "ChainModel"]),
        target("WeirPorts", ["ChainModel", "EVMPrimitives"]),
        .target(
            name: "WeirTestSupport", dependencies: ["EVMPrimitives"], path: "Tests/WeirTestSupport",
            swiftSettings: settings),
        tests("ChainSyncTests", ["ChainSync", "ChainModel", "EVMPrimitives"]),
        tests(
            "EVMPrimitivesTests",
            ["EVMPrimitives", .product(name: "BigInt", package: "BigInt")]),
    ]
)
