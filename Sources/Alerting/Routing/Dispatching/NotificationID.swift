// Weir
// SPDX-License-Identifier: Apache-2.0

import EVMPrimitives

/// What a notification is known by, over all tries: 32 hex digits made of all that makes it this one.
///
/// It is a hash of 128 bits, for the labels in it may come from a chain, and nobody may be able to
/// make two notifications that a receiver takes for one.
enum NotificationID {
    static func text(
        _ key: ToldKey, sequence: UInt64, alerts: [Alert], cause: AlertNotification.Cause,
        time: Timestamp
    ) -> String {
        var bytes: [UInt8] = []
        func add(_ number: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        func add(_ text: String) {
            add(UInt64(text.utf8.count))
            bytes += text.utf8
        }
        add(key.receiver)
        add(key.groupKey)
        add(sequence)
        add(UInt64(bitPattern: time))
        add(cause.rawValue)
        for alert in alerts {
            add(alert.fingerprint.value)
            add(UInt64(bitPattern: alert.startsAt))
            add(alert.isResolved(at: time) ? 1 : 0)
        }
        return Hex.encode(Keccak256.hash(bytes).bytes.prefix(16), prefix: false)
    }
}
