// Weir
// SPDX-License-Identifier: Apache-2.0

import Glibc
import UnixSignals

/// Ends the process without clean-up, with the exit code of a signal: the store survives that.
func exitAtOnce(for signal: UnixSignal) -> Never {
    _exit(signal == .sigint ? 130 : 143)
}
