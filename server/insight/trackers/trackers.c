/* Finds trackers in conversations, with PCRE2 under limits. Pure but for trackers_follow. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "insight/scores/scores.h"
#include "insight/trackers/queries.h"
#include "insight/trackers/store.h"
#include "insight/transcripts/transcripts.h"

/* One turn's worth of work for one pattern; a pattern that needs more is not fit to run on calls. */
#define MATCH_LIMIT 200000
#define DEPTH_LIMIT 250
#define HEAP_LIMIT_KB 2048
#define TURN_MAX (256u << 10)

struct tracker {
    enum tracker_kind kind;
    unsigned speakers; /* bit by enum speaker */
    size_t n;
    pcre2_code **code;
    pcre2_match_context *context;
};

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static void free_context(void *context)
{
    pcre2_match_context_free(context);
}

static void free_match(void *match)
{
    pcre2_match_data_free(match);
}

static bool is_word(char ch)
{
    unsigned char u = (unsigned char)ch;

    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') ||
           u == '\'' || u >= 0x80;
}

/* "card numb*" becomes (?<!\w)card[^\w]+numb\w*(?!\w), every other sign taken as itself. */
static struct str phrase_pattern(struct arena *a, struct str phrase)
{
    struct buf b = buf_new(a, 8 * TRACKER_MAX_PATTERN + 64);
    bool between = false, any = false;

    buf_add(&b, STR("(?<![\\w'])"));
    for (size_t i = 0; i < phrase.n; i++) {
        char ch = phrase.p[i];

        if (ch == '*' && i && is_word(phrase.p[i - 1])) {
            buf_add(&b, STR("[\\w']*"));
        } else if (is_word(ch)) {
            if (between && any)
                buf_add(&b, STR("[^\\w']+"));
            between = false;
            any = true;
            buf_char(&b, ch);
        } else {
            between = true;
        }
    }
    buf_add(&b, STR("(?![\\w'])"));
    return any ? buf_str(&b) : STR_NONE;
}

static const struct err *compile_one(struct arena *a, struct tracker *t, size_t i, struct str text)
{
    struct str pattern = t->kind == TRACKER_PHRASE ? phrase_pattern(a, text) : text;
    PCRE2_UCHAR why[120];
    PCRE2_SIZE at;
    int code;

    if (!text.n || text.n > TRACKER_MAX_PATTERN || !str_utf8(text))
        return err_why(a, E_BAD_INPUT, "Number %zu: give 1 to %d bytes of text.", i + 1,
                       TRACKER_MAX_PATTERN);
    if (!pattern.n)
        return err_why(a, E_BAD_INPUT, "Number %zu has no letter or digit.", i + 1);
    t->code[i] = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                               PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C |
                                   PCRE2_NO_AUTO_CAPTURE,
                               &code, &at, NULL);
    if (!t->code[i]) {
        pcre2_get_error_message(code, why, sizeof why);
        return err_why(a, E_BAD_INPUT, "Number %zu cannot be read at sign %zu: %s.", i + 1, at + 1,
                       (const char *)why);
    }
    arena_defer(a, free_code, t->code[i]);
    return NULL;
}

const struct err *tracker_compile(struct arena *a, enum tracker_kind kind, struct str speaker,
                                  const struct str *patterns, size_t n, const struct tracker **ret)
{
    struct tracker *t = ARENA_NEW(a, struct tracker);
    const struct err *e = NULL;

    t->kind = kind;
    t->speakers = str_is(speaker, "agent")      ? 1u << SPEAKER_AGENT
                  : str_is(speaker, "customer") ? 1u << SPEAKER_CUSTOMER
                                                : 7u;
    t->n = n;
    t->code = ARENA_ARRAY(a, n, pcre2_code *);
    t->context = pcre2_match_context_create(NULL);
    if (!t->context)
        return E_INTERNAL;
    arena_defer(a, free_context, t->context);
    pcre2_set_match_limit(t->context, MATCH_LIMIT);
    pcre2_set_depth_limit(t->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(t->context, HEAP_LIMIT_KB);
    if (n == 0 || n > TRACKER_MAX_PATTERNS)
        return err_why(a, E_BAD_INPUT, "Give 1 to %d words or phrases.", TRACKER_MAX_PATTERNS);
    for (size_t i = 0; !e && i < n; i++)
        e = compile_one(a, t, i, patterns[i]);
    if (!e)
        *ret = t;
    return e;
}

/* ---- finding ---- */

struct place {
    size_t turn, from, to; /* bytes of the turn's text */
};

struct text {
    struct str s;
    size_t *starts; /* where each word begins */
};

static struct text text_of(struct arena *a, const struct turn *t)
{
    struct buf b = buf_new(a, TURN_MAX);
    struct text out = {.starts = ARENA_ARRAY(a, t->n_words, size_t)};

    for (size_t i = 0; i < t->n_words; i++) {
        if (i)
            buf_char(&b, ' ');
        out.starts[i] = b.n;
        buf_add(&b, t->words[i].text);
    }
    out.s = b.n ? buf_str(&b) : STR("");
    return out;
}

/* The word that holds a byte. */
static size_t word_at(const struct text *x, size_t n_words, size_t at)
{
    size_t lo = 0, hi = n_words;

    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (x->starts[mid] <= at)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static bool overlaps(const struct span *taken, size_t n, struct span s)
{
    for (size_t i = 0; i < n; i++)
        if (taken[i].turn == s.turn && taken[i].first <= s.last && s.first <= taken[i].last)
            return true;
    return false;
}

/* Matches of one pattern in one turn; false if it took too much work. */
static bool find_in(const struct tracker *t, pcre2_code *code, pcre2_match_data *match,
                    const struct text *x, size_t turn, size_t n_words, struct tracker_hits *h)
{
    PCRE2_SIZE at = 0;

    while (at <= x->s.n && n_words) {
        int rc = pcre2_match(code, (PCRE2_SPTR)x->s.p, x->s.n, at,
                             at ? PCRE2_NO_UTF_CHECK : 0, match, t->context);
        PCRE2_SIZE *o = pcre2_get_ovector_pointer(match);
        struct span s;

        if (rc == PCRE2_ERROR_NOMATCH)
            return true;
        if (rc < 0)
            return false;
        if (o[1] <= o[0])
            return true; /* a pattern that takes nothing marks nothing */
        s = (struct span){turn, word_at(x, n_words, o[0]), word_at(x, n_words, o[1] - 1)};
        at = o[1];
        if (overlaps(h->spans, h->n_spans, s))
            continue;
        h->count++;
        if (h->n_spans < TRACKER_MAX_SPANS)
            h->spans[h->n_spans++] = s;
    }
    return true;
}

struct tracker_hits tracker_find(struct arena *a, const struct tracker *t,
                                 const struct conversation *c)
{
    struct tracker_hits h = {.spans = ARENA_ARRAY(a, TRACKER_MAX_SPANS, struct span)};
    pcre2_match_data *match = pcre2_match_data_create(2, NULL);

    if (!match)
        return h;
    arena_defer(a, free_match, match);
    for (size_t i = 0; i < c->n_turns && !h.stopped; i++) {
        const struct turn *turn = &c->turns[i];
        struct text x;

        if (!(t->speakers >> turn->speaker & 1) || !turn->n_words)
            continue;
        x = text_of(a, turn);
        for (size_t k = 0; k < t->n && !h.stopped; k++)
            h.stopped = !find_in(t, t->code[k], match, &x, i, turn->n_words, &h);
    }
    return h;
}

/* ---- stored form ---- */

const struct err *tracker_read(struct arena *a, struct str kind, struct str speaker,
                               struct str patterns, const struct tracker **ret)
{
    const struct json *list;
    struct str *v;
    const struct err *e = json_parse(a, patterns, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || json_count(list) > TRACKER_MAX_PATTERNS)
        return err_why(a, E_BAD_INPUT, "Give a list of 1 to %d words or phrases.",
                       TRACKER_MAX_PATTERNS);
    v = ARENA_ARRAY(a, json_count(list), struct str);
    for (size_t i = 0; i < json_count(list); i++)
        v[i] = str_trim(json_str(json_at(list, i)));
    return tracker_compile(a, str_is(kind, "pattern") ? TRACKER_PATTERN : TRACKER_PHRASE, speaker, v,
                           json_count(list), ret);
}

static void put_int(struct jw *w, const char *key, int64_t v)
{
    jw_key(w, key);
    jw_int(w, v);
}

struct str tracker_spans_json(struct arena *a, const struct conversation *c,
                              const struct tracker_hits *h)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < h->n_spans; i++) {
        struct span s = h->spans[i];
        const struct turn *t = &c->turns[s.turn];

        jw_open(&w, '{');
        put_int(&w, "turn", (int64_t)s.turn);
        put_int(&w, "first", (int64_t)s.first);
        put_int(&w, "last", (int64_t)s.last);
        put_int(&w, "start_ms", t->words[s.first].start_ms);
        put_int(&w, "end_ms", t->words[s.last].end_ms);
        jw_key(&w, "speaker");
        jw_text(&w, str_of(speaker_name(t->speaker)));
        jw_key(&w, "words");
        jw_text(&w, evidence_words(a, c, s));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

const struct err *trackers_follow(struct db *db, struct uuid call, struct uuid transcript)
{
    struct trackers_any_out any;
    const struct err *e = q_trackers_any(db, &any);

    return e || !any.active ? e : transcript_follow(db, "trackers.run", call, transcript);
}
