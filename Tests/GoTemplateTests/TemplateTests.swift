// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing

@Suite struct TemplateTests {
    private static let labels = ["instance": "a:9100", "job": "node", "é": "ü"]

    /// What a text comes to over one sample of value 1234567, with a query that knows two samples.
    private static func text(
        _ template: String, value: Double = 1_234_567
    ) throws(TemplateError) -> String {
        let labels = TemplateValue.labels(Self.labels)
        let number = TemplateValue.number(value)
        let environment = TemplateEnvironment(
            externalURL: "http://testhost:9090/path/prefix",
            query: { (text: String) throws(TemplateFault) -> [TemplateSample] in
                switch text {
                case "none": return []
                case "broken": throw TemplateFault("parse error")
                default:
                    return [
                        TemplateSample(labels: ["__name__": "m", "x": "b"], value: 21),
                        TemplateSample(labels: ["__name__": "m", "x": "a"], value: 11),
                    ]
                }
            },
            matches: { (pattern: String, text: String) throws(TemplateFault) -> Bool in
                text.contains(pattern)
            },
            replaceAll: {
                (pattern: String, to: String, text: String) throws(TemplateFault) -> String in
                text.split(separator: pattern, omittingEmptySubsequences: false)
                    .joined(separator: to)
            })
        let parsed = try Template.parse(template, variables: ["labels", "value"])
        return try parsed.execute(
            data: .record(TemplateRecord([.init("Labels", labels), .init("Value", number)])),
            variables: ["labels": labels, "value": number], environment: environment)
    }

    @Test(arguments: [
        ("", ""), ("plain } text }}", "plain } text }}"), ("a { b", "a { b"),
        ("{{ 1 }}", "1"), ("{{1.5}}", "1.5"), ("{{ -3 }}", "-3"), ("{{ 0x10 }}", "16"),
        ("{{ 1_000 }}", "1000"), ("{{ 010 }}", "8"), ("{{ 1e3 }}", "1000"), ("{{ 'a' }}", "97"),
        ("{{ true }} {{ false }}", "true false"), ("{{ \"a\\tb\\u00e9\\x41\\101\" }}", "a\tbéAA"),
        ("{{ `raw \\n` }}", "raw \\n"), ("{{ $value }}", "1.234567e+06"),
        ("{{ .Value }}", "1.234567e+06"), ("{{ $.Value }}", "1.234567e+06"),
        ("{{ $labels.job }}/{{ .Labels.instance }}", "node/a:9100"),
        ("{{ $labels.é }}", "ü"), ("[{{ $labels.absent }}]", "[]"),
        ("{{ $labels }}", "map[instance:a:9100 job:node é:ü]"),
    ])
    func values(_ template: String, _ text: String) throws {
        #expect(try Self.text(template) == text)
    }

    @Test(arguments: [
        ("a {{- 1 -}} b", "a1b"), ("a\n\t{{- \"x\" }} b", "ax b"), ("{{3 -}} \n<", "3<"),
        ("{{- /* c */ -}} x", "x"), ("a{{/* c */}}b", "ab"), ("a {{- /* c */}} b", "a b"),
        ("{{ -1 }}", "-1"), ("x {{ \"}}\" }}", "x }}"),
    ])
    func trimmingAndComments(_ template: String, _ text: String) throws {
        #expect(try Self.text(template) == text)
    }

    @Test(arguments: [
        ("{{ if $value }}y{{ else }}n{{ end }}", "y"), ("{{ if 0 }}y{{ else }}n{{ end }}", "n"),
        ("{{ if $labels.absent }}y{{ end }}", ""),
        (
            "{{ if eq $labels.job `x` }}1{{ else if eq $labels.job `node` }}2{{ else }}3{{ end }}",
            "2"
        ),
        ("{{ if false }}1{{ else if false }}2{{ else }}3{{ end }}", "3"),
        ("{{ with $labels.job }}<{{ . }}>{{ end }}", "<node>"),
        ("{{ with $labels.absent }}y{{ else }}{{ .Value }}{{ end }}", "1.234567e+06"),
        ("{{ with $x := 5 }}{{ $x }}{{ end }}", "5"),
        ("{{ range query `m` }}{{ .Labels.x }}={{ .Value }} {{ end }}", "b=21 a=11 "),
        ("{{ range $i, $s := query `m` }}{{ $i }}:{{ $s.Value }} {{ end }}", "0:21 1:11 "),
        ("{{ range $s := query `m` }}{{ $s.Value }};{{ end }}", "21;11;"),
        ("{{ range query `none` }}x{{ else }}empty{{ end }}", "empty"),
        (
            "{{ range $k, $v := $labels }}{{ $k }}={{ $v }},{{ end }}",
            "instance=a:9100,job=node,é=ü,"
        ),
        (
            "{{ range query `m` }}{{ if eq .Value 11.0 }}{{ break }}{{ end }}{{ .Value }}{{ end }}",
            "21"
        ),
        (
            "{{ range query `m` }}{{ if eq .Value 21.0 }}{{ continue }}{{ end }}{{ .Value }}{{ end }}",
            "11"
        ),
        ("{{ $n := 0 }}{{ range query `m` }}{{ $n = .Value }}{{ end }}{{ $n }}", "11"),
        ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        (
            "{{ define `a` }}<{{ .arg0 }}|{{ .arg1 }}|{{ .arg2 }}>{{ end }}{{ template `a` (args 1 `2`) }}",
            "<1|2|<no value>>"
        ),
        ("{{ define `a` }}{{ . }}{{ end }}{{ template `a` }}", "<no value>"),
    ])
    func flow(_ template: String, _ text: String) throws {
        #expect(try Self.text(template) == text)
    }

    @Test(arguments: [
        ("{{ query `m` | first | value }}", "21"), ("{{ query `m` | first | label `x` }}", "b"),
        ("{{ query `m` | first | label `y` }}", ""), ("{{ query `m` | first | strvalue }}", ""),
        ("{{ range query `m` | sortByLabel `x` }}{{ .Labels.x }}{{ end }}", "ab"),
        ("{{ (query `m` | first).Labels.x }}", "b"), ("{{ query `m` | len }}", "2"),
        ("{{ query `m` | first }}", "{map[__name__:m x:b] 21}"),
        ("{{ index $labels `job` }}", "node"), ("{{ (index (query `m`) 1).Value }}", "11"),
        ("{{ index `abc` 1 }}", "98"), ("{{ slice `abcd` 1 3 }}", "bc"), ("{{ len `é` }}", "2"),
        ("{{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 `` 3 }} {{ or 0 `` }}|", "0 2 3 |"),
        ("{{ or true (query `broken`) }}", "true"), ("{{ and 0 (query `broken`) }}", "0"),
        ("{{ not 0 }} {{ not `x` }}", "true false"),
        (
            "{{ eq 1 2 1 }} {{ ne `a` `b` }} {{ lt 1 2 }} {{ le 2.0 2.0 }} {{ gt `b` `a` }} {{ ge 1 2 }}",
            "true true true true true false"
        ),
        ("{{ 1 | printf `%d-%d` 2 }}", "2-1"), ("{{ print 1 2 `a` `b` 3 4 }}", "1 2ab3 4"),
        ("{{ println 1 `a` }}", "1 a\n"),
        ("{{ html `<a href='x'>&\"` }}", "&lt;a href=&#39;x&#39;&gt;&amp;&#34;"),
        ("{{ js `it's <b>\"=\\` }}", "it\\'s \\u003Cb\\u003E\\\"\\u003D\\\\"),
        ("{{ urlquery `a b/ü` }}", "a+b%2F%C3%BC"),
        ("{{ match `a` `bab` }}", "true"), ("{{ reReplaceAll `b` `x` `abba` }}", "axxa"),
        ("{{ `aa bb-cc_dd ẞ` | title }}", "Aa Bb-Cc_dd ẞ"),
        ("{{ toUpper `aß` }}{{ toLower `ÀB` }}", "Aßàb"),
        ("{{ safeHtml `<b>` }}", "<b>"),
        ("{{ graphLink `up > 1` }}", "/graph?g0.expr=up+%3E+1&g0.tab=0"),
        ("{{ tableLink `up` }}", "/graph?g0.expr=up&g0.tab=1"),
        ("{{ externalURL }} {{ pathPrefix }}", "http://testhost:9090/path/prefix /path/prefix"),
        ("{{ printf `%0.2f` (parseDuration `1h2m10ms`) }}", "3720.01"),
        (
            "{{ `a.b.c:80` | stripPort }} {{ `[::1]:80` | stripPort }} {{ `::1` | stripPort }} {{ `[::1]::80` | stripPort }}",
            "a.b.c ::1 ::1 [::1]::80"
        ),
        (
            "{{ `a.b.c:80` | stripDomain }} {{ `a.b` | stripDomain }} {{ `1.2.3.4:5` | stripDomain }} {{ `[::1]:80` | stripDomain }}",
            "a:80 a 1.2.3.4:5 [::1]:80"
        ),
        ("{{ $value | humanize }}", "1.235M"), ("{{ humanize `0.12` }}", "120m"),
    ])
    func functions(_ template: String, _ text: String) throws {
        #expect(try Self.text(template) == text)
    }

    /// Each error with its place; a template that is refused is refused before any alert.
    @Test(arguments: [
        ("{{", 1, 1, "not closed"), ("x\n {{ 1", 2, 2, "not closed"),
        ("{{ }}", 1, 1, "missing value for command"),
        ("{{\u{a0}}}", 1, 3, "unrecognized character in action: U+00A0"),
        ("{{ $x }}", 1, 4, "undefined variable \"$x\""),
        ("{{ $x = 1 }}", 1, 1, "undefined variable: $x"),
        ("{{ banana }}", 1, 4, "function \"banana\" not defined"),
        ("{{ if true }}", 1, 4, "{{if}} is not closed"), ("{{ end }}", 1, 4, "unexpected {{end}}"),
        ("{{ if }}{{ end }}", 1, 4, "missing value for if"),
        ("{{ else }}", 1, 4, "unexpected {{else}}"),
        ("{{ if 1 }}{{ else }}{{ else }}{{ end }}", 1, 14, "found {{else}}"),
        ("{{ break }}", 1, 4, "outside {{range}}"),
        ("{{ 1 | 2 }}", 1, 8, "non executable command in pipeline stage 2"),
        ("{{ (1 }}", 1, 7, "parenthesis is not closed"),
        ("{{ 1) }}", 1, 5, "unexpected right parenthesis"),
        ("{{ \"a }}", 1, 4, "not closed"), ("{{ /* }}", 1, 1, "comment is not closed"),
        ("{{ 1x }}", 1, 4, "bad number syntax"),
        ("{{ nil }}", 1, 4, "nil is not a command"),
        ("{{ block `x` . }}{{ end }}", 1, 4, "not supported"),
        ("{{ template `no` }}", 1, 4, "not defined"),
        ("{{ range $a, $b, $c := . }}{{ end }}", 1, 14, "too many"),
        ("{{ ..x }}", 1, 4, "unexpected"),
        ("{{ define `a` }}{{ end }}{{ define `a` }}{{ end }}", 1, 29, "twice"),
        ("{{ .Banana }}", 1, 4, "can't evaluate field Banana"),
        ("{{ (query `m`).banana }}", 1, 4, "can't evaluate field banana"),
        (
            "{{ query `none` | first }}", 1, 19,
            "error calling first: first() called on vector with no elements"
        ),
        ("{{ query `broken` }}", 1, 4, "error calling query: parse error"),
        ("{{ eq $value 1 }}", 1, 4, "incompatible types for comparison"),
        ("{{ lt true false }}", 1, 4, "invalid type"),
        ("{{ humanize `one` }}", 1, 4, "strconv.ParseFloat: parsing \"one\": invalid syntax"),
        ("{{ humanize $labels }}", 1, 4, "can't convert"),
        ("{{ value 1 }}", 1, 4, "wrong type for value"),
        ("{{ first }}", 1, 4, "want 1 got 0"),
        ("{{ index (query `m`) 9 }}", 1, 4, "index out of range: 9"),
        ("{{ range 5 }}{{ end }}", 1, 4, "range can't iterate over"),
        ("{{ 1 | .Value }}", 1, 8, "non-function"),
        ("{{ args (args 1) }}", 1, 4, "args within args"),
        ("{{ humanizeTimestamp 1e30 }}", 1, 4, "overflows int64"),
    ])
    func errors(_ template: String, _ line: Int, _ column: Int, _ reason: String) {
        do throws(TemplateError) {
            let text = try Self.text(template)
            Issue.record("\(template) came to \(text)")
        } catch {
            #expect(error.reason.contains(reason), "\(error)")
            #expect((error.line, error.column) == (line, column), "\(template): \(error)")
        }
    }

    @Test func parsedOnceAndCarriedOutOften() throws {
        let template = try Template.parse("{{ $x := .a }}{{ $x }}", variables: [])
        for number in 0..<3 {
            let data = TemplateValue.map(["a": .int(Int64(number))])
            #expect(try template.execute(data: data) == "\(number)")
        }
    }

    @Test func functionsOfTheCaller() throws {
        let template = try Template.parse("{{ node }} {{ twice 2 }}", functions: ["node", "twice"])
        let environment = TemplateEnvironment(functions: [
            "node": { (_: [TemplateValue]) throws(TemplateFault) -> TemplateValue in
                .string("0xabc")
            },
            "twice": { (values: [TemplateValue]) throws(TemplateFault) -> TemplateValue in
                guard case .int(let number)? = values.first else { throw TemplateFault("no") }
                return .int(2 * number)
            },
        ])
        #expect(try template.execute(environment: environment) == "0xabc 4")
        #expect(throws: TemplateError.self) { try template.execute() }
    }
}
