/* Errors are identities: named constants compared by address. NULL is success. Each carries the
 * stable code and HTTP status that a client sees. The sentence for a human is raised with it into
 * the arena (err_why) and read once, by the dispatcher or the worker loop. */
#ifndef RINGSIGHT_CORE_ERR_H
#define RINGSIGHT_CORE_ERR_H

#include "core/arena.h"
#include "core/str.h"

struct err {
    const char *code;
    int status;
    const char *title;
};

#define ERRORS(X)                                                                                  \
    X(E_BAD_REQUEST, "bad_request", 400, "The request cannot be understood")                       \
    X(E_BAD_INPUT, "bad_input", 422, "Some fields need another value")                             \
    X(E_BAD_PAYLOAD, "bad_payload", 422, "The payload cannot be understood")                       \
    X(E_UNAUTHENTICATED, "unauthenticated", 401, "Sign in first")                                  \
    X(E_BAD_LOGIN, "bad_login", 401, "E-mail or password is wrong")                                \
    X(E_BAD_CODE, "bad_code", 401, "The code is not right")                                        \
    X(E_BAD_SIGNATURE, "bad_signature", 401, "The signature or credentials do not verify")         \
    X(E_CSRF, "csrf", 403, "The page is out of date: reload it and try again")                     \
    X(E_FACTOR_WANTED, "second_factor_required", 403, "Set up a second factor first")              \
    X(E_FORBIDDEN, "forbidden", 403, "You are not allowed to do this")                             \
    X(E_NOT_FOUND, "not_found", 404, "Not found")                                                  \
    X(E_METHOD, "method_not_allowed", 405, "This address does not take that method")               \
    X(E_CONFLICT, "conflict", 409, "Something with this name or key exists already")               \
    X(E_IN_USE, "in_use", 409, "It is still in use")                                               \
    X(E_NO_PARENT, "no_parent", 422, "It refers to something that does not exist")                 \
    X(E_REPEATED, "repeated", 409, "This was done already, and its answer is shown only once")     \
    X(E_KEY_REUSED, "idempotency_key_reused", 422, "This Idempotency-Key belongs to another request") \
    X(E_GONE, "gone", 410, "It is no longer there")                                                \
    X(E_STALE, "stale", 412, "Somebody changed it meanwhile: load it again")                       \
    X(E_TOO_LARGE, "too_large", 413, "The body is too large")                                      \
    X(E_MEDIA_TYPE, "unsupported_media_type", 415, "This content type is not taken here")          \
    X(E_RANGE, "range_not_satisfiable", 416, "The range lies outside the file")                    \
    X(E_IF_MATCH, "precondition_required", 428, "Send If-Match with the version you edited")       \
    X(E_LIMIT, "rate_limited", 429, "Too many requests: wait a little")                            \
    X(E_INTERNAL, "internal", 500, "Something went wrong on our side")                             \
    X(E_BUSY, "busy", 503, "The service is busy: try again in a moment")                           \
    X(E_UNAVAILABLE, "unavailable", 503, "The database is away: try again in a moment")            \
    X(E_TIMEOUT, "timeout", 504, "It took too long")                                               \
    X(E_DISK_FULL, "disk_full", 507, "There is no room left to store this")                        \
    /* The rest are met in jobs and never reach a client as they are. */                           \
    X(E_UPSTREAM, "upstream", 502, "The other service failed")                                     \
    X(E_UPSTREAM_BUSY, "upstream_busy", 503, "The other service is busy")                          \
    X(E_UPSTREAM_AUTH, "upstream_auth", 502, "The other service refuses our credentials")          \
    X(E_NOT_READY, "not_ready", 503, "It is not there yet")                                        \
    X(E_ADDRESS_REFUSED, "address_refused", 422, "The address lies in a network we do not call")   \
    X(E_BAD_MEDIA, "bad_media", 422, "The recording cannot be decoded")                            \
    X(E_CRASHED, "crashed", 500, "A helper process failed")                                        \
    X(E_SEAL, "seal", 500, "Sealed data does not open: wrong key or damaged")                      \
    X(E_CAPPED, "capped", 402, "The spending cap does not allow it")                              \
    X(E_LOST, "lost", 409, "The job was taken over by another worker")

#define X(name, code, status, title) extern const struct err name[1];
ERRORS(X)
#undef X

/* Raises e with a sentence for the human: names the field or thing and the cure. Returns e. */
const struct err *err_why(struct arena *a, const struct err *e, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
