// swift-tools-version: 6.2
import PackageDescription

/// One array for every target. The gate turns warnings into errors on top of it.
let swiftSettings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["WAITABLE_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let orderedCollections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let algorithms: Target.Dependency = .product(name: "Algorithms", package: "swift-algorithms")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "waitable",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "waitable", targets: ["WaitableCommand"]),
        .library(name: "RedisClient", targets: ["RedisClient"]),
        .library(name: "StatesLanguage", targets: ["StatesLanguage"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-algorithms.git", from: "1.2.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.5.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
    ],
    targets: [
        .executableTarget(
            name: "WaitableCommand",
            dependencies: [
                "CodeUnits", "JSONata", "StateGraph", "StatesLanguage", "Transport", "WaitableHTTP", "WaitableMetrics",
                "WaitableOperations", "WaitableWorker", "LineLogging",
                hummingbird, hummingbirdCore, hummingbirdTLS, algorithms, argumentParser, asyncHTTPClient,
                configuration,
                subprocess, systemPackage,
                serviceLifecycle,
                nioCore,
                nioHTTP1, nioPosix, nioSSL, logging, metrics,
            ],
            // A link to the file in statemachine/.
            resources: [.embedInCode("Stack/waitable-stepfunction.asl.json")]
        ),
        .target(
            name: "WaitableHTTP",
            dependencies: [
                "CodeUnits", "SignatureVersion4", "StateGraph", "Transport", "WaitableMetrics", "WaitableOperations",
                "WaitableRedis",
                hummingbird, hummingbirdCore, crypto,
                serviceLifecycle, nioCore, nioHTTP1, logging, metrics,
            ],
            resources: [.embedInCode("openapi.json"), .embedInCode("Page/Files")]
        ),
        .target(
            name: "WaitableWorker",
            dependencies: [
                "CodeUnits", "SignatureVersion4", "WaitableMetrics", "WaitableObjects", "WaitableOperations",
                "WaitableRedis", nioCore, nioPosix, nioHTTP1, asyncHTTPClient, crypto,
                serviceLifecycle, logging, metrics, histogram,
            ]
        ),
        .target(
            name: "WaitableMetrics",
            dependencies: ["CodeUnits", "PrometheusMetrics", "WaitableOperations", "WaitableRedis", metrics]
        ),
        .target(
            name: "WaitableRedis",
            dependencies: ["CodeUnits", "RedisClient", "Waitable", serviceLifecycle, logging],
            resources: [.embedInCode("Functions")]
        ),
        .target(
            name: "WaitableOperations",
            dependencies: ["CodeUnits", "RedisClient", "Waitable", "WaitableRedis", algorithms, logging]
        ),
        .target(
            name: "RedisClient",
            dependencies: [
                "CHiredis", "CodeUnits", "Transport", nioCore, nioPosix, nioSSL, logging, serviceLifecycle,
            ]
        ),
        .target(name: "Transport", dependencies: ["CodeUnits", nioCore, nioPosix, nioSSL]),
        .target(name: "PrometheusMetrics", dependencies: ["CodeUnits", coreMetrics]),
        .target(name: "LineLogging", dependencies: ["CodeUnits", logging]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Waitable", dependencies: ["CodeUnits", "StatesLanguage", "WaitableItems", crypto]),
        .target(
            name: "WaitableObjects",
            dependencies: ["CZlib", "CodeUnits", "SignatureVersion4", "StatesLanguage", crypto]
        ),
        .target(name: "SignatureVersion4", dependencies: ["CodeUnits", "StatesLanguage", crypto]),
        .target(name: "WaitableItems", dependencies: ["CodeUnits", "JSONValues"]),
        .target(name: "StatesLanguage", dependencies: ["CodeUnits", "JSONValues", "JSONata", crypto]),
        .target(name: "JSONata", dependencies: ["CodeUnits", "JSONValues", crypto, orderedCollections]),
        .target(name: "JSONValues", dependencies: ["CodeUnits", orderedCollections]),
        .target(name: "StateGraph", dependencies: ["CodeUnits", "StatesLanguage", algorithms]),
        .target(name: "CodeUnits"),
        .executableTarget(
            name: "waitable-benchmark",
            dependencies: [
                "CHiredis", "WaitableOperations", "WaitableRedis", "RedisTestServer", argumentParser, asyncHTTPClient,
                histogram, hummingbird,
                logging, nioCore, nioHTTP1,
            ],
            path: "Benchmarks",
            exclude: ["waitable-stepfunction.jsonata.json"]
        ),
        .target(name: "RedisTestServer", path: "Tests/RedisTestServer"),
        .testTarget(name: "CodeUnitsTests", dependencies: ["CodeUnits"]),
        .testTarget(name: "JSONValuesTests", dependencies: ["JSONValues"]),
        .testTarget(name: "JSONataTests", dependencies: ["JSONata"]),
        .testTarget(name: "StatesLanguageTests", dependencies: ["StatesLanguage"]),
        .testTarget(name: "StateGraphTests", dependencies: ["StateGraph"]),
        .testTarget(
            name: "RedisClientTests",
            dependencies: ["RedisClient", "RedisTestServer", nioCore, nioPosix, serviceLifecycle, logging]
        ),
        .testTarget(name: "PrometheusMetricsTests", dependencies: ["PrometheusMetrics", coreMetrics]),
        .testTarget(name: "LineLoggingTests", dependencies: ["LineLogging", logging]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .target(name: "GzipWriter", dependencies: ["CZlib"], path: "Tests/GzipWriter"),
        .testTarget(
            name: "WaitableObjectsTests",
            dependencies: ["CZlib", "GzipWriter", "WaitableObjects", "SignatureVersion4", "StatesLanguage"]
        ),
        .testTarget(name: "WaitableItemsTests", dependencies: ["WaitableItems"]),
        .testTarget(
            name: "WaitableTests",
            dependencies: ["Waitable", "AllocationCounter"],
            exclude: ["Runner/Recorded"]
        ),
        .testTarget(
            name: "WaitableHTTPTests",
            dependencies: [
                "WaitableHTTP", "WaitableOperations", "WaitableRedis", "PrometheusMetrics", "RedisClient",
                "SignatureVersion4", "StatesLanguage", hummingbird, hummingbirdCore, serviceLifecycle, nioEmbedded,
                nioHTTP1,
                nioCore, nioPosix, logging,
            ]
        ),
        .testTarget(
            name: "WaitableRedisTests",
            dependencies: [
                "WaitableOperations", "WaitableRedis", "WaitableWorker", "RedisTestServer", logging, nioCore, nioPosix,
                serviceLifecycle,
            ],
            exclude: ["Vectors"]
        ),
        .testTarget(
            name: "WaitableWorkerTests",
            dependencies: [
                "GzipWriter", "StatesLanguage", "WaitableObjects", "WaitableWorker", "WaitableRedis", nioCore,
                nioEmbedded, nioHTTP1, nioPosix,
            ]
        ),
        .testTarget(
            name: "WaitableMetricsTests",
            dependencies: ["PrometheusMetrics", "WaitableMetrics", "WaitableOperations", "WaitableRedis", coreMetrics]
        ),
        .testTarget(
            name: "WaitableCommandTests",
            dependencies: [
                "RedisClient", "WaitableCommand", "WaitableOperations", "WaitableRedis", "WaitableWorker",
                argumentParser, configuration,
                logging, subprocess,
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "WaitableCommand", "WaitableMetrics", "WaitableOperations", "WaitableRedis", "WaitableWorker",
                "GzipWriter", "RedisTestServer",
                asyncHTTPClient,
                nioCore, nioHTTP1, nioPosix, nioSSL, logging, serviceLifecycle,
            ],
            exclude: ["Definitions", "Support/signed_calls.py"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// What scripts/fuzz builds: libFuzzer runs the parsers, so everything is built for it.
if Context.environment["WAITABLE_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "waitable-fuzz",
            dependencies: [
                "JSONValues", "JSONata", "RedisClient", "StatesLanguage", "Waitable", "WaitableHTTP", "WaitableItems",
                "WaitableObjects", "WaitableOperations", "WaitableRedis", "WaitableWorker",
                hummingbirdCore, nioCore, nioEmbedded, nioHTTP1,
            ],
            path: "Fuzzing/Sources",
            // gold cannot link it, and lld drops the counters of what was run unless it is told not to.
            linkerSettings: [.unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "nostart-stop-gc"])]
        )
    )
}

for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + swiftSettings
}
