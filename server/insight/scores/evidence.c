/* Looks cited words up in the transcript and stores claims. Called when a call is scored, when a
 * score is replayed and when it is shown. Never repairs a citation: what is not there is not there.
 */
#include "insight/scores/evidence.h"

static const char *const ANSWERS[] = {
    [ANSWER_NOT_ASSESSED] = "not_assessed",
    [ANSWER_YES] = "yes",
    [ANSWER_PARTLY] = "partly",
    [ANSWER_NO] = "no",
    [ANSWER_NA] = "na",
    [ANSWER_VALUE] = "value",
};

static const char *const SPEAKERS[] = {"unknown", "agent", "customer"};

const char *answer_name(enum answer a)
{
    return ANSWERS[a];
}

const char *speaker_name(enum speaker s)
{
    return SPEAKERS[s];
}

static bool edge(char c)
{
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             (unsigned char)c >= 0x80);
}

static struct str bare(struct str s)
{
    while (s.n && edge(s.p[0]))
        s = str_sub(s, 1, s.n - 1);
    while (s.n && edge(s.p[s.n - 1]))
        s = str_sub(s, 0, s.n - 1);
    return s;
}

static bool in_range(const struct conversation *c, struct span s)
{
    return s.turn < c->n_turns && s.first <= s.last && s.last < c->turns[s.turn].n_words;
}

/* The next word of a quote that has a letter or digit; false at its end. */
static bool next_word(struct str *rest, struct str *ret_word)
{
    while (str_split(rest, ' ', ret_word)) {
        *ret_word = bare(*ret_word);
        if (ret_word->n)
            return true;
    }
    return false;
}

bool evidence_holds(struct arena *a, const struct conversation *c, const struct cited *x)
{
    struct str there, quote = x->words, w, q;
    size_t n = 0;

    if (!in_range(c, x->span))
        return false;
    there = evidence_words(a, c, x->span);
    while (next_word(&there, &w)) {
        if (!next_word(&quote, &q) || !str_case_eq(w, q))
            return false;
        n++;
    }
    return n > 0 && !next_word(&quote, &q);
}

struct str evidence_words(struct arena *a, const struct conversation *c, struct span s)
{
    struct buf b = buf_new(a, 1u << 20);

    for (size_t i = s.first; in_range(c, s) && i <= s.last; i++) {
        if (i > s.first)
            buf_char(&b, ' ');
        buf_add(&b, c->turns[s.turn].words[i].text);
    }
    return b.n ? buf_str(&b) : STR("");
}

struct claim *claims_of(struct arena *a, const struct conversation *c, const struct verdict *v,
                        size_t n)
{
    struct claim *out = ARENA_ARRAY(a, n, struct claim);

    for (size_t i = 0; i < n; i++) {
        out[i] = (struct claim){.key = v[i].key,
                                .answer = v[i].answer,
                                .by_rule = v[i].by_rule,
                                .value = v[i].value,
                                .reason = v[i].reason,
                                .n_spans = v[i].n_spans,
                                .spans = ARENA_ARRAY(a, v[i].n_spans, struct cited)};
        for (size_t k = 0; k < v[i].n_spans; k++)
            out[i].spans[k] = (struct cited){v[i].spans[k], evidence_words(a, c, v[i].spans[k])};
    }
    return out;
}

static void put_cited(struct jw *w, const struct cited *x)
{
    jw_open(w, '{');
    jw_key(w, "turn");
    jw_int(w, (int64_t)x->span.turn);
    jw_key(w, "first");
    jw_int(w, (int64_t)x->span.first);
    jw_key(w, "last");
    jw_int(w, (int64_t)x->span.last);
    jw_key(w, "words");
    jw_text(w, x->words);
    jw_close(w, '}');
}

struct str claims_json(struct arena *a, const struct claim *claims, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "key");
        jw_text(&w, claims[i].key);
        jw_key(&w, "answer");
        jw_text(&w, str_of(answer_name(claims[i].answer)));
        jw_key(&w, "by_rule");
        jw_bool(&w, claims[i].by_rule);
        if (claims[i].by_person) {
            jw_key(&w, "by_person");
            jw_bool(&w, true);
        }
        if (claims[i].value.p) {
            jw_key(&w, "value");
            jw_text(&w, claims[i].value);
        }
        jw_key(&w, "reason");
        jw_text(&w, claims[i].reason);
        jw_key(&w, "spans");
        jw_open(&w, '[');
        for (size_t k = 0; k < claims[i].n_spans; k++)
            put_cited(&w, &claims[i].spans[k]);
        jw_close(&w, ']');
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

/* A number that cannot be an index becomes one that no transcript reaches. */
static size_t index_of(const struct json *o, const char *key)
{
    int64_t i = json_int(o, key, -1);

    return i < 0 || i > INT32_MAX ? INT32_MAX : (size_t)i;
}

static struct claim read_claim(struct arena *a, const struct json *o)
{
    const struct json *spans = json_get(o, "spans");
    struct str answer = json_text(o, "answer");
    struct claim c = {.key = json_text(o, "key"),
                      .by_rule = json_yes(o, "by_rule"),
                      .by_person = json_yes(o, "by_person"),
                      .value = json_text(o, "value"),
                      .reason = json_text(o, "reason"),
                      .n_spans = json_kind(spans) == J_LIST ? json_count(spans) : 0};

    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
        if (str_is(answer, ANSWERS[i]))
            c.answer = (enum answer)i;
    c.spans = ARENA_ARRAY(a, c.n_spans, struct cited);
    for (size_t i = 0; i < c.n_spans; i++) {
        const struct json *s = json_at(spans, i);

        c.spans[i] =
            (struct cited){{index_of(s, "turn"), index_of(s, "first"), index_of(s, "last")},
                           json_text(s, "words")};
    }
    return c;
}

const struct err *claims_parse(struct arena *a, struct str text, struct claim **ret_claims,
                               size_t *ret_n)
{
    const struct json *tree;
    const struct err *e = json_parse(a, text, &tree);
    struct claim *out;

    if (e)
        return e;
    if (json_kind(tree) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The verdicts are not a list");
    out = ARENA_ARRAY(a, json_count(tree), struct claim);
    for (size_t i = 0; i < json_count(tree); i++)
        out[i] = read_claim(a, json_at(tree, i));
    *ret_claims = out;
    *ret_n = json_count(tree);
    return NULL;
}
