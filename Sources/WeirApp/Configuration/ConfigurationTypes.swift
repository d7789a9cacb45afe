// Weir
// SPDX-License-Identifier: Apache-2.0

import ChainModel
import ChainSync
import ConfigTree
import EVMPrimitives
import EVMRPC
import HTTPFront

extension ConfigType where Value == String {
    /// A prefix of metric names.
    static var namespace: ConfigType {
        .parsed(
            "a prefix of metric names such as weir", advice: "use a-z, 0-9 and _ between them",
            show: { $0 },
            { $0.isNamespace ? $0 : nil })
    }

    /// A word that is safe as a label, a file name and a part of a URL.
    static var endpointName: ConfigType {
        .parsed(
            "a name", advice: "use letters, digits, and . _ -", show: { $0 },
            { text in
                !text.isEmpty && text.utf8.count <= 64
                    && text.utf8.allSatisfy { $0.isWordByte || $0 == 0x2e || $0 == 0x2d }
                    ? text : nil
            })
    }
}

extension ConfigType where Value == ListenAddress {
    static var listenAddress: ConfigType {
        .parsed(
            "an address and port such as 127.0.0.1:9560",
            advice: "write :9560 for every interface, [::1]:9560 for IPv6",
            { try? ListenAddress($0) })
    }
}

extension ConfigType where Value == RateBudget {
    static var budget: ConfigType {
        .parsed(
            "a budget such as 25/s", advice: "write calls per s, min, h or d",
            { RateBudget($0) })
    }
}

extension ConfigType where Value == SyncConfiguration.Follow {
    /// A tag, or the blocks behind the latest.
    static var follow: ConfigType {
        .parsed(
            "latest, safe, finalized or a number of blocks", show: \.configText
        ) { text in
            if let tag = HeadTag(rawValue: text) { return .tag(tag) }
            return text.wholeNumber(in: 0...1_000_000).map { .behind($0) }
        }
    }
}

extension ConfigType where Value == SyncConfiguration.Finality {
    /// A tag other than `latest`, or a depth.
    static var finality: ConfigType {
        .scalar(
            "finalized, safe or a number of blocks", show: \.configText
        ) { scalar throws(ConfigFault) in
            switch scalar.text {
            case HeadTag.latest.rawValue:
                throw ConfigFault(
                    "the latest block may still be undone",
                    advice: "write finalized, safe, or a number of blocks such as 64")
            case HeadTag.safe.rawValue: return .tag(.safe)
            case HeadTag.finalized.rawValue: return .tag(.finalized)
            case let text:
                guard let depth = text.wholeNumber(in: 1...1_000_000) else {
                    throw ConfigFault()
                }
                return .depth(depth)
            }
        }
    }
}

extension ConfigType where Value == [Double] {
    /// Upper bounds of a histogram's buckets.
    static var buckets: ConfigType {
        ConfigType("a list of rising numbers from 0 on") { value in
            guard let bounds = value.read(.list(.double())) else { return nil }
            guard !bounds.isEmpty, bounds.count <= 100 else {
                value.fail("expected 1 to 100 buckets, found \(bounds.count)")
                return nil
            }
            guard bounds.allSatisfy({ $0 >= 0 }) else {
                value.fail("a bucket is negative", advice: "amounts and times begin at 0")
                return nil
            }
            guard zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
                value.fail("the buckets must rise", advice: "sort them, each once")
                return nil
            }
            return bounds
        }
    }
}

extension SyncConfiguration.Follow {
    fileprivate var configText: String {
        switch self {
        case .tag(let tag): tag.rawValue
        case .behind(let blocks): String(blocks)
        }
    }
}

extension SyncConfiguration.Finality {
    fileprivate var configText: String {
        switch self {
        case .tag(let tag): tag.rawValue
        case .depth(let blocks): String(blocks)
        }
    }
}

extension String {
    /// Digits with single underscores between them.
    fileprivate func wholeNumber(in range: ClosedRange<UInt64>) -> UInt64? {
        let groups = self.split(separator: "_", omittingEmptySubsequences: false)
        let digits = groups.joined()
        guard groups.allSatisfy({ !$0.isEmpty }),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(digits), range.contains(number)
        else { return nil }
        return number
    }

    /// `[a-z][a-z0-9]*(_[a-z0-9]+)*`.
    fileprivate var isNamespace: Bool {
        let words = self.split(separator: "_", omittingEmptySubsequences: false)
        guard let first = self.utf8.first, (0x61...0x7a).contains(first), self.utf8.count <= 32
        else { return false }
        return words.allSatisfy { word in
            !word.isEmpty
                && word.utf8.allSatisfy {
                    (0x61...0x7a).contains($0) || (0x30...0x39).contains($0)
                }
        }
    }

    /// `[a-z0-9_-]+`, at most 32: a chain's name is a label and a part of paths.
    var isChainName: Bool {
        !self.isEmpty && self.utf8.count <= 32
            && self.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
                    || $0 == 0x2d
            }
    }

    /// `[A-Za-z][A-Za-z0-9_]*`, at most 64: a contract's alias is a label and stands before a dot.
    var isContractAlias: Bool {
        guard let first = self.utf8.first, (0x61...0x7a).contains(first | 0x20) else {
            return false
        }
        return self.utf8.count <= 64 && self.utf8.allSatisfy(\.isWordByte)
    }
}

extension UInt8 {
    /// A letter, a digit or an underscore.
    var isWordByte: Bool {
        (0x61...0x7a).contains(self | 0x20) || (0x30...0x39).contains(self) || self == 0x5f
    }
}
