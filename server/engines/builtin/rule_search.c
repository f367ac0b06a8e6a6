/* Finds where the words of a rule are said. Called by rule_judge.c. Compares words only; what they
 * mean for the verdict is not known here. */
#include "engines/builtin/rule_tree.h"

#define MAX_HITS 256

static int32_t hit_end(const struct hit *x)
{
    return x->lane->t[x->to].end_ms;
}

static size_t longest(const struct phrases *list, const struct lane *l, size_t i, size_t *ret_which)
{
    size_t best = 0;

    for (size_t k = 0; k < list->n; k++) {
        size_t n = phrase_at(list->p[k], l, i);

        if (n <= best)
            continue;
        best = n;
        *ret_which = k;
    }
    return best;
}

/* Of matches of one phrase that end together the shortest is the evidence: in "call you back, this
 * call is recorded" the second "call". */
static void tighten(const struct phrase *p, struct hit *x)
{
    for (size_t i = x->from + 1; i <= x->to; i++) {
        size_t n = phrase_at(p, x->lane, i);

        if (n == 0 || i + n - 1 > x->to)
            continue;
        x->from = i;
        x->to = i + n - 1;
    }
}

/* True if a voiding phrase begins inside the match or ends up to four words before it. */
static bool voided(const struct said *s, const struct hit *x)
{
    size_t back = x->from, which;

    for (size_t k = 0; k < RULE_UNLESS_WORDS && back > 0 && !x->lane->t[back - 1].stop; k++)
        back--;
    for (size_t i = back; s->unless.n && i <= x->to; i++)
        if (longest(&s->unless, x->lane, i, &which))
            return true;
    return false;
}

static bool in_window(const struct court *c, const struct said *s, const struct hit *x)
{
    if (s->first_s && hit_start(x) - (int64_t)c->h->first_ms > s->first_s * INT64_C(1000))
        return false;
    return !s->last_s || (int64_t)c->h->last_ms - hit_end(x) <= s->last_s * INT64_C(1000);
}

static void search_lane(const struct court *c, const struct said *s, enum speaker who,
                        struct hits *io_hits)
{
    const struct lane *l = &c->h->lane[who];

    for (size_t i = 0; i < l->n && io_hits->n < MAX_HITS;) {
        size_t which = 0, n = longest(&s->phrases, l, i, &which);
        struct hit x = {l, i, i + n - 1, s->quote};

        if (n == 0) {
            i++;
            continue;
        }
        tighten(s->phrases.p[which], &x);
        if (in_window(c, s, &x) && !voided(s, &x))
            io_hits->h[io_hits->n++] = x;
        i += n;
    }
}

struct hits rule_search(const struct court *c, const struct said *s)
{
    struct hits out = {0, ARENA_ARRAY(c->a, MAX_HITS, struct hit)};

    if (s->by == SPEAKER_UNKNOWN) {
        for (int who = SPEAKER_UNKNOWN; who <= SPEAKER_CUSTOMER; who++)
            search_lane(c, s, (enum speaker)who, &out);
    } else {
        search_lane(c, s, c->h->lane[s->by].n ? s->by : SPEAKER_UNKNOWN, &out);
    }
    for (size_t i = 1; i < out.n; i++) { /* lanes are sorted already: few moves */
        struct hit x = out.h[i];
        size_t k = i;

        for (; k > 0 && hit_start(&out.h[k - 1]) > hit_start(&x); k--)
            out.h[k] = out.h[k - 1];
        out.h[k] = x;
    }
    return out;
}
