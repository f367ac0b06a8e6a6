/* What every provider adapter makes of a delivery: call events. An event is one thing that a phone
 * system told us about one leg or recording of a call. A call is folded from the set of its events
 * (intake/calls/fold.h), so events carry facts only, never "the latest state". Strings live in the
 * adapter's arena or in the tree it parsed there. */
#ifndef RINGSIGHT_PROVIDERS_EVENT_H
#define RINGSIGHT_PROVIDERS_EVENT_H

#include "core/arena.h"
#include "core/err.h"
#include "core/json.h"
#include "core/str.h"
#include "core/time.h"

enum call_direction { CALL_UNKNOWN = 0, CALL_INBOUND, CALL_OUTBOUND, CALL_INTERNAL };

/* Of a leg: did a person pick up? A leg that only the phone system itself answered (menu, parking
 * place, queue music) is "no answer"; its mailbox is "voicemail". */
enum call_disposition {
    CALL_DISPOSITION_UNKNOWN = 0,
    CALL_ANSWERED,
    CALL_NO_ANSWER,
    CALL_BUSY,
    CALL_FAILED,
    CALL_VOICEMAIL
};

/* Where a recording can be fetched: the provider's own name for it, understood by its fetch. */
struct recording_ref {
    struct str name;    /* e.g. "auto-1661157839-230-0700.wav", or an https URL */
    struct str folder;  /* provider's hint, e.g. "monitor" or "queue"; may be empty */
    int64_t seconds;    /* as announced, -1 unknown */
    struct str transcript; /* what the phone system itself made of it, "" if nothing */
    struct str leg_key; /* of the leg it belongs to: filled in by the fold, no part of the event */
};

/* Limits of what an adapter takes from one delivery, and of one text and one key in bytes. */
#define EVENT_MAX_PER_DELIVERY 10000
#define EVENT_MAX_RECORDINGS 64
#define EVENT_MAX_TEXT 250
#define EVENT_MAX_KEY 200
#define EVENT_MAX_NAME 2000
#define EVENT_MAX_TRANSCRIPT (100u << 10)
/* Longer than any call: a duration above is a fault, not a measure. */
#define EVENT_MAX_SECONDS (366 * 86400)

struct call_event {
    struct str call_key; /* groups the legs of one call within an integration, e.g. UCM session */
    struct str leg_key;  /* identity of this leg within the call: told twice, it is equal */
    bool totals;         /* speaks of the call as a whole and is no leg; leg_key is "" */
    struct str from, to; /* as sent by the provider, trimmed */
    struct str from_name;
    struct str agent;     /* extension or user who spoke for the tenant, "" if unknown */
    struct str trunk, queue;
    struct str action;    /* provider's word for what the leg did: DIAL, QUEUE, TRANSFER ... */
    enum call_direction direction;
    enum call_disposition disposition;
    int64_t started, answered, ended;       /* TIME_NONE where not known */
    int64_t duration, talk;                 /* seconds; -1 unknown */
    size_t n_recordings;
    struct recording_ref *recordings;
};

struct event_list {
    size_t n, cap;
    struct call_event *v;
    size_t skipped;       /* records that were no call (say, a heartbeat) */
};

/* A new event at the end of the list, unknown fields set to "unknown" (texts "", times NONE,
 * counts -1). The pointer is good until the next event_add. */
struct call_event *event_add(struct arena *a, struct event_list *list);
/* A new recording at the end of the event's; good until the next one. NULL once the event has
 * EVENT_MAX_RECORDINGS. */
struct recording_ref *event_add_recording(struct arena *a, struct call_event *ev);

/* A foreign text made fit for an event: blanks trimmed, control characters (NUL too) dropped, cut
 * after at most `max` bytes on a character's border, "" for STR_NONE. Of a text that is not UTF-8
 * only ASCII stays, the rest becomes '?': what charset it was in nobody said. */
struct str event_text(struct arena *a, struct str s, size_t max);
/* The same for a phone system's own transcript, which keeps its lines. */
struct str event_transcript(struct arena *a, struct str s);
/* The same for a key: one longer than EVENT_MAX_KEY becomes "h:" and half of its SHA-256, for a
 * cut key could meet another's. */
struct str event_key(struct arena *a, struct str s);
/* "h:" and 32 hex digits of SHA-256: the key of a record that has no key of its own. */
struct str event_hash_key(struct arena *a, struct str facts);

/* True for times from 1970 to 9999: what an event may hold. TIME_NONE is not. */
bool event_time_fits(int64_t t);

const char *call_direction_name(enum call_direction d);     /* "inbound" ... "unknown" */
const char *call_disposition_name(enum call_disposition d); /* "answered", "no_answer" ... */
/* Back from the name; the unknown value for any other text. */
enum call_direction call_direction_of(struct str name);
enum call_disposition call_disposition_of(struct str name);

/* The event as canonical JSON (sorted keys, unknown fields left out), and back. Equal facts give
 * equal bytes: the hash of this text is the event's identity. Decoding takes what encoding wrote
 * and refuses wrong types and a missing call_key (E_BAD_PAYLOAD); unknown keys are passed over. */
struct str event_encode(struct arena *a, const struct call_event *ev);
const struct err *event_decode(struct arena *a, struct str json,
                               struct call_event *ret_event) MUST_USE;

#endif
