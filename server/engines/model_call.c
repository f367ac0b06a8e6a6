/* A call as a model is given it: data inside JSON, never text beside our instructions. */
#include "engines/model.h"

#define WORDS_MAX (1u << 20)

int64_t model_tokens(struct str text)
{
    return ((int64_t)text.n + 2) / 3;
}

static const char *speaker(enum speaker s)
{
    static const char *const NAMES[] = {"unknown", "agent", "customer"};

    return NAMES[s];
}

/* Words first..last-1 of turn i. */
static void put_turn(struct arena *a, struct jw *w, const struct turn *t, size_t i, size_t first,
                     size_t last)
{
    struct buf words = buf_new(a, WORDS_MAX);
    int32_t s = (first && first < t->n_words ? t->words[first].start_ms : t->start_ms) / 1000;

    for (size_t k = first; k < last; k++) {
        if (k > first)
            buf_char(&words, ' ');
        buf_add(&words, t->words[k].text);
    }
    jw_open(w, '{');
    jw_key(w, "turn");
    jw_int(w, (int64_t)i);
    jw_key(w, "speaker");
    jw_text(w, str_of(speaker(t->speaker)));
    jw_key(w, "at");
    jw_text(w, str_fmt(a, "%d:%02d", (int)(s / 60), (int)(s % 60)));
    jw_key(w, "words");
    jw_text(w, words.n ? buf_str(&words) : STR(""));
    jw_close(w, '}');
}

struct model_part model_whole(const struct conversation *c)
{
    return (struct model_part){.to = c->n_turns};
}

struct str model_call_part(struct arena *a, const struct conversation *c, struct model_part p)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "direction");
    jw_text(&w, c->direction.p ? c->direction : STR("unknown"));
    jw_key(&w, "turns");
    jw_open(&w, '[');
    for (size_t i = p.from; i < c->n_turns && (i < p.to || (i == p.to && p.to_word)); i++)
        put_turn(a, &w, &c->turns[i], i, i == p.from ? p.from_word : 0,
                 i == p.to ? p.to_word : c->turns[i].n_words);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return jw_done(&w);
}

struct str model_call(struct arena *a, const struct conversation *c, size_t from, size_t to)
{
    return model_call_part(a, c, (struct model_part){.from = from, .to = to});
}

#define TURN_TOKENS 30 /* what stands around the words of a turn */

/* The parts begin where the last ended; a turn that is too long by itself is parted between words. */
size_t model_parts(struct arena *a, const struct conversation *c, int64_t tokens,
                   struct model_part **ret)
{
    size_t room = 16, n = 0;
    struct model_part *out = ARENA_ARRAY(a, room, struct model_part), p = {0};
    int64_t used = 0;

    for (size_t i = 0; i < c->n_turns; i++) {
        used += TURN_TOKENS;
        for (size_t k = 0; k < c->turns[i].n_words; k++) {
            int64_t cost = model_tokens(c->turns[i].words[k].text) + 1;

            if (used + cost > tokens && used > TURN_TOKENS) {
                if (n == room) {
                    struct model_part *more = ARENA_ARRAY(a, room *= 2, struct model_part);

                    for (size_t m = 0; m < n; m++)
                        more[m] = out[m];
                    out = more;
                }
                p.to = i;
                p.to_word = k;
                out[n++] = p;
                p = (struct model_part){.from = i, .from_word = k};
                used = TURN_TOKENS;
            }
            used += cost;
        }
    }
    p.to = c->n_turns;
    p.to_word = 0;
    *ret = ARENA_ARRAY(a, n + 1, struct model_part);
    for (size_t m = 0; m < n; m++)
        (*ret)[m] = out[m];
    (*ret)[n] = p;
    return n + 1;
}

/* ---- where quoted words stand ---- */

static bool part_of_word(char ch)
{
    unsigned char u = (unsigned char)ch;

    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u >= 0x80;
}

static struct str bare(struct str s)
{
    while (s.n && !part_of_word(s.p[0]))
        s = str_sub(s, 1, s.n - 1);
    while (s.n && !part_of_word(s.p[s.n - 1]))
        s = str_sub(s, 0, s.n - 1);
    return s;
}

/* The words of a quotation that have a letter or digit, at most `room`. */
static size_t words_of(struct str text, struct str *out, size_t room)
{
    struct str w;
    size_t n = 0;

    while (n < room && str_split(&text, ' ', &w)) {
        w = bare(w);
        if (w.n)
            out[n++] = w;
    }
    return n;
}

/* True if the quotation begins with word `at` of the turn; words without letters are passed over. */
static bool begins_at(const struct turn *t, size_t at, const struct str *quote, size_t n,
                      size_t *ret_last)
{
    size_t got = 0;

    for (size_t i = at; i < t->n_words && got < n; i++) {
        struct str w = bare(t->words[i].text);

        if (!w.n)
            continue;
        if (!str_case_eq(w, quote[got]))
            return false;
        got++;
        *ret_last = i;
    }
    return got == n;
}

static bool in_turn(const struct conversation *c, int64_t turn, const struct str *quote, size_t n,
                    struct span *ret)
{
    const struct turn *t;
    size_t last = 0;

    if (turn < 0 || (uint64_t)turn >= c->n_turns)
        return false;
    t = &c->turns[turn];
    for (size_t i = 0; i < t->n_words; i++) {
        if (!bare(t->words[i].text).n || !begins_at(t, i, quote, n, &last))
            continue;
        *ret = (struct span){(size_t)turn, i, last};
        return true;
    }
    return false;
}

#define QUOTE_MAX 400

bool model_locate(struct arena *a, const struct conversation *c, int64_t turn, struct str words,
                  struct span *ret)
{
    static const int BESIDE[] = {0, -1, 1, -2, 2};
    struct str *quote = ARENA_ARRAY(a, QUOTE_MAX, struct str);
    size_t n = words_of(words, quote, QUOTE_MAX);

    for (size_t i = 0; n && i < sizeof BESIDE / sizeof *BESIDE; i++)
        if (turn >= 0 && turn < INT32_MAX && in_turn(c, turn + BESIDE[i], quote, n, ret))
            return true;
    *ret = (struct span){INT32_MAX, INT32_MAX, INT32_MAX};
    return false;
}
