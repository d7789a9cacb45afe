// Weir
// SPDX-License-Identifier: Apache-2.0

/// An answer while it comes in, and the limits that it must keep.
///
/// Pure: `EasyHandle` feeds it what libcurl delivers, which is whole header lines and pieces of the
/// unpacked body.
struct Inbound {
    private(set) var headers = HTTPHeaders()
    /// Set once a limit is passed; nothing is taken in after that.
    private(set) var error: TransportError?
    /// Something of the answer has come.
    private(set) var hasBegun = false

    private var body: [UInt8] = []
    private var isReserved = false
    /// The blank line behind the last status line was seen: what follows in lines are trailers.
    private var headersEnded = false
    private var headerBytes = 0
    private var headerCount = 0
    private let limitBytes: Int
    private let headerBytesLimit: Int
    private let headerCountLimit: Int

    /// More is never reserved on the word of a `Content-Length` alone.
    private static let reservationMax = 64 << 20

    init(limitBytes: Int = 0, headerBytesLimit: Int = 0, headerCountLimit: Int = 0) {
        self.limitBytes = limitBytes
        self.headerBytesLimit = headerBytesLimit
        self.headerCountLimit = headerCountLimit
    }

    /// The header lines are over and no room was made for the body yet.
    var needsReservation: Bool { self.headersEnded && !self.isReserved }

    /// Makes room once, so that a large body is not copied while it grows.
    ///
    /// - Parameters:
    ///   - contentLength: what the answer announces; negative if it does not.
    ///   - memory: an empty array whose room is used if it is there.
    mutating func reserve(_ contentLength: Int, in memory: consuming [UInt8] = []) {
        self.isReserved = true
        self.body = memory
        let announced = min(max(contentLength, 0), self.limitBytes, Self.reservationMax)
        // Rounded up, so that bodies of about one size fit into each other's memory.
        let room =
            announced < BodyPool.bytesKept.lowerBound ? announced : (announced >> 19 + 1) << 19
        self.body.reserveCapacity(room + HTTPResponse.spareCapacity)
    }

    /// Takes a piece of the body; false means that libcurl shall give up.
    mutating func body(_ piece: UnsafeRawBufferPointer) -> Bool {
        self.hasBegun = true
        guard self.error == nil else { return false }
        guard piece.count <= self.limitBytes - self.body.count else {
            self.body = []
            self.error = .responseTooLarge(limitBytes: self.limitBytes)
            return false
        }
        unsafe self.body.append(contentsOf: piece)
        return true
    }

    /// Takes one line of the header, line break included; false means that libcurl shall give up.
    mutating func header(_ piece: UnsafeRawBufferPointer) -> Bool {
        self.hasBegun = true
        guard self.error == nil else { return false }
        // Interim answers and trailers count too, or a server could send them for ever.
        self.headerBytes += piece.count
        self.headerCount += 1
        guard self.headerBytes <= self.headerBytesLimit, self.headerCount <= self.headerCountLimit
        else {
            self.error = .headersTooLarge(limitBytes: self.headerBytesLimit)
            return false
        }
        var line = unsafe piece[...]
        if unsafe line.last == 0x0A { unsafe line.removeLast() }
        if unsafe line.last == 0x0D { unsafe line.removeLast() }
        if unsafe line.isEmpty {
            self.headersEnded = true
        } else if unsafe line.starts(with: "HTTP/".utf8) {
            self.headers = HTTPHeaders()
            self.headersEnded = false
        } else if !self.headersEnded {
            unsafe self.headers.append(line: line)
        }
        return true
    }

    /// The body, with the promised room behind it.
    mutating func takeBody() -> [UInt8] {
        var body: [UInt8] = []
        swap(&body, &self.body)
        if body.capacity - body.count < HTTPResponse.spareCapacity {
            body.reserveCapacity(body.count + HTTPResponse.spareCapacity)
        }
        return body
    }
}
