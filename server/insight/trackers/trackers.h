/* Trackers: words and phrases that a tenant watches for in all its calls, apart from any model. */
#ifndef RINGSIGHT_INSIGHT_TRACKERS_H
#define RINGSIGHT_INSIGHT_TRACKERS_H

#include "engines/language.h"
#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature trackers_feature;

#define TRACKER_MAX_PATTERNS 20
#define TRACKER_MAX_PATTERN 300 /* bytes */
#define TRACKER_MAX_SPANS 50    /* of one call that are kept; all are counted */

enum tracker_kind { TRACKER_PHRASE = 0, TRACKER_PATTERN };

/* A tracker ready to be looked for. */
struct tracker;

/* Phrases are whole words in this order, whatever their case and the punctuation between them; "*" at
 * the end of a word stands for any ending. Patterns are Perl-compatible (PCRE2, without case), looked
 * for within one turn. `speaker`: "anyone", "agent" or "customer". E_BAD_INPUT with a why that names
 * the number of the pattern and what is wrong with it. Lives in the arena. */
const struct err *tracker_compile(struct arena *a, enum tracker_kind kind, struct str speaker,
                                  const struct str *patterns, size_t n,
                                  const struct tracker **ret) MUST_USE;

struct tracker_hits {
    int32_t count;
    size_t n_spans;
    struct span *spans; /* in order of time, not overlapping */
    bool stopped;       /* a pattern took more work than one may: the rest was not looked at */
};

/* Where the tracker's words are said. Bounded in time and memory whatever the pattern. */
struct tracker_hits tracker_find(struct arena *a, const struct tracker *t,
                                 const struct conversation *c);

/* The list of patterns as stored, '["...", ...]', compiled. E_BAD_INPUT as tracker_compile. */
const struct err *tracker_read(struct arena *a, struct str kind, struct str speaker,
                               struct str patterns, const struct tracker **ret) MUST_USE;

/* Spans as JSON: [{"turn","first","last","start_ms","end_ms","speaker","words"}]. */
struct str tracker_spans_json(struct arena *a, const struct conversation *c,
                              const struct tracker_hits *h);

/* Looks for the tenant's trackers in a call whose transcript has changed, by a job; adds none where
 * there is no tracker. In the open transaction. */
const struct err *trackers_follow(struct db *db, struct uuid call, struct uuid transcript) MUST_USE;

#endif
