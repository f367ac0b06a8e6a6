/* Turns YAML into JSON text, event by event, and trees into YAML. Called where people exchange
 * files. Nothing is ever expanded: a file cannot grow in here. */
#include "core/yaml.h"

#include <string.h>
#include <yaml.h>

struct reader {
    struct arena *a;
    yaml_parser_t parser;
    struct jw w;
};

static void end_parser(void *parser)
{
    yaml_parser_delete(parser);
}

static const struct err *bad(struct reader *r, const yaml_mark_t *at, const char *what)
{
    return err_why(r->a, E_BAD_PAYLOAD, "Line %zu: %s", at->line + 1, what);
}

static const struct err *next(struct reader *r, yaml_event_t *ev)
{
    if (!yaml_parser_parse(&r->parser, ev))
        return bad(r, &r->parser.problem_mark,
                   r->parser.problem ? r->parser.problem : "this is not YAML");
    return NULL;
}

static struct str text_of(struct reader *r, const yaml_event_t *ev)
{
    return str_dup(r->a, str_n(ev->data.scalar.value, ev->data.scalar.length));
}

static void scalar(struct reader *r, const yaml_event_t *ev)
{
    struct str s = text_of(r, ev);
    int64_t n;

    if (ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        jw_text(&r->w, s);
    else if (str_to_int(s, &n))
        jw_int(&r->w, n);
    else if (str_is(s, "true") || str_is(s, "false"))
        jw_bool(&r->w, str_is(s, "true"));
    else if (s.n == 0 || str_is(s, "~") || str_is(s, "null"))
        jw_null(&r->w);
    else
        jw_text(&r->w, s);
}

static const struct err *node(struct reader *r, const yaml_event_t *ev, int depth);

static const struct err *mapping(struct reader *r, int depth)
{
    yaml_event_t ev;
    const struct err *e;

    jw_open(&r->w, '{');
    while (!(e = next(r, &ev))) {
        yaml_event_type_t type = ev.type;

        if (type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&ev);
            jw_close(&r->w, '}');
            return NULL;
        }
        if (type != YAML_SCALAR_EVENT || ev.data.scalar.anchor || ev.data.scalar.tag)
            e = bad(r, &ev.start_mark, "a key is a plain text");
        else
            jw_key_str(&r->w, text_of(r, &ev));
        yaml_event_delete(&ev);
        if (!e)
            e = next(r, &ev);
        if (e)
            return e;
        e = node(r, &ev, depth);
        yaml_event_delete(&ev);
        if (e)
            return e;
    }
    return e;
}

static const struct err *list(struct reader *r, int depth)
{
    yaml_event_t ev;
    const struct err *e;

    jw_open(&r->w, '[');
    while (!(e = next(r, &ev))) {
        bool end = ev.type == YAML_SEQUENCE_END_EVENT;

        if (!end)
            e = node(r, &ev, depth);
        yaml_event_delete(&ev);
        if (e)
            return e;
        if (end) {
            jw_close(&r->w, ']');
            return NULL;
        }
    }
    return e;
}

static const struct err *node(struct reader *r, const yaml_event_t *ev, int depth)
{
    if (depth > JSON_MAX_DEPTH)
        return bad(r, &ev->start_mark, "this is nested too deeply");
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        if (ev->data.scalar.anchor || ev->data.scalar.tag)
            return bad(r, &ev->start_mark, "anchors and tags are not taken");
        scalar(r, ev);
        return NULL;
    case YAML_MAPPING_START_EVENT:
        if (ev->data.mapping_start.anchor || ev->data.mapping_start.tag)
            return bad(r, &ev->start_mark, "anchors and tags are not taken");
        return mapping(r, depth + 1);
    case YAML_SEQUENCE_START_EVENT:
        if (ev->data.sequence_start.anchor || ev->data.sequence_start.tag)
            return bad(r, &ev->start_mark, "anchors and tags are not taken");
        return list(r, depth + 1);
    default:
        return bad(r, &ev->start_mark, "aliases are not taken, and there is one document");
    }
}

/* Begin of stream, begin of document, one node, end of document, end of stream. */
static const struct err *document(struct reader *r)
{
    static const yaml_event_type_t ROUND[] = {YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT,
                                              YAML_NO_EVENT, YAML_DOCUMENT_END_EVENT,
                                              YAML_STREAM_END_EVENT};
    const struct err *e = NULL;

    for (size_t i = 0; !e && i < sizeof ROUND / sizeof *ROUND; i++) {
        yaml_event_t ev;

        e = next(r, &ev);
        if (e)
            break;
        if (ROUND[i] == YAML_NO_EVENT)
            e = node(r, &ev, 0);
        else if (ev.type != ROUND[i])
            e = bad(r, &ev.start_mark, "one document is wanted");
        yaml_event_delete(&ev);
    }
    return e;
}

const struct err *yaml_to_json(struct arena *a, struct str text, struct str *ret_json)
{
    struct reader *r = ARENA_NEW(a, struct reader);
    const struct err *e;

    r->a = a;
    r->w = jw_new(a);
    if (!yaml_parser_initialize(&r->parser))
        return E_INTERNAL;
    arena_defer(a, end_parser, &r->parser);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    e = document(r);
    if (!e)
        *ret_json = jw_done(&r->w);
    return e;
}

/* Letters first, then nothing that YAML reads as more than text. */
static bool plain(struct str s)
{
    static const char *const WORDS[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};

    if (!s.n || !((s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z'))
        return false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_case_eq(s, str_of(WORDS[i])))
            return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
            !strchr(" _.,/", s.p[i]))
            return false;
    return s.p[s.n - 1] != ' ';
}

static int put_text(yaml_emitter_t *w, struct str s)
{
    yaml_event_t ev;
    bool bare = plain(s);

    return s.n <= INT32_MAX &&
           yaml_scalar_event_initialize(&ev, NULL, NULL, (const unsigned char *)(s.p ? s.p : ""),
                                        (int)s.n, 1, 1,
                                        bare ? YAML_PLAIN_SCALAR_STYLE
                                             : YAML_DOUBLE_QUOTED_SCALAR_STYLE) &&
           yaml_emitter_emit(w, &ev);
}

static int put_plain(yaml_emitter_t *w, struct str s)
{
    yaml_event_t ev;

    return yaml_scalar_event_initialize(&ev, NULL, NULL, (const unsigned char *)s.p, (int)s.n, 1, 0,
                                        YAML_PLAIN_SCALAR_STYLE) &&
           yaml_emitter_emit(w, &ev);
}

static int put(struct arena *a, yaml_emitter_t *w, const struct json *v)
{
    yaml_event_t ev;
    const struct json *value;
    struct str key;
    void *it = NULL;
    int good;

    switch (json_kind(v)) {
    case J_TEXT:
        return put_text(w, json_str(v));
    case J_LIST:
        good = yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) &&
               yaml_emitter_emit(w, &ev);
        for (size_t i = 0; good && i < json_count(v); i++)
            good = put(a, w, json_at(v, i));
        return good && yaml_sequence_end_event_initialize(&ev) && yaml_emitter_emit(w, &ev);
    case J_OBJECT:
        good = yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) &&
               yaml_emitter_emit(w, &ev);
        while (good && json_next(v, &it, &key, &value))
            good = put_text(w, key) && put(a, w, value);
        return good && yaml_mapping_end_event_initialize(&ev) && yaml_emitter_emit(w, &ev);
    default:
        return put_plain(w, json_canonical(a, v));
    }
}

static int write(void *to, unsigned char *bytes, size_t n)
{
    buf_add(to, str_n(bytes, n));
    return 1;
}

static void end_emitter(void *emitter)
{
    yaml_emitter_delete(emitter);
}

const struct err *yaml_of(struct arena *a, const struct json *tree, struct str *ret_text)
{
    yaml_emitter_t *w = ARENA_NEW(a, yaml_emitter_t);
    struct buf *out = ARENA_NEW(a, struct buf);
    yaml_event_t ev;
    int good;

    *out = buf_new(a, JSON_MAX_SIZE);
    if (!yaml_emitter_initialize(w))
        return E_INTERNAL;
    arena_defer(a, end_emitter, w);
    yaml_emitter_set_output(w, write, out);
    yaml_emitter_set_unicode(w, 1);
    yaml_emitter_set_width(w, 100);
    good = yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING) && yaml_emitter_emit(w, &ev);
    good = good && yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1) &&
           yaml_emitter_emit(w, &ev);
    good = good && put(a, w, tree);
    good = good && yaml_document_end_event_initialize(&ev, 1) && yaml_emitter_emit(w, &ev);
    good = good && yaml_stream_end_event_initialize(&ev) && yaml_emitter_emit(w, &ev);
    if (!good || out->over)
        return err_why(a, E_INTERNAL, "The card cannot be written as YAML.");
    *ret_text = buf_str(out);
    return NULL;
}
