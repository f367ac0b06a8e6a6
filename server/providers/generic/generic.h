/* One documented JSON form for phone systems without an adapter of their own, and for programs.
 * templates/guides/generic.md explains it to the people who send it; this is the reference.
 *
 * POST, UTF-8 JSON: one call as an object, or a list of at most 1000 of them. A call may be sent as
 * often as you like under its call_id: what is known of it adds up, in any order.
 *
 *   call_id      text, required   your own name for the call, at most 200 bytes
 *   direction    text, required   "inbound", "outbound" or "internal"
 *   from, to     text, required   numbers as dialled or shown; in quotes, for zeros count
 *   started_at   time, required   RFC 3339 with zone: "2026-08-01T10:00:00Z", "...+02:00"
 *   from_name    text             name shown for the caller
 *   agent        text             extension or user on your side
 *   answered_at  time             when a person picked up; leave out if nobody did
 *   ended_at     time
 *   duration     whole seconds    from start to end
 *   talk         whole seconds    of conversation
 *   disposition  text             "answered", "no_answer", "busy", "failed" or "voicemail"; left
 *                                 out: answered where answered_at is given, else unknown
 *   queue        text             queue or group that the call went through
 *   trunk        text             line or provider it came over
 *   recording_url   text          https address of the recording; fetched without credentials
 *   recording_urls  list of text  the same for several
 *   legs         list             parts of the call, at most 200, each an object with from, to,
 *                                 started_at (required) and any of the fields above save call_id
 *                                 and direction, and:
 *     leg_id     text             your own name for the leg; left out: its place, from 1 on
 *     action     text             what it was: "DIAL", "TRANSFER", "QUEUE" ...
 *   extra        anything         kept with the delivery, not read
 *
 * null is the same as left out. A field that is not in this list is refused, for a misspelt one
 * would be lost without a word. With legs the call's own times and figures fill in only what no leg
 * says.
 *
 * A system that sends something else is mapped to this form by the integration (generic_map.h).
 *
 * Signing is optional, after Standard Webhooks 1.0.0: headers webhook-id, webhook-timestamp and
 * webhook-signature, "v1," and base64 of HMAC-SHA256 over "id.timestamp.body" under the decoded
 * secret; the timestamp may be 5 minutes off. */
#ifndef RINGSIGHT_PROVIDERS_GENERIC_H
#define RINGSIGHT_PROVIDERS_GENERIC_H

#include "providers/provider.h"

extern const struct provider generic_provider;

/* Reads a delivery of the form above (generic_form.c). E_BAD_PAYLOAD names field and cure. */
const struct err *generic_parse(struct arena *a, const struct hook *h,
                                struct event_list *ret_list) MUST_USE;

/* The same whatever field map the integration has: what version 1 did. */
const struct err *generic_parse_form(struct arena *a, const struct hook *h,
                                     struct event_list *ret_list) MUST_USE;

/* One call of the form above as an object, at the end of the list; `call` counts from 1 for the
 * sentence, 0: the only one. */
const struct err *generic_take_call(struct arena *a, const struct json *call, size_t number,
                                    struct event_list *ret_list) MUST_USE;

/* The key inside a signing secret; false if it is none (generic.c). */
bool generic_secret_key(struct arena *a, struct str secret, struct str *ret_key);
/* A delivery of the form above, for trying the address (generic_sample.c). */
void generic_sample(struct arena *a, struct hook_sample *s);

/* Fetches a recording by its address (generic_fetch.c). */
struct fetch;
const struct err *generic_fetch(struct arena *a, struct fetch *f) MUST_USE;

#endif
