/* A parsed rule and the places where its words are found. Shared by the rule_*.c files only. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_RULE_TREE_H
#define RINGSIGHT_ENGINES_BUILTIN_RULE_TREE_H

#include "engines/builtin/phrase.h"

#define RULE_MAX_DEPTH 8
#define RULE_MAX_NODES 64
#define RULE_MAX_PHRASES 64
#define RULE_UNLESS_WORDS 4

enum rule_kind { RULE_SAID = 0, RULE_NOT_SAID, RULE_MEASURE, RULE_ALL, RULE_ANY, RULE_NONE };

struct phrases {
    size_t n;
    const struct phrase **p;
};

/* Words of one side in a window of time. */
struct said {
    struct phrases phrases, unless;
    enum speaker by;         /* SPEAKER_UNKNOWN: anyone */
    int32_t first_s, last_s; /* 0: no bound */
    int32_t quote;
};

enum measure_unit { UNIT_SHARE = 0, UNIT_CLOCK, UNIT_COUNT };

struct measure {
    const char *name, *text;
    size_t offset; /* of an int32_t in struct analysis */
    enum measure_unit unit;
    bool both_sides; /* meaningless where speakers are not told apart */
};

struct rule {
    enum rule_kind kind;
    struct str name;
    struct said said;
    int32_t at_least, within_turns;
    bool each;
    const struct said *after, *before;
    const struct measure *measure;
    int64_t min, max, partly_min, partly_max;
    size_t n_children;
    const struct rule **children;
    int32_t partly_from;
    const struct rule *when, *partly;
    size_t n_directions;
    struct str *directions;
};

/* Tokens from..to (inclusive) of one lane. */
struct hit {
    const struct lane *lane;
    size_t from, to;
    int32_t quote; /* words of the clause to cite behind it */
};

struct hits {
    size_t n;
    struct hit *h;
};

/* What a rule is applied to. */
struct court {
    struct arena *a;
    const struct heard *h;
    const struct analysis *m;
};

/* Where the words of `s` are said, in order of time; at most 256 places. Words of nobody known
 * count for a side that has no words of its own. */
struct hits rule_search(const struct court *c, const struct said *s);

static inline int32_t hit_start(const struct hit *x)
{
    return x->lane->t[x->from].start_ms;
}

/* NULL if there is none of that name. */
const struct measure *rule_measure(struct str name);

#endif
