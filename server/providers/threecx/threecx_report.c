/* One post of our CRM template (templates/3cx/crm.xml) into one event: 3CX runs the template's
 * ReportCall once per agent when a call ends. It gives no call id, so the call is known by its
 * facts. Called by threecx.c; pure. Variables: 3CX's CRM template description. */
#include "providers/threecx/threecx.h"

/* 3CX leaves the name of a variable without value in its place: "[Transcription]". */
static struct str filled(const struct json *o, const char *key)
{
    struct str s = str_trim(json_text(o, key));

    return s.n > 2 && s.n < 40 && s.p[0] == '[' && s.p[s.n - 1] == ']' ? STR("") : s;
}

static struct str value(struct arena *a, const struct json *o, const char *key)
{
    return event_text(a, filled(o, key), EVENT_MAX_TEXT);
}

/* TIME_NONE for a moment that never came, which .NET writes as the year 1. */
static const struct err *moment(struct arena *a, const struct json *o, const char *key, bool needed,
                                int64_t *ret)
{
    struct str s = value(a, o, key);
    int64_t t;

    *ret = TIME_NONE;
    if ((!s.n || str_starts(s, STR("0001-"))) && !needed)
        return NULL;
    if (!time_parse(s, &t) || !event_time_fits(t))
        return err_why(a, E_BAD_PAYLOAD,
                       "\"%s\" is \"%.*s\", not of the form 2026-08-03T09:15:00Z: download the "
                       "template again and put it into 3CX unchanged.",
                       key, STR_ARG(s));
    *ret = t;
    return NULL;
}

/* CallType tells both; "Missed" came in and "Notanswered" went out. CallDirection stands in for
 * types that are not known yet. */
static void set_kind(struct arena *a, const struct json *o, struct call_event *ev)
{
    struct str type = value(a, o, "call_type"), direction = value(a, o, "direction");
    bool in = str_case_eq(type, STR("Inbound")), out = str_case_eq(type, STR("Outbound"));

    if (in || out)
        ev->disposition = CALL_ANSWERED;
    if (str_case_eq(type, STR("Missed")) || str_case_eq(type, STR("Notanswered")))
        ev->disposition = CALL_NO_ANSWER;
    if (in || str_case_eq(type, STR("Missed")) || str_case_eq(direction, STR("Inbound")))
        ev->direction = CALL_INBOUND;
    else if (out || str_case_eq(type, STR("Notanswered")) ||
             str_case_eq(direction, STR("Outbound")))
        ev->direction = CALL_OUTBOUND;
    ev->action = type;
}

static const struct err *set_times(struct arena *a, const struct json *o, struct call_event *ev)
{
    int64_t told = threecx_clock(value(a, o, "duration"));
    const struct err *e = moment(a, o, "started_at", true, &ev->started);

    if (!e)
        e = moment(a, o, "answered_at", false, &ev->answered);
    if (!e)
        e = moment(a, o, "ended_at", false, &ev->ended);
    if (e)
        return e;
    if (ev->disposition == CALL_NO_ANSWER)
        ev->answered = TIME_NONE;
    if (ev->ended != TIME_NONE && ev->ended >= ev->started)
        ev->duration = (ev->ended - ev->started) / TIME_S;
    if (ev->disposition == CALL_NO_ANSWER)
        ev->talk = 0;
    else if (ev->answered != TIME_NONE && ev->ended != TIME_NONE && ev->ended >= ev->answered)
        ev->talk = (ev->ended - ev->answered) / TIME_S;
    else
        ev->talk = told;
    if (ev->duration > EVENT_MAX_SECONDS)
        ev->duration = -1;
    if (ev->talk > EVENT_MAX_SECONDS)
        ev->talk = -1;
    return NULL;
}

/* Agent, number, direction, start and duration (PROVIDERS 2.1): what a repeated post repeats. */
static struct str call_key(struct arena *a, const struct json *o, const struct call_event *ev,
                           struct str number)
{
    struct str facts = str_fmt(a, "%.*s\n%.*s\n%s\n%lld\n%.*s", STR_ARG(ev->agent), STR_ARG(number),
                               call_direction_name(ev->direction), (long long)ev->started,
                               STR_ARG(value(a, o, "duration")));

    return str_fmt(a, "r%.*s", STR_ARG(event_hash_key(a, facts)));
}

static void add_recording(struct arena *a, const struct hook *h, const struct json *o,
                          struct call_event *ev)
{
    struct recording_ref *ref;

    if (ev->disposition != CALL_ANSWERED || !str_is(hook_setting(h, "recordings"), "fetch"))
        return;
    ref = event_add_recording(a, ev);
    ref->name = threecx_find_name(a, ev);
    ref->transcript = event_transcript(a, filled(o, "transcription"));
}

const struct err *threecx_report(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    const struct json *o;
    struct call_event *ev;
    struct str number;
    const struct err *e = json_parse(a, h->body, &o);

    if (e)
        return e;
    if (json_kind(o) != J_OBJECT || !json_get(o, "started_at") || !json_get(o, "call_type"))
        return err_why(a, E_BAD_PAYLOAD,
                       "This is no post of our template: it has no \"call_type\" and "
                       "\"started_at\". Download the template and put it into 3CX unchanged.");
    ev = event_add(a, ret_list);
    set_kind(a, o, ev);
    e = set_times(a, o, ev);
    if (e)
        return e;
    ev->agent = value(a, o, "agent");
    number = value(a, o, "number");
    ev->call_key = call_key(a, o, ev, number);
    ev->leg_key = STR("1");
    ev->from = ev->direction == CALL_OUTBOUND ? ev->agent : number;
    ev->to = ev->direction == CALL_OUTBOUND ? number : ev->agent;
    if (ev->direction != CALL_OUTBOUND)
        ev->from_name = value(a, o, "name");
    add_recording(a, h, o, ev);
    return NULL;
}
