/* Twilio's callbacks into events: voice (a call begins), status (a leg got so far) and recording.
 * Each tells facts of one leg, so order and repeats do not matter: a fact that only the last state
 * has (end, duration, outcome) is told by no other. Pure. */
#include "net/poll.h"
#include "providers/twilio/twilio.h"

/* What the reading of one delivery needs to know. */
struct delivery {
    struct arena *a;
    struct form form;
    struct str agent_numbers;
    struct event_list *list;
    struct str call, leg; /* keys */
};

static struct str text(const struct delivery *d, const char *name)
{
    return event_text(d->a, form_value(&d->form, name), EVENT_MAX_TEXT);
}

static const struct err *get_time(const struct delivery *d, const char *name, int64_t *ret)
{
    struct str s = text(d, name);

    *ret = TIME_NONE;
    if (!s.n || (time_parse_mail(s, STR(""), ret) && event_time_fits(*ret)))
        return NULL;
    return err_why(d->a, E_BAD_PAYLOAD,
                   "\"%s\" is \"%.*s\": a date such as \"Tue, 03 Aug 2027 09:15:00 +0000\" is "
                   "expected.",
                   name, STR_ARG(s));
}

static int64_t get_seconds(const struct delivery *d, const char *name)
{
    int64_t n;

    return str_to_int(text(d, name), &n) && n >= 0 && n <= EVENT_MAX_SECONDS ? n : -1;
}

static struct call_event *add(struct delivery *d, struct str leg)
{
    struct call_event *ev = event_add(d->a, d->list);

    ev->call_key = d->call;
    ev->leg_key = leg;
    ev->totals = !leg.n;
    return ev;
}

/* ---- who is an agent ---- */

/* client:anna, sip:anna@example.sip.twilio.com: nobody but the tenant's own people has these. */
static bool is_app(struct str party)
{
    return str_starts(party, STR("client:")) || str_starts(party, STR("sip:")) ||
           str_starts(party, STR("sips:"));
}

static bool is_agent(const struct delivery *d, struct str party)
{
    struct str rest = d->agent_numbers, one;

    if (is_app(party))
        return true;
    while (str_split(&rest, ',', &one))
        if (party.n && str_eq(str_trim(one), party))
            return true;
    return false;
}

/* The agent's name in an address, as it stands in the list of agents: "anna", "+442079460101". */
static struct str agent_name(struct str party)
{
    struct str head;

    if (!is_app(party))
        return party;
    str_split(&party, ':', &head);
    str_split(&party, '@', &head); /* a name in an app has no @ */
    return head;
}

/* Which way a leg goes, and its agent. UNKNOWN where another leg of the call says it. */
static void set_parties(const struct delivery *d, struct str direction, struct call_event *ev)
{
    bool to_agent = is_agent(d, ev->to);

    if (str_is(direction, "inbound") && is_app(ev->from)) {
        /* An agent calls out through TwiML; To is what the app made of it, or blank. */
        ev->agent = agent_name(ev->from);
        if (ev->to.n)
            ev->direction = to_agent ? CALL_INTERNAL : CALL_OUTBOUND;
    } else if (str_is(direction, "inbound")) {
        ev->direction = CALL_INBOUND;
    } else if (to_agent) {
        ev->agent = agent_name(ev->to);
    } else if (str_starts(direction, STR("outbound"))) {
        ev->direction = CALL_OUTBOUND;
    }
}

/* ---- states ---- */

static enum call_disposition disposition_of(struct str status)
{
    static const struct {
        const char *name;
        enum call_disposition disposition;
    } final[] = {
        {"in-progress", CALL_ANSWERED}, {"answered", CALL_ANSWERED}, {"completed", CALL_ANSWERED},
        {"busy", CALL_BUSY},            {"failed", CALL_FAILED},     {"no-answer", CALL_NO_ANSWER},
        {"canceled", CALL_NO_ANSWER},
    };

    for (size_t i = 0; i < sizeof final / sizeof *final; i++)
        if (str_is(status, final[i].name))
            return final[i].disposition;
    return CALL_DISPOSITION_UNKNOWN;
}

/* Twilio counts a call's seconds from its answer. `by_twiml`: it is TwiML that answered. */
static void set_state(struct call_event *ev, struct str status, int64_t at, int64_t seconds,
                      bool by_twiml)
{
    int64_t answered = at != TIME_NONE && seconds >= 0 ? at - seconds * TIME_S : TIME_NONE;

    if (str_is(status, "queued") || str_is(status, "initiated"))
        ev->started = at;
    ev->disposition = disposition_of(status);
    if (str_is(status, "in-progress") && !by_twiml)
        ev->answered = at;
    if (str_is(status, "completed") && by_twiml) {
        ev->started = answered;
        ev->duration = seconds;
    } else if (str_is(status, "completed")) {
        ev->answered = answered;
        ev->talk = seconds;
    }
    if (ev->disposition != CALL_DISPOSITION_UNKNOWN && !str_is(status, "in-progress"))
        ev->ended = at;
    if (by_twiml && ev->disposition == CALL_ANSWERED)
        ev->disposition = CALL_DISPOSITION_UNKNOWN;
}

static void take_recording(const struct delivery *d, struct call_event *ev)
{
    struct str name = twilio_recording_name(d->a, form_value(&d->form, "RecordingUrl"));
    struct recording_ref *ref = name.n ? event_add_recording(d->a, ev) : NULL;

    if (!ref)
        return;
    ref->name = name;
    ref->folder = event_text(d->a, form_value(&d->form, "RecordingChannels"), 2);
    ref->seconds = get_seconds(d, "RecordingDuration");
}

/* The first leg of an inbound call, as totals: all there is to tell if no other leg is known. The
 * leg is a copy, for the list moves as it grows. */
static void add_totals(struct delivery *d, struct call_event leg, struct str status, int64_t seconds)
{
    struct call_event *all = add(d, STR(""));

    all->direction = leg.direction;
    all->from = leg.from;
    all->to = leg.to;
    all->from_name = leg.from_name;
    all->agent = leg.agent;
    if (!str_is(status, "completed"))
        return;
    all->disposition = CALL_ANSWERED;
    all->started = leg.started;
    all->ended = leg.ended;
    all->duration = leg.duration;
    all->talk = seconds;
}

/* What <Dial> says to its action address of the leg that it made. */
static void add_dialled(struct delivery *d)
{
    struct str sid = event_key(d->a, form_value(&d->form, "DialCallSid"));
    struct call_event *ev;

    if (!sid.n)
        return;
    ev = add(d, sid);
    ev->disposition = disposition_of(text(d, "DialCallStatus"));
    if (ev->disposition == CALL_ANSWERED)
        ev->talk = get_seconds(d, "DialCallDuration");
}

static const struct err *take_status(struct delivery *d)
{
    struct str status = text(d, "CallStatus"), direction = text(d, "Direction");
    int64_t seconds = get_seconds(d, "CallDuration"), at;
    bool by_twiml = str_is(direction, "inbound") && str_eq(d->call, d->leg);
    const struct err *e = get_time(d, "Timestamp", &at);
    struct call_event *ev;

    if (e)
        return e;
    ev = add(d, d->leg);
    ev->from = text(d, "From");
    ev->to = text(d, "To");
    ev->from_name = text(d, "CallerName");
    ev->action = direction;
    set_parties(d, direction, ev);
    set_state(ev, status, at, seconds, by_twiml);
    take_recording(d, ev);
    if (by_twiml)
        add_totals(d, *ev, status, seconds);
    add_dialled(d);
    return NULL;
}

/* A recording belongs to the call as a whole. One that <Record> made is a message left behind, and
 * a leg of its own. */
static const struct err *take_recorded(struct delivery *d)
{
    struct str status = text(d, "RecordingStatus"), source = text(d, "RecordingSource");
    bool message = str_is(source, "RecordVerb");
    struct call_event *ev;
    int64_t at;
    const struct err *e = get_time(d, "RecordingStartTime", &at);

    if (e)
        return e;
    if (!str_is(status, "completed")) { /* "absent" is normal: nobody spoke */
        d->list->skipped++;
        return NULL;
    }
    ev = add(d, message ? event_key(d->a, form_value(&d->form, "RecordingSid")) : STR(""));
    ev->started = at;
    ev->disposition = message ? CALL_VOICEMAIL : CALL_ANSWERED;
    ev->action = source;
    if (message)
        ev->duration = ev->talk = get_seconds(d, "RecordingDuration");
    take_recording(d, ev);
    return NULL;
}

const struct err *twilio_read(struct arena *a, const struct form *form, struct str agent_numbers,
                              struct event_list *ret_list)
{
    struct delivery d = {.a = a, .form = *form, .agent_numbers = agent_numbers, .list = ret_list};
    bool recorded;

    recorded = form_value(&d.form, "RecordingStatus").n > 0;
    d.leg = event_key(a, form_value(&d.form, "CallSid"));
    d.call = event_key(a, form_value(&d.form, "ParentCallSid"));
    if (!d.call.n)
        d.call = d.leg;
    if (!d.call.n && recorded) /* of a conference as a whole */
        d.call = event_key(a, form_value(&d.form, "ConferenceSid"));
    if (!d.call.n)
        return err_why(a, E_BAD_PAYLOAD,
                       "There is no CallSid in it: Twilio's voice status and recording callbacks "
                       "belong here, nothing else.");
    if (recorded)
        return take_recorded(&d);
    if (d.leg.n && form_value(&d.form, "CallStatus").n)
        return take_status(&d);
    ret_list->skipped++; /* say, somebody joined a conference */
    return NULL;
}

const struct err *twilio_parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct form form;
    const struct err *e;

    if (str_is(h->method, POLL_METHOD))
        return twilio_page(a, h, ret_list);
    e = form_of_hook(a, h, &form);
    return e ? e : twilio_read(a, &form, hook_setting(h, "agent_numbers"), ret_list);
}
