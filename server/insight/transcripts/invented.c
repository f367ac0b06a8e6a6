/* Leaving out what engines invent: sentences over silence, credits of films, one word over and over.
 * Called by transcribe_sound. Knows no language: it compares words and looks at the sound. */
#include <string.h>

#include "insight/transcripts/mend.h"

#define AROUND_MS 100      /* engines' times are not exact */
#define PERIOD_MAX 12      /* words of a round of a loop */
#define ROUNDS_SHORT 4     /* so many rounds of up to three words, and eight words in all */
#define ROUNDS_LONG 3      /* of longer ones */
#define WORDS_LEAST 8
#define WORD_LEAST_MS 50   /* nobody says twenty words in a second */
#define FAST_LEAST 4       /* words before their pace is judged */
#define LONG_WORD 48       /* bytes, before a word is looked at for a loop within */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_mark(char c)
{
    return c && strchr(".,;:!?\"'()[]-", c) != NULL;
}

static struct str bare(struct str s)
{
    while (s.n && is_mark(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && is_mark(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool same(struct str x, struct str y)
{
    x = bare(x);
    y = bare(y);
    if (x.n != y.n)
        return false;
    for (size_t i = 0; i < x.n; i++)
        if (lower(x.p[i]) != lower(y.p[i]))
            return false;
    return true;
}

/* Whether anything of the channel is above its gate while the word is said. */
static bool over_silence(const struct media_info *info, int32_t channel,
                         const struct speech_word *w)
{
    const struct media_channel *c = &info->channel[channel];
    size_t from, to;

    if (channel < 0 || (unsigned)channel >= info->channels || !c->levels)
        return false;
    from = (size_t)(w->start_ms > AROUND_MS ? w->start_ms - AROUND_MS : 0) / MEDIA_LEVEL_MS;
    to = (size_t)(w->end_ms + AROUND_MS) / MEDIA_LEVEL_MS + 1;
    for (size_t i = from; i < to && i < info->levels; i++)
        if (c->levels[i] > c->gate)
            return false;
    return true;
}

/* "hahahahaha...": one word that is a loop by itself. */
static bool loops_within(struct str s)
{
    if (s.n < LONG_WORD)
        return false;
    for (size_t period = 1; period <= 8; period++) {
        size_t i = period;

        while (i < s.n && s.p[i] == s.p[i - period])
            i++;
        if (i == s.n)
            return true;
    }
    return false;
}

static bool too_fast(const struct speech_segment *s)
{
    int32_t ms = s->end_ms - s->start_ms;

    return s->n_words >= FAST_LEAST && (int64_t)ms < (int64_t)s->n_words * WORD_LEAST_MS;
}

struct ref {
    struct speech_segment *segment;
    size_t at;
};

static struct str text_of(const struct ref *r)
{
    return r->segment->words[r->at].text;
}

/* How many words from i on repeat what lies `period` before them. */
static size_t repeats(const struct ref *v, size_t n, size_t i, size_t period)
{
    size_t k = i + period;

    while (k < n && same(text_of(&v[k]), text_of(&v[k - period])))
        k++;
    return k - (i + period);
}

static bool is_loop(size_t period, size_t repeated)
{
    size_t rounds = repeated / period + 1;

    return rounds >= (period <= 3 ? ROUNDS_SHORT : ROUNDS_LONG) && rounds * period >= WORDS_LEAST;
}

/* Empties the text of all rounds but the first; what is empty is dropped behind. */
static void drop_loops(struct ref *v, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t gone = 0, period = 1;

        for (; period <= PERIOD_MAX && i + period < n; period++) {
            size_t repeated = repeats(v, n, i, period);

            if (is_loop(period, repeated)) {
                gone = repeated;
                break;
            }
        }
        for (size_t k = i + period; k < i + period + gone; k++)
            v[k].segment->words[v[k].at].text = STR("");
        i += gone ? period + gone : 1;
    }
}

static void loops_of_channel(struct arena *a, struct speech_segment *segments, size_t n,
                             int32_t channel)
{
    size_t room = 0, m = 0;
    struct ref *v;

    for (size_t i = 0; i < n; i++)
        room += segments[i].channel == channel ? segments[i].n_words : 0;
    v = ARENA_ARRAY(a, room, struct ref);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; segments[i].channel == channel && k < segments[i].n_words; k++)
            if (segments[i].words[k].text.n)
                v[m++] = (struct ref){&segments[i], k};
    drop_loops(v, m);
}

static size_t compact(struct speech_segment *s)
{
    size_t kept = 0, before = s->n_words;

    for (size_t k = 0; k < before; k++)
        if (s->words[k].text.n)
            s->words[kept++] = s->words[k];
    s->n_words = kept;
    return before - kept;
}

size_t invented_remove(struct arena *a, const struct media_info *info,
                       struct speech_segment *segments, size_t n)
{
    size_t removed = 0;

    for (size_t i = 0; i < n; i++) {
        bool all = too_fast(&segments[i]);

        for (size_t k = 0; k < segments[i].n_words; k++) {
            struct speech_word *w = &segments[i].words[k];

            if (all || loops_within(w->text) || over_silence(info, segments[i].channel, w))
                w->text = STR("");
        }
    }
    loops_of_channel(a, segments, n, 0);
    loops_of_channel(a, segments, n, 1);
    for (size_t i = 0; i < n; i++)
        removed += compact(&segments[i]);
    return removed;
}
