// Weir
// SPDX-License-Identifier: Apache-2.0

// One door to zlib, whose start of a stream is a macro, which Swift cannot call. No state.

#ifndef WEIR_CZLIB_SHIM_H
#define WEIR_CZLIB_SHIM_H

#include <stddef.h>
#include <string.h>
#include <zlib.h>

// The most bytes that `czlib_gzip` needs for `size` bytes.
static inline size_t czlib_gzip_bound(size_t size) {
    // As deflateBound says for the default window, with room for gzip's header and trailer.
    return size + (size >> 12) + (size >> 14) + (size >> 25) + 64;
}

// Packs `size` bytes as one gzip member (RFC 1952); the bytes written, or 0 if it failed.
static inline size_t czlib_gzip(
    const unsigned char *input, size_t size, unsigned char *output, size_t capacity, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (size > 0x7fffffff || capacity > 0xffffffff) return 0;
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (unsigned char *)input;
    stream.avail_in = (uInt)size;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int result = deflate(&stream, Z_FINISH);
    size_t written = capacity - stream.avail_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? written : 0;
}

#endif
