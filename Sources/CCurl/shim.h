// Weir
// SPDX-License-Identifier: Apache-2.0

// Typed doors to the variadic functions of libcurl, which Swift cannot call. No policy, no state.

#ifndef WEIR_CCURL_SHIM_H
#define WEIR_CCURL_SHIM_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_setopt_long(CURL *h, CURLoption o, long v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode ccurl_setopt_off(CURL *h, CURLoption o, curl_off_t v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode ccurl_setopt_str(CURL *h, CURLoption o, const char *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode ccurl_setopt_ptr(CURL *h, CURLoption o, const void *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode ccurl_setopt_slist(CURL *h, CURLoption o, struct curl_slist *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode ccurl_setopt_callback(CURL *h, CURLoption o, ccurl_data_callback v) {
    return curl_easy_setopt(h, o, v);
}

// Only these protocols may be spoken; the option's name depends on the version of libcurl.
static inline CURLcode ccurl_setopt_http_only(CURL *h) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

// Only these protocols: mail, in the clear until STARTTLS and under TLS from the start.
static inline CURLcode ccurl_setopt_mail_only(CURL *h) {
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    return curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
}

// Goes on with the recipients that are taken; the option's name lost an L on the way.
static inline CURLcode ccurl_setopt_recipients_may_fail(CURL *h) {
    return curl_easy_setopt(h, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
}

typedef int (*ccurl_progress_callback)(
    void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up);

static inline CURLcode ccurl_setopt_progress(CURL *h, ccurl_progress_callback v) {
    return curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, v);
}

static inline CURLcode ccurl_setopt_debug(CURL *h, curl_debug_callback v) {
    return curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, v);
}

static inline CURLcode ccurl_setopt_open_socket(CURL *h, curl_opensocket_callback v) {
    return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, v);
}

// The bytes of an address: 4, 16, or 0 where it is of another family.
static inline int ccurl_address_bytes(const struct curl_sockaddr *a, unsigned char out[16]) {
    if (a->family == AF_INET && a->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, &a->addr, sizeof in);
        memcpy(out, &in.sin_addr, 4);
        return 4;
    }
    if (a->family == AF_INET6 && a->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, (const unsigned char *)a + offsetof(struct curl_sockaddr, addr), sizeof in);
        memcpy(out, &in.sin6_addr, 16);
        return 16;
    }
    return 0;
}

// A socket as libcurl would open it, and one that a child process does not inherit.
static inline curl_socket_t ccurl_open_socket(const struct curl_sockaddr *a) {
#ifdef SOCK_CLOEXEC
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
#else
    return socket(a->family, a->socktype, a->protocol);
#endif
}

static inline CURLcode ccurl_getinfo_long(CURL *h, CURLINFO i, long *v) {
    return curl_easy_getinfo(h, i, v);
}
static inline CURLcode ccurl_getinfo_off(CURL *h, CURLINFO i, curl_off_t *v) {
    return curl_easy_getinfo(h, i, v);
}
static inline CURLcode ccurl_getinfo_ptr(CURL *h, CURLINFO i, void **v) {
    return curl_easy_getinfo(h, i, (char **)v);
}

// The trusted roots that libcurl was built with: a file and a folder, either may be NULL.
static inline const char *ccurl_builtin_ca_file(void) {
    return curl_version_info(CURLVERSION_NOW)->cainfo;
}
static inline const char *ccurl_builtin_ca_path(void) {
    return curl_version_info(CURLVERSION_NOW)->capath;
}

static inline CURLMcode ccurl_multi_setopt_long(CURLM *m, CURLMoption o, long v) {
    return curl_multi_setopt(m, o, v);
}

static inline CURLMSG ccurl_msg_kind(const CURLMsg *m) { return m->msg; }
static inline CURLcode ccurl_msg_result(const CURLMsg *m) { return m->data.result; }
static inline CURL *ccurl_msg_easy(const CURLMsg *m) { return m->easy_handle; }

#endif
