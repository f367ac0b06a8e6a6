/* Exotel's callbacks into events. A Passthru applet tells where a call is in its flow: the call as a
 * whole, and a leg for each agent that was rung, known by number, so that a popup and the end of the
 * same attempt meet. A StatusCallback tells of a whole call. Times have no zone and are Indian. Pure. */
#include "net/poll.h"
#include "providers/exotel/exotel.h"

#define ZONE STR("Asia/Kolkata")
#define MAX_LEGS 64

/* What the reading of one delivery needs to know. */
struct delivery {
    struct arena *a;
    struct form form;
    struct event_list *list;
    struct str call;
};

/* A value without what Exotel puts around it: digits come as "2", quotes included, and what is not
 * there as the word null. */
static struct str bare(struct str s)
{
    s = str_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = str_trim(str_sub(s, 1, s.n - 2));
    return str_case_eq(s, STR("null")) ? STR("") : s;
}

static struct str text(const struct delivery *d, const char *name)
{
    return event_text(d->a, bare(form_value(&d->form, name)), EVENT_MAX_TEXT);
}

static struct str either(const struct delivery *d, const char *name, const char *other)
{
    struct str s = text(d, name);

    return s.n ? s : text(d, other);
}

/* Legs[i][name] */
static struct str leg_text(const struct delivery *d, size_t i, const char *name)
{
    return text(d, str_fmt(d->a, "Legs[%zu][%s]", i, name).p);
}

static int64_t seconds_of(struct str s)
{
    int64_t n;

    return str_to_int(s, &n) && n >= 0 && n <= EVENT_MAX_SECONDS ? n : -1;
}

/* "2022-02-23 12:31:58" or "Wed, 23 Feb 2022 12:31:59". The zero of the clock, 1970-01-01 05:30 in
 * India, is how Exotel writes "not yet". */
static const struct err *get_time(const struct delivery *d, const char *name, int64_t *ret)
{
    struct str s = text(d, name);

    *ret = TIME_NONE;
    if (!s.n)
        return NULL;
    if (!time_parse_local(s, ZONE, ret) && !time_parse_mail(s, ZONE, ret) && !time_parse(s, ret))
        return err_why(d->a, E_BAD_PAYLOAD,
                       "\"%s\" is \"%.*s\": a time such as \"2026-08-03 14:45:00\" is expected.",
                       name, STR_ARG(s));
    if (*ret <= 0 || !event_time_fits(*ret))
        *ret = TIME_NONE;
    return NULL;
}

/* The first of two times that is there. */
static const struct err *get_either_time(const struct delivery *d, const char *name,
                                         const char *other, int64_t *ret)
{
    const struct err *e = get_time(d, name, ret);

    return e || *ret != TIME_NONE ? e : get_time(d, other, ret);
}

static enum call_direction direction_of(struct str s)
{
    if (str_is(s, "incoming") || str_is(s, "inbound"))
        return CALL_INBOUND;
    return str_starts(s, STR("outbound")) ? CALL_OUTBOUND : CALL_UNKNOWN;
}

static enum call_disposition disposition_of(struct str s)
{
    static const struct {
        const char *name;
        enum call_disposition disposition;
    } ends[] = {
        {"completed", CALL_ANSWERED}, {"busy", CALL_BUSY},           {"failed", CALL_FAILED},
        {"no-answer", CALL_NO_ANSWER}, {"canceled", CALL_NO_ANSWER}, {"client-hangup", CALL_NO_ANSWER},
        {"incomplete", CALL_NO_ANSWER}, {"voicemail", CALL_VOICEMAIL},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_is(s, ends[i].name))
            return ends[i].disposition;
    return CALL_DISPOSITION_UNKNOWN;
}

static struct call_event *add(struct delivery *d, struct str leg)
{
    struct call_event *ev = event_add(d->a, d->list);

    ev->call_key = d->call;
    ev->leg_key = event_key(d->a, leg);
    ev->totals = !ev->leg_key.n;
    return ev;
}

static void take_recording(const struct delivery *d, struct call_event *ev)
{
    struct str url = event_text(d->a, bare(form_value(&d->form, "RecordingUrl")), EVENT_MAX_NAME);
    struct str https = str_starts(url, STR("http://"))
                           ? str_fmt(d->a, "https://%.*s", STR_ARG(str_sub(url, 7, url.n)))
                           : url;
    struct recording_ref *ref;

    if (!str_starts(https, STR("https://")))
        return; /* absent is normal: nobody spoke */
    ref = event_add_recording(d->a, ev);
    ref->name = exotel_trusts(d->a, https) ? https : url; /* so that a recording has one name */
}

/* ---- Passthru ---- */

/* The attempt to reach one agent. */
static void add_attempt(struct delivery *d, struct str number, struct str talk, struct str cause)
{
    struct str status = text(d, "DialCallStatus");
    struct call_event *ev = add(d, number);

    ev->agent = ev->to = number;
    ev->from = text(d, "CallFrom");
    ev->action = cause.n ? cause : text(d, "EventType");
    if (str_eq(number, text(d, "DialWhomNumber"))) {
        ev->disposition = disposition_of(status);
        ev->duration = seconds_of(text(d, "DialCallDuration"));
    }
    ev->talk = seconds_of(talk);
    if (ev->talk >= 0 && ev->disposition == CALL_DISPOSITION_UNKNOWN)
        ev->disposition = ev->talk ? CALL_ANSWERED : CALL_NO_ANSWER;
}

static void add_attempts(struct delivery *d)
{
    struct str whom = either(d, "DialWhomNumber", "AgentEmail"), number;
    bool listed = false;

    for (size_t i = 0; i < MAX_LEGS && (number = leg_text(d, i, "Number")).n; i++) {
        add_attempt(d, number, leg_text(d, i, "OnCallDuration"), leg_text(d, i, "CauseCode"));
        listed = listed || str_eq(number, whom);
    }
    if (whom.n && !listed)
        add_attempt(d, whom, STR(""), STR(""));
}

static struct str menu_choice(const struct delivery *d)
{
    struct str digits = text(d, "digits");

    return digits.n ? str_fmt(d->a, "digits %.*s", STR_ARG(digits)) : text(d, "CallType");
}

/* The seconds of talk where one figure stands for the whole call. */
static int64_t longest_leg(const struct delivery *d)
{
    int64_t most = -1, one;

    for (size_t i = 0; i < MAX_LEGS; i++) {
        one = seconds_of(leg_text(d, i, "OnCallDuration"));
        most = one > most ? one : most;
    }
    return most;
}

static const struct err *take_passthru(struct delivery *d)
{
    bool message = str_is(text(d, "CallType"), "voicemail");
    int64_t started, ended;
    struct call_event *all;
    const struct err *e = get_either_time(d, "StartTime", "Created", &started);

    if (!e)
        e = get_time(d, "EndTime", &ended);
    if (e)
        return e;
    all = add(d, STR(""));
    all->direction = direction_of(text(d, "Direction"));
    all->from = either(d, "CallFrom", "From");
    all->to = either(d, "CallTo", "To");
    all->action = menu_choice(d);
    all->started = started;
    all->ended = ended;
    all->disposition = disposition_of(either(d, "DialCallStatus", "CallType"));
    if (all->direction == CALL_OUTBOUND) { /* an agent calls out: the legs are of the other side */
        all->agent = all->from;
        all->duration = seconds_of(text(d, "DialCallDuration"));
    }
    if (all->disposition != CALL_DISPOSITION_UNKNOWN)
        all->talk = all->disposition == CALL_ANSWERED ? longest_leg(d) : 0;
    if (!message)
        take_recording(d, all);
    if (all->direction != CALL_OUTBOUND)
        add_attempts(d);
    if (message) { /* a part of its own, for the attempts before it failed */
        struct call_event *ev = add(d, STR("voicemail"));
        ev->disposition = CALL_VOICEMAIL;
        take_recording(d, ev);
    }
    return NULL;
}

/* ---- StatusCallback ---- */

/* "completed" is said of a call whose second leg nobody took, too. */
static enum call_disposition outcome_of(const struct delivery *d)
{
    enum call_disposition all = disposition_of(text(d, "Status"));
    enum call_disposition second = disposition_of(leg_text(d, 1, "Status"));

    return all == CALL_ANSWERED && second != CALL_DISPOSITION_UNKNOWN ? second : all;
}

static const struct err *take_status(struct delivery *d)
{
    int64_t started, ended;
    struct call_event *all;
    bool over = !str_case_eq(text(d, "EventType"), STR("answered"));
    const struct err *e = NULL;

    if (!text(d, "Status").n && !text(d, "EventType").n)
        e = err_why(d->a, E_BAD_PAYLOAD, "\"Status\" is missing: a StatusCallback has it.");
    if (!e)
        e = get_either_time(d, "StartTime", "DateCreated", &started);
    /* The bare form has no other time than that of this report, which is sent at the end. */
    if (!e)
        e = get_either_time(d, "EndTime", "DateUpdated", &ended);
    if (e)
        return e;
    all = add(d, STR(""));
    all->direction = direction_of(text(d, "Direction"));
    all->from = text(d, "From");
    all->to = text(d, "To");
    all->action = text(d, "EventType");
    if (all->direction == CALL_OUTBOUND) /* who is called first is the one on our side */
        all->agent = all->from;
    all->started = started;
    if (!over)
        return NULL;
    all->disposition = outcome_of(d);
    if (all->disposition != CALL_DISPOSITION_UNKNOWN)
        all->ended = ended;
    if (all->disposition == CALL_ANSWERED)
        all->talk = seconds_of(text(d, "ConversationDuration"));
    take_recording(d, all);
    return NULL;
}

const struct err *exotel_read(struct arena *a, const struct form *form, struct event_list *ret_list)
{
    static const char *const of_passthru[] = {"CallFrom", "CallTo", "CallType", "flow_id"};
    struct delivery d = {.a = a, .form = *form, .list = ret_list};

    d.call = event_key(a, bare(form_value(&d.form, "CallSid")));
    if (!d.call.n)
        return err_why(a, E_BAD_PAYLOAD,
                       "There is no CallSid in it: Exotel's Passthru applets and StatusCallbacks "
                       "belong here, nothing else.");
    for (size_t i = 0; i < sizeof of_passthru / sizeof *of_passthru; i++)
        if (form_value(&d.form, of_passthru[i]).p)
            return take_passthru(&d);
    return take_status(&d);
}

const struct err *exotel_parse(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    struct form form;
    const struct err *e;

    if (str_is(h->method, POLL_METHOD))
        return exotel_page(a, h, ret_list);
    e = form_of_hook(a, h, &form);
    return e ? e : exotel_read(a, &form, ret_list);
}
