// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Testing

@testable import WeirApp

@Suite struct ProcessMemoryTests {
    @Test func onlyCodeOfFilesIsFound() {
        let maps = """
            55e0c1a00000-55e0c1c00000 r--p 00000000 fe:00 5374541    /usr/bin/weir
            55e0c1c00000-55e0c3e19000 r-xp 00200000 fe:00 5374541    /usr/bin/weir
            55e0c3e19000-55e0c3f00000 rw-p 02400000 fe:00 5374541    /usr/bin/weir
            7f0aee000000-7f0aee100000 r-xp 00000000 fe:00 12    /opt/with a space/lib.so (deleted)
            7f0aef000000-7f0aef100000 rwxp 00000000 fe:00 13    /usr/lib/jit.so
            7f0af0000000-7f0af0001000 r-xp 00000000 00:00 0
            7ffc1a1fe000-7ffc1a200000 r-xp 00000000 00:00 0          [vdso]
            """
        #expect(
            ProcessMemory.code(in: maps) == [
                0x55e0_c1c0_0000..<0x55e0_c3e1_9000, 0x7f0a_ee00_0000..<0x7f0a_ee10_0000,
            ])
    }

    @Test(arguments: [
        "", "nonsense", "2000-1000 r-xp 0 fe:00 1 /x", "0-1000 r-xp 0 fe:00 1 /x",
        "1000 r-xp 0 fe:00 1 /x", "1000-zz r-xp 0 fe:00 1 /x",
        "1000-fffffffffffffffffff r-xp 0 fe:00 1 /x",
    ])
    func aLineThatMakesNoSenseIsPassedOver(line: String) {
        #expect(ProcessMemory.code(in: line).isEmpty)
    }

    @Test func whatWasGivenBackIsThereWhenItIsNeeded() {
        let before = (0..<10_000).map { String($0) }.joined()
        ProcessMemory.settle()
        #expect((0..<10_000).map { String($0) }.joined() == before)
    }

    @Test func theProcessIsRead() {
        let reading = ProcessFiles.reading()
        #expect((reading.residentBytes ?? 0) > 1 << 20)
        #expect((reading.residentAnonymousBytes ?? 0) > 0)
        #expect((reading.openFileDescriptors ?? 0) > 2)
        #expect((reading.maxFileDescriptors ?? 0) > 0)
        #expect((reading.startTimeSeconds ?? 0) > 1_600_000_000)
        #expect(ProcessFiles.text("/proc/self/no-such-file") == nil)
        #expect(ProcessFiles.size(ofStore: "/proc/self/no-such-file") == nil)
    }

    @Test func looksAreTakenOnceInAWhile() {
        let looks = ProcessLooks(every: .seconds(1))
        #expect(looks.isDue(at: .zero))
        #expect(!looks.isDue(at: .milliseconds(999)))
        #expect(looks.isDue(at: .milliseconds(1_000)))
        #expect(!looks.isDue(at: .milliseconds(1_500)))
    }
}
