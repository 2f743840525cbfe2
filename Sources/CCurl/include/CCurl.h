#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>

// libcurl's functions take variable arguments, which Swift cannot call; these take plain ones. All of them block, and may be called from any thread.

/// A number that one thread sets and others read.
static inline void mst_flag_set(int *flag, int value) { __atomic_store_n(flag, value, __ATOMIC_RELAXED); }
static inline int mst_flag_get(const int *flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }

/// How a transfer is bounded, and how it can be ended from another thread.
typedef struct {
    long connect_milliseconds;
    long total_milliseconds;
    /// The transfer ends within a second when this is not 0; may be NULL. Read atomically.
    const int *cancelled;
} mst_curl_limits;

typedef struct {
    /// The answer's status, of HTTP or SMTP; 0 where there was none.
    long status;
    /// Whether the transfer came to its end. An answer that refuses is one too.
    int completed;
    /// Seconds for which the server asked to be left alone; 0 where it did not.
    long retry_after;
    /// Why it did not, in words, with a zero byte at the end.
    char error[256];
    /// The beginning of the answer's body, with a zero byte at the end.
    char body[512];
} mst_curl_result;

/// Sends a body with POST to an http or https address. Redirects are not followed, and of the answer no more than 64 KiB is read.
///
/// `headers` are whole lines without their ends.
mst_curl_result mst_http_post(
    const char *url, const char *const *headers, size_t header_count, const void *body, size_t length, mst_curl_limits limits);

/// Sends a message to a mail server: smtp://host:port, smtps://host:port.
///
/// With a password the connection must be encrypted, by STARTTLS if need be; without one it is where the server offers it.
/// `user` and `password` may be NULL. Addresses come without angle brackets.
mst_curl_result mst_smtp_send(
    const char *url, const char *from, const char *const *recipients, size_t recipient_count, const char *user, const char *password, const void *message,
    size_t length, mst_curl_limits limits);

#endif
