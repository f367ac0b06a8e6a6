/* Outgoing HTTP over libcurl: one call is one exchange, on the calling thread, with limits. The
 * guard (net/guard.h) decides on the real address of each socket before anything is sent; no
 * proxy, cookie, netrc, Unix socket, HTTP/2, compression or connection kept from an earlier call.
 * Meant for jobs; a request handler must not wait for other companies' services. */
#ifndef RINGSIGHT_NET_HTTP_OUT_H
#define RINGSIGHT_NET_HTTP_OUT_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/err.h"
#include "core/str.h"
#include "net/guard.h"

/* What all calls of the process share: made once at start, then only read, by any thread. */
struct http_client;

struct http_client_config {
    const struct net_allowances *allowances; /* NULL: none */
    const char *ca_file;                     /* NULL: the system's */
    const char *user_agent;                  /* NULL: "Ringsight" */
};

/* Lives in the arena. The first call must come before there are threads (libcurl's set-up). */
struct http_client *http_client_new(struct arena *a, const struct http_client_config *config);

enum http_tls {
    HTTP_TLS_CA = 0,  /* certificate chain and host name are checked */
    HTTP_TLS_PINNED,  /* only the pinned public key counts */
    HTTP_TLS_INSECURE /* nothing is checked; each call leaves a warning in the log */
};

struct http_header {
    struct str name, value;
};

/* Takes the next bytes of an answer; an error ends the call, which returns that error. */
typedef const struct err *http_sink(void *arg, struct str bytes);
/* Gives up to n next bytes of a body; *ret_n == 0 before the end is an error of ours. */
typedef const struct err *http_source(void *arg, char *out, size_t n, size_t *ret_n);

#define HTTP_MAX_REDIRECTS 3
#define HTTP_MAX_URL 8192
#define HTTP_DEFAULT_CONNECT_MS 10000
#define HTTP_DEFAULT_TOTAL_MS 60000
#define HTTP_DEFAULT_MAX_BYTES (4u << 20)

/* Members left zero have the defaults above or mean "none". Header names and values with control
 * characters are refused (E_INTERNAL). Text is borrowed until the call returns. */
struct http_request {
    const char *use;    /* who calls: "ucm", "generic", "openai" ...; selects the allowances */
    const char *method; /* NULL: GET, or POST if there is a body */
    struct str url;     /* absolute, https; without user and password */
    size_t n_headers;
    const struct http_header *headers;

    struct str body;     /* STR_NONE: none */
    http_source *source; /* instead of body: a stream of exactly source_bytes */
    void *source_arg;
    int64_t source_bytes;

    int64_t connect_ms, total_ms;
    int64_t deadline;  /* time_mono; cuts total_ms short; 0: none */
    size_t max_bytes;  /* of the answer's body; more is E_TOO_LARGE */
    int64_t min_speed; /* bytes a second over 30 s, slower is E_TIMEOUT; 0: 16, -1: no floor */

    enum http_tls tls;
    struct str pin;    /* HTTP_TLS_PINNED: SHA-256 of the public key (SPKI), "sha256//<base64>",
                          plain base64 or 64 hex digits; several parted by ';' */
    struct str aws_id, aws_secret; /* sign the request by AWS Signature Version 4; STR_NONE: not */
    const char *aws_region;        /* "eu-central-1" */
    bool low_security; /* old devices: OpenSSL security level 1 (1024-bit DH groups, SHA-1) */
    bool own_ok;       /* a public address of this machine is fine: only for our own public address,
                          named in `hosts` */
    bool plain_http;   /* http is fine for this use; without it only to allowed networks */

    /* Host rules: NULL, or host names ended by NULL. ".example.com" means every host below
     * example.com, "example.com" that host alone. Checked again at each redirect. */
    const char *const *hosts;
    /* Redirects to follow, 0 to HTTP_MAX_REDIRECTS. Another origin gets none of the headers but
     * Accept, Accept-Language and Range, and no body; https never turns into http. */
    int redirects;

    http_sink *sink; /* NULL: the body is collected in the arena */
    void *sink_arg;
    /* Asked about once a second; true ends the call with E_LOST. */
    bool (*cancelled)(void *arg);
    void *cancelled_arg;
};

struct http_response {
    int status;            /* 0: no answer came */
    struct str headers;    /* raw block of the last answer, lines ended by CR LF */
    struct str body;       /* "" with a sink; of an error answer at most 64 KB, cut, never sunk */
    size_t bytes;          /* body bytes taken, sunk ones included */
    int64_t retry_after_s; /* from Retry-After, at most a day; -1: not said */
    struct str url;        /* that answered, after redirects */
    int redirects;         /* followed */
};

/* One exchange. The response is filled as far as an answer came, with an error as well.
 *   E_BAD_INPUT         the URL is malformed, not https, has a user or a host outside `hosts`
 *   E_ADDRESS_REFUSED   every address of the host, or its port, is refused by the guard
 *   E_TIMEOUT           connecting, the whole call or a stalled transfer took too long
 *   E_TOO_LARGE         the answer has more than max_bytes
 *   E_UPSTREAM_BUSY     429 or 503, see retry_after_s;  E_UPSTREAM_AUTH  401, 403 or 407
 *   E_NOT_FOUND         404;  E_GONE  410
 *   E_UPSTREAM          any other answer that is not 2xx, no connection, TLS or protocol failure
 *   E_LOST              cancelled;  or what the sink or source returned
 * The arena's why has a sentence that may be shown to the tenant's admin; it names host and
 * reason, never path, query or headers. */
const struct err *http_call(const struct http_client *client, struct arena *a,
                            const struct http_request *rq, struct http_response *ret) MUST_USE;

/* First value of a header, name without regard to case, trimmed; STR_NONE if missing. */
struct str http_response_header(const struct http_response *r, const char *name);

/* The error that stands for a status, NULL for 2xx (table above). */
const struct err *http_status_err(int status);

/* Checks a URL as http_call would before connecting, for forms that take one. E_BAD_INPUT. */
const struct err *http_url_check(struct arena *a, struct str url, bool plain_http,
                                 const char *const *hosts) MUST_USE;

/* The same for a use, which decides whether http may be; and where the host is an address by itself, what the
 * guard says of it. Asks no name server: a name that leads inside is found when it is called. E_BAD_INPUT,
 * E_ADDRESS_REFUSED. */
const struct err *http_url_guard(const struct http_client *client, struct arena *a, struct str url,
                                 const char *use) MUST_USE;

/* Reads a pin in any of the accepted forms into curl's "sha256//…;sha256//…". E_BAD_INPUT. */
const struct err *http_pin_parse(struct arena *a, struct str text, struct str *ret) MUST_USE;

#endif
