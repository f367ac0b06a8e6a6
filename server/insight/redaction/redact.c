/* From words to words without what few should read. Pure; called by the jobs and routes that store
 * transcripts, and by the preview. Must give the same bytes for the same words: scores pin them. */
#include <stdlib.h>

#include "insight/redaction/redaction.h"
#include "insight/sensitive/sensitive.h"
#include "insight/trackers/trackers.h"

#define MARGIN_MS 250      /* a recogniser's times are not sharper */
#define PASSES 200         /* a pattern tells at most TRACKER_MAX_SPANS at a time */

struct place {
    struct span at;
    struct str name;
};

struct places {
    struct place *at;
    size_t n, room;
};

static bool overlaps(const struct places *p, struct span s)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->at[i].at.turn == s.turn && p->at[i].at.first <= s.last && s.first <= p->at[i].at.last)
            return true;
    return false;
}

static void add(struct places *p, struct span s, struct str name)
{
    if (p->n < p->room && !overlaps(p, s))
        p->at[p->n++] = (struct place){s, name};
}

static int by_place(const void *x, const void *y)
{
    const struct place *a = x, *b = y;

    if (a->at.turn != b->at.turn)
        return a->at.turn < b->at.turn ? -1 : 1;
    return a->at.first < b->at.first ? -1 : a->at.first > b->at.first;
}

/* ---- writing it ---- */

static struct str words_of(struct arena *a, const struct turn *t, size_t first, size_t last)
{
    struct buf b = buf_new(a, 1u << 20);

    for (size_t i = first; i <= last; i++) {
        if (i > first)
            buf_char(&b, ' ');
        buf_add(&b, t->words[i].text);
    }
    return b.n ? buf_str(&b) : STR("");
}

static struct str token_of(struct arena *a, struct str name, struct str last)
{
    char end = last.n ? last.p[last.n - 1] : 0;

    if (end == '.' || end == '?' || end == '!' || end == ',')
        return str_fmt(a, "[%.*s]%c", STR_ARG(name), end);
    return str_fmt(a, "[%.*s]", STR_ARG(name));
}

static struct turn_word word_of(struct arena *a, const struct turn *t, const struct place *p)
{
    struct turn_word w = {token_of(a, p->name, t->words[p->at.last].text),
                          t->words[p->at.first].start_ms, t->words[p->at.last].end_ms, 10000};

    for (size_t i = p->at.first; i <= p->at.last; i++)
        w.confidence = t->words[i].confidence < w.confidence ? t->words[i].confidence : w.confidence;
    return w;
}

/* A turn with its n places, which are its own; each is told to *io. */
static struct turn rewrite(struct arena *a, const struct turn *old, size_t number,
                           const struct place *p, size_t n, bool spread,
                           struct redaction_place **io)
{
    struct turn_word *out = ARENA_ARRAY(a, old->n_words, struct turn_word);
    struct turn t = *old;
    size_t m = 0, k = 0;

    for (size_t i = 0; i < old->n_words; i++) {
        if (k == n || i != p[k].at.first) {
            out[m++] = old->words[i];
            continue;
        }
        out[m] = word_of(a, old, &p[k]);
        *(*io)++ = (struct redaction_place){
            .turn = number, .word = m, .name = p[k].name,
            .words = words_of(a, old, p[k].at.first, p[k].at.last),
            .start_ms = out[m].start_ms, .end_ms = out[m].end_ms,
            .mute_from_ms = (spread ? old->start_ms : out[m].start_ms) - MARGIN_MS,
            .mute_to_ms = (spread ? old->end_ms : out[m].end_ms) + MARGIN_MS};
        m++;
        i = p[k++].at.last;
    }
    t.words = out;
    t.n_words = m;
    return t;
}

static struct redacted apply(struct arena *a, const struct conversation *c, struct places *p,
                             bool spread)
{
    struct turn *turns = ARENA_ARRAY(a, c->n_turns, struct turn);
    struct redaction_place *told = ARENA_ARRAY(a, p->n, struct redaction_place), *next = told;
    struct redacted r = {.talk = *c, .n = p->n, .places = told};
    size_t k = 0;

    qsort(p->at, p->n, sizeof *p->at, by_place);
    for (size_t i = 0; i < c->n_turns; i++) {
        size_t from = k;

        while (k < p->n && p->at[k].at.turn == i)
            k++;
        turns[i] = k == from ? c->turns[i]
                             : rewrite(a, &c->turns[i], i, p->at + from, k - from, spread, &next);
    }
    r.talk.turns = turns;
    return r;
}

/* ---- finding it ---- */

/* The same number of words, so that spans are those of the call. */
static struct conversation hide(struct arena *a, const struct conversation *c, struct span s)
{
    struct turn *turns = ARENA_ARRAY(a, c->n_turns, struct turn);
    struct turn_word *words = ARENA_ARRAY(a, c->turns[s.turn].n_words, struct turn_word);
    struct conversation out = *c;

    for (size_t k = 0; k < c->n_turns; k++)
        turns[k] = c->turns[k];
    for (size_t k = 0; k < turns[s.turn].n_words; k++) {
        words[k] = turns[s.turn].words[k];
        if (k >= s.first && k <= s.last)
            words[k].text = STR("");
    }
    turns[s.turn].words = words;
    out.turns = turns;
    return out;
}

/* All places of a pattern: more than are told at a time are found by hiding those that were. */
static const struct err *find_pattern(struct arena *a, const struct redaction_pattern *pattern,
                                      const struct conversation *c, struct places *io)
{
    struct conversation left = *c;

    for (size_t pass = 0; pass < PASSES; pass++) {
        struct tracker_hits h = tracker_find(a, pattern->find, &left);

        if (h.stopped)
            return err_why(a, E_BAD_INPUT, "The pattern %.*s takes too much work on this call: make it simpler.",
                           STR_ARG(pattern->name));
        for (size_t i = 0; i < h.n_spans; i++)
            add(io, h.spans[i], pattern->name);
        if ((size_t)h.count <= h.n_spans)
            return NULL;
        for (size_t i = 0; i < h.n_spans; i++)
            left = hide(a, &left, h.spans[i]);
    }
    return err_why(a, E_BAD_INPUT, "The pattern %.*s is found too often in this call: make it narrower.",
                   STR_ARG(pattern->name));
}

static size_t count_words(const struct conversation *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_turns; i++)
        n += c->turns[i].n_words;
    return n;
}

const struct err *redact(struct arena *a, const struct redaction_rules *rules,
                         const struct conversation *talk, bool times_spread, struct redacted *ret)
{
    size_t room = count_words(talk), n;
    struct sensitive_place *found = sensitive_find(a, talk, rules->kinds, &n);
    struct places p = {ARENA_ARRAY(a, room, struct place), 0, room};
    const struct err *e = NULL;

    for (size_t i = 0; i < n; i++) /* these do not overlap */
        p.at[p.n++] = (struct place){found[i].at, str_of(sensitive_name(found[i].kind))};
    for (size_t i = 0; i < rules->n_patterns && !e; i++)
        e = find_pattern(a, &rules->patterns[i], talk, &p);
    if (!e)
        *ret = apply(a, talk, &p, times_spread);
    return e;
}
