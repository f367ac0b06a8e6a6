/* Builds, writes and reads turns. Called when a call was transcribed, and by whoever needs a stored
 * conversation. Must not look at anything but words and their times. */
#include "insight/transcripts/turns.h"

#include <stdlib.h>

/* Somebody who takes over begins a moment before the other has quite ended. */
#define OVERLAP_MS 150
/* Where agents say who they are. */
#define OPENING_TURNS 6
#define OPENING_WORDS 40

struct side {
    size_t n;
    struct turn_word *words; /* in order of time */
    bool *opens;             /* word i begins a turn */
};

struct turn_list {
    size_t n;
    struct turn *v;
};

static int by_time(const void *x, const void *y)
{
    const struct turn_word *a = x, *b = y;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->end_ms != b->end_ms)
        return a->end_ms < b->end_ms ? -1 : 1;
    return a->text.p < b->text.p ? -1 : a->text.p > b->text.p;
}

static int by_start(const void *x, const void *y)
{
    const struct turn *a = x, *b = y;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    if (a->speaker != b->speaker)
        return a->speaker < b->speaker ? -1 : 1;
    return a->words < b->words ? -1 : a->words > b->words;
}

static bool belongs(const struct speech_segment *s, const struct voices *v, int32_t channel)
{
    return !v->by_channel || s->channel == channel;
}

static struct side gather(struct arena *a, const struct speech_segment *segments, size_t n,
                          const struct voices *v, int32_t channel)
{
    int32_t pause = v->by_channel ? TURN_PAUSE_MS : TURN_SHARED_PAUSE_MS;
    struct side out = {0};
    size_t room = 0;

    for (size_t i = 0; i < n; i++)
        room += belongs(&segments[i], v, channel) ? segments[i].n_words : 0;
    out.words = ARENA_ARRAY(a, room, struct turn_word);
    out.opens = ARENA_ARRAY(a, room, bool);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; belongs(&segments[i], v, channel) && k < segments[i].n_words; k++) {
            const struct speech_word *w = &segments[i].words[k];

            if (w->text.n)
                out.words[out.n++] = (struct turn_word){
                    w->text, w->start_ms, w->end_ms < w->start_ms ? w->start_ms : w->end_ms,
                    w->confidence};
        }
    qsort(out.words, out.n, sizeof *out.words, by_time);
    for (size_t i = 0; i < out.n; i++)
        out.opens[i] = i == 0 || out.words[i].start_ms - out.words[i - 1].end_ms > pause;
    return out;
}

/* The first word that starts at or after ms. */
static size_t first_from(const struct side *s, int32_t ms)
{
    size_t low = 0, high = s->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (s->words[middle].start_ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* True if the other side, silent until then, begins to speak between those times. */
static bool begins(const struct side *other, int32_t from_ms, int32_t to_ms)
{
    for (size_t i = first_from(other, from_ms); i < other->n; i++) {
        if (other->words[i].start_ms >= to_ms)
            return false;
        if (i == 0 ||
            other->words[i].start_ms - other->words[i - 1].end_ms >= TURN_GIVE_WAY_MS)
            return true;
    }
    return false;
}

static void give_way(struct side *s, const struct side *other)
{
    for (size_t i = 1; i < s->n; i++) {
        int32_t from = s->words[i - 1].end_ms, to = s->words[i].start_ms;

        if (to - from >= TURN_GIVE_WAY_MS && begins(other, from - OVERLAP_MS, to))
            s->opens[i] = true;
    }
}

static void cut(const struct side *s, enum speaker who, struct turn_list *io)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct turn_word *w = &s->words[i];
        struct turn *t;

        if (s->opens[i])
            io->v[io->n++] = (struct turn){who, w->start_ms, w->end_ms, 0, w};
        t = &io->v[io->n - 1];
        t->n_words++;
        if (w->end_ms > t->end_ms)
            t->end_ms = w->end_ms;
    }
}

static enum speaker other_side(enum speaker s)
{
    return s == SPEAKER_AGENT      ? SPEAKER_CUSTOMER
           : s == SPEAKER_CUSTOMER ? SPEAKER_AGENT
                                   : SPEAKER_UNKNOWN;
}

enum speaker turns_first_speaker(struct str direction)
{
    return str_is(direction, "inbound")    ? SPEAKER_AGENT
           : str_is(direction, "outbound") ? SPEAKER_CUSTOMER
                                           : SPEAKER_UNKNOWN;
}

/* What an agent says in the opening of a call and a customer does not. */
static const char *const AGENT_PHRASES[] = {
    "for calling",        "how can i help",      "how may i help",   "can i help you",
    "call is recorded",   "call is being recorded", "i am calling from", "this is a courtesy call",
    "you are speaking to", "you are speaking with",
};

/* "this is james from": a name of one or two words between. */
static bool names_company(struct str said)
{
    ptrdiff_t at = str_find(said, STR(" this is "), 0);
    struct str rest = str_sub(said, at < 0 ? said.n : (size_t)at + 9, said.n), word;

    for (int i = 0; i < 3 && str_split(&rest, ' ', &word); i++)
        if (i > 0 && (str_is(word, "from") || str_is(word, "with")))
            return true;
    return false;
}

int turns_agent_phrases(struct arena *a, const struct turn *t)
{
    struct buf b = buf_new(a, 1u << 14);
    struct str said;
    int n;

    buf_char(&b, ' ');
    for (size_t i = 0; i < t->n_words && i < OPENING_WORDS; i++) {
        buf_add(&b, t->words[i].text);
        buf_char(&b, ' ');
    }
    said = str_lower(a, buf_str(&b));
    n = names_company(said);
    for (size_t i = 0; i < sizeof AGENT_PHRASES / sizeof *AGENT_PHRASES; i++)
        n += str_find(said, str_of(AGENT_PHRASES[i]), 0) >= 0;
    return n;
}

/* Both sides on one channel: they take turns, and something has to tell who began. */
static void alternate(struct arena *a, struct str direction, struct turn_list *io)
{
    enum speaker who = turns_first_speaker(direction);
    int by_agent[2] = {0}; /* turns of even and odd number */

    for (size_t i = 0; i < io->n && i < OPENING_TURNS; i++)
        by_agent[i % 2] += turns_agent_phrases(a, &io->v[i]);
    if (who != SPEAKER_UNKNOWN && by_agent[0] != by_agent[1])
        who = by_agent[0] > by_agent[1] ? SPEAKER_AGENT : SPEAKER_CUSTOMER;
    for (size_t i = 0; i < io->n; i++, who = other_side(who))
        io->v[i].speaker = who;
}

struct conversation turns_build(struct arena *a, const struct speech_segment *segments, size_t n,
                                const struct voices *v, int32_t duration_ms)
{
    struct side left = gather(a, segments, n, v, 0), right = {0};
    struct turn_list list = {0};

    if (v->by_channel) {
        right = gather(a, segments, n, v, 1);
        give_way(&left, &right);
        give_way(&right, &left);
    }
    list.v = ARENA_ARRAY(a, left.n + right.n, struct turn);
    cut(&left, v->left, &list);
    cut(&right, other_side(v->left), &list);
    qsort(list.v, list.n, sizeof *list.v, by_start);
    if (!v->by_channel)
        alternate(a, v->direction, &list);
    return (struct conversation){duration_ms, v->direction, list.n, list.v};
}

int32_t turns_confidence(const struct conversation *c, int64_t *ret_words)
{
    int64_t sum = 0, time = 0, words = 0;

    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t k = 0; k < c->turns[i].n_words; k++) {
            const struct turn_word *w = &c->turns[i].words[k];
            int64_t ms = w->end_ms > w->start_ms ? w->end_ms - w->start_ms : 1;

            words++;
            time += ms;
            sum += ms * w->confidence;
        }
    *ret_words = words;
    return time ? (int32_t)((sum + time / 2) / time) : 0;
}

static const char *const SPEAKERS[] = {"unknown", "agent", "customer"};

static void write_word(struct jw *w, const struct turn_word *x)
{
    jw_open(w, '{');
    jw_key(w, "c");
    jw_int(w, x->confidence);
    jw_key(w, "e");
    jw_int(w, x->end_ms);
    jw_key(w, "s");
    jw_int(w, x->start_ms);
    jw_key(w, "t");
    jw_text(w, x->text);
    jw_close(w, '}');
}

struct str turns_json(struct arena *a, const struct conversation *c)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        jw_open(&w, '{');
        jw_key(&w, "end_ms");
        jw_int(&w, t->end_ms);
        jw_key(&w, "speaker");
        jw_text(&w, str_of(SPEAKERS[t->speaker]));
        jw_key(&w, "start_ms");
        jw_int(&w, t->start_ms);
        jw_key(&w, "words");
        jw_open(&w, '[');
        for (size_t k = 0; k < t->n_words; k++)
            write_word(&w, &t->words[k]);
        jw_close(&w, ']');
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

static int32_t ms_of(const struct json *o, const char *key)
{
    int64_t ms = json_int(o, key, 0);

    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

static struct turn read_turn(struct arena *a, const struct json *o)
{
    const struct json *list = json_get(o, "words");
    size_t n = json_kind(list) == J_LIST ? json_count(list) : 0;
    struct turn_word *words = ARENA_ARRAY(a, n, struct turn_word);
    struct str who = json_text(o, "speaker");
    struct turn t = {SPEAKER_UNKNOWN, ms_of(o, "start_ms"), ms_of(o, "end_ms"), n, words};

    for (size_t i = 1; i < sizeof SPEAKERS / sizeof *SPEAKERS; i++)
        if (str_is(who, SPEAKERS[i]))
            t.speaker = (enum speaker)i;
    for (size_t k = 0; k < n; k++) {
        const struct json *w = json_at(list, k);

        words[k] = (struct turn_word){json_text(w, "t"), ms_of(w, "s"), ms_of(w, "e"),
                                      ms_of(w, "c")};
        if (!words[k].text.p)
            words[k].text = STR("");
    }
    return t;
}

const struct err *turns_parse(struct arena *a, struct str text, struct conversation *ret,
                              struct str *ret_canonical)
{
    const struct json *tree;
    const struct err *e = json_parse(a, text, &tree);
    struct turn *turns;

    if (e)
        return e;
    if (json_kind(tree) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The turns are not a list");
    turns = ARENA_ARRAY(a, json_count(tree), struct turn);
    for (size_t i = 0; i < json_count(tree); i++)
        turns[i] = read_turn(a, json_at(tree, i));
    *ret = (struct conversation){.n_turns = json_count(tree), .turns = turns};
    *ret_canonical = turns_json(a, ret);
    return NULL;
}
