// Weir
// SPDX-License-Identifier: Apache-2.0

package import SQLDatabase

/// The tables of the store. Migrations are only added at the end, never edited.
///
/// - `chain`: one row a chain, with what was configured when it was last opened.
/// - `checkpoint`: how far a chain was read, and up to where its state is settled.
/// - `window`: the blocks above the settled one, each linked to the one before.
/// - `page`: raw logs. One row holds the logs of a range (catch-up) or of one block (head), packed
///   as ``LogPageCoding`` says; blocks without logs have no row.
/// - `extras`: what trackers wanted of a block beside its logs, packed as ``ExtrasCoding`` says; blocks
///   of which nothing was wanted have no row.
/// - `tracker_state`: what trackers know at the settled block, entry by entry.
/// - `reverted`: what was counted in blocks that were dropped; only grows.
/// - `voucher`: the best signed promise of payment of each channel and signer; no part of the chain,
///   so that no reorg and no rebuild takes it away.
/// - `fact`: business records, unique by kind and key.
/// - `memory`: small things learnt, such as a provider's range limit.
/// - `alert_inbox`: alerts of events, written with the block that caused them, until they are taken up.
/// - `alert_state`: what rules, routing and silences know, entry by entry.
/// - `alert_history`: what fired and ended, for reports.
/// - `outbox`: notifications on their way, one row a receiver's channel.
/// - `outbox_handle`: the message in which a channel holds a group, where it can be edited.
package enum Schema {
    package static let migrations: [Migration] = [
        Migration(
            "001_base",
            [
                """
                CREATE TABLE chain (
                    id {integer} NOT NULL PRIMARY KEY,
                    name {text} NOT NULL,
                    filter {text} NOT NULL,
                    trackers {text} NOT NULL
                ) {table}
                """,
                """
                CREATE TABLE checkpoint (
                    chain {integer} NOT NULL PRIMARY KEY,
                    first {integer} NOT NULL,
                    settled {integer} NOT NULL,
                    settled_hash {blob} NOT NULL,
                    settled_parent {blob} NOT NULL,
                    settled_time {integer} NOT NULL
                ) {table}
                """,
                """
                CREATE TABLE window (
                    chain {integer} NOT NULL,
                    number {integer} NOT NULL,
                    hash {blob} NOT NULL,
                    parent {blob} NOT NULL,
                    time {integer} NOT NULL,
                    PRIMARY KEY (chain, number)
                ) {keyed}
                """,
                """
                CREATE TABLE page (
                    chain {integer} NOT NULL,
                    last {integer} NOT NULL,
                    first {integer} NOT NULL,
                    last_hash {blob} NOT NULL,
                    last_parent {blob} NOT NULL,
                    last_time {integer} NOT NULL,
                    logs {integer} NOT NULL,
                    checksum {blob} NOT NULL,
                    bytes {blob} NOT NULL,
                    PRIMARY KEY (chain, last)
                ) {table}
                """,
                """
                CREATE TABLE tracker_state (
                    chain {integer} NOT NULL,
                    tracker {text} NOT NULL,
                    key {text} NOT NULL,
                    value {blob} NOT NULL,
                    PRIMARY KEY (chain, tracker, key)
                ) {keyed}
                """,
                """
                CREATE TABLE reverted (
                    chain {integer} NOT NULL,
                    tracker {text} NOT NULL,
                    key {text} NOT NULL,
                    value {blob} NOT NULL,
                    PRIMARY KEY (chain, tracker, key)
                ) {keyed}
                """,
                """
                CREATE TABLE fact (
                    chain {integer} NOT NULL,
                    kind {text} NOT NULL,
                    key {text} NOT NULL,
                    number {integer} NOT NULL,
                    hash {blob} NOT NULL,
                    log_index {integer} NOT NULL,
                    fields {text} NOT NULL,
                    PRIMARY KEY (chain, kind, key)
                ) {keyed}
                """,
                "CREATE INDEX fact_by_block ON fact (chain, number)",
                """
                CREATE TABLE memory (
                    chain {integer} NOT NULL,
                    key {text} NOT NULL,
                    value {text} NOT NULL,
                    PRIMARY KEY (chain, key)
                ) {keyed}
                """,
            ]),
        Migration(
            "002_extras",
            [
                """
                CREATE TABLE extras (
                    chain {integer} NOT NULL,
                    number {integer} NOT NULL,
                    hash {blob} NOT NULL,
                    checksum {blob} NOT NULL,
                    bytes {blob} NOT NULL,
                    PRIMARY KEY (chain, number)
                ) {table}
                """
            ]),
        Migration(
            "003_voucher",
            [
                """
                CREATE TABLE voucher (
                    chain {integer} NOT NULL,
                    network {text} NOT NULL,
                    channel {blob} NOT NULL,
                    signer {blob} NOT NULL,
                    nonce {blob},
                    amount {blob},
                    received {integer} NOT NULL,
                    document {text} NOT NULL,
                    PRIMARY KEY (chain, network, channel, signer)
                ) {keyed}
                """
            ]),
        Migration(
            "004_alerts",
            [
                """
                CREATE TABLE alert_inbox (
                    id {serial},
                    chain {integer} NOT NULL,
                    document {text} NOT NULL
                ) {table}
                """,
                """
                CREATE TABLE alert_state (
                    part {text} NOT NULL,
                    key {text} NOT NULL,
                    value {blob} NOT NULL,
                    PRIMARY KEY (part, key)
                ) {keyed}
                """,
                """
                CREATE TABLE alert_history (
                    id {serial},
                    time {integer} NOT NULL,
                    name {text} NOT NULL,
                    fingerprint {text} NOT NULL,
                    change {text} NOT NULL,
                    labels {text} NOT NULL
                ) {table}
                """,
                "CREATE INDEX alert_history_by_time ON alert_history (time)",
                """
                CREATE TABLE outbox (
                    id {serial},
                    notification {text} NOT NULL,
                    receiver {text} NOT NULL,
                    channel {integer} NOT NULL,
                    group_key {text} NOT NULL,
                    created {integer} NOT NULL,
                    attempts {integer} NOT NULL,
                    due {integer} NOT NULL,
                    document {text} NOT NULL,
                    UNIQUE (notification, receiver, channel)
                ) {table}
                """,
                """
                CREATE TABLE outbox_handle (
                    receiver {text} NOT NULL,
                    channel {integer} NOT NULL,
                    group_key {text} NOT NULL,
                    handle {text} NOT NULL,
                    PRIMARY KEY (receiver, channel, group_key)
                ) {keyed}
                """,
            ]),
    ]
}
