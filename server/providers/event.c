/* Call events: making them, their names, and their canonical text. Used by the adapters, by the
 * inbox (which stores the text) and by the fold (which reads it back). Knows no provider. */
#include "providers/event.h"

#include <string.h>

#include "core/crypto.h"

struct call_event *event_add(struct arena *a, struct event_list *list)
{
    struct call_event *ev;

    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 8;
        struct call_event *v = ARENA_ARRAY(a, cap, struct call_event);
        if (list->n)
            memcpy(v, list->v, list->n * sizeof *v);
        list->v = v;
        list->cap = cap;
    }
    ev = &list->v[list->n++];
    *ev = (struct call_event){
        .call_key = STR(""), .leg_key = STR(""), .from = STR(""), .to = STR(""),
        .from_name = STR(""), .agent = STR(""), .trunk = STR(""), .queue = STR(""),
        .action = STR(""), .started = TIME_NONE, .answered = TIME_NONE, .ended = TIME_NONE,
        .duration = -1, .talk = -1,
    };
    return ev;
}

struct recording_ref *event_add_recording(struct arena *a, struct call_event *ev)
{
    struct recording_ref *ref;

    if (ev->n_recordings >= EVENT_MAX_RECORDINGS)
        return NULL;
    if ((ev->n_recordings & (ev->n_recordings - 1)) == 0) { /* full at 0, 1, 2, 4, 8 ... */
        size_t cap = ev->n_recordings ? ev->n_recordings * 2 : 1;
        struct recording_ref *v = ARENA_ARRAY(a, cap, struct recording_ref);
        if (ev->n_recordings)
            memcpy(v, ev->recordings, ev->n_recordings * sizeof *v);
        ev->recordings = v;
    }
    ref = &ev->recordings[ev->n_recordings++];
    *ref = (struct recording_ref){STR(""), STR(""), -1, STR("")};
    return ref;
}

static bool is_control(char c)
{
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

static struct str cleaned(struct arena *a, struct str s, size_t max, bool lines)
{
    char *p;
    size_t n = 0;

    s = str_trim(s);
    if (!s.n)
        return STR("");
    if (s.n > max) {
        s.n = max;
        while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
            s.n--;
    }
    p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        if (!is_control(s.p[i]) || (lines && s.p[i] == '\n'))
            p[n++] = s.p[i];
    for (size_t i = str_utf8(str_n(p, n)) ? n : 0; i < n; i++)
        p[i] = (unsigned char)p[i] < 0x80 ? p[i] : '?';
    s = str_trim(str_n(p, n));
    return s.n ? s : STR("");
}

struct str event_text(struct arena *a, struct str s, size_t max)
{
    return cleaned(a, s, max, false);
}

struct str event_transcript(struct arena *a, struct str s)
{
    return cleaned(a, s, EVENT_MAX_TRANSCRIPT, true);
}

struct str event_hash_key(struct arena *a, struct str facts)
{
    struct hash h = crypto_sha256(facts);

    return str_fmt(a, "h:%.*s", STR_ARG(crypto_hex(a, str_n(h.b, sizeof h.b / 2))));
}

struct str event_key(struct arena *a, struct str s)
{
    s = str_trim(s);
    return s.n > EVENT_MAX_KEY ? event_hash_key(a, s) : event_text(a, s, EVENT_MAX_KEY);
}

bool event_time_fits(int64_t t)
{
    return t >= 0 && t < INT64_C(253402300800) * TIME_S;
}

static const char *const directions[] = {
    [CALL_UNKNOWN] = "unknown",
    [CALL_INBOUND] = "inbound",
    [CALL_OUTBOUND] = "outbound",
    [CALL_INTERNAL] = "internal",
};

static const char *const dispositions[] = {
    [CALL_DISPOSITION_UNKNOWN] = "unknown",
    [CALL_ANSWERED] = "answered",
    [CALL_NO_ANSWER] = "no_answer",
    [CALL_BUSY] = "busy",
    [CALL_FAILED] = "failed",
    [CALL_VOICEMAIL] = "voicemail",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *call_direction_name(enum call_direction d)
{
    return (size_t)d < COUNT(directions) ? directions[d] : directions[CALL_UNKNOWN];
}

const char *call_disposition_name(enum call_disposition d)
{
    return (size_t)d < COUNT(dispositions) ? dispositions[d] : dispositions[0];
}

enum call_direction call_direction_of(struct str name)
{
    for (size_t i = 1; i < COUNT(directions); i++)
        if (str_is(name, directions[i]))
            return (enum call_direction)i;
    return CALL_UNKNOWN;
}

enum call_disposition call_disposition_of(struct str name)
{
    for (size_t i = 1; i < COUNT(dispositions); i++)
        if (str_is(name, dispositions[i]))
            return (enum call_disposition)i;
    return CALL_DISPOSITION_UNKNOWN;
}

static void put_text(struct jw *w, const char *key, struct str s)
{
    if (!s.n)
        return;
    jw_key(w, key);
    jw_text(w, s);
}

static void put_time(struct jw *w, const char *key, int64_t t)
{
    if (t == TIME_NONE)
        return;
    jw_key(w, key);
    jw_time(w, t);
}

static void put_count(struct jw *w, const char *key, int64_t n)
{
    if (n < 0)
        return;
    jw_key(w, key);
    jw_int(w, n);
}

static int compare_refs(const struct recording_ref *x, const struct recording_ref *y)
{
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int order = n ? memcmp(x->name.p, y->name.p, n) : 0;

    if (order)
        return order;
    return x->name.n < y->name.n ? -1 : x->name.n > y->name.n;
}

/* By name, so that the order in which a phone system lists them makes no other event. Insertion
 * sort: stable, and there are few. */
static const struct recording_ref *sorted_refs(struct arena *a, const struct call_event *ev)
{
    struct recording_ref *v = ARENA_ARRAY(a, ev->n_recordings, struct recording_ref);

    for (size_t i = 0; i < ev->n_recordings; i++) {
        size_t j = i;
        for (; j > 0 && compare_refs(&v[j - 1], &ev->recordings[i]) > 0; j--)
            v[j] = v[j - 1];
        v[j] = ev->recordings[i];
    }
    return v;
}

static void put_recordings(struct arena *a, struct jw *w, const struct call_event *ev)
{
    const struct recording_ref *v;

    if (!ev->n_recordings)
        return;
    v = sorted_refs(a, ev);
    jw_key(w, "recordings");
    jw_open(w, '[');
    for (size_t i = 0; i < ev->n_recordings; i++) {
        jw_open(w, '{');
        put_text(w, "folder", v[i].folder);
        put_text(w, "name", v[i].name);
        put_count(w, "seconds", v[i].seconds);
        put_text(w, "transcript", v[i].transcript);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

struct str event_encode(struct arena *a, const struct call_event *ev)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{'); /* keys in byte order: this is the canonical form */
    put_text(&w, "action", ev->action);
    put_text(&w, "agent", ev->agent);
    put_time(&w, "answered", ev->answered);
    put_text(&w, "call_key", ev->call_key);
    if (ev->direction != CALL_UNKNOWN)
        put_text(&w, "direction", str_of(call_direction_name(ev->direction)));
    if (ev->disposition != CALL_DISPOSITION_UNKNOWN)
        put_text(&w, "disposition", str_of(call_disposition_name(ev->disposition)));
    put_count(&w, "duration", ev->duration);
    put_time(&w, "ended", ev->ended);
    put_text(&w, "from", ev->from);
    put_text(&w, "from_name", ev->from_name);
    put_text(&w, "leg_key", ev->leg_key);
    put_text(&w, "queue", ev->queue);
    put_recordings(a, &w, ev);
    put_time(&w, "started", ev->started);
    put_count(&w, "talk", ev->talk);
    put_text(&w, "to", ev->to);
    if (ev->totals) {
        jw_key(&w, "totals");
        jw_bool(&w, true);
    }
    put_text(&w, "trunk", ev->trunk);
    jw_close(&w, '}');
    return jw_done(&w);
}

static const struct err *wrong(struct arena *a, const char *key, const char *must)
{
    return err_why(a, E_BAD_PAYLOAD, "The stored event's \"%s\" is not %s.", key, must);
}

static const struct err *get_text(struct arena *a, const struct json *o, const char *key,
                                  struct str *ret)
{
    const struct json *v = json_get(o, key);

    if (!v)
        return NULL;
    if (json_kind(v) != J_TEXT)
        return wrong(a, key, "a text");
    *ret = json_str(v);
    return NULL;
}

static const struct err *get_time(struct arena *a, const struct json *o, const char *key,
                                  int64_t *ret)
{
    const struct json *v = json_get(o, key);

    int64_t t;

    if (!v)
        return NULL;
    if (!time_parse(json_str(v), &t) || !event_time_fits(t))
        return wrong(a, key, "a time from 1970 to 9999");
    *ret = t;
    return NULL;
}

static const struct err *get_count(struct arena *a, const struct json *o, const char *key,
                                   int64_t *ret)
{
    const struct json *v = json_get(o, key);
    int64_t n;

    if (!v)
        return NULL;
    n = json_kind(v) == J_INT ? json_int(o, key, -1) : -1;
    if (n < 0 || n > EVENT_MAX_SECONDS)
        return wrong(a, key, "a whole number of seconds");
    *ret = n;
    return NULL;
}

static const struct err *get_recordings(struct arena *a, const struct json *o,
                                        struct call_event *ev)
{
    const struct json *list = json_get(o, "recordings");
    const struct err *e = NULL;

    if (list && json_kind(list) != J_LIST)
        return wrong(a, "recordings", "a list");
    for (size_t i = 0; list && i < json_count(list) && !e; i++) {
        const struct json *item = json_at(list, i);
        struct recording_ref *ref = event_add_recording(a, ev);

        if (!ref || json_kind(item) != J_OBJECT)
            return wrong(a, "recordings", "a list of at most 64 objects");
        e = get_text(a, item, "name", &ref->name);
        if (!e)
            e = get_text(a, item, "folder", &ref->folder);
        if (!e)
            e = get_count(a, item, "seconds", &ref->seconds);
        if (!e)
            e = get_text(a, item, "transcript", &ref->transcript);
        if (!e && !ref->name.n)
            e = wrong(a, "recordings", "named");
    }
    return e;
}

const struct err *event_decode(struct arena *a, struct str json, struct call_event *ret_event)
{
    struct event_list list = {0};
    struct call_event *ev = event_add(a, &list);
    const struct json *o;
    const struct err *e = json_parse(a, json, &o);
    struct str direction = STR(""), disposition = STR("");
    struct { const char *key; struct str *to; } texts[] = {
        {"action", &ev->action}, {"agent", &ev->agent}, {"call_key", &ev->call_key},
        {"direction", &direction}, {"disposition", &disposition}, {"from", &ev->from},
        {"from_name", &ev->from_name}, {"leg_key", &ev->leg_key}, {"queue", &ev->queue},
        {"to", &ev->to}, {"trunk", &ev->trunk},
    };
    struct { const char *key; int64_t *to; } times[] = {
        {"answered", &ev->answered}, {"ended", &ev->ended}, {"started", &ev->started},
    }, counts[] = {{"duration", &ev->duration}, {"talk", &ev->talk}};

    if (!e && json_kind(o) != J_OBJECT)
        e = err_why(a, E_BAD_PAYLOAD, "The stored event is not an object.");
    for (size_t i = 0; !e && i < COUNT(texts); i++)
        e = get_text(a, o, texts[i].key, texts[i].to);
    for (size_t i = 0; !e && i < COUNT(times); i++)
        e = get_time(a, o, times[i].key, times[i].to);
    for (size_t i = 0; !e && i < COUNT(counts); i++)
        e = get_count(a, o, counts[i].key, counts[i].to);
    if (!e)
        e = get_recordings(a, o, ev);
    if (!e && !ev->call_key.n)
        e = wrong(a, "call_key", "there");
    if (e)
        return e;
    ev->totals = json_yes(o, "totals");
    ev->direction = call_direction_of(direction);
    ev->disposition = call_disposition_of(disposition);
    *ret_event = *ev;
    return NULL;
}
