// Weir
// SPDX-License-Identifier: Apache-2.0

// One door to libcrypto, which libcurl brings along: the keyed hash that signs webhooks. No state.

#ifndef WEIR_CCRYPTO_SHIM_H
#define WEIR_CCRYPTO_SHIM_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stddef.h>

// HMAC-SHA256 (RFC 2104) into 32 bytes; 0 if it failed.
static inline int ccrypto_hmac_sha256(
    const unsigned char *key, int key_size, const unsigned char *data, size_t size,
    unsigned char *output) {
    unsigned int written = 0;
    return HMAC(EVP_sha256(), key, key_size, data, size, output, &written) != NULL && written == 32;
}

#endif
