/* Sentiment by our own lexicon with negation, boosters and dampers. Called by builtin.c.
 * Formula: each hit counts weight * 4, boosted by 3/2, damped by 1/2, negated by -3/4; a sum s
 * becomes 10000 * s / (|s| + 24), which one strong word takes to a third and five to two thirds. */
#include "engines/builtin/mood.h"

#include <stdlib.h>

#include "engines/builtin/lexicon.h"
#include "engines/builtin/phrase.h"

#define NEGATION_REACH 3
#define STRONG 1500 /* from here on a call or a third of it has a sign */

struct mass {
    int64_t good, bad; /* both positive, in quarter weights */
};

static bool listed(const char *const *list, struct str t)
{
    for (; *list; list++)
        if (str_is(t, *list))
            return true;
    return false;
}

static int64_t shade(const struct lane *l, size_t i, int64_t v)
{
    bool boosted = false, damped = false, negated = false;

    for (size_t k = 1; k <= NEGATION_REACH && k <= i && !l->t[i - k].stop; k++) {
        struct str t = l->t[i - k].t;

        if (l->t[i - k].turn != l->t[i].turn)
            break;
        negated = negated || listed(lexicon_negators, t);
        if (k > 2)
            continue;
        boosted = boosted || listed(lexicon_boosters, t);
        damped = damped || listed(lexicon_dampers, t);
    }
    if (boosted)
        v = v * 3 / 2;
    if (damped)
        v = v / 2;
    return negated ? -(v * 3 / 4) : v;
}

/* The first entry of the table that begins at i; the table lists longer phrases first. */
static size_t entry_at(const struct phrase *const *table, const struct lane *l, size_t i,
                       size_t *ret_entry)
{
    for (size_t k = 0; k < lexicon_n_mood; k++) {
        size_t n = phrase_at(table[k], l, i);

        if (n == 0)
            continue;
        *ret_entry = k;
        return n;
    }
    return 0;
}

static void weigh_lane(const struct phrase *const *table, const struct lane *l,
                       struct mass *io_turns)
{
    for (size_t i = 0; i < l->n;) {
        size_t entry = 0, n = entry_at(table, l, i, &entry);
        struct mass *m = &io_turns[l->t[i].turn];
        int64_t v;

        if (n == 0) {
            i++;
            continue;
        }
        v = (int64_t)lexicon_mood[entry].weight * 4;
        if (n == 1)
            v = shade(l, i, v);
        if (v > 0)
            m->good += v;
        else
            m->bad -= v;
        i += n;
    }
}

static int32_t curve(struct mass m)
{
    int64_t s = m.good - m.bad;

    return (int32_t)(10000 * s / (llabs(s) + 24));
}

static struct mass sum(const struct conversation *c, const struct mass *turns, unsigned speakers,
                       int64_t from, int64_t to)
{
    struct mass out = {0, 0};

    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        if (!(speakers >> t->speaker & 1) || t->start_ms < from || t->start_ms >= to)
            continue;
        out.good += turns[i].good;
        out.bad += turns[i].bad;
    }
    return out;
}

static void span_of_talk(const struct conversation *c, unsigned speakers, int64_t *ret_from,
                         int64_t *ret_to)
{
    *ret_from = INT32_MAX;
    *ret_to = 0;
    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        if (!(speakers >> t->speaker & 1) || t->n_words == 0)
            continue;
        if (t->start_ms < *ret_from)
            *ret_from = t->start_ms;
        if (t->start_ms + INT64_C(1) > *ret_to)
            *ret_to = t->start_ms + INT64_C(1);
    }
}

static enum sentiment label(const struct analysis *r, struct mass m)
{
    bool turned = (r->sentiment_start_bp <= -STRONG && r->sentiment_end_bp >= STRONG) ||
                  (r->sentiment_start_bp >= STRONG && r->sentiment_end_bp <= -STRONG);
    int64_t less = m.good < m.bad ? m.good : m.bad;

    if (turned || (less >= 20 && less * 100 >= (m.good + m.bad) * 35))
        return SENTIMENT_MIXED;
    return r->sentiment_bp >= STRONG    ? SENTIMENT_POSITIVE
           : r->sentiment_bp <= -STRONG ? SENTIMENT_NEGATIVE
                                        : SENTIMENT_NEUTRAL;
}

void mood(struct arena *a, const struct heard *h, struct analysis *ret)
{
    const struct conversation *c = h->c;
    const struct phrase **table = ARENA_ARRAY(a, lexicon_n_mood, const struct phrase *);
    struct mass *turns = ARENA_ARRAY(a, c->n_turns, struct mass), all;
    unsigned who = h->lane[SPEAKER_CUSTOMER].n ? 1u << SPEAKER_CUSTOMER : 7u;
    int64_t from, to;

    for (size_t k = 0; k < lexicon_n_mood; k++)
        table[k] = phrase_of(a, lexicon_mood[k].phrase);
    for (int s = 0; s < 3; s++)
        weigh_lane(table, &h->lane[s], turns);
    ret->turn_sentiment_bp = ARENA_ARRAY(a, c->n_turns, int32_t);
    for (size_t i = 0; i < c->n_turns; i++)
        ret->turn_sentiment_bp[i] = curve(turns[i]);
    span_of_talk(c, who, &from, &to);
    all = sum(c, turns, who, INT64_MIN, INT64_MAX);
    ret->sentiment_bp = curve(all);
    ret->sentiment_start_bp = curve(sum(c, turns, who, INT64_MIN, from + (to - from) / 3));
    ret->sentiment_end_bp = curve(sum(c, turns, who, to - (to - from) / 3, INT64_MAX));
    ret->sentiment = label(ret, all);
}
