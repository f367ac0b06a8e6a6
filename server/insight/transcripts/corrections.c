/* Corrections: what an engine is known to mishear, written as it should be. Called by
 * transcribe_sound before turns are built, so that everything behind reads the right words. */
#include <stdlib.h>
#include <string.h>

#include "insight/transcripts/mend.h"

#define WORDS_MAX 24 /* of one side of a correction */

struct rule {
    size_t n_heard, n_written;
    struct str heard[WORDS_MAX], written[WORDS_MAX];
};

static bool is_mark(char c)
{
    return c && strchr(".,;:!?\"'()[]", c) != NULL;
}

/* The word without punctuation around it; what was behind it goes to *ret_behind. */
static struct str bare(struct str s, struct str *ret_behind)
{
    size_t n;

    while (s.n && is_mark(s.p[0]))
        s = str_sub(s, 1, s.n);
    n = s.n;
    while (n && is_mark(s.p[n - 1]))
        n--;
    *ret_behind = str_sub(s, n, s.n);
    s.n = n;
    return s;
}

static size_t split(struct arena *a, struct str s, bool fold, struct str *out)
{
    struct str rest = fold ? str_lower(a, s) : s, one, behind;
    size_t n = 0;

    while (n < WORDS_MAX && str_split(&rest, ' ', &one)) {
        one = fold ? bare(one, &behind) : one;
        if (one.n)
            out[n++] = one;
    }
    return n;
}

static int by_length(const void *x, const void *y)
{
    const struct rule *a = x, *b = y;

    if (a->n_heard != b->n_heard)
        return a->n_heard > b->n_heard ? -1 : 1;
    return 0;
}

static struct rule *rules_of(struct arena *a, const struct speech_correction *list, size_t n)
{
    struct rule *rules = ARENA_ARRAY(a, n, struct rule);

    for (size_t i = 0; i < n; i++) {
        rules[i].n_heard = split(a, list[i].heard, true, rules[i].heard);
        rules[i].n_written = split(a, list[i].written, false, rules[i].written);
    }
    qsort(rules, n, sizeof *rules, by_length);
    return rules;
}

static bool matches(const struct rule *r, const struct str *folded, size_t n, size_t at)
{
    if (!r->n_heard || !r->n_written || at + r->n_heard > n)
        return false;
    for (size_t i = 0; i < r->n_heard; i++)
        if (!str_eq(folded[at + i], r->heard[i]))
            return false;
    return true;
}

/* The written words over the span of those heard. */
static void replace(struct arena *a, const struct rule *r, const struct speech_word *heard,
                    struct speech_word *out)
{
    const struct speech_word *last = &heard[r->n_heard - 1];
    int32_t from = heard->start_ms, span = last->end_ms - from, least = SPEECH_SURE;
    struct str behind;

    bare(last->text, &behind);
    for (size_t i = 0; i < r->n_heard; i++)
        least = heard[i].confidence < least ? heard[i].confidence : least;
    for (size_t i = 0; i < r->n_written; i++) {
        out[i] = (struct speech_word){
            .text = r->written[i], .confidence = least, .voice = heard->voice,
            .start_ms = from + (int32_t)((int64_t)span * (int64_t)i / (int64_t)r->n_written),
            .end_ms = from + (int32_t)((int64_t)span * ((int64_t)i + 1) / (int64_t)r->n_written)};
        if (i + 1 == r->n_written && behind.n)
            out[i].text = str_fmt(a, "%.*s%.*s", STR_ARG(r->written[i]), STR_ARG(behind));
    }
}

static size_t apply(struct arena *a, struct speech_segment *s, const struct rule *rules, size_t n)
{
    struct speech_word *out = ARENA_ARRAY(a, s->n_words * WORDS_MAX, struct speech_word);
    struct str *folded = ARENA_ARRAY(a, s->n_words, struct str), behind;
    size_t m = 0, places = 0;

    for (size_t i = 0; i < s->n_words; i++)
        folded[i] = bare(str_lower(a, s->words[i].text), &behind);
    for (size_t i = 0; i < s->n_words;) {
        size_t k = 0;

        while (k < n && !matches(&rules[k], folded, s->n_words, i))
            k++;
        if (k == n) {
            out[m++] = s->words[i++];
            continue;
        }
        replace(a, &rules[k], &s->words[i], out + m);
        m += rules[k].n_written;
        i += rules[k].n_heard;
        places++;
    }
    if (places) {
        s->words = out;
        s->n_words = m;
    }
    return places;
}

size_t corrections_apply(struct arena *a, struct speech_segment *segments, size_t n,
                         const struct speech_correction *list, size_t n_list)
{
    struct rule *rules;
    size_t places = 0;

    if (!n_list)
        return 0;
    rules = rules_of(a, list, n_list);
    for (size_t i = 0; i < n; i++)
        if (segments[i].n_words)
            places += apply(a, &segments[i], rules, n_list);
    return places;
}
