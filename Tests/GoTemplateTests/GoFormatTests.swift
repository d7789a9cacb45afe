// Weir
// SPDX-License-Identifier: Apache-2.0

import GoTemplate
import Testing

/// `printf` of Go, its words for mistakes included.
@Suite struct GoFormatTests {
    @Test(arguments: [
        ("`%d` 42", "42"), ("`%5d|%-5d|%05d|%+d|% d` 7 7 7 7 7", "    7|7    |00007|+7| 7"),
        ("`%x %X %o %b %#x` 255 255 8 5 255", "ff FF 10 101 0xff"),
        ("`%c %q %U` 97 97 97", "a 'a' U+0061"), ("`%.3d` 7", "007"),
        (
            "`%f %.1f %8.2f|%-8.2f|%08.3f` 1.5 1.25 2.0 2.0 -1.5",
            "1.500000 1.2     2.00|2.00    |-001.500"
        ),
        ("`%e %g %G %v` 1234.5678 1e-7 1e-7 1e6", "1.234568e+03 1e-07 1E-07 1e+06"),
        ("`%+.2f` 1.0", "+1.00"), ("`%5.1f%%` 99.94", " 99.9%"),
        ("`%s %10s|%-10s|%.2s` `a` `b` `c` `déf`", "a          b|c         |dé"),
        ("`%q %x % d` `h\\i\"` `hi` 5", "\"h\\\\i\\\"\" 6869  5"),
        ("`%t %v` true false", "true false"), ("`%v` nil", "<nil>"), ("`%s` nil", "%!s(<nil>)"),
        ("`%d` `hi`", "%!d(string=hi)"), ("`%d` 1.5", "%!d(float64=1.5)"), ("`%s` 5", "%!s(int=5)"),
        ("`%z` 3", "%!z(int=3)"), ("`%t` 1", "%!t(int=1)"),
        ("`%d %d` 1", "1 %!d(MISSING)"), ("`x` 1 `a`", "x%!(EXTRA int=1, string=a)"),
        ("`100%`", "100%!(NOVERB)"), ("`%!`", "%!!(MISSING)"),
        ("`%*d|%-*d|` 4 1 4 2", "   1|2   |"), ("`%*d` `x` 1", "%!(BADWIDTH)1"),
        ("`%[1]d` 1", "%!(BADINDEX)1]d%!(EXTRA int=1)"), ("`%T %T` 1 `a`", "int string"),
    ])
    func printf(_ arguments: String, _ text: String) throws {
        let template = try Template.parse("{{ printf \(arguments) }}")
        #expect(try template.execute() == text, "\(arguments)")
    }

    @Test func collections() throws {
        let data = TemplateValue.record(
            TemplateRecord([
                .init("l", .list([.int(1), .string("a")])),
                .init("m", .map(["b": .nothing, "a": .int(1)])),
                .init("s", .sample(TemplateSample(labels: ["x": "y"], value: 2))),
            ]))
        let template = try Template.parse("{{ printf `%v %v %v %v %d` . .l .m .s .l }}")
        #expect(
            try template.execute(data: data)
                == "{[1 a] map[a:1 b:<nil>] &{map[x:y] 2}} [1 a] map[a:1 b:<nil>] &{map[x:y] 2} [1 %!d(string=a)]"
        )
    }
}
