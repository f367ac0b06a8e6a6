/* What a provider's `fetch` gets to bring one recording in (see providers/provider.h). The job
 * fills it in; the provider speaks HTTP through fetch_http and hands the bytes to the sink. */
#ifndef RINGSIGHT_NET_FETCH_H
#define RINGSIGHT_NET_FETCH_H

#include "core/json.h"
#include "core/time.h"
#include "core/uuid.h"
#include "net/http_out.h"

struct recording_ref; /* providers/event.h */

/* The access token of one integration, shared by all processes: some phone systems let only the
 * newest token of a client live, so whoever logs in ends everybody else's. The job's side fills
 * this in (intake keeps the token as a sealed row). */
struct fetch_tokens {
    void *ctx;
    /* A token that has not run out and is not `stale`, the one just refused (STR_NONE: none was).
     * NULL with *ret_token STR_NONE: there is none, and for FETCH_TOKEN_LEASE_S nobody but the
     * caller may log in; he ends with put or drop. E_UPSTREAM_BUSY: another one is logging in. */
    const struct err *(*take)(void *ctx, struct arena *a, struct str stale, struct str *ret_token);
    /* Keeps the new token until expires_at (time_now scale). */
    const struct err *(*put)(void *ctx, struct arena *a, struct str token, int64_t expires_at);
    void (*drop)(void *ctx, struct arena *a);
};
#define FETCH_TOKEN_LEASE_S 60

struct fetch {
    /* Filled in by the job, read by the provider. */
    const struct http_client *http;
    const char *use; /* the provider's slug: selects allowances */
    struct uuid tenant, integration;
    const struct json *settings; /* plain settings of the integration, secrets included */
    const struct recording_ref *recording;
    int64_t settings_version; /* grows with each saving of the settings: an admin who saves the same
                                 password again wants it tried again */
    struct fetch_tokens *tokens; /* NULL where no token can be kept */
    int64_t call_started; /* time_now scale; TIME_NONE if unknown */
    int64_t deadline;     /* time_mono scale: the whole fetch must end by then */
    size_t max_bytes;     /* of the recording */
    /* Takes the recording's bytes, in order. Called only for audio: a provider that must look
     * into the answer first (JSON instead of WAV) puts fetch_peek in between. */
    http_sink *sink;
    void *sink_arg;

    /* Filled in by the provider. */
    struct str media_type; /* as the phone system named it; STR_NONE if not */
    int64_t retry_after_s; /* with E_UPSTREAM_BUSY or E_NOT_READY; -1: not said */
    size_t bytes;          /* bytes sunk, kept by fetch_sink */
};

/* http_call with the fetch's client, use, deadline and the integration's TLS settings: "tls"
 * ("ca", "pinned", "insecure"), "tls_pin" and "tls_low_security" ("true"). What the request sets
 * itself stays. Takes over retry_after_s. */
const struct err *fetch_http(struct arena *a, struct fetch *f, struct http_request *rq,
                             struct http_response *ret) MUST_USE;

/* Host rules (http_request.hosts): `ours` (NULL: none) and those that a setting names, parted by
 * commas. *ret is NULL where neither names any. E_BAD_INPUT if the setting has more than 32. */
const struct err *fetch_hosts(struct arena *a, struct str setting, const char *const *ours,
                              const char *const **ret) MUST_USE;

/* An http_sink whose arg is the struct fetch: passes bytes on and counts them. */
const struct err *fetch_sink(void *fetch, struct str bytes);

/* A sink that holds the first bytes back until it can tell audio from a message: an answer whose
 * first byte that is no blank is '{', '[' or '<' is collected as text (at most 64 KB), all else
 * goes to fetch_sink. Start with {.f = f, .a = arena}; fetch_peek_end after the call. */
struct fetch_peek {
    struct fetch *f;
    struct arena *a;
    bool decided, is_text;
    struct buf text;
};

const struct err *fetch_peek(void *peek, struct str bytes);
/* True and the text if the answer was a message and no recording. */
bool fetch_peek_end(const struct fetch_peek *peek, struct str *ret_text);

/* Milliseconds left until the deadline, at least 0. */
int64_t fetch_left_ms(const struct fetch *f);

#endif
