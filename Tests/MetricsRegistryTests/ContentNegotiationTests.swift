// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

@Suite struct ContentNegotiationTests {
    static let text004 = "text/plain; version=0.0.4; charset=utf-8"
    static let text100 = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
    static let open001 = "application/openmetrics-text; version=0.0.1; charset=utf-8"
    static let open100 =
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
    static let open100UTF8 =
        "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"

    /// What Prometheus 3, 2.4x and 1.x send, what browsers and curl send, and what nobody should.
    static let cases: [(String?, String)] = [
        (nil, text004),
        ("", text004),
        ("*/*", text004),
        ("text/plain", text004),
        ("text/*", text004),
        ("text/plain;version=0.0.4", text004),
        ("text/plain; version=1.0.0", text100),
        ("application/openmetrics-text", open100),
        ("application/openmetrics-text; version=1.0.0", open100),
        ("application/openmetrics-text; version=\"1.0.0\"", open100),
        ("APPLICATION/OpenMetrics-Text; Version=1.0.0; Charset=UTF-8", open100),
        ("application/openmetrics-text; version=0.0.1", open001),
        ("application/openmetrics-text; version=2.0.0", text004),
        ("application/openmetrics-text; version=2.0.0, text/plain;version=1.0.0;q=0.1", text100),
        // Prometheus 3
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                + "application/openmetrics-text;version=0.0.1;q=0.4,"
                + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", open100UTF8
        ),
        // Prometheus 3 with native histograms asked for
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;"
                + "escaping=underscores;q=0.5,text/plain;version=0.0.4;q=0.2", open100
        ),
        // Prometheus 2.42
        (
            "application/openmetrics-text;version=1.0.0,"
                + "application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", open100
        ),
        // Prometheus 2.5
        (
            "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            open001
        ),
        // Prometheus 1
        (
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", text004
        ),
        // A browser
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text004),
        ("text/html", text004),
        ("application/json", text004),
        // Weights
        ("text/plain;q=0.9, application/openmetrics-text;q=0.8", text004),
        ("text/plain;q=0.8, application/openmetrics-text;q=0.9", open100),
        ("text/plain;q=0.801, application/openmetrics-text;q=0.802", open100),
        ("application/openmetrics-text;q=0, */*;q=0.1", text004),
        ("application/openmetrics-text;q=0", text004),
        ("text/plain;q=1.000, application/openmetrics-text;q=7", text004),
        ("*/*, application/openmetrics-text", open100),
        ("text/plain, application/openmetrics-text;version=1.0.0", open100),
        ("text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0", text004),
        ("application/openmetrics-text;version=1.0.0;escaping=dots", open100),
        ("application/openmetrics-text;version=1.0.0;escaping=nonsense", open100),
        (
            "application/openmetrics-text;version=1.0.0;escaping=values",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values"
        ),
        // Nonsense
        ("application/openmetrics-text;q=abc", text004),
        ("application/openmetrics-text;q=-1", text004),
        ("application/openmetrics-text;q=nan", text004),
        ("application/openmetrics-text;q=", text004),
        ("application/openmetrics-text;q=1e5, text/plain;version=1.0.0;q=0.1", text100),
        (",,;;,=,/,a/,/b,;q=1,\"", text004),
        ("application/openmetrics-text;version=\"1.0.0", text004),
        ("a/b/c, application/openmetrics-text", open100),
        ("text/plain;x=\"a,b;c\\\"d\";version=1.0.0", text100),
        ("application/openmetrics-text;;;version=1.0.0;;", open100),
        ("\u{0}\u{1F600}/\u{7F}, \t application/openmetrics-text \t ; version = 1.0.0 ", open100),
        (String(repeating: ",", count: 1_000_000), text004),
        (String(repeating: "text/plain;q=0.1,", count: 10_000), text004),
        (String(repeating: "x", count: 5000) + ",application/openmetrics-text", text004),
    ]

    @Test(arguments: cases.indices)
    func acceptHeaderChoosesForm(index: Int) {
        let (accept, expected) = Self.cases[index]
        #expect(
            ContentNegotiation.choose(accept: accept).contentType == expected,
            "\(accept?.prefix(120) ?? "no header")")
    }

    @Test func noBytesTrap() {
        let seed: UInt64 = 42
        var state = seed
        let alphabet = Array("text/plain;q=0.19,*\"\\ version=\u{1}é".unicodeScalars)
        for _ in 0..<5_000 {
            var text = ""
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.unicodeScalars.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            let type = ContentNegotiation.choose(accept: text).contentType
            #expect(type.contains("charset=utf-8"), "seed \(seed): \(text)")
        }
    }
}
