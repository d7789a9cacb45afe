// Weir
// SPDX-License-Identifier: Apache-2.0

import Testing
import WeirTestSupport

@testable import CurlTransport

@Suite struct MailTranscriptTests {
    /// Lines with `>` are commands.
    private func transcript(_ lines: [String]) -> MailTranscript {
        var transcript = MailTranscript()
        for line in lines {
            if line.hasPrefix(">") {
                transcript.command(line.dropFirst().utf8)
            } else {
                let isTaken = transcript.line(Array("\(line)\r\n".utf8))
                #expect(isTaken)
            }
        }
        return transcript
    }

    @Test func wholeSessionIsUnderstood() {
        let transcript = self.transcript([
            "220 hello", ">EHLO me", "250-mail", "250-SIZE", "250 OK", ">AUTH PLAIN", "334 ",
            ">c2VjcmV0", "235 2.7.0 in", ">MAIL FROM:<a>", "250 2.1.0 ok", ">RCPT TO:<b>", "250",
            ">RCPT TO:<c>", "550 5.1.1 no", ">DATA", "354 go", "250 2.0.0 queued", ">QUIT",
            "221 bye",
        ])
        #expect(transcript.final == MailStatus(code: 250, enhanced: "2.0.0"))
        #expect(transcript.recipients.map(\.code) == [250, 550])
        #expect(transcript.refusal == nil)
        #expect(transcript.replies.count == 10)
    }

    @Test func farewellIsNoRefusal() {
        let transcript = self.transcript([
            "220 hello", ">MAIL FROM:<a>", "451 4.7.1 later", ">QUIT", "500 what?",
        ])
        #expect(
            transcript.refusal
                == .init(verb: .sender, status: MailStatus(code: 451, enhanced: "4.7.1")))
    }

    @Test(arguments: [
        ("250 2.0.0 ok", "2.0.0"), ("250 2.0 ok", nil), ("250 ok 2.0.0", nil),
        ("550 5.7.520 no", "5.7.520"), ("550 5.7.5201 no", nil), ("550 55.1.1 no", nil),
        ("550 ...", nil), ("550 5..1", nil), ("550", nil), ("550 5.1.1", "5.1.1"),
    ])
    func enhancedCodeIsTakenWhereItIsOne(line: String, enhanced: String?) {
        #expect(self.transcript([line]).replies.first?.status.enhanced == enhanced)
    }

    @Test func linesThatAreNoRepliesAreNone() {
        let transcript = self.transcript(["", "2", "25", "2x0 ok", "hello", "-250 x", "250-x"])
        #expect(transcript.replies.isEmpty)
    }

    @Test func endlessAnswersAreGivenUp() {
        var transcript = MailTranscript()
        var lines = 0
        while transcript.line(Array("250-more\r\n".utf8)), lines < 100_000 { lines += 1 }
        #expect(transcript.isTooLong)
        #expect(lines < 10_000)
        var chatter = MailTranscript()
        lines = 0
        while chatter.line(Array("250 ok\r\n".utf8)), lines < 100_000 { lines += 1 }
        #expect(lines <= 1024)
    }

    @Test func anyBytesDoNoHarm() {
        var random = SeededRandom(seed: 3)
        var transcript = MailTranscript()
        for _ in 0..<1000 {
            _ = transcript.line(random.bytes(Int.random(in: 0..<20, using: &random)))
            transcript.command(random.bytes(Int.random(in: 0..<6, using: &random)))
        }
        #expect(transcript.replies.allSatisfy { (0...999).contains($0.status.code) })
    }
}
