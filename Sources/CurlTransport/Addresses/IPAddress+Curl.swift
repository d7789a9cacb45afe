// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl

extension IPAddress {
    /// The address that libcurl is about to connect to; nil where it is of another family.
    init?(_ address: UnsafeMutablePointer<curl_sockaddr>) {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe Int(ccurl_address_bytes(address, &bytes))
        self.init(bytes: bytes.prefix(max(0, count)))
    }
}
