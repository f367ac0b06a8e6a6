/* What a tenant's policy says about one call: is its recording fetched, is it analysed, and if not,
 * why. Pure: the same policy and facts give the same choice, on whatever machine and however often. */
#ifndef RINGSIGHT_INTAKE_POLICIES_DECIDE_H
#define RINGSIGHT_INTAKE_POLICIES_DECIDE_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"
#include "core/uuid.h"
#include "providers/event.h"

#define POLICY_LIST_MAX 500 /* entries of one list */
#define POLICY_MIN_S_MAX 86400
#define POLICY_DRAWS 10000 /* `draw` of a call is below this */

enum policy_who { POLICY_ALL = 0, POLICY_LISTED, POLICY_NONE };

struct policy_texts {
    size_t n;
    struct str *v;
};

/* One half of a policy. A call is wanted where all of this holds. */
struct policy_rule {
    enum policy_who who; /* POLICY_LISTED: agents and extensions of the lists only */
    size_t n_agents;
    struct uuid *agents;
    struct policy_texts extensions; /* patterns: '*' stands for any characters, '?' for one */
    struct policy_texts directions; /* none: all; a call of unknown direction always passes */
    struct policy_texts numbers;    /* patterns of the outside party's number; none: all */
    struct policy_texts except;     /* never these */
    int64_t min_s;                  /* a call of unknown length passes */
    int64_t percent;                /* 0 to 100 */
};

struct policy {
    struct policy_rule fetch, analyse;
};

/* What is known of the call at the time. */
struct policy_facts {
    struct uuid agent; /* zero: not known */
    struct str extension, number; /* "" if not known */
    enum call_direction direction;
    int64_t seconds; /* negative: not known */
    uint32_t draw;   /* policy_draw */
};

struct policy_choice {
    bool fetch, analyse;
    struct str reason; /* a sentence why not; STR_NONE where both are wanted */
};

/* Reads {"fetch": {...}, "analyse": {...}}; what is left out is as if there were no policy. E_BAD_INPUT
 * with a sentence that names the part and the cure. Everything lives in a. */
const struct err *policy_read(struct arena *a, struct str json, struct policy *ret) MUST_USE;

/* A call whose recording is not fetched is not analysed either. */
struct policy_choice policy_decide(struct arena *a, const struct policy *p,
                                   const struct policy_facts *facts);

/* The call's own number for percentages, 0 to POLICY_DRAWS - 1: the same for ever, so that a larger
 * percentage takes all that a smaller one took. */
uint32_t policy_draw(struct uuid integration, struct str call_key);

/* Whether a text fits a pattern; letters in any case. */
bool policy_fits(struct str pattern, struct str text);

#endif
