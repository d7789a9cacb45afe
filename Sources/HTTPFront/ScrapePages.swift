// Weir
// SPDX-License-Identifier: Apache-2.0

import MetricsRegistry
import Synchronization

/// Writes the exposition once for all scrapes of one form that wait at the same time.
///
/// A scrape gets a page whose writing began after the scrape did, never an older one. While one is
/// written, those that come gather; the next writing is for all of them.
final class ScrapePages: Sendable {
    /// What a scrape is told when its turn comes.
    private enum Turn: Sendable {
        /// It writes, for itself and for who else waits.
        case write
        case read(ScrapePage?)
    }

    private struct Form {
        var isBusy = false
        var waiting: [CheckedContinuation<Turn, Never>] = []
    }

    private let forms = Mutex<[ExpositionFormat: Form]>([:])

    /// The page of one form, written by `write` here or by another scrape's; nil where that refused.
    func page(
        _ format: ExpositionFormat, _ write: @Sendable () async -> ScrapePage?
    ) async -> ScrapePage? {
        let turn = await withCheckedContinuation { (turn: CheckedContinuation<Turn, Never>) in
            let isFirst = self.forms.withLock { forms in
                guard forms[format]?.isBusy == true else {
                    forms[format, default: Form()].isBusy = true
                    return true
                }
                forms[format]?.waiting.append(turn)
                return false
            }
            if isFirst { turn.resume(returning: .write) }
        }
        if case .read(let page) = turn { return page }
        // Scrapes that came in at the same instant get to the queue before it is emptied.
        await Task.yield()
        let others = self.forms.withLock { forms in
            let others = forms[format]?.waiting ?? []
            forms[format]?.waiting = []
            return others
        }
        let page = await write()
        for other in others { other.resume(returning: .read(page)) }
        let next = self.forms.withLock { forms -> CheckedContinuation<Turn, Never>? in
            guard let next = forms[format]?.waiting.popLast() else {
                forms[format]?.isBusy = false
                return nil
            }
            return next
        }
        next?.resume(returning: .write)
        return page
    }
}
