// Weir
// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// One mail on its way through libcurl, on a thread that may block.
///
/// It has an easy handle and a connection of its own. libcurl waits for the answer to its `QUIT` with
/// the whole thread, so mail keeps away from the thread that all HTTP goes through.
@safe final class MailTransfer {
    private let raw: UnsafeMutableRawPointer
    private let job: MailJob
    private var transcript = MailTranscript()
    private var sent = 0
    private var addressRefusal: AddressRefusal?

    /// Seconds for what is of no more use: the farewell once the server has the mail, and what may
    /// follow a refusal (another way to log in, `HELO` after `EHLO`, the farewell).
    private static let farewellSeconds = 2
    private static let refusedSeconds = 10

    /// Nil if libcurl has no memory.
    init?(_ job: MailJob) {
        guard let raw = unsafe curl_easy_init() else { return nil }
        unsafe self.raw = raw
        self.job = job
    }

    deinit {
        unsafe curl_easy_cleanup(self.raw)
    }

    /// Sends the mail and says what became of it. Blocks for at most `totalTimeout` and a little more.
    func run(_ totalTimeout: Duration) -> MailJob.Outcome {
        var recipients: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl_slist_free_all(recipients) }
        for recipient in self.job.request.recipients {
            guard let longer = unsafe curl_slist_append(recipients, "<\(recipient)>") else {
                return .failure(.transport(TransportError(other: CURLE_OUT_OF_MEMORY)))
            }
            unsafe recipients = longer
        }
        var options = unsafe OptionSetter(self.raw)
        unsafe options.note(ccurl_setopt_slist(self.raw, CURLOPT_MAIL_RCPT, recipients))
        self.setConnection(totalTimeout, &options)
        self.setMail(&options)
        self.setCallbacks(&options)
        if let failure = options.failure {
            return .failure(.transport(TransportError(other: failure)))
        }
        return self.outcome(unsafe curl_easy_perform(self.raw))
    }

    private func setConnection(_ totalTimeout: Duration, _ options: inout OptionSetter) {
        let request = self.job.request
        unsafe options.note(ccurl_setopt_mail_only(self.raw))
        options.set(CURLOPT_URL, request.url)
        // A server is reached directly: what `all_proxy` names seldom lets mail through.
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_FRESH_CONNECT, 1)
        options.set(CURLOPT_FORBID_REUSE, 1)
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        let level = request.encryption == .opportunistic ? CURLUSESSL_TRY : CURLUSESSL_ALL
        options.set(CURLOPT_USE_SSL, Int(level.rawValue))
        if let path = request.caFile {
            options.set(CURLOPT_CAINFO, path)
            options.set(CURLOPT_CAPATH, nil)
        }
        let connect = min(request.connectTimeout, totalTimeout)
        options.set(CURLOPT_CONNECTTIMEOUT_MS, connect.curlMilliseconds)
        options.set(CURLOPT_TIMEOUT_MS, totalTimeout.curlMilliseconds)
        self.setPatience(totalTimeout.curlMilliseconds / 1000 + 1, &options)
        if let credentials = request.credentials {
            options.set(CURLOPT_USERNAME, credentials.username)
            options.set(CURLOPT_PASSWORD, credentials.password)
            options.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5")
        }
    }

    private func setMail(_ options: inout OptionSetter) {
        let request = self.job.request
        options.set(CURLOPT_MAIL_FROM, "<\(request.sender)>")
        unsafe options.note(ccurl_setopt_recipients_may_fail(self.raw))
        options.set(CURLOPT_UPLOAD, 1)
        let count = curl_off_t(request.message.count)
        unsafe options.note(ccurl_setopt_off(self.raw, CURLOPT_INFILESIZE_LARGE, count))
    }

    /// How long one answer of the server is waited for.
    private func setPatience(_ seconds: Int, _ options: inout OptionSetter) {
        options.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, min(seconds, 86_400)))
    }

    private func setCallbacks(_ options: inout OptionSetter) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        for option in [
            CURLOPT_READDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA,
            CURLOPT_OPENSOCKETDATA, CURLOPT_DEBUGDATA,
        ] {
            unsafe options.note(ccurl_setopt_ptr(self.raw, option, context))
        }
        unsafe options.note(
            ccurl_setopt_callback(self.raw, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let transfer = unsafe MailTransfer.of(context) else { return 0 }
                return unsafe transfer.read(into: bytes, size &* count)
            })
        unsafe options.note(
            ccurl_setopt_callback(self.raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let transfer = unsafe MailTransfer.of(context) else { return 0 }
                let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size &* count)
                return unsafe transfer.take(line) ? size &* count : 0
            })
        // Nothing of a mail's exchange is a body; without this libcurl would print it.
        unsafe options.note(
            ccurl_setopt_callback(self.raw, CURLOPT_WRITEFUNCTION) { _, size, count, _ in
                size &* count
            })
        unsafe options.note(
            ccurl_setopt_progress(self.raw) { context, _, _, _, _ in
                guard let transfer = unsafe MailTransfer.of(context) else { return 1 }
                return transfer.job.isCancelled.load(ordering: .acquiring) ? 1 : 0
            })
        options.set(CURLOPT_NOPROGRESS, 0)
        unsafe options.note(
            ccurl_setopt_open_socket(self.raw) { context, _, address in
                guard let transfer = unsafe MailTransfer.of(context), let address = unsafe address,
                    transfer.mayConnect(to: unsafe IPAddress(address))
                else { return -1 }
                return unsafe ccurl_open_socket(address)
            })
        // The one way to learn which command an answer belongs to.
        unsafe options.note(
            ccurl_setopt_debug(self.raw) { _, kind, bytes, count, context in
                guard kind == CURLINFO_HEADER_OUT, let transfer = unsafe MailTransfer.of(context)
                else { return 0 }
                unsafe transfer.transcript.command(
                    UnsafeRawBufferPointer(start: bytes, count: min(count, 4)))
                return 0
            })
        guard options.failure == nil else { return }
        options.set(CURLOPT_VERBOSE, 1)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> MailTransfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: - What libcurl asks for

    private func read(into bytes: UnsafeMutablePointer<CChar>?, _ room: Int) -> Int {
        let message = self.job.request.message
        let count = min(room, message.count - self.sent)
        guard count > 0, let bytes = unsafe bytes else { return 0 }
        let target = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: count)
        unsafe target.copyBytes(from: message[self.sent..<(self.sent + count)])
        self.sent += count
        return count
    }

    private func take(_ line: UnsafeRawBufferPointer) -> Bool {
        let known = self.transcript.replies.count
        guard unsafe self.transcript.line(line) else { return false }
        guard self.transcript.replies.count > known else { return true }
        var options = unsafe OptionSetter(self.raw)
        if self.transcript.final != nil {
            self.setPatience(Self.farewellSeconds, &options)
        } else if self.transcript.refusal != nil {
            self.setPatience(Self.refusedSeconds, &options)
        }
        return true
    }

    private func mayConnect(to address: IPAddress?) -> Bool {
        guard self.addressRefusal == nil else { return false }
        guard let address else {
            self.addressRefusal = .ambiguous
            return false
        }
        self.addressRefusal = AddressGuard.refusal(of: address, reach: self.job.request.reach)
        return self.addressRefusal == nil
    }

    // MARK: - What became of it

    private func outcome(_ code: CURLcode) -> MailJob.Outcome {
        let request = self.job.request
        // Whatever happened after it: the server has said that it has the mail.
        if let final = self.transcript.final, final.isPositive {
            return .success(MailReply(status: final, refused: self.refusedRecipients))
        }
        if code == CURLE_OK {
            // A libcurl that does not show its commands; it has checked the answers itself.
            return .success(MailReply(status: MailStatus(code: 250)))
        }
        if let refusal = self.addressRefusal {
            return .failure(.transport(.forbiddenAddress(host: request.host, refusal)))
        }
        if self.transcript.isTooLong { return .failure(.unintelligible(host: request.authority)) }
        let refusal = self.transcript.refusal
        switch code {
        case CURLE_ABORTED_BY_CALLBACK:
            return .failure(.transport(.cancelled))
        case CURLE_USE_SSL_FAILED:
            return .failure(.notEncrypted(host: request.authority, refusal?.status))
        case CURLE_LOGIN_DENIED:
            return .failure(.notAuthenticated(host: request.authority, refusal?.status))
        case CURLE_OPERATION_TIMEDOUT:
            break
        default:
            guard let refusal else { break }
            return .failure(
                .refused(host: request.authority, refusal.verb.stage, refusal.status))
        }
        let error = TransportError(
            code: code, host: request.host, authority: request.authority,
            phase: self.transcript.replies.isEmpty ? .connecting : .waiting, reachedTotal: true,
            verifyCode: self.verifyCode, limitBytes: 0)
        if case .badResponse = error {
            return .failure(.unintelligible(host: request.authority))
        }
        return .failure(.transport(error))
    }

    private var refusedRecipients: [Int: MailStatus] {
        var refused: [Int: MailStatus] = [:]
        for (index, status) in self.transcript.recipients.enumerated() where !status.isPositive {
            refused[index] = status
        }
        return refused
    }

    private var verifyCode: Int {
        var value = 0
        let code = unsafe ccurl_getinfo_long(self.raw, CURLINFO_SSL_VERIFYRESULT, &value)
        return code == CURLE_OK ? value : 0
    }
}

extension MailTranscript.Verb {
    fileprivate var stage: MailError.Stage {
        switch self {
        case .greeting, .hello, .startTLS, .authentication, .quit: .greeting
        case .sender: .sender
        case .recipient: .recipients
        case .data: .message
        }
    }
}
