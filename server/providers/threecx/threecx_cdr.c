/* Lines of 3CX's CDR output into events: comma-separated, nothing quoted, the order of the fields
 * set in the console and told to us in the settings. Called by threecx.c and the fuzzer; pure. The
 * shape follows 3CX's CDR page and a captured line: PROVIDERS 2.2. */
#include "providers/threecx/threecx.h"

#include "core/zone.h"

#define MAX_FIELDS 64

/* Fields that mean something to us; others are known by name only. */
enum cdr_field {
    F_HISTORY = 0, F_CALL, F_DURATION, F_START, F_ANSWERED, F_END, F_FROM_NO, F_TO_NO, F_FROM_DN,
    F_TO_DN, F_DIAL_NO, F_FINAL_NUMBER, F_FINAL_DN, F_FROM_TYPE, F_TO_TYPE, F_FINAL_TYPE,
    F_FROM_NAME, F_REASON, F_USED,
    F_OTHER = F_USED
};

static const struct {
    const char *name;
    enum cdr_field field;
} known[] = {
    {"historyid", F_HISTORY}, {"callid", F_CALL}, {"duration", F_DURATION},
    {"time-start", F_START}, {"time-answered", F_ANSWERED}, {"time-end", F_END},
    {"reason-terminated", F_REASON}, {"from-no", F_FROM_NO}, {"to-no", F_TO_NO},
    {"from-dn", F_FROM_DN}, {"to-dn", F_TO_DN}, {"dial-no", F_DIAL_NO},
    {"reason-changed", F_OTHER}, {"final-number", F_FINAL_NUMBER}, {"final-dn", F_FINAL_DN},
    {"bill-code", F_OTHER}, {"bill-rate", F_OTHER}, {"bill-cost", F_OTHER}, {"bill-name", F_OTHER},
    {"chain", F_OTHER}, {"from-type", F_FROM_TYPE}, {"to-type", F_TO_TYPE},
    {"final-type", F_FINAL_TYPE}, {"from-dispname", F_FROM_NAME}, {"to-dispname", F_OTHER},
    {"final-dispname", F_OTHER}, {"missed-queue-calls", F_OTHER},
};
#define N_KNOWN (sizeof known / sizeof *known)

const char threecx_cdr_default[] =
    "historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,"
    "from-dn,to-dn,dial-no,reason-changed,final-number,final-dn,bill-code,bill-rate,bill-cost,"
    "bill-name,chain,from-type,to-type,final-type,from-dispname,to-dispname,final-dispname,"
    "missed-queue-calls";

struct layout {
    size_t n;
    enum cdr_field v[MAX_FIELDS];
};

static const struct err *layout_of(struct arena *a, struct str fields, struct layout *ret)
{
    bool seen[N_KNOWN] = {0};
    struct str rest = fields, name;

    *ret = (struct layout){0};
    while (str_split(&rest, ',', &name)) {
        size_t i = 0;
        name = str_trim(name);
        while (i < N_KNOWN && !str_case_eq(name, str_of(known[i].name)))
            i++;
        if (i == N_KNOWN)
            return err_why(a, E_BAD_INPUT, "\"%.*s\" is no field of 3CX's CDR output.",
                           STR_ARG(event_text(a, name, 40)));
        if (seen[i])
            return err_why(a, E_BAD_INPUT, "\"%s\" stands there twice.", known[i].name);
        seen[i] = true;
        ret->v[ret->n++] = known[i].field;
    }
    for (size_t i = 0; i < N_KNOWN; i++)
        if (!seen[i] && (known[i].field == F_HISTORY || known[i].field == F_START ||
                         known[i].field == F_END))
            return err_why(a, E_BAD_INPUT,
                           "\"%s\" is missing: without historyid, time-start and time-end a line is "
                           "no call.", known[i].name);
    return NULL;
}

const struct err *threecx_cdr_check(struct arena *a, struct str fields)
{
    struct layout layout;

    return layout_of(a, fields, &layout);
}

struct line {
    struct arena *a;
    struct str v[F_USED];
    size_t number;
    struct str zone;
};

static const struct err *split(struct arena *a, struct str text, const struct layout *layout,
                               struct line *ret)
{
    struct str rest = text, part;
    size_t n = 0;

    for (size_t i = 0; i < F_USED; i++)
        ret->v[i] = STR("");
    while (str_split(&rest, ',', &part)) {
        if (n < layout->n && layout->v[n] != F_OTHER)
            ret->v[layout->v[n]] = event_text(a, part, EVENT_MAX_TEXT);
        n++;
    }
    if (n == layout->n)
        return NULL;
    return err_why(a, E_BAD_PAYLOAD,
                   "Line %zu has %zu fields where %zu are set: the list in the 3CX console differs "
                   "from the integration's, or a display name has a comma in it.",
                   ret->number, n, layout->n);
}

/* "2024/06/17 05:59:49" or with dashes; no zone. Empty is fine unless needed. */
static const struct err *moment(const struct line *l, enum cdr_field field, const char *name,
                                bool needed, int64_t *ret)
{
    struct str s = l->v[field];
    char text[19];

    *ret = TIME_NONE;
    if (!s.n && !needed)
        return NULL;
    if (s.n >= sizeof text) {
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = s.p[i] == '/' ? '-' : s.p[i];
        if (time_parse_local(str_n(text, sizeof text), l->zone, ret) && event_time_fits(*ret))
            return NULL;
    }
    return err_why(l->a, E_BAD_PAYLOAD,
                   "Line %zu: \"%s\" is \"%.*s\", not of the form 2024/06/17 05:59:49.", l->number,
                   name, STR_ARG(s));
}

static bool is(const struct line *l, enum cdr_field field, const char *word)
{
    return str_case_eq(l->v[field], str_of(word));
}

/* A trunk is a "Line". Without types the numbers would be guessed at. */
static enum call_direction direction_of(const struct line *l)
{
    if (!l->v[F_FROM_TYPE].n || !l->v[F_TO_TYPE].n)
        return CALL_UNKNOWN;
    if (is(l, F_FROM_TYPE, "Line"))
        return CALL_INBOUND;
    if (is(l, F_TO_TYPE, "Line") || is(l, F_FINAL_TYPE, "Line"))
        return CALL_OUTBOUND;
    return CALL_INTERNAL;
}

/* "Ext.10016" is how an extension is written where a number could stand. */
static struct str number_of(struct str s)
{
    return str_starts(s, STR("Ext.")) ? str_sub(s, 4, s.n) : s;
}

/* Answered by the phone system itself (menu, queue music) is answered by nobody. */
static enum call_disposition disposition_of(const struct line *l, enum call_direction d,
                                            int64_t answered)
{
    if (answered == TIME_NONE)
        return CALL_NO_ANSWER;
    if (is(l, F_FINAL_TYPE, "VoiceMail"))
        return CALL_VOICEMAIL;
    if (d != CALL_OUTBOUND && l->v[F_FINAL_TYPE].n && !is(l, F_FINAL_TYPE, "Extension"))
        return CALL_NO_ANSWER;
    return CALL_ANSWERED;
}

static struct str agent_of(const struct line *l, enum call_direction d)
{
    struct str s = l->v[d == CALL_INBOUND ? F_FINAL_DN : F_FROM_DN];

    if (d == CALL_INBOUND && !s.n)
        s = l->v[F_TO_DN];
    if (d == CALL_INBOUND && l->v[F_FINAL_TYPE].n && !is(l, F_FINAL_TYPE, "Extension"))
        return STR("");
    return threecx_is_extension(s) ? s : STR("");
}

static const struct err *set_times(const struct line *l, struct call_event *ev)
{
    int64_t talk = threecx_clock(l->v[F_DURATION]);
    const struct err *e = moment(l, F_START, "time-start", true, &ev->started);

    if (!e)
        e = moment(l, F_ANSWERED, "time-answered", false, &ev->answered);
    if (!e)
        e = moment(l, F_END, "time-end", true, &ev->ended);
    if (e)
        return e;
    ev->disposition = disposition_of(l, ev->direction, ev->answered);
    if (ev->disposition != CALL_ANSWERED && ev->disposition != CALL_VOICEMAIL)
        ev->answered = TIME_NONE;
    if (ev->ended >= ev->started && (ev->ended - ev->started) / TIME_S <= EVENT_MAX_SECONDS)
        ev->duration = (ev->ended - ev->started) / TIME_S;
    ev->talk = ev->answered == TIME_NONE ? 0 : talk > EVENT_MAX_SECONDS ? -1 : talk;
    return NULL;
}

static struct str history_of(struct str s)
{
    return str_starts(s, STR("Call ")) ? str_trim(str_sub(s, 5, s.n)) : s;
}

static const struct err *take(struct line *l, const struct hook *h, struct event_list *list)
{
    struct str history = history_of(l->v[F_HISTORY]);
    struct call_event *ev;
    const struct err *e;

    if (!history.n)
        return err_why(l->a, E_BAD_PAYLOAD, "Line %zu has no historyid.", l->number);
    ev = event_add(l->a, list);
    ev->direction = direction_of(l);
    e = set_times(l, ev);
    if (e)
        return e;
    ev->call_key = event_key(l->a, str_fmt(l->a, "c:%.*s", STR_ARG(history)));
    ev->leg_key = event_key(l->a, l->v[F_CALL].n ? l->v[F_CALL] : STR("1"));
    ev->from = number_of(l->v[F_FROM_NO]);
    ev->to = number_of(l->v[F_DIAL_NO].n ? l->v[F_DIAL_NO] : l->v[F_TO_NO]);
    if (ev->direction == CALL_INBOUND)
        ev->from_name = l->v[F_FROM_NAME];
    ev->agent = agent_of(l, ev->direction);
    ev->action = l->v[F_REASON];
    if (is(l, F_TO_TYPE, "Queue"))
        ev->queue = l->v[F_TO_DN];
    if (ev->disposition == CALL_ANSWERED && str_is(hook_setting(h, "recordings"), "fetch"))
        event_add_recording(l->a, ev)->name = threecx_find_name(l->a, ev);
    return NULL;
}

const struct err *threecx_cdr(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct str fields = hook_setting(h, "cdr_fields"), rest = h->body, text;
    struct str zone = hook_setting(h, "cdr_zone");
    struct line l = {.a = a, .zone = zone.n ? zone : STR("")};
    struct layout layout;
    const struct err *e = layout_of(a, fields.n ? fields : str_of(threecx_cdr_default), &layout);

    if (e)
        return err_why(a, E_BAD_PAYLOAD, "The integration's list of CDR fields: %.*s",
                       STR_ARG(arena_why(a)));
    if (!zone_known(l.zone))
        return err_why(a, E_BAD_PAYLOAD, "The time zone of the CDR output is not known.");
    while (!e && str_split(&rest, '\n', &text)) {
        text = str_trim(text);
        l.number++;
        if (!text.n)
            continue;
        if (ret_list->n >= EVENT_MAX_PER_DELIVERY)
            return err_why(a, E_BAD_PAYLOAD, "There are more than %d lines.",
                           EVENT_MAX_PER_DELIVERY);
        if (!str_utf8(text))
            return err_why(a, E_BAD_PAYLOAD, "Line %zu is not UTF-8 text.", l.number);
        e = split(a, text, &layout, &l);
        if (!e)
            e = take(&l, h, ret_list);
    }
    return e;
}
