/* Asking an engine over HTTP: one request with its retries, and what providers' errors mean. The
 * guard's allowances for servers in the house stand under the use "engine". */
#ifndef RINGSIGHT_ENGINES_ASK_H
#define RINGSIGHT_ENGINES_ASK_H

#include "engines/speech.h"
#include "net/http_out.h"

#define ASK_USE "engine"
#define ASK_MAX_ANSWER (32u << 20)

struct ask_request {
    const char *method; /* NULL: POST */
    struct str url;
    size_t n_headers;
    const struct http_header *headers;
    size_t n_slices; /* the body, streamed; or `body` */
    const struct str *slices;
    struct str body;
};

/* One request, tried up to three times where another try may help (408, 409, 5xx, no connection),
 * as the providers' own libraries do. Errors, each with a sentence that names what to do:
 *   E_UPSTREAM_AUTH  the key is refused, or nothing is left on the account: ask->stop
 *   E_UPSTREAM_BUSY  429 or 503 that is about speed: ask->retry_after_s
 *   E_TOO_LARGE      413 and its kin: send less at a time
 *   E_BAD_INPUT      the request or the address is refused and would be again: ask->final
 *   E_NOT_FOUND, E_UPSTREAM, E_TIMEOUT, E_ADDRESS_REFUSED, E_LOST as http_call. */
const struct err *ask_send(struct arena *a, struct speech_ask *ask, const struct ask_request *rq,
                           struct http_response *ret) MUST_USE;

/* What an error answer says, in whichever of the providers' forms: pure, bears any bytes. */
struct ask_said {
    struct str message; /* one line, at most 200 bytes; "" if nothing fit to be shown */
    struct str code;    /* "insufficient_quota", "ASR_PAYMENT_REQUIRED" ...; "" */
    struct str request_id;
};
struct ask_said ask_error_read(struct arena *a, struct str body);

/* What a status with such words means, by the table above; NULL for 2xx. Pure. */
struct ask_verdict {
    const struct err *e;
    bool stop, final, again;
};
struct ask_verdict ask_judge(int status, const struct ask_said *said);

/* How long to wait: retry-after-ms, else Retry-After, else x-ratelimit-reset-requests ("6m0s"). In
 * whole seconds, rounded up; -1: not said. Pure. */
int64_t ask_retry_after(const struct http_response *r);

/* Waits, asking now and then whether to go on. E_LOST if cancelled, E_TIMEOUT past the deadline. */
const struct err *ask_wait(struct arena *a, const struct speech_ask *ask, int64_t ms) MUST_USE;

/* Adds a provider's name of a request to those noted. */
void ask_note_id(struct arena *a, struct speech_ask *ask, struct str id);

/* s with all but letters, digits, '-', '.', '_' and '~' as %XX. */
struct str ask_encoded(struct arena *a, struct str s);

/* "https://host" of the ask or the engine's own, without slashes at the end. */
struct str ask_base(const struct speech_ask *ask, const char *own);

/* The answer kept on the shelf for this piece; STR_NONE: none. */
const struct err *ask_shelf_find(struct arena *a, const struct speech_ask *ask,
                                 const struct hash *piece, struct str *ret_id,
                                 struct str *ret_answer) MUST_USE;
const struct err *ask_shelf_keep(struct arena *a, const struct speech_ask *ask,
                                 const struct hash *piece, struct str id,
                                 struct str answer) MUST_USE;

#endif
