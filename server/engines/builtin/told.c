/* Reads what customers say of themselves out of their words. Called by prospect.c. Takes a value only
 * where a set phrase leads to it, and never completes one. */
#include "engines/builtin/told.h"

#include <string.h>

#include "engines/builtin/lexicon.h"
#include "engines/builtin/signs.h"

#define MAX_FIELDS 8
#define NAME_WORDS 3
#define PHONE_DIGITS_MIN 7
#define PHONE_DIGITS_MAX 15
#define NEED_WORDS 14

static const char *const NAME_SIGNS[] = {"my name is", "name's", "i am called", "this is ~1 calling",
                                         NULL};
static const char *const BUDGET_SIGNS[] = {"budget ~3 #", "spend ~3 #", "# ~1 budget",
                                           "pay ~2 up to ~1 #", "afford ~2 #", "up to #", NULL};
static const char *const PLACE_SIGNS[] = {"i live in _", "we live in _", "i am based in _",
                                          "we are based in _", "located in _", "moving to _", NULL};
static const char *const NEED_SIGNS[] = {"i am|are looking for", "i|we need", "i|we want",
                                         "interested in", "i|we would like", NULL};

struct str told_words(struct arena *a, struct str name)
{
    struct str s = str_lower(a, name);
    char *p = arena_alloc(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] == '_' ? ' ' : s.p[i];
    return str_n(p, s.n);
}

static bool has(const struct analysis *r, const char *key)
{
    for (size_t i = 0; i < r->n_fields; i++)
        if (str_is(r->fields[i].name, key))
            return true;
    return false;
}

/* The first value counts: what is said later in a call is more often a repetition than a change. */
static void put(struct arena *a, struct analysis *ret, const char *key, struct str value,
                struct span s)
{
    struct finding f = {.name = str_of(key), .detail = value};

    if (!value.n || has(ret, key) || ret->n_fields == MAX_FIELDS)
        return;
    finding_cite(a, &f, s);
    ret->fields[ret->n_fields++] = f;
}

static bool is_stop_word(struct str t)
{
    for (size_t i = 0; lexicon_stop_words[i]; i++)
        if (str_is(t, lexicon_stop_words[i]))
            return true;
    return false;
}

/* Up to three words of the same turn behind a match, ended by a word that is in no name. */
static void find_name(struct arena *a, const struct heard *h, const struct lane *l,
                      struct analysis *ret)
{
    struct signs s = signs_new(a, NAME_SIGNS, 4);

    for (size_t i = 0; i < l->n; i++) {
        size_t n = signs_at(&s, l, i), k, got = 0;
        struct span at;

        if (!n || i + n >= l->n)
            continue;
        k = i + n;
        at = (struct span){l->t[k].turn, l->t[k].word, l->t[k].word};
        while (got < NAME_WORDS && k < l->n && l->t[k].turn == at.turn &&
               !is_stop_word(l->t[k].t) && !phrase_is_number(l->t[k].t)) {
            at.last = l->t[k].word;
            got++;
            if (l->t[k++].stop)
                break;
        }
        if (got) {
            put(a, ret, "name", heard_words(a, h->c, at), at);
            return;
        }
    }
}

/* ---- digits ---- */

static int digit_of(struct str t)
{
    static const char *const NAMES[] = {"zero", "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};

    for (int i = 0; i < 10; i++)
        if (str_is(t, NAMES[i]))
            return i;
    return str_is(t, "oh") || str_is(t, "o") || str_is(t, "nought") ? 0 : -1;
}

static bool all_digits(struct str t)
{
    size_t i = 0;

    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9')
        i++;
    return t.n > 0 && i == t.n;
}

/* Adds what a token says of a number; false if it is no part of one. */
static bool add_digits(struct buf *b, struct str t, int *times)
{
    int d = digit_of(t), n = *times;

    if (str_is(t, "double") || str_is(t, "triple")) {
        *times = str_is(t, "double") ? 2 : 3;
        return true;
    }
    *times = 1;
    if (d < 0 && !all_digits(t))
        return str_is(t, "plus") && !b->n;
    for (int k = 0; k < n; k++) {
        if (d >= 0)
            buf_char(b, (char)('0' + d));
        else
            buf_add(b, t);
    }
    return true;
}

static void find_phone(struct arena *a, const struct lane *l, struct analysis *ret)
{
    for (size_t i = 0; i < l->n; i++) {
        struct buf b = buf_new(a, 64);
        struct span at = {l->t[i].turn, l->t[i].word, l->t[i].word};
        size_t k = i;
        int times = 1;

        while (k < l->n && l->t[k].turn == at.turn && add_digits(&b, l->t[k].t, &times))
            at.last = l->t[k++].word;
        if (b.n >= PHONE_DIGITS_MIN && b.n <= PHONE_DIGITS_MAX) {
            put(a, ret, "phone", buf_str(&b), at);
            return;
        }
        if (k > i)
            i = k - 1;
    }
}

/* "ann dot lee at example dot com": back from "at" over words and "dot"s, on behind it as far as
 * each word is followed by another "dot". */
static void find_mail(struct arena *a, const struct lane *l, struct analysis *ret)
{
    for (size_t i = 1; i + 3 < l->n; i++) {
        size_t from = i - 1, to = i + 1;
        struct buf b = buf_new(a, 256);

        if (!str_is(l->t[i].t, "at") || l->t[i - 1].turn != l->t[i].turn ||
            !str_is(l->t[i + 2].t, "dot") || l->t[i + 3].turn != l->t[i].turn)
            continue;
        while (from >= 2 && (str_is(l->t[from - 1].t, "dot") || str_is(l->t[from - 1].t, "underscore")) &&
               l->t[from - 2].turn == l->t[i].turn)
            from -= 2;
        while (to + 2 < l->n && str_is(l->t[to + 1].t, "dot") && l->t[to + 2].turn == l->t[i].turn)
            to += 2;
        for (size_t k = from; k <= to; k++) {
            if (k == i)
                buf_char(&b, '@');
            else if (str_is(l->t[k].t, "dot"))
                buf_char(&b, '.');
            else if (str_is(l->t[k].t, "underscore"))
                buf_char(&b, '_');
            else
                buf_add(&b, l->t[k].t);
        }
        put(a, ret, "mail", buf_str(&b),
            (struct span){l->t[i].turn, l->t[from].word, l->t[to].word});
        return;
    }
}

/* ---- phrases ---- */

/* The words of the first match; with `more`, up to that many words behind it in the same clause. */
static void find_phrase(struct arena *a, const struct heard *h, const struct lane *l,
                        const char *key, const char *const *signs, size_t more,
                        struct analysis *ret)
{
    struct signs s = signs_new(a, signs, SIGNS_MAX);

    for (size_t i = 0; i < l->n; i++) {
        size_t n = signs_at(&s, l, i);
        const struct clause *c;
        struct span at;

        if (!n)
            continue;
        at = signs_span(l, i, n);
        c = heard_clause(h, at.turn, at.last);
        if (more && (!c || c->last <= at.last))
            continue;
        if (more)
            at.last = at.last + more < c->last ? at.last + more : c->last;
        put(a, ret, key, heard_words(a, h->c, at), at);
        return;
    }
}

/* A budget goes on over all words of its number and the currency behind it. */
static void find_budget(struct arena *a, const struct heard *h, const struct lane *l,
                        struct analysis *ret)
{
    struct signs s = signs_new(a, BUDGET_SIGNS, 6);

    for (size_t i = 0; i < l->n; i++) {
        size_t n = signs_at(&s, l, i), k;
        struct span at;

        if (!n)
            continue;
        at = signs_span(l, i, n);
        for (k = i + n; k < l->n && l->t[k].turn == at.turn && k < i + n + 5; k++) {
            if (!phrase_is_number(l->t[k].t) && !str_is(l->t[k].t, "and") &&
                !str_is(l->t[k].t, "pounds") && !str_is(l->t[k].t, "dollars") &&
                !str_is(l->t[k].t, "euros") && !str_is(l->t[k].t, "rupees") &&
                !str_is(l->t[k].t, "lakhs") && !str_is(l->t[k].t, "crores") &&
                !str_is(l->t[k].t, "million"))
                break;
            at.last = l->t[k].word;
        }
        put(a, ret, "budget", heard_words(a, h->c, at), at);
        return;
    }
}

static void find_timeline(struct arena *a, const struct heard *h, const struct lane *l,
                          struct analysis *ret)
{
    for (size_t k = 0; k < lexicon_n_timelines && !ret->timeline.p; k++) {
        size_t before = ret->n_fields;

        find_phrase(a, h, l, "timeline", lexicon_timelines[k].signs, 0, ret);
        if (ret->n_fields > before)
            ret->timeline = str_of(lexicon_timelines[k].name);
    }
}

void told(struct arena *a, const struct heard *h, bool prospect, struct analysis *ret)
{
    const struct lane *l =
        &h->lane[h->lane[SPEAKER_CUSTOMER].n ? SPEAKER_CUSTOMER : SPEAKER_UNKNOWN];

    ret->fields = ARENA_ARRAY(a, MAX_FIELDS, struct finding);
    find_name(a, h, l, ret);
    find_mail(a, l, ret);
    find_phone(a, l, ret);
    if (!prospect)
        return;
    find_budget(a, h, l, ret);
    find_phrase(a, h, l, "place", PLACE_SIGNS, 0, ret);
    find_phrase(a, h, l, "requirements", NEED_SIGNS, NEED_WORDS, ret);
    find_timeline(a, h, l, ret);
}
