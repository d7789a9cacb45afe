// Weir
// SPDX-License-Identifier: Apache-2.0

// libsecp256k1 with its recovery module, and the or-ed macros that Swift cannot read. No policy.

#ifndef WEIR_CSECP256K1_SHIM_H
#define WEIR_CSECP256K1_SHIM_H

#include <secp256k1.h>
#include <secp256k1_recovery.h>

static const unsigned int csecp_context_none = SECP256K1_CONTEXT_NONE;
static const unsigned int csecp_ec_uncompressed = SECP256K1_EC_UNCOMPRESSED;

#endif
