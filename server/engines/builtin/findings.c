/* Finds topics, action items and breaches with the tables of lexicon.h. Called by builtin.c.
 * Every finding cites the words it was made from; nothing is inferred beyond them. */
#include "engines/builtin/findings.h"

#include <stdlib.h>

#include "engines/builtin/lexicon.h"
#include "engines/builtin/signs.h"

#define MAX_TOPICS 5
#define MAX_ACTIONS 8
#define DETAIL_WORDS 18

size_t findings_topic(struct str name)
{
    size_t i = 0;

    while (i < lexicon_n_topics && !str_is(name, lexicon_topics[i].name))
        i++;
    return i;
}

/* ---- topics ---- */

struct weighed {
    struct finding f;
    int32_t weight, hits, first_ms;
    size_t place;
};

static void weigh_topic(struct arena *a, const struct heard *h, const struct signs *s,
                        struct weighed *w)
{
    /* What the customer says tells the subject better than what the agent says. */
    static const int32_t VOTES[3] = {2, 2, 3};

    for (int who = SPEAKER_CUSTOMER; who >= 0; who--) {
        const struct lane *l = &h->lane[who];

        for (size_t i = 0; i < l->n;) {
            size_t n = signs_at(s, l, i);

            if (n == 0) {
                i++;
                continue;
            }
            if (w->hits == 0 || l->t[i].start_ms < w->first_ms)
                w->first_ms = l->t[i].start_ms;
            w->hits++;
            w->weight += VOTES[who];
            finding_cite(a, &w->f, signs_span(l, i, n));
            i += n;
        }
    }
}

static int heavier(const void *x, const void *y)
{
    const struct weighed *a = x, *b = y;

    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    if (a->first_ms != b->first_ms)
        return a->first_ms < b->first_ms ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

static void find_topics(struct arena *a, const struct heard *h, struct analysis *ret)
{
    struct weighed *w = ARENA_ARRAY(a, lexicon_n_topics, struct weighed);
    int32_t heaviest;

    for (size_t i = 0; i < lexicon_n_topics; i++) {
        struct signs s = signs_new(a, lexicon_topics[i].signs, SIGNS_MAX);

        w[i].place = i;
        weigh_topic(a, h, &s, &w[i]);
        w[i].f.name = str_of(lexicon_topics[i].name);
    }
    qsort(w, lexicon_n_topics, sizeof *w, heavier);
    heaviest = w[0].weight;
    ret->topics = ARENA_ARRAY(a, MAX_TOPICS, struct finding);
    for (size_t i = 0; i < lexicon_n_topics && ret->n_topics < MAX_TOPICS; i++) {
        /* One passing word beside a real subject is no subject. */
        if (w[i].hits == 0 || w[i].weight * 4 < heaviest)
            break;
        w[i].f.detail =
            str_fmt(a, "%s, first at %.*s",
                    w[i].hits == 1 ? "Mentioned once"
                                   : str_c(a, str_fmt(a, "Mentioned %d times", (int)w[i].hits)),
                    STR_ARG(heard_clock(a, w[i].first_ms)));
        ret->topics[ret->n_topics++] = w[i].f;
    }
}

/* ---- action items ---- */

struct str findings_deadline(struct arena *a, const struct heard *h, struct span within)
{
    const struct conversation *c = h->c;
    const struct lane *l = &h->lane[c->turns[within.turn].speaker];
    struct signs s = signs_new(a, lexicon_deadlines, SIGNS_MAX + 2);

    for (size_t i = 0; i < l->n; i++) {
        size_t n;

        if (l->t[i].turn != within.turn || l->t[i].word < within.first ||
            l->t[i].word > within.last)
            continue;
        n = signs_at(&s, l, i);
        if (n)
            return heard_words(a, c, signs_span(l, i, n));
    }
    return STR_NONE;
}

static struct finding action_at(struct arena *a, const struct heard *h,
                                const struct lexicon_finding *kind, const struct lane *l, size_t i,
                                size_t n)
{
    struct finding f = {.name = str_of(kind->name)};
    struct span s = signs_span(l, i, n);
    const struct clause *c = heard_clause(h, s.turn, s.last);
    struct str due, words;
    bool cut = false;

    if (c && c->last > s.last)
        s.last = c->last;
    if (s.last - s.first >= DETAIL_WORDS) {
        s.last = s.first + DETAIL_WORDS - 1;
        cut = true;
    }
    due = findings_deadline(a, h, s);
    words = heard_words(a, h->c, s);
    f.detail = str_fmt(a, "%s: “%.*s%s”%s%.*s",
                       h->c->turns[s.turn].speaker == SPEAKER_CUSTOMER ? "Customer"
                       : h->c->turns[s.turn].speaker == SPEAKER_AGENT  ? "Agent"
                                                                       : "Said",
                       STR_ARG(words), cut ? " …" : "", due.p ? ", due " : "", STR_ARG(due));
    f.owner = h->c->turns[s.turn].speaker == SPEAKER_CUSTOMER ? STR("CUSTOMER") : STR("AGENT");
    f.due = due;
    f.level = due.p ? LEVEL_HIGH : LEVEL_MEDIUM;
    finding_cite(a, &f, s);
    return f;
}

/* True if the same promise is there already: same name, or words that overlap. */
static bool known(const struct analysis *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_actions; i++) {
        const struct span *x = &r->actions[i].spans[0], *y = &f->spans[0];

        if (str_eq(r->actions[i].name, f->name) && str_eq(r->actions[i].detail, f->detail))
            return true;
        if (x->turn == y->turn && x->first <= y->last && y->first <= x->last)
            return true;
    }
    return false;
}

static void find_actions_by(struct arena *a, const struct heard *h, enum speaker who,
                            struct analysis *ret)
{
    const struct lane *l = &h->lane[who];

    for (size_t k = 0; k < lexicon_n_actions; k++) {
        const struct lexicon_finding *kind = &lexicon_actions[k];
        struct signs s = signs_new(a, kind->signs, SIGNS_MAX);

        if ((who == SPEAKER_CUSTOMER) != (kind->mark == 1))
            continue;
        for (size_t i = 0; i < l->n && ret->n_actions < MAX_ACTIONS; i++) {
            size_t n = signs_at(&s, l, i);
            struct finding f;

            if (n == 0)
                continue;
            f = action_at(a, h, kind, l, i, n);
            if (!known(ret, &f))
                ret->actions[ret->n_actions++] = f;
        }
    }
}

static void find_actions(struct arena *a, const struct heard *h, struct analysis *ret)
{
    ret->actions = ARENA_ARRAY(a, MAX_ACTIONS, struct finding);
    find_actions_by(a, h, SPEAKER_AGENT, ret);
    find_actions_by(a, h, SPEAKER_UNKNOWN, ret);
    find_actions_by(a, h, SPEAKER_CUSTOMER, ret);
    findings_sort(h->c, ret->actions, ret->n_actions);
}

/* ---- breaches ---- */

static void find_breach(struct arena *a, const struct heard *h, const struct lexicon_finding *kind,
                        const struct signs *unless, struct analysis *ret)
{
    const struct lane *l = &h->lane[SPEAKER_AGENT];
    struct signs s = signs_new(a, kind->signs, SIGNS_MAX);
    struct finding f = {.name = str_of(kind->name)};

    for (size_t i = 0; i < l->n;) {
        size_t n = signs_at(&s, l, i);

        if (n && (kind->mark || !signs_excused(unless, l, i, n)))
            finding_cite(a, &f, signs_span(l, i, n));
        i += n ? n : 1;
    }
    if (f.n_spans == 0)
        return;
    f.detail =
        str_fmt(a, "Agent at %.*s: “%.*s”", STR_ARG(heard_clock(a, finding_start(h->c, &f))),
                STR_ARG(heard_words(a, h->c, f.spans[0])));
    ret->breaches[ret->n_breaches++] = f;
}

static bool noticed(struct arena *a, const struct heard *h)
{
    struct signs s = signs_new(a, lexicon_recorded, SIGNS_MAX);

    for (int who = 0; who < 2; who++)
        for (size_t i = 0; i < h->lane[who].n; i++)
            if (signs_at(&s, &h->lane[who], i))
                return true;
    return false;
}

/* Whether it can be said at all that something was not said: enough words, two sides, and a
 * transcript that is not mostly guessed. */
static bool absence_tells(const struct heard *h)
{
    const struct conversation *c = h->c;
    int64_t confidence = 0, words = 0;

    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t w = 0; w < c->turns[i].n_words; w++, words++)
            confidence += c->turns[i].words[w].confidence;
    return h->n_words[SPEAKER_AGENT] >= FINDINGS_NOTICE_AGENT_WORDS &&
           h->n_words[SPEAKER_CUSTOMER] >= FINDINGS_NOTICE_CUSTOMER_WORDS &&
           words >= FINDINGS_NOTICE_WORDS && confidence >= words * FINDINGS_NOTICE_CONFIDENCE &&
           !str_is(c->direction, "internal");
}

static void find_breaches(struct arena *a, const struct heard *h, struct analysis *ret)
{
    struct signs unless = signs_new(a, lexicon_breach_unless, SIGNS_MAX);

    ret->breaches = ARENA_ARRAY(a, lexicon_n_breaches + 1, struct finding);
    for (size_t k = 0; k < lexicon_n_breaches; k++)
        find_breach(a, h, &lexicon_breaches[k], &unless, ret);
    if (!absence_tells(h) || noticed(a, h))
        return;
    ret->breaches[ret->n_breaches++] =
        (struct finding){.name = STR("Recording notice missing"),
                         .detail = STR("The agent never says that the call is recorded")};
}

void findings(struct arena *a, const struct heard *h, struct analysis *ret)
{
    find_topics(a, h, ret);
    find_actions(a, h, ret);
    find_breaches(a, h, ret);
}
