// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Glibc

/// One of libcurl's easy handles, used for one transfer after the other, on the loop's thread only.
///
/// Making a handle costs far more than a request to a near server, so handles are kept, and an
/// option is set only where it differs from what the last request wanted.
@safe final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    /// The request at work; nil while the handle lies in the free list.
    private(set) var job: Job?
    /// When the request must have ended, by `monotonicNanoseconds`.
    private(set) var deadline: UInt64 = .max

    /// The handle's place in the loop's list.
    var index = 0

    let configuration: CurlConfiguration
    let pool: BodyPool
    /// What the options were last set for, without its body.
    var applied: HTTPRequest?
    /// The header lines in use; libcurl reads them for as long as a transfer lasts.
    var headerList: UnsafeMutablePointer<curl_slist>?
    /// The configuration's pinned names.
    var pinnedList: UnsafeMutablePointer<curl_slist>?
    /// The answer as it comes in.
    var inbound = Inbound()
    /// Set once libcurl wanted to connect to an address that the request may not go to.
    private(set) var addressRefusal: AddressRefusal?

    /// Fails if libcurl has no memory or lacks an option that we cannot do without.
    init?(configuration: CurlConfiguration, pool: BodyPool) {
        guard let raw = unsafe curl_easy_init() else { return nil }
        unsafe self.raw = raw
        unsafe self.headerList = nil
        unsafe self.pinnedList = nil
        self.configuration = configuration
        self.pool = pool
        guard self.setLasting() else {
            unsafe curl_easy_cleanup(raw)
            return nil
        }
    }

    /// libcurl's handle goes with `close()`, which must come before the multi handle's end.
    func close() {
        unsafe curl_easy_cleanup(self.raw)
        unsafe curl_slist_free_all(self.headerList)
        unsafe self.headerList = nil
        unsafe curl_slist_free_all(self.pinnedList)
        unsafe self.pinnedList = nil
    }

    /// The object behind libcurl's handle.
    static func of(_ raw: UnsafeMutableRawPointer) -> EasyHandle? {
        var context: UnsafeMutableRawPointer?
        guard unsafe ccurl_getinfo_ptr(raw, CURLINFO_PRIVATE, &context) == CURLE_OK,
            let context = unsafe context
        else { return nil }
        return unsafe Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
    }

    /// Takes a job on: after this the handle may go to the multi handle.
    ///
    /// If it throws, some options may be set and others not, and the handle must not be used again.
    func begin(_ job: Job, now: UInt64) throws(TransportError) {
        try self.apply(job.request)
        let total = UInt64(job.request.timeouts.total.curlMilliseconds)
        self.deadline = now &+ total &* 1_000_000
        self.inbound = Inbound(
            limitBytes: max(0, job.request.maxResponseBytes),
            headerBytesLimit: self.configuration.maxHeaderBytes,
            headerCountLimit: self.configuration.maxHeaderCount,
        )
        self.addressRefusal = nil
        self.job = job
        job.handle = self
    }

    /// Lets go of the job; the handle must not be in the multi handle any more.
    func end() -> Job? {
        let job = self.job
        job?.handle = nil
        self.job = nil
        self.inbound = Inbound()
        return job
    }

    /// What became of the transfer that libcurl says has ended with `code`.
    func outcome(_ code: CURLcode, now: UInt64) -> Job.Outcome {
        guard let request = self.job?.request else {
            return .failure(TransportError(other: code))
        }
        if let error = self.inbound.error { return .failure(error) }
        if code != CURLE_OK, let refusal = self.addressRefusal {
            return .failure(.forbiddenAddress(host: request.url.host, refusal))
        }
        guard code == CURLE_OK else {
            return .failure(
                TransportError(
                    code: code,
                    host: request.url.host,
                    authority: request.url.authority,
                    phase: self.phase,
                    // libcurl reckons in milliseconds and from a moment later than we do.
                    reachedTotal: now &+ 5_000_000 >= self.deadline,
                    verifyCode: self.number(CURLINFO_SSL_VERIFYRESULT),
                    limitBytes: max(0, request.maxResponseBytes),
                ))
        }
        return .success(self.response())
    }

    /// Whether a socket may be opened to an address. After one refusal none may: a name that stands
    /// for a closed address too is not one to trust.
    func mayConnect(to address: IPAddress?) -> Bool {
        guard self.addressRefusal == nil, let request = self.job?.request else { return false }
        guard let address else {
            self.addressRefusal = .ambiguous
            return false
        }
        self.addressRefusal = AddressGuard.refusal(of: address, reach: request.reach)
        return self.addressRefusal == nil
    }

    /// How far the transfer has come.
    var phase: TransportError.Phase {
        if self.inbound.hasBegun { return .receiving }
        return self.offset(CURLINFO_PRETRANSFER_TIME_T) == 0 ? .connecting : .waiting
    }

    /// Connections that were opened for the transfer.
    var connectionsOpened: Int { self.number(CURLINFO_NUM_CONNECTS) }

    var bytesSent: Int {
        self.number(CURLINFO_REQUEST_SIZE) &+ self.offset(CURLINFO_SIZE_UPLOAD_T)
    }

    var bytesReceived: Int {
        self.number(CURLINFO_HEADER_SIZE) &+ self.offset(CURLINFO_SIZE_DOWNLOAD_T)
    }

    private func response() -> HTTPResponse {
        HTTPResponse(
            status: self.number(CURLINFO_RESPONSE_CODE),
            headers: self.inbound.headers,
            body: self.inbound.takeBody(),
            timing: HTTPTiming(
                total: .microseconds(self.offset(CURLINFO_TOTAL_TIME_T)),
                connect: .microseconds(self.offset(CURLINFO_CONNECT_TIME_T)),
                startTransfer: .microseconds(self.offset(CURLINFO_STARTTRANSFER_TIME_T)),
            ),
            bytesReceived: self.bytesReceived,
            version: self.version,
            connectionReused: self.connectionsOpened == 0,
        )
    }

    private var version: HTTPVersion {
        switch self.number(CURLINFO_HTTP_VERSION) {
        case Int(CURL_HTTP_VERSION_1_0): .http10
        case Int(CURL_HTTP_VERSION_2_0): .http2
        case Int(CURL_HTTP_VERSION_3): .http3
        default: .http11
        }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe ccurl_getinfo_long(self.raw, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return unsafe ccurl_getinfo_off(self.raw, info, &value) == CURLE_OK ? Int(value) : 0
    }
}

/// Nanoseconds of a clock that only goes forward.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}
