#include "CCurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void initialize(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

typedef struct {
    mst_curl_result *result;
    size_t kept;
    size_t seen;
    const char *next;
    size_t left;
    const int *cancelled;
} transfer;

enum { MAXIMUM_ANSWER = 64 << 10 };

static size_t take(char *bytes, size_t size, size_t count, void *context) {
    transfer *t = context;
    size_t length = size * count, room = sizeof t->result->body - 1 - t->kept;
    size_t kept = length < room ? length : room;
    memcpy(t->result->body + t->kept, bytes, kept);
    t->kept += kept;
    t->seen += length;
    // Anything but the length ends the transfer.
    return t->seen > MAXIMUM_ANSWER ? 0 : length;
}

static size_t give(char *bytes, size_t size, size_t count, void *context) {
    transfer *t = context;
    size_t length = size * count < t->left ? size * count : t->left;
    memcpy(bytes, t->next, length);
    t->next += length;
    t->left -= length;
    return length;
}

static int watch(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    transfer *t = context;
    (void)a, (void)b, (void)c, (void)d;
    return t->cancelled && __atomic_load_n(t->cancelled, __ATOMIC_RELAXED) != 0;
}

static void fail(mst_curl_result *result, const char *why) { snprintf(result->error, sizeof result->error, "%s", why); }

static CURL *begin(transfer *t, const char *url, const char *protocols, mst_curl_limits limits) {
    pthread_once(&once, initialize);
    CURL *curl = curl_easy_init();
    if (!curl) return NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    // Signals belong to the process.
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limits.connect_milliseconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limits.total_milliseconds);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->result->error);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    return curl;
}

static void run(CURL *curl, transfer *t) {
    CURLcode code = curl_easy_perform(curl);
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &t->result->status);
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) t->result->retry_after = wait < 86400 ? (long)wait : 86400;
    t->result->completed = code == CURLE_OK || (code == CURLE_WRITE_ERROR && t->seen > MAXIMUM_ANSWER);
    if (!t->result->completed && t->result->error[0] == 0) fail(t->result, curl_easy_strerror(code));
}

/// Runs what was begun, or says that it was not, and gives back what it took.
static void conclude(CURL *curl, transfer *t, struct curl_slist *list) {
    if (curl) {
        run(curl, t);
        curl_easy_cleanup(curl);
    } else {
        fail(t->result, "there is no memory for the transfer");
    }
    curl_slist_free_all(list);
}

static int append(struct curl_slist **list, const char *text) {
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (!longer) return 0;
    *list = longer;
    return 1;
}

mst_curl_result mst_http_post(
    const char *url, const char *const *headers, size_t header_count, const void *body, size_t length, mst_curl_limits limits) {
    mst_curl_result result;
    memset(&result, 0, sizeof result);
    transfer t = {.result = &result, .cancelled = limits.cancelled};
    // Without an Expect header a body is sent at once.
    struct curl_slist *list = NULL;
    int complete = append(&list, "Expect:");
    for (size_t i = 0; complete && i < header_count; i++) complete = append(&list, headers[i]);
    CURL *curl = complete ? begin(&t, url, "http,https", limits) : NULL;
    if (curl) {
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    conclude(curl, &t, list);
    return result;
}

mst_curl_result mst_smtp_send(
    const char *url, const char *from, const char *const *recipients, size_t recipient_count, const char *user, const char *password, const void *message,
    size_t length, mst_curl_limits limits) {
    mst_curl_result result;
    memset(&result, 0, sizeof result);
    transfer t = {.result = &result, .next = message, .left = length, .cancelled = limits.cancelled};
    struct curl_slist *list = NULL;
    int complete = 1;
    for (size_t i = 0; complete && i < recipient_count; i++) complete = append(&list, recipients[i]);
    CURL *curl = complete ? begin(&t, url, "smtp,smtps", limits) : NULL;
    if (curl) {
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(password ? CURLUSESSL_ALL : CURLUSESSL_TRY));
        if (user) curl_easy_setopt(curl, CURLOPT_USERNAME, user);
        if (password) curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, list);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)length);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
        curl_easy_setopt(curl, CURLOPT_READDATA, &t);
    }
    conclude(curl, &t, list);
    return result;
}
