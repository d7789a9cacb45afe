// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl

extension EasyHandle {
    /// Sets what no request changes; false if libcurl refuses one of it.
    func setLasting() -> Bool {
        var options = unsafe OptionSetter(self.raw)
        unsafe options.note(ccurl_setopt_http_only(self.raw))
        // Without signals libcurl cannot be broken by our threads; resolving has its own thread.
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        // Four times the default: a seventh less time for answers of megabytes.
        options.set(CURLOPT_BUFFERSIZE, 65536)
        options.set(CURLOPT_USERAGENT, self.configuration.userAgent)
        for pin in self.configuration.pinnedNames {
            guard let longer = unsafe curl_slist_append(self.pinnedList, pin) else { return false }
            unsafe self.pinnedList = longer
        }
        if unsafe self.pinnedList != nil {
            unsafe options.note(ccurl_setopt_slist(self.raw, CURLOPT_RESOLVE, self.pinnedList))
        }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe options.note(ccurl_setopt_ptr(self.raw, CURLOPT_PRIVATE, context))
        unsafe options.note(ccurl_setopt_ptr(self.raw, CURLOPT_WRITEDATA, context))
        unsafe options.note(ccurl_setopt_ptr(self.raw, CURLOPT_HEADERDATA, context))
        unsafe options.note(
            ccurl_setopt_callback(self.raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                unsafe EasyHandle.deliver(bytes, size &* count, context) { unsafe $0.body($1) }
            })
        unsafe options.note(
            ccurl_setopt_callback(self.raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                unsafe EasyHandle.deliver(bytes, size &* count, context) { unsafe $0.header($1) }
            })
        unsafe options.note(ccurl_setopt_ptr(self.raw, CURLOPT_OPENSOCKETDATA, context))
        unsafe options.note(
            ccurl_setopt_open_socket(self.raw) { context, _, address in
                guard let context = unsafe context, let address = unsafe address else { return -1 }
                let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
                guard handle.mayConnect(to: unsafe IPAddress(address)) else { return -1 }
                return unsafe ccurl_open_socket(address)
            })
        return options.failure == nil
    }

    private func applyReach(_ reach: AddressReach, _ options: inout OptionSetter) {
        let isPublic = reach == .publicOnly
        options.set(CURLOPT_FRESH_CONNECT, isPublic ? 1 : 0)
        options.set(CURLOPT_FORBID_REUSE, isPublic ? 1 : 0)
        switch isPublic ? .direct : self.configuration.proxy {
        case .environment:
            options.set(CURLOPT_PROXY, nil)
        case .direct:
            options.set(CURLOPT_PROXY, "")
        case .fixed(let url, let except):
            options.set(CURLOPT_PROXY, url.text)
            options.set(CURLOPT_NOPROXY, except)
        }
    }

    /// Hands bytes from libcurl to the handle; a count other than `count` makes libcurl give up.
    @inline(__always)
    private static func deliver(
        _ bytes: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        _ body: (inout Inbound, UnsafeRawBufferPointer) -> Bool,
    ) -> Int {
        guard count > 0 else { return 0 }
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
        if handle.inbound.needsReservation {
            let length = handle.contentLength
            handle.inbound.reserve(
                length, in: handle.pool.take(length, now: monotonicNanoseconds()))
        }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe body(&handle.inbound, buffer) ? count : 0
    }

    /// What the answer says its body is long on the wire; -1 if it does not.
    private var contentLength: Int { self.offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T) }

    /// Sets what differs from the request before.
    func apply(_ request: HTTPRequest) throws(TransportError) {
        var options = unsafe OptionSetter(self.raw)
        let applied = self.applied
        if applied?.url != request.url || applied?.version != request.version {
            options.set(CURLOPT_URL, request.url.text)
            let mayMultiplex = request.version == .http2OverTLS && request.url.isTLS
            // A libcurl without HTTP/2 refuses the option and then speaks HTTP/1.1: as well.
            let version = mayMultiplex ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
            _ = unsafe ccurl_setopt_long(self.raw, CURLOPT_HTTP_VERSION, Int(version))
            // Over plain http there is nothing to wait for, and waiting would line requests up.
            let waits = mayMultiplex && self.configuration.waitsForMultiplexing
            options.set(CURLOPT_PIPEWAIT, waits ? 1 : 0)
        }
        if applied?.headers != request.headers { try self.applyHeaders(request.headers, &options) }
        if applied?.timeouts != request.timeouts {
            let stall = request.timeouts.stall
            let connect = min(request.timeouts.connect, request.timeouts.total)
            options.set(CURLOPT_CONNECTTIMEOUT_MS, connect.curlMilliseconds)
            options.set(CURLOPT_TIMEOUT_MS, request.timeouts.total.curlMilliseconds)
            options.set(CURLOPT_LOW_SPEED_LIMIT, max(0, stall?.bytesPerSecond ?? 0))
            options.set(CURLOPT_LOW_SPEED_TIME, min(max(0, stall?.seconds ?? 0), 1_000_000))
        }
        if applied?.maxResponseBytes != request.maxResponseBytes {
            let limit = curl_off_t(max(1, request.maxResponseBytes))
            unsafe options.note(ccurl_setopt_off(self.raw, CURLOPT_MAXFILESIZE_LARGE, limit))
        }
        if applied?.acceptsEncoding != request.acceptsEncoding {
            options.set(CURLOPT_ACCEPT_ENCODING, request.acceptsEncoding ? "" : nil)
        }
        if applied?.caFile != request.caFile { try self.applyCAFile(request.caFile, &options) }
        if applied?.reach != request.reach { self.applyReach(request.reach, &options) }
        self.applyBody(request, &options)
        if let failure = options.failure { throw TransportError(other: failure) }
        self.applied = request
        // The body was copied by libcurl, if there was one.
        self.applied?.body = []
    }

    private func applyHeaders(
        _ headers: [RequestHeader],
        _ options: inout OptionSetter,
    ) throws(TransportError) {
        // "Expect: 100-continue" would cost a round trip; a line without value takes it out.
        var lines = ["Expect:"]
        if !headers.contains(where: { $0.hasName("content-type") }) {
            lines.append("Content-Type:")
        }
        for header in headers { lines.append(try header.line()) }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw TransportError(other: CURLE_OUT_OF_MEMORY)
            }
            unsafe list = longer
        }
        unsafe options.note(ccurl_setopt_slist(self.raw, CURLOPT_HTTPHEADER, list))
        unsafe curl_slist_free_all(self.headerList)
        unsafe self.headerList = list
    }

    private func applyCAFile(
        _ path: String?,
        _ options: inout OptionSetter,
    ) throws(TransportError) {
        guard let path else {
            unsafe options.note(
                ccurl_setopt_ptr(self.raw, CURLOPT_CAINFO, ccurl_builtin_ca_file()))
            unsafe options.note(
                ccurl_setopt_ptr(self.raw, CURLOPT_CAPATH, ccurl_builtin_ca_path()))
            return
        }
        guard !path.utf8.contains(0) else { throw .invalidRequest(.filePath) }
        options.set(CURLOPT_CAINFO, path)
        // Else the system's folder of roots would still be trusted beside the file.
        options.set(CURLOPT_CAPATH, nil)
    }

    private func applyBody(_ request: HTTPRequest, _ options: inout OptionSetter) {
        let name: String? =
            switch request.method {
            case .get, .post: nil
            case .patch: "PATCH"
            case .delete: "DELETE"
            }
        options.set(CURLOPT_CUSTOMREQUEST, name)
        switch request.method {
        case .get, .delete:
            options.set(CURLOPT_HTTPGET, 1)
        case .post, .patch:
            options.set(CURLOPT_POST, 1)
            let count = curl_off_t(request.body.count)
            unsafe options.note(ccurl_setopt_off(self.raw, CURLOPT_POSTFIELDSIZE_LARGE, count))
            // An empty array may have no address, and with nil libcurl would ask a read callback.
            guard !request.body.isEmpty else {
                return options.set(CURLOPT_COPYPOSTFIELDS, "")
            }
            unsafe request.body.withUnsafeBytes { bytes in
                unsafe options.note(
                    ccurl_setopt_ptr(self.raw, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress))
            }
        }
    }
}

/// Sets options and keeps the first failure.
@safe struct OptionSetter {
    private let raw: UnsafeMutableRawPointer
    private(set) var failure: CURLcode?

    init(_ raw: UnsafeMutableRawPointer) {
        unsafe self.raw = raw
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        unsafe self.note(ccurl_setopt_long(self.raw, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        unsafe self.note(ccurl_setopt_str(self.raw, option, value))
    }

    mutating func note(_ code: CURLcode) {
        if code != CURLE_OK, self.failure == nil { self.failure = code }
    }
}
