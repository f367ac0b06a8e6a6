/* Takes words out of stored results: first where they stand as they were said, then whatever the detector
 * finds in the text by itself. Pure. Called by the run over past calls. */
#include "insight/redaction/scrub.h"

#include "engines/pieces.h"

#define TEXT_MAX (1u << 20)

/* `what` in `s` becomes "[name]". */
static struct str replaced(struct arena *a, struct str s, struct str what, struct str name)
{
    struct buf b;
    ptrdiff_t at = what.n ? str_find(s, what, 0) : -1;
    size_t from = 0;

    if (at < 0)
        return s;
    b = buf_new(a, 2 * s.n + TEXT_MAX);
    for (; at >= 0; at = str_find(s, what, from)) {
        buf_add(&b, str_sub(s, from, (size_t)at - from));
        buf_fmt(&b, "[%.*s]", STR_ARG(name));
        from = (size_t)at + what.n;
    }
    buf_add(&b, str_sub(s, from, s.n));
    return buf_str(&b);
}

static struct conversation one_turn(struct arena *a, struct str s)
{
    size_t n = 0;
    struct speech_word *words = words_spread(a, s, 0, 0, SPEECH_SURE, &n);
    struct turn_word *out = ARENA_ARRAY(a, n, struct turn_word);
    struct turn *t = ARENA_NEW(a, struct turn);

    for (size_t i = 0; i < n; i++)
        out[i] = (struct turn_word){words[i].text, 0, 0, SPEECH_SURE};
    *t = (struct turn){.n_words = n, .words = out};
    return (struct conversation){.n_turns = n ? 1 : 0, .turns = t};
}

const struct err *scrub_text(struct arena *a, const struct redaction_rules *rules,
                             const struct redacted *r, struct str text, struct str *ret)
{
    struct conversation c;
    struct redacted found;
    struct buf b;
    const struct err *e;

    *ret = text;
    if (!text.n)
        return NULL;
    for (size_t i = 0; i < r->n; i++)
        *ret = replaced(a, *ret, r->places[i].words, r->places[i].name);
    c = one_turn(a, *ret);
    e = redact(a, rules, &c, false, &found);
    if (e || !found.n)
        return e;
    b = buf_new(a, TEXT_MAX);
    for (size_t i = 0; i < found.talk.turns[0].n_words; i++)
        buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(found.talk.turns[0].words[i].text));
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *walk(struct arena *a, const struct redaction_rules *rules,
                              const struct redacted *r, const struct json *v, struct jw *w)
{
    const struct err *e = NULL;
    const struct json *value;
    struct str text;
    void *it = NULL;

    switch (json_kind(v)) {
    case J_TEXT:
        e = scrub_text(a, rules, r, json_str(v), &text);
        if (!e)
            jw_text(w, text);
        return e;
    case J_LIST:
        jw_open(w, '[');
        for (size_t i = 0; i < json_count(v) && !e; i++)
            e = walk(a, rules, r, json_at(v, i), w);
        jw_close(w, ']');
        return e;
    case J_OBJECT:
        jw_open(w, '{');
        while (!e && json_next(v, &it, &text, &value)) {
            jw_key_str(w, text);
            e = walk(a, rules, r, value, w);
        }
        jw_close(w, '}');
        return e;
    default:
        jw_raw(w, json_canonical(a, v));
        return NULL;
    }
}

const struct err *scrub_json(struct arena *a, const struct redaction_rules *rules,
                             const struct redacted *r, struct str json, struct str *ret)
{
    struct jw w = jw_new(a);
    const struct json *tree;
    const struct err *e;

    *ret = json;
    if (!json.p)
        return NULL;
    e = json_parse(a, json, &tree);
    if (!e)
        e = walk(a, rules, r, tree, &w);
    if (!e)
        *ret = jw_done(&w);
    return e;
}
