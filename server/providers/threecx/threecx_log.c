/* A page of the XAPI's call log (ReportCallLogData) into events: one row is one segment, rows with
 * one MainCallHistoryId are one call. Called by threecx.c; pure. Fields: the vendor's swagger in
 * 3cx/xapi-tutorial. What a call cannot do without is asked for loudly, for a new version of 3CX
 * that leaves it out would otherwise pass unseen. */
#include "providers/threecx/threecx.h"

static struct str plain(struct arena *a, const struct json *row, const char *key, size_t max)
{
    const struct json *v = json_get(row, key);

    if (json_kind(v) == J_INT)
        return str_fmt(a, "%lld", (long long)json_int(row, key, 0));
    return event_text(a, json_str(v), max);
}

static struct str text(struct arena *a, const struct json *row, const char *key)
{
    return plain(a, row, key, EVENT_MAX_TEXT);
}

/* "PT1H2M3.5S" (ISO 8601, no days: calls are shorter) or "01:02:03". -1 for anything else. */
static int64_t span(struct str s)
{
    int64_t total = 0, n = 0;
    bool digits = false, fraction = false;

    if (!str_starts(s, STR("PT")))
        return threecx_clock(s);
    for (size_t i = 2; i < s.n; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9' && n < 1000000) {
            n = fraction ? n : n * 10 + (c - '0');
            digits = true;
        } else if (c == '.' && digits) {
            fraction = true;
        } else if ((c == 'H' || c == 'M' || c == 'S') && digits) {
            total += n * (c == 'H' ? 3600 : c == 'M' ? 60 : 1);
            n = 0;
            digits = fraction = false;
        } else {
            return -1;
        }
    }
    return digits || total > EVENT_MAX_SECONDS ? -1 : total;
}

static const struct err *set_times(struct arena *a, const struct json *row, size_t number,
                                   struct call_event *ev)
{
    struct str start = text(a, row, "StartTime");
    int64_t ring = span(text(a, row, "RingingDuration"));
    int64_t talk = span(text(a, row, "TalkingDuration"));
    bool answered = json_yes(row, "Answered");

    if (!time_parse(start, &ev->started) || !event_time_fits(ev->started))
        return err_why(a, E_BAD_PAYLOAD,
                       "Row %zu of the call log: \"StartTime\" is \"%.*s\", no time of the form "
                       "2026-08-03T09:15:00Z.", number, STR_ARG(start));
    ev->disposition = answered ? CALL_ANSWERED : CALL_NO_ANSWER;
    ev->talk = answered ? talk : 0;
    if (ring < 0)
        return NULL;
    if (answered)
        ev->answered = ev->started + ring * TIME_S;
    if (ev->talk >= 0) {
        ev->duration = ring + ev->talk;
        ev->ended = ev->started + ev->duration * TIME_S;
    }
    return NULL;
}

static enum call_direction direction_of(struct str word)
{
    if (str_starts(word, STR("Inbound")))
        return CALL_INBOUND;
    if (str_starts(word, STR("Outbound")))
        return CALL_OUTBOUND;
    return str_case_eq(word, STR("Internal")) ? CALL_INTERNAL : CALL_UNKNOWN;
}

static struct str either(struct str first, struct str second)
{
    return first.n ? first : second;
}

/* In a queue's row the destination is the queue; the agent is then whom the row acted on, and
 * nobody where that is no extension. */
static void set_parties(struct arena *a, const struct json *row, struct call_event *ev)
{
    struct str source = text(a, row, "SourceDn"), target = text(a, row, "DestinationDn");
    struct str word = text(a, row, "Direction"), agent;

    ev->direction = direction_of(word);
    ev->from = either(text(a, row, "SourceCallerId"), source);
    ev->to = either(text(a, row, "DestinationCallerId"), target);
    ev->from_name = text(a, row, "SourceDisplayName");
    ev->action = text(a, row, "Status");
    if (ev->direction == CALL_OUTBOUND) {
        ev->from = either(source, ev->from);
        ev->from_name = STR("");
        agent = source;
    } else if (str_case_eq(word, STR("Inbound Queue"))) {
        ev->queue = target;
        agent = text(a, row, "actionDnDn");
        agent = str_eq(agent, target) ? STR("") : agent;
    } else {
        agent = ev->direction == CALL_INBOUND ? target : source;
    }
    ev->agent = threecx_is_extension(agent) ? agent : STR("");
}

static void add_recording(struct arena *a, struct call_event *ev, int64_t id)
{
    struct str name = str_fmt(a, "rec:%lld", (long long)id);
    struct recording_ref *ref;

    if (id <= 0)
        return;
    for (size_t i = 0; i < ev->n_recordings; i++)
        if (str_eq(ev->recordings[i].name, name))
            return;
    ref = event_add_recording(a, ev);
    if (ref)
        ref->name = name;
}

static void add_recordings(struct arena *a, const struct json *row, struct call_event *ev)
{
    const struct json *list = json_get(row, "Recordings");

    add_recording(a, ev, json_int(row, "SrcRecId", 0));
    add_recording(a, ev, json_int(row, "DstRecId", 0));
    for (size_t i = 0; json_kind(list) == J_LIST && i < json_count(list); i++)
        add_recording(a, ev, json_int(json_at(list, i), "Id", 0));
    if (ev->n_recordings == 1) /* of several, which one it is of would be a guess */
        ev->recordings[0].transcript = event_transcript(a, json_text(row, "Transcription"));
}

static const struct err *take(struct arena *a, const struct hook *h, const struct json *row,
                              size_t number, struct event_list *list)
{
    struct str main_id = plain(a, row, "MainCallHistoryId", EVENT_MAX_NAME);
    struct str cdr = plain(a, row, "CdrId", EVENT_MAX_NAME);
    struct call_event *ev;
    const struct err *e;

    if (json_kind(row) != J_OBJECT || !main_id.n || !cdr.n)
        return err_why(a, E_BAD_PAYLOAD,
                       "Row %zu of the call log has no \"MainCallHistoryId\" or no \"CdrId\": this "
                       "version of 3CX names its calls in another way.", number);
    ev = event_add(a, list);
    e = set_times(a, row, number, ev);
    if (e)
        return e;
    ev->call_key = event_key(a, str_fmt(a, "x:%.*s", STR_ARG(main_id)));
    ev->leg_key = event_key(a, str_fmt(a, "%.*s/%.*s", STR_ARG(cdr),
                                       STR_ARG(text(a, row, "SegmentId"))));
    set_parties(a, row, ev);
    if (ev->disposition == CALL_ANSWERED && str_is(hook_setting(h, "recordings"), "fetch"))
        add_recordings(a, row, ev);
    return NULL;
}

const struct err *threecx_log(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    const struct json *tree, *rows;
    const struct err *e = json_parse(a, h->body, &tree);

    if (e)
        return e;
    rows = json_get(tree, "value");
    if (json_kind(rows) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The page of the call log has no list \"value\".");
    if (json_count(rows) > EVENT_MAX_PER_DELIVERY)
        return err_why(a, E_BAD_PAYLOAD, "There are more than %d rows.", EVENT_MAX_PER_DELIVERY);
    for (size_t i = 0; i < json_count(rows) && !e; i++)
        e = take(a, h, json_at(rows, i), i + 1, ret_list);
    return e;
}
