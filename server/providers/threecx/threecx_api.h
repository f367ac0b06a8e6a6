/* The words of 3CX v20's token endpoint and XAPI (OData under /xapi/v1): addresses to ask, answers
 * read. Pure; threecx_fetch.c does the talking. Sources: 3CX's Configuration REST API page and the
 * vendor's 3cx/xapi-tutorial; PROVIDERS 2.3. Every address here is a GET that changes nothing, and
 * the token's own POST. */
#ifndef RINGSIGHT_PROVIDERS_THREECX_API_H
#define RINGSIGHT_PROVIDERS_THREECX_API_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define THREECX_PAGE 100 /* rows asked for at a time */

/* The form posted to /connect/token. */
struct str threecx_token_form(struct arena *a, struct str client, struct str secret);

struct threecx_token {
    struct str token;
    int64_t expires_at; /* time_now scale */
};
/* Reads the answer. The life is the "exp" claim of the token itself, for the unit of expires_in is
 * told in two ways; without one it is a minute. E_UPSTREAM if it is no token. */
const struct err *threecx_token_read(struct arena *a, struct str text, int64_t now,
                                     struct threecx_token *ret) MUST_USE;

/* One page of the call log of [from, to); rows from `skip` on. */
struct str threecx_log_url(struct arena *a, struct str base, int64_t from, int64_t to,
                           int64_t skip);
/* How many rows a page has, and what its first row is called ("" without rows). E_UPSTREAM if the
 * text is no page. */
const struct err *threecx_page_read(struct arena *a, struct str text, size_t *ret_n,
                                    struct str *ret_first) MUST_USE;

struct str threecx_download_url(struct arena *a, struct str base, int64_t id);

/* What is known of a call whose recording is looked for. */
struct threecx_wanted {
    int64_t start, end; /* seconds since 1970 */
    struct str agent, number;
};
/* Back from "find:<start>,<end>,<agent>,<number>"; false if it is none. */
bool threecx_wanted_read(struct str name, struct threecx_wanted *ret);
struct str threecx_find_url(struct arena *a, struct str base, const struct threecx_wanted *w);
/* The recording of the agent with that number that began nearest to the call; 0 if none did.
 * E_UPSTREAM if the text is no list of recordings. */
const struct err *threecx_find_read(struct arena *a, struct str text,
                                    const struct threecx_wanted *w, int64_t *ret_id) MUST_USE;

/* The message of an OData error ("{"error":{"message":...}}"), "" if there is none. */
struct str threecx_error_text(struct arena *a, struct str text);

#endif
