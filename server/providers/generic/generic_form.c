/* Reads the JSON form of generic.h into events, strictly: the sender is a program that somebody
 * writes today, and a sentence that names the field and the cure saves them an evening. A call
 * gives one event that speaks of the whole call, and one for each leg. Pure. */
#include "providers/generic/generic.h"
#include "providers/generic/generic_map.h"

#include <string.h>

#define MAX_CALLS 1000
#define MAX_LEGS 200

enum kind { TEXT, KEY, TIME, SECONDS, DIRECTION, DISPOSITION, URL, URLS, LEGS, EXTRA };
enum where { CALL = 1, LEG = 2 };

struct known_field {
    const char *name;
    enum kind kind;
    unsigned on;       /* CALL, LEG or both */
    unsigned required; /* the same */
    size_t offset;     /* in struct call_event */
};

#define AT(member) offsetof(struct call_event, member)

static const struct known_field fields[] = {
    {"call_id", KEY, CALL, CALL, AT(call_key)},
    {"leg_id", KEY, LEG, 0, AT(leg_key)},
    {"direction", DIRECTION, CALL, CALL, AT(direction)},
    {"from", TEXT, CALL | LEG, CALL | LEG, AT(from)},
    {"to", TEXT, CALL | LEG, CALL | LEG, AT(to)},
    {"started_at", TIME, CALL | LEG, CALL | LEG, AT(started)},
    {"from_name", TEXT, CALL | LEG, 0, AT(from_name)},
    {"agent", TEXT, CALL | LEG, 0, AT(agent)},
    {"answered_at", TIME, CALL | LEG, 0, AT(answered)},
    {"ended_at", TIME, CALL | LEG, 0, AT(ended)},
    {"duration", SECONDS, CALL | LEG, 0, AT(duration)},
    {"talk", SECONDS, CALL | LEG, 0, AT(talk)},
    {"disposition", DISPOSITION, CALL | LEG, 0, AT(disposition)},
    {"queue", TEXT, CALL | LEG, 0, AT(queue)},
    {"trunk", TEXT, CALL | LEG, 0, AT(trunk)},
    {"action", TEXT, LEG, 0, AT(action)},
    {"recording_url", URL, CALL | LEG, 0, 0},
    {"recording_urls", URLS, CALL | LEG, 0, 0},
    {"legs", LEGS, CALL, 0, 0},
    {"extra", EXTRA, CALL, 0, 0},
};

#define N_FIELDS (sizeof fields / sizeof *fields)

/* Where we are, for the sentence. Numbers count from 1; 0: the only call, or no leg. */
struct place {
    struct arena *a;
    size_t call, leg;
};

static const struct err *fault(const struct place *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

static const struct err *fault(const struct place *p, const char *fmt, ...)
{
    struct str what, where = STR("");
    va_list ap;

    va_start(ap, fmt);
    what = str_vfmt(p->a, fmt, ap);
    va_end(ap);
    if (p->call && p->leg)
        where = str_fmt(p->a, "Call %zu, leg %zu: ", p->call, p->leg);
    else if (p->call)
        where = str_fmt(p->a, "Call %zu: ", p->call);
    else if (p->leg)
        where = str_fmt(p->a, "Leg %zu: ", p->leg);
    return err_why(p->a, E_BAD_PAYLOAD, "%.*s%.*s", STR_ARG(where), STR_ARG(what));
}

static const struct err *read_text(const struct place *p, const char *name, const struct json *v,
                                   size_t max, struct str *ret)
{
    if (json_kind(v) == J_INT || json_kind(v) == J_REAL)
        return fault(p, "\"%s\" must be a text: put the number in quotes, or its leading zeros "
                        "and plus sign are lost.", name);
    if (json_kind(v) != J_TEXT)
        return fault(p, "\"%s\" must be a text in quotes.", name);
    if (json_str(v).n > max)
        return fault(p, "\"%s\" is longer than %zu bytes.", name, max);
    *ret = event_text(p->a, json_str(v), max);
    return NULL;
}

static const struct err *read_time(const struct place *p, const char *name, const struct json *v,
                                   int64_t *ret)
{
    if (!time_parse(json_str(v), ret) || !event_time_fits(*ret))
        return fault(p, "\"%s\" must be a time with date and zone, such as "
                        "\"2026-08-01T10:00:00Z\" or \"2026-08-01T12:00:00+02:00\".", name);
    return NULL;
}

static const struct err *read_seconds(const struct place *p, const char *name,
                                      const struct json *object, int64_t *ret)
{
    int64_t n = json_kind(json_get(object, name)) == J_INT ? json_int(object, name, -1) : -1;

    if (n < 0 || n > EVENT_MAX_SECONDS)
        return fault(p, "\"%s\" must be a whole number of seconds from 0 on, without quotes.",
                     name);
    *ret = n;
    return NULL;
}

static const struct err *read_direction(const struct place *p, const struct json *v,
                                        enum call_direction *ret)
{
    *ret = call_direction_of(json_str(v));
    if (*ret == CALL_UNKNOWN)
        return fault(p, "\"direction\" must be \"inbound\", \"outbound\" or \"internal\".");
    return NULL;
}

static const struct err *read_disposition(const struct place *p, const struct json *v,
                                          enum call_disposition *ret)
{
    *ret = call_disposition_of(json_str(v));
    if (*ret == CALL_DISPOSITION_UNKNOWN)
        return fault(p, "\"disposition\" must be \"answered\", \"no_answer\", \"busy\", "
                        "\"failed\" or \"voicemail\".");
    return NULL;
}

static const struct err *read_url(const struct place *p, const char *name, const struct json *v,
                                  struct call_event *ev)
{
    struct recording_ref *ref;
    struct str url;
    const struct err *e = read_text(p, name, v, EVENT_MAX_NAME, &url);

    if (e)
        return e;
    /* http as well: an operator may have allowed a network in the house; net decides later. */
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return fault(p, "\"%s\" must be a whole address that starts with https://.", name);
    for (size_t i = 0; i < ev->n_recordings; i++)
        if (str_eq(ev->recordings[i].name, url))
            return NULL;
    ref = event_add_recording(p->a, ev);
    if (!ref)
        return fault(p, "There are more than %d recordings.", EVENT_MAX_RECORDINGS);
    ref->name = url;
    return NULL;
}

static const struct err *read_urls(const struct place *p, const char *name, const struct json *v,
                                   struct call_event *ev)
{
    const struct err *e = NULL;

    if (json_kind(v) != J_LIST)
        return fault(p, "\"%s\" must be a list of addresses; for a single one there is "
                        "\"recording_url\".", name);
    for (size_t i = 0; i < json_count(v) && !e; i++)
        e = read_url(p, name, json_at(v, i), ev);
    return e;
}

static const struct err *read_field(const struct place *p, const struct known_field *f,
                                    const struct json *object, struct call_event *ev)
{
    const struct json *v = json_get(object, f->name);
    void *to = (char *)ev + f->offset;

    switch (f->kind) {
    case TEXT:
        return read_text(p, f->name, v, EVENT_MAX_TEXT, to);
    case KEY:
        return read_text(p, f->name, v, EVENT_MAX_KEY, to);
    case TIME:
        return read_time(p, f->name, v, to);
    case SECONDS:
        return read_seconds(p, f->name, object, to);
    case DIRECTION:
        return read_direction(p, v, to);
    case DISPOSITION:
        return read_disposition(p, v, to);
    case URL:
        return read_url(p, f->name, v, ev);
    case URLS:
        return read_urls(p, f->name, v, ev);
    case LEGS:
        return json_kind(v) == J_LIST && json_count(v) <= MAX_LEGS
                   ? NULL
                   : fault(p, "\"legs\" must be a list of at most %d objects.", MAX_LEGS);
    case EXTRA:
        break;
    }
    return NULL;
}

/* Letters only, in lower case: "recordingURL" and "recording-url" are slips of recording_url. */
static struct str letters(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, EVENT_MAX_TEXT);

    s = str_lower(a, str_sub(s, 0, EVENT_MAX_TEXT));
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

static const struct err *unknown_field(const struct place *p, struct str key, unsigned on)
{
    struct str shown = event_text(p->a, key, 60), like = letters(p->a, key);

    for (size_t i = 0; i < N_FIELDS; i++)
        if ((fields[i].on & on) && str_eq(like, letters(p->a, str_of(fields[i].name))))
            return fault(p, "\"%.*s\" is no field of this form: write \"%s\".", STR_ARG(shown),
                         fields[i].name);
    return fault(p, "\"%.*s\" is no field of %s: take it out, or put what is your own under "
                    "\"extra\" of the call.", STR_ARG(shown), on == LEG ? "a leg" : "this form");
}

static const struct err *check_names(const struct place *p, const struct json *object, unsigned on)
{
    const struct json *v;
    struct str key;
    void *it = NULL;
    bool known;

    while (json_next(object, &it, &key, &v)) {
        known = false;
        for (size_t i = 0; i < N_FIELDS && !known; i++)
            known = (fields[i].on & on) && str_is(key, fields[i].name);
        if (!known)
            return unknown_field(p, key, on);
    }
    return NULL;
}

static bool is_empty(const struct known_field *f, const struct call_event *ev)
{
    const struct str *s = (const void *)((const char *)ev + f->offset);

    return (f->kind == TEXT || f->kind == KEY) && !s->n;
}

static const struct err *check_order(const struct place *p, const struct call_event *ev)
{
    if (ev->answered != TIME_NONE && ev->answered < ev->started)
        return fault(p, "\"answered_at\" lies before \"started_at\".");
    if (ev->ended != TIME_NONE && ev->ended < ev->started)
        return fault(p, "\"ended_at\" lies before \"started_at\".");
    if (ev->ended != TIME_NONE && ev->answered != TIME_NONE && ev->ended < ev->answered)
        return fault(p, "\"ended_at\" lies before \"answered_at\".");
    return NULL;
}

/* All fields of one call or leg into an event. */
static const struct err *read_fields(const struct place *p, const struct json *object, unsigned on,
                                     struct call_event *ev)
{
    const struct err *e;

    if (json_kind(object) != J_OBJECT)
        return fault(p, "A %s must be an object in braces.", on == LEG ? "leg" : "call");
    e = check_names(p, object, on);
    for (size_t i = 0; i < N_FIELDS && !e; i++) {
        const struct known_field *f = &fields[i];
        if (!(f->on & on))
            continue;
        if (json_kind(json_get(object, f->name)) != J_NULL)
            e = read_field(p, f, object, ev);
        else if (f->required & on)
            e = fault(p, "\"%s\" is missing.", f->name);
        if (!e && (f->required & on) && is_empty(f, ev))
            e = fault(p, "\"%s\" is empty.", f->name);
    }
    if (!e && ev->disposition == CALL_DISPOSITION_UNKNOWN && ev->answered != TIME_NONE)
        ev->disposition = CALL_ANSWERED;
    return e ? e : check_order(p, ev);
}

static const struct err *room(const struct place *p, const struct event_list *list)
{
    return list->n < EVENT_MAX_PER_DELIVERY
               ? NULL
               : fault(p, "There are more than %d calls and legs: send them in smaller lists.",
                       EVENT_MAX_PER_DELIVERY);
}

static const struct err *take_leg(const struct place *p, const struct json *v, size_t first,
                                  struct event_list *list)
{
    const struct err *e = room(p, list);
    struct call_event *ev;

    if (e)
        return e;
    ev = event_add(p->a, list);
    e = read_fields(p, v, LEG, ev);
    if (e)
        return e;
    ev->call_key = list->v[first].call_key;
    ev->direction = list->v[first].direction;
    if (!ev->leg_key.n)
        ev->leg_key = str_fmt(p->a, "%zu", p->leg);
    for (size_t i = first + 1; i + 1 < list->n; i++)
        if (str_eq(list->v[i].leg_key, ev->leg_key))
            return fault(p, "Leg %zu has the same \"leg_id\".", i - first);
    return NULL;
}

static const struct err *take_call(struct place p, const struct json *v, struct event_list *list)
{
    const struct err *e = room(&p, list);
    const struct json *legs = json_get(v, "legs");
    size_t first = list->n;
    struct call_event *ev;

    if (e)
        return e;
    ev = event_add(p.a, list);
    ev->totals = true;
    e = read_fields(&p, v, CALL, ev);
    for (size_t i = 0; i < json_count(legs) && !e; i++) {
        p.leg = i + 1;
        e = take_leg(&p, json_at(legs, i), first, list);
    }
    return e;
}

const struct err *generic_take_call(struct arena *a, const struct json *call, size_t number,
                                    struct event_list *ret_list)
{
    return take_call((struct place){.a = a, .call = number}, call, ret_list);
}

const struct err *generic_parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    const struct json *map = json_get(h->settings, "map");

    if (json_kind(map) == J_OBJECT && !hook_header(h, SAMPLE_HEADER).p) /* our sample is of this form */
        return generic_map_run(a, map, h, ret_list, NULL);
    return generic_parse_form(a, h, ret_list);
}

const struct err *generic_parse_form(struct arena *a, const struct hook *h,
                                     struct event_list *ret_list)
{
    const struct json *tree;
    struct str body = str_trim(h->body);
    struct place p = {.a = a};
    const struct err *e;

    if (!body.n)
        return err_why(a, E_BAD_PAYLOAD, "The body is empty.");
    e = json_parse(a, body, &tree);
    if (e)
        return e;
    if (json_kind(tree) != J_LIST)
        return take_call(p, tree, ret_list);
    if (json_count(tree) > MAX_CALLS)
        return err_why(a, E_BAD_PAYLOAD, "There are more than %d calls: send smaller lists.",
                       MAX_CALLS);
    for (size_t i = 0; i < json_count(tree) && !e; i++) {
        p.call = i + 1;
        e = take_call(p, json_at(tree, i), ret_list);
    }
    return e;
}
