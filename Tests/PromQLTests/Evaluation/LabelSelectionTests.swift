// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import PromQL

@Suite struct LabelSelectionTests {
    private static func labels(_ random: inout SeededRandom) -> Labels {
        Labels(
            ["__name__", "a", "b", "ab", "c"].compactMap { name -> (String, String)? in
                switch Int.random(in: 0..<4, using: &random) {
                case 0: nil
                case 1: (name, "1")
                case 2: (name, "\u{e9}")
                default: (name, "e\u{301}")
                }
            })
    }

    /// Elements are in one group where the label sets that the selection leaves are the same.
    @Test func groupsAreThoseOfTheLabelSets() {
        var random = SeededRandom(seed: 2_026)
        let selections: [LabelSelection] = [
            .only([]), .only(["a"]), .only(["b", "a"]), .only(["__name__", "c"]), .only(["zz"]),
            .allBut([]), .allBut(["a"]), .allBut(["c", "ab"]),
            LabelSelection(names: [], keeps: false),
        ]
        for dialect in [Dialect.prometheus3, .scripts] {
            for selection in selections {
                var index = GroupIndex(selection, dialect: dialect)
                var reference: [Labels: Int] = [:]
                for _ in 0..<300 {
                    let element = Element(
                        labels: Self.labels(&random), value: 0,
                        dropsName: Bool.random(using: &random))
                    let visible =
                        dialect.delaysNameRemoval ? element.labels : element.finalLabels
                    let part =
                        selection.keeps
                        ? visible.keeping(Set(selection.names))
                        : visible.removing(Set(selection.names))
                    let known = index.group(of: element)
                    #expect(known == reference[part], "seed \(random.seed): \(element)")
                    let (group, isNew) = index.insert(element)
                    #expect(isNew == (reference[part] == nil), "seed \(random.seed): \(element)")
                    reference[part, default: group] = group
                    #expect(index.labels(of: group) == part, "seed \(random.seed): \(element)")
                }
                #expect(index.count == reference.count)
            }
        }
    }

    @Test func valuesAreNotRunTogether() {
        var index = GroupIndex(.only(["a", "b"]), dialect: .scripts)
        let one = Element(labels: Labels([("a", "x"), ("b", "yy")]), value: 0)
        let other = Element(labels: Labels([("a", "xy"), ("b", "y")]), value: 0)
        let swapped = Element(labels: Labels([("b", "x"), ("a", "yy")]), value: 0)
        #expect([one, other, swapped, one].map { index.insert($0).group } == [0, 1, 2, 0])
    }
}
