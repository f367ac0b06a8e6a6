/* The field map of an integration: what any sender posts, JSON or a form, turned into the form of
 * generic.h. Pure and bounded; made in the dashboard, where a preview runs it on a delivery that is
 * stored. templates/guides/generic.md explains it; this is the reference.
 *
 *   unwrap  text            a form's field whose text is the JSON that counts
 *   each    text            where in the JSON the list of calls is; left out: the body is one call,
 *                           or a list of them
 *   only    {from, is}      read only what has one of these texts there; `is` is a text or a list
 *   zone    text            zone of times that have none; left out: the integration's
 *   fields  object          for each field of generic.h (no legs, no lists) a rule
 *
 * A rule takes a text and makes a value of it:
 *
 *   from    text or list    name of what was sent; of a list the first that is not blank. Names are
 *                           as a form has them, data[call][id], or data.call.id
 *   const   text            instead, or where all of from are blank
 *   table   object          text as sent, case aside, to ours; "" leaves the field out
 *   else    text            for texts that the table has not; without it they stay as they are
 *   time    text            times: "auto" (default: RFC 3339, seconds or milliseconds since 1970, or
 *                           YYYY-MM-DD HH:mm:ss), "unix", "unix_ms", or a pattern of YYYY YY MMM MM M
 *                           DD D HH H hh h mm ss SSS A Z and what stands between
 *   zone    text            of this time alone
 *   unit    text            figures: "auto" (default: seconds, or hh:mm:ss), "s", "ms", "min"
 *   inbound, outbound, internal   a rule instead of this one for calls of that direction */
#ifndef RINGSIGHT_PROVIDERS_GENERIC_MAP_H
#define RINGSIGHT_PROVIDERS_GENERIC_MAP_H

#include "providers/form.h"

#define MAP_MAX_BYTES (16u << 10)
#define MAP_MAX_CALLS 1000

/* What became of one field of one call. */
struct map_cell {
    const char *field;
    struct str value; /* STR_NONE: left out */
    struct str why;   /* "" where nothing is wrong */
};

struct map_call {
    bool left_out; /* by `only` */
    size_t n;
    struct map_cell *v;
    struct str why; /* what is wrong with the call as a whole */
};

/* How a map went, for the preview: the first calls, and the names that the first one has. */
#define MAP_TRACE_CALLS 20
struct map_trace {
    size_t n;
    struct map_call v[MAP_TRACE_CALLS];
    struct form sent;
};

/* Whether it is a map. E_BAD_INPUT with a sentence that names the place. */
const struct err *generic_map_check(struct arena *a, const struct json *map) MUST_USE;

/* Maps a delivery to events. E_BAD_PAYLOAD with field and cure. With a trace every field of the first
 * calls is tried, and what is wrong is in it. */
const struct err *generic_map_run(struct arena *a, const struct json *map, const struct hook *h,
                                  struct event_list *list, struct map_trace *trace) MUST_USE;

/* The answer of the preview as JSON (schema map_preview). */
struct str generic_map_preview(struct arena *a, const struct json *map, const struct hook *h);

/* Fields that a map can fill in; ends with name == NULL. */
enum map_kind { MAP_TEXT, MAP_TIME, MAP_SECONDS, MAP_DIRECTION, MAP_DISPOSITION };
struct map_field {
    const char *name;
    enum map_kind kind;
    bool required;
};
extern const struct map_field generic_map_fields[];
const char *generic_map_kind(enum map_kind kind);

/* A value made by a rule's time or unit (generic_map_values.c). False where it does not fit. */
bool map_time(struct arena *a, struct str text, struct str format, struct str zone, int64_t *ret);
bool map_time_format_ok(struct str format);
bool map_seconds(struct str text, struct str unit, int64_t *ret);

#endif
