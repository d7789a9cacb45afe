// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMABI
import EVMPrimitives
import Testing
import WeirTestSupport

@testable import Alerting

/// What conditions refuse, and where they say so.
@Suite struct ConditionFaultTests {
    private static let slashings: [(text: String, column: Int, reason: String)] = [
        ("", 1, "is empty"), ("   ", 1, "is empty"),
        ("amout > 1", 1, "has no argument \"amout\"; did you mean \"amount\"?"),
        ("amount > 1 and nod in operators", 16, "did you mean \"node\"?"),
        ("zzzzzzzz", 1, "its arguments: node, amount, reason"),
        ("amount", 1, "expected a condition, found an integer"),
        ("node", 1, "expected a condition, found an address"),
        ("reason", 1, "found a text"), ("5", 1, "expected a condition"),
        ("\"x\"", 1, "expected a condition"), ("[1]", 1, "a list where a single value"),
        ("amount >", 9, "ends where a value should stand"),
        ("> 1", 1, "unexpected \">\""), ("amount > > 1", 10, "unexpected \">\""),
        ("amount = 1", 8, "unexpected \"=\"; write =="),
        ("amount > 1 FAB FAB", 16, "unexpected \"FAB\""),
        ("amount > 1,000", 11, "within a number write _"),
        ("amount / 2 > 1", 8, "multiply the other side"),
        ("amount % 2 == 1", 8, "nothing is divided"), ("amount > 1 &", 12, "unexpected character"),
        ("amount > 1 | amount < 2", 12, "write and, or"),
        ("amount > 1; true", 11, "unexpected character"),
        ("amount > €", 10, "unexpected character"), ("amount > 1 amount < 2", 19, "do not chain"),
        ("(amount > 1", 1, "not closed"), ("amount > 1)", 11, "one more than"),
        ("((amount > 1)", 1, "not closed"), ("amount in [1, 2", 11, "not closed"),
        ("amount in [1 2]", 14, "unexpected a number"), ("amount in []", 11, "empty list"),
        ("amount in 5", 11, "expected a list, found an integer"),
        ("amount in reason", 11, "expected a list, found a text"),
        ("node in words", 9, "holds the text \"offline\", and what is looked for is an address"),
        ("amount in operators", 11, "what is looked for is an integer"),
        ("reason in operators", 11, "what is looked for is a text"),
        ("node in operatros", 9, "did you mean \"operators\"?"),
        ("node == operators", 9, "is a list; lists stand behind in"),
        ("operators", 1, "is a list"), ("1 < amount < 3", 12, "do not chain"),
        ("amount == amount == true", 18, "do not chain"),
        ("!amount == 1", 1, "can be read in two ways"), ("1 > 2", 1, "two constants"),
        ("\"a\" == \"a\"", 1, "two constants"), ("1 in [1]", 1, "two constants"),
        ("node > 1", 1, "> compares integers, and this is an address"),
        ("reason < \"b\"", 1, "< compares integers"),
        ("amount > node", 10, "expected an integer, found an address"),
        ("amount == \"5\"", 11, "expected an integer, found a text"),
        ("amount == true", 11, "expected an integer, found true or false"),
        ("node == 5", 9, "expected an address, found an integer"),
        ("node == 0x1234", 9, "has 40 hex digits, and here are 4"),
        ("node == \"mine\"", 9, "\"mine\" is no address"),
        ("node == 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", 9, "here are 41"),
        ("node == 0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", 9, "checksum"),
        ("reason == 5", 11, "expected a text, found an integer"),
        ("reason == 0x12", 11, "expected a text, found hex digits"),
        ("amount == 1.5", 11, "needs a unit; such as 1.5 ether"),
        ("amount > 1.0000001 USDC", 10, "7 digits behind the point, and USDC has 6"),
        ("amount > 1.5 wei", 10, "1 digits behind the point"),
        ("amount > 0.5 days", 10, "1 digits behind"),
        ("amount > 1.5 ZERO", 10, "ZERO has 0"), ("amount > 1 FBA", 12, "did you mean \"FAB\"?"),
        ("amount > 1 huor", 12, "has no token \"huor\"; did you mean \"hour\"?"),
        ("amount > 1 qqqqqqqq", 12, "declare it under tokens"),
        ("amount > 0x", 10, "no hex number"), ("amount > 0xzz", 10, "no hex number"),
        ("amount > 0x\(String(repeating: "f", count: 65))", 10, "more than 64 hex digits"),
        ("amount > \(String(repeating: "9", count: 101))", 10, "more than 100 digits"),
        ("amount > 1e101", 10, "exponent above 100"),
        ("amount > 1e99999999999999999999", 10, "exponent"),
        ("amount > 5_", 11, "has no token \"_\""), ("amount > 1__0", 11, "has no token \"__0\""),
        ("reason == \"off", 11, "without its closing quote"),
        ("reason == 'a\\q'", 13, "an escape that is none"),
        ("reason == '\\u{110000}'", 12, "an escape"), ("reason == '\\u{d800}'", 12, "an escape"),
        ("reason matches \"(\"", 16, "no regular expression"),
        ("reason matches reason", 16, "a pattern is a text"),
        ("amount matches \"1\"", 8, "only texts are matched"),
        ("node startsWith 0x12", 6, "only texts, bytes and lists"),
        ("amount contains 1", 8, "only texts, bytes and lists"),
        ("reason contains 5", 17, "expected a text, found an integer"),
        ("reason + 1 > 2", 1, "only integers are computed with, and this is a text"),
        ("-node == 1", 2, "only integers are computed"),
        ("amount.x > 1", 8, "is an integer and has no member \"x\""),
        ("amount[0] > 1", 8, "has no elements"), ("reason.length.x > 1", 15, "has no members"),
        ("node.", 6, "expected a name, found the end"), ("amount[x] > 1", 8, "expected a number"),
        ("amount[1.5] > 1", 8, "expected a number"), ("amount[1 > 1", 10, "unexpected \">\""),
        ("NodeRegistry.x == node", 1, "stands for its address alone"),
        ("tx == 1", 1, "has no argument \"tx\""),
        ("block.nubmer > 1", 1, "has no argument \"block\""),
        ("any amount > 1", 5, "look at a list, and this is an integer"),
        ("any reason", 1, "any and all need a comparison"), ("not", 4, "ends where a value"),
        ("and true", 1, "unexpected \"and\""), ("true and", 9, "ends where"),
        ("true true", 6, "unexpected"),
        ("true not true", 6, "join conditions with and, or"),
        ("amount in [[1]]", 12, "a list where a single value"),
        ("amount > [1]", 10, "a list where a single"),
        ("true and amount", 10, "expected a condition"),
        ("(amount) + true > 1", 12, "only integers are computed"),
        ("event > 1", 1, "compares integers"),
        ("tx.hash == 0x77", 12, "bytes32 has 64 hex digits, and here are 2"),
        ("tx.hash == 0x777", 12, "two hex digits each"), ("in operators", 1, "unexpected \"in\""),
    ]

    @Test(arguments: slashings)
    func faultHasItsPlaceAndReason(text: String, column: Int, reason: String) throws {
        let lab = try EventLab()
        do {
            _ = try lab.check(text, on: "NodeSlashed")
            Issue.record("no fault in \(text)")
        } catch let fault as ConditionFault {
            #expect(fault.column == column, "\(text): \(fault)")
            #expect("\(fault)".contains(reason), "\(text): \(fault)")
        }
    }

    @Test(arguments: [
        ("Registered", "label startsWith \"a\"", 7, "holds the hash alone"),
        ("Registered", "label < \"a\"", 1, "compares integers"),
        ("Registered", "label == 0x12", 10, "found hex digits"),
        ("Registered", "label matches \"a\"", 7, "only texts are matched"),
        ("Registered", "role == \"x\"", 9, "expected bytes32, found a text"),
        ("Registered", "role == 0x\(String(repeating: "ab", count: 31))", 9, "here are 62"),
        ("Ordered", "order == 1", 7, "nothing is equal to a value that is a tuple"),
        (
            "Ordered", "order.amuont > 1", 7,
            "order has no member \"amuont\"; did you mean \"amount\"?"
        ),
        (
            "Ordered", "order.detail.x", 14,
            "order.detail has no member \"x\"; its members: kind, urgent"
        ),
        ("Ordered", "parts > 1", 1, "> compares integers, and this is a list"),
        ("Ordered", "parts == parts", 7, "a value that is a list"),
        ("Ordered", "parts.x == 1", 7, "parts is a list and has no member"),
        ("Ordered", "order.buyer in parts", 13, "is never in a list of which each is an integer"),
        ("Ordered", "all order.amount > 1", 5, "look at a list"),
        ("Changed", "targets contains 5", 18, "expected an address"),
        ("Changed", "any notes in operators", 14, "what is looked for is a text"),
        ("Changed", "data == \"abc\"", 9, "expected bytes, found a text"),
        ("Placed", "parts == 1", 7, "the log holds its hash alone"),
        ("Placed", "parts[0] == 1", 7, "has no elements"),
        ("Empty", "x == 1", 1, "it has no arguments at all"),
    ])
    func faultOfAType(event: String, text: String, column: Int, reason: String) throws {
        let lab = try EventLab()
        do {
            _ = try lab.check(text, on: event)
            Issue.record("no fault in \(text)")
        } catch let fault as ConditionFault {
            #expect(fault.column == column, "\(text): \(fault)")
            #expect("\(fault)".contains(reason), "\(text): \(fault)")
        }
    }

    @Test(arguments: ["(", "not ", "!", "-", "a in ["])
    func deepNestingIsRefused(piece: String) {
        // As much as fits into the limit of length.
        let text = String(repeating: piece, count: 4000 / piece.count) + "true"
        #expect(throws: ConditionFault.self) { try ConditionParser.parse(text) }
    }

    @Test func longConditionsAreRefused() {
        #expect(throws: ConditionFault.self) {
            try ConditionParser.parse(String(repeating: "(", count: 100_000))
        }
        let many = String(repeating: "true or ", count: 500) + "true"
        #expect(throws: Never.self) { try ConditionParser.parse(many) }
        let list = "a in [" + String(repeating: "1,", count: 1500) + "]"
        #expect(throws: ConditionFault.self) { try ConditionParser.parse(list) }
    }

    /// Whatever is written: a condition or a fault with a place in the text, never a trap.
    @Test(arguments: [UInt64(1), 2, 3])
    func randomTextsNeverTrap(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lab = try EventLab()
        let words = [
            "amount", "node", "reason", "operators", "and", "or", "not", "in", "any", "all", "(",
            ")",
            "[", "]", ",", ".", "-", "*", "+", "!", "==", "!=", "<", ">=", "=~", "\"a\"", "'", "\"",
            "1",
            "1.5", "FAB", "0x12", "0x", "1e5", "true", "length", "contains", "matches", "\\",
            "\u{301}", "é",
            "\0", " ", "\n", "startsWith", "block", "tx", "hash", "days", "_", "$", "&&", "||",
        ]
        let values = EventLab.slashed(EventLab.fab(1))
        var carried = 0
        for round in 0..<4000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<14, using: &random) {
                text +=
                    round % 4 == 0
                    ? String(decoding: random.bytes(3), as: UTF8.self)
                    : words.randomElement(using: &random) ?? ""
                if Bool.random(using: &random) { text += " " }
            }
            do {
                _ = try lab.holds(text, on: "NodeSlashed", values)
                carried += 1
            } catch let fault as ConditionFault {
                let columns = 1...(text.unicodeScalars.count + 1)
                #expect(columns.contains(fault.column), "seed \(seed): \(text)")
            }
        }
        #expect(carried > 0, "seed \(seed): the words must make a condition at times")
    }
}
