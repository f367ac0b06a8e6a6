/* Redaction: what few should read is taken out of a transcript before it is stored, its words are sealed
 * apart, and the same spans are silent in the recording that is played. Whatever is behind (analysis,
 * engines, scores, trackers, exports) never has the words. */
#ifndef RINGSIGHT_INSIGHT_REDACTION_H
#define RINGSIGHT_INSIGHT_REDACTION_H

#include "engines/language.h"
#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature redaction_feature;

#define REDACTION_MAX_PATTERNS 20
#define REDACTION_MAX_NAME 24

struct tracker;

/* A pattern of the tenant's: PCRE2 under the limits of trackers. */
struct redaction_pattern {
    struct str name; /* small letters, digits and "-" */
    const struct tracker *find;
};

struct redaction_rules {
    bool active;
    unsigned kinds; /* insight/sensitive */
    int64_t version;
    size_t n_patterns;
    const struct redaction_pattern *patterns;
};

/* The tenant's settings in the connection's arena; not active where there are none. A pattern that
 * cannot be read any more is an error: nothing passes then. */
const struct err *redaction_rules_read(struct db *db, struct redaction_rules *ret) MUST_USE;

/* One place: what it is called, when it is said, the words that were there. */
struct redaction_place {
    size_t turn, word; /* of the redacted conversation, where "[name]" stands */
    struct str name, words;
    int32_t start_ms, end_ms;
    int32_t mute_from_ms, mute_to_ms;
};

struct redacted {
    struct conversation talk;
    size_t n;
    const struct redaction_place *places; /* in order */
};

/* Pure. Each place becomes one word "[card-number]" over the time of its words, which keeps the mark that
 * ended it. times_spread: the words' times are a guess within their turn, so the turn is muted. The same
 * words give the same result; what is redacted already stays as it is. E_BAD_INPUT: a pattern took more
 * work than one may, and nothing may pass. */
const struct err *redact(struct arena *a, const struct redaction_rules *rules,
                         const struct conversation *talk, bool times_spread,
                         struct redacted *ret) MUST_USE;

/* What was redacted from a stored transcript, in the same transaction: its words sealed, the recording's
 * silence set (or added to, where a person corrected an earlier transcript) and made. */
struct redaction_keep {
    struct uuid tenant, transcript, call, recording;
    bool add;
};
const struct err *redaction_keep(struct db *db, const struct redaction_keep *what,
                                 const struct redacted *r) MUST_USE;

/* What a phone system itself wrote of a recording goes too, where it holds such places: sealed, in the open
 * transaction, and gone from the events and deliveries that brought it. */
const struct err *redaction_seal_provider(struct db *db, struct uuid tenant, struct uuid recording,
                                          struct str text) MUST_USE;
const struct err *redaction_open_provider(struct arena *a, struct uuid tenant, struct uuid recording,
                                          struct str sealed, struct str *ret_text) MUST_USE;

#endif
