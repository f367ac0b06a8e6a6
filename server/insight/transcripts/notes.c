/* What is to be known of a transcript besides its words: how it was mended, which stretches are no
 * conversation, and whether there was one at all. Called by transcribe_sound and by the scoring job.
 * Tags are hints for the reader: nothing is scored by them. */
#include "core/json.h"
#include "insight/transcripts/mailbox_int.h"
#include "insight/transcripts/mend.h"
#include "insight/transcripts/transcripts.h"

#define WORDLESS_MS 10000 /* shorter sound without words is breath and noise */
#define JOIN_MS 2000
#define TAGS_MAX 200
#define MAILBOX_MS 60000 /* a mailbox speaks first, or not at all */
#define ANSWER_WORDS 3   /* fewer are the rest of its announcement */
#define WRONG_WORDS 60   /* of a whole call that was a wrong number; longer ones speak of one */

static const char *const PROMPTS[] = {
    "press one",  "press two",   "press 1",          "press 2",
    "your call is important to us", "please hold",   "all of our agents are busy",
    "all our agents are busy",      "your position in the queue", "calls are recorded for",
    "thank you for holding",        "please stay on the line",
};

static bool says(struct str text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_find(text, str_of(list[i]), 0) >= 0)
            return true;
    return false;
}

static struct str text_of(struct arena *a, const struct turn *t)
{
    struct buf b = buf_new(a, 1u << 16);

    for (size_t i = 0; i < t->n_words; i++)
        for (size_t k = 0; k <= t->words[i].text.n; k++) {
            char c = k < t->words[i].text.n ? t->words[i].text.p[k] : ' ';

            if (c != ',' && c != '.' && c != '!' && c != '?')
                buf_char(&b, c);
        }
    return b.n ? str_lower(a, buf_str(&b)) : STR("");
}

static void write_tag(struct jw *w, const char *kind, int32_t from, int32_t to, size_t *io_n)
{
    if (++*io_n > TAGS_MAX)
        return;
    jw_open(w, '{');
    jw_key(w, "kind");
    jw_text(w, str_of(kind));
    jw_key(w, "start_ms");
    jw_int(w, from);
    jw_key(w, "end_ms");
    jw_int(w, to);
    jw_close(w, '}');
}

/* Segments without words that follow each other closely, on one channel. */
static void tag_wordless(struct jw *w, const struct speech_segment *segments, size_t n,
                         size_t *io_n)
{
    for (size_t i = 0; i < n;) {
        size_t k = i;
        int64_t sound = 0;

        if (segments[i].n_words) {
            i++;
            continue;
        }
        while (k < n && !segments[k].n_words && segments[k].channel == segments[i].channel &&
               (k == i || segments[k].start_ms - segments[k - 1].end_ms <= JOIN_MS)) {
            sound += segments[k].end_ms - segments[k].start_ms;
            k++;
        }
        if (sound >= WORDLESS_MS)
            write_tag(w, "wordless", segments[i].start_ms, segments[k - 1].end_ms, io_n);
        i = k;
    }
}

static void write_tags(struct jw *w, struct arena *a, const struct speech_segment *segments,
                       size_t n, const struct conversation *talk)
{
    size_t count = 0;

    jw_key(w, "tags");
    jw_open(w, '[');
    for (size_t i = 0; i < talk->n_turns; i++) {
        const struct turn *t = &talk->turns[i];
        struct str text = text_of(a, t);

        if (says(text, VOICEMAIL, sizeof VOICEMAIL / sizeof *VOICEMAIL))
            write_tag(w, "voicemail", t->start_ms, t->end_ms, &count);
        else if (says(text, PROMPTS, sizeof PROMPTS / sizeof *PROMPTS))
            write_tag(w, "prompt", t->start_ms, t->end_ms, &count);
    }
    tag_wordless(w, segments, n, &count);
    jw_close(w, ']');
}

struct str notes_json(struct arena *a,
                      const struct speech_segment *segments, size_t n,
                      const struct conversation *talk, const struct mending *m)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "removed");
    jw_int(&w, (int64_t)m->removed);
    jw_key(&w, "corrected");
    jw_int(&w, (int64_t)m->corrected);
    jw_key(&w, "no_confidence");
    jw_bool(&w, m->no_confidence);
    jw_key(&w, "times_spread");
    jw_bool(&w, m->times_spread);
    write_tags(&w, a, segments, n, talk);
    jw_close(&w, '}');
    return jw_done(&w);
}

/* ---- no conversation ---- */

/* A mailbox answered, and whoever called spoke to nobody. */
static bool is_mailbox(struct arena *a, const struct conversation *c)
{
    size_t i = 0;

    while (i < c->n_turns && c->turns[i].start_ms < MAILBOX_MS &&
           !says(text_of(a, &c->turns[i]), VOICEMAIL, sizeof VOICEMAIL / sizeof *VOICEMAIL))
        i++;
    if (i == c->n_turns || c->turns[i].start_ms >= MAILBOX_MS)
        return false;
    for (size_t k = i + 1; k < c->n_turns; k++)
        if (c->turns[k].speaker == c->turns[i].speaker && c->turns[k].n_words >= ANSWER_WORDS &&
            !says(text_of(a, &c->turns[k]), VOICEMAIL, sizeof VOICEMAIL / sizeof *VOICEMAIL))
            return false;
    return true;
}

static bool is_wrong_number(struct arena *a, const struct conversation *c)
{
    size_t words = 0;
    bool said = false;

    for (size_t i = 0; i < c->n_turns; i++) {
        words += c->turns[i].n_words;
        said = said || says(text_of(a, &c->turns[i]), WRONG_NUMBER,
                            sizeof WRONG_NUMBER / sizeof *WRONG_NUMBER);
    }
    return said && words <= WRONG_WORDS;
}

struct str conversation_missing(struct arena *a, const struct conversation *c, struct str disposition)
{
    if (str_is(disposition, "voicemail"))
        return STR("The phone system says voicemail: nobody talked with anybody.");
    if (is_mailbox(a, c))
        return STR("A mailbox answered: nobody talked with anybody.");
    if (is_wrong_number(a, c))
        return STR("A wrong number: there is no conversation to score.");
    return STR_NONE;
}
