/* Asking Twilio's API for the calls of a window, and for the recordings made in it: Calls.json, then
 * Recordings.json, page by page along next_page_uri (documented: Twilio's Call and Recording
 * resources). A row is read as the callback that would have told the same, so that both meet in one
 * call. Reading is pure; twilio_poll runs in a worker's job and only reads. */
#include "core/crypto.h"
#include "net/poll.h"
#include "providers/twilio/twilio.h"

#define PAGE_SIZE 200
#define CALLS "page=calls"
#define RECORDINGS "page=recordings"

/* ---- reading ---- */

static const struct err *field(struct arena *a, struct form *f, const char *name,
                               const struct json *row, const char *key)
{
    const struct json *v = json_get(row, key);
    struct str s = json_kind(v) == J_INT ? str_fmt(a, "%lld", (long long)json_int(row, key, 0))
                                         : json_str(v);

    return s.n ? form_add(a, f, str_of(name), s) : NULL;
}

static const struct err *fields(struct arena *a, struct form *f, const struct json *row,
                                const char *const (*names)[2])
{
    const struct err *e = NULL;

    for (size_t i = 0; names[i][0] && !e; i++)
        e = field(a, f, names[i][0], row, names[i][1]);
    return e;
}

static const struct err *take_call(struct arena *a, const struct hook *h, const struct json *row,
                                   struct event_list *list)
{
    static const char *const names[][2] = {
        {"CallSid", "sid"}, {"ParentCallSid", "parent_call_sid"}, {"CallStatus", "status"},
        {"From", "from"}, {"To", "to"}, {"CallerName", "caller_name"}, {"CallDuration", "duration"},
        {"Timestamp", "end_time"}, {"Direction", "direction"}, {NULL, NULL}};
    struct str status = json_text(row, "status"), start = json_text(row, "start_time");
    size_t first = list->n;
    struct form f = {0};
    int64_t started;
    const struct err *e;

    if (str_is(status, "queued") || str_is(status, "ringing") || str_is(status, "in-progress")) {
        list->skipped++; /* it still goes on: the next look sees its end */
        return NULL;
    }
    e = fields(a, &f, row, names);
    if (!e)
        e = twilio_read(a, &f, hook_setting(h, "agent_numbers"), list);
    if (e || !start.n || !time_parse_mail(start, STR(""), &started) || !event_time_fits(started))
        return e;
    for (size_t i = first; i < list->n; i++)
        if (list->v[i].started == TIME_NONE)
            list->v[i].started = started;
    return NULL;
}

/* "/2010-04-01/Accounts/AC…/Recordings/RE….json" at the API's address. */
static const struct err *take_recording(struct arena *a, const struct hook *h,
                                        const struct json *row, struct event_list *list)
{
    static const char *const names[][2] = {
        {"CallSid", "call_sid"}, {"ConferenceSid", "conference_sid"}, {"RecordingSid", "sid"},
        {"RecordingStatus", "status"}, {"RecordingDuration", "duration"},
        {"RecordingChannels", "channels"}, {"RecordingSource", "source"},
        {"RecordingStartTime", "start_time"}, {NULL, NULL}};
    struct str uri = json_text(row, "uri");
    struct form f = {0};
    const struct err *e = fields(a, &f, row, names);

    if (!e && uri.n)
        e = form_add(a, &f, STR("RecordingUrl"),
                     str_fmt(a, "%.*s%.*s", STR_ARG(twilio_api(a, h->settings)), STR_ARG(uri)));
    return e ? e : twilio_read(a, &f, hook_setting(h, "agent_numbers"), list);
}

const struct err *twilio_page(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    bool recordings = str_is(h->query, RECORDINGS);
    const struct json *tree, *rows;
    const struct err *e = json_parse(a, h->body, &tree);

    if (e)
        return e;
    rows = json_get(tree, recordings ? "recordings" : "calls");
    if (json_kind(rows) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The page has no list \"%s\": this is not what Twilio's API "
                       "answers.", recordings ? "recordings" : "calls");
    for (size_t i = 0; i < json_count(rows) && !e; i++)
        e = (recordings ? take_recording : take_call)(a, h, json_at(rows, i), ret_list);
    return e;
}

/* ---- asking ---- */

struct str twilio_api(struct arena *a, const struct json *settings)
{
    struct str api = str_trim(json_text(settings, "api_url"));

    while (str_ends(api, STR("/")))
        api.n--;
    return api.n ? str_dup(a, api) : STR("https://api.twilio.com");
}

static struct str account_path(struct arena *a, const struct json *settings)
{
    return str_fmt(a, "/2010-04-01/Accounts/%.*s/", STR_ARG(json_text(settings, "account_sid")));
}

/* Calls by when they began, recordings by when they were made: '<' and '>' are part of the names. */
static struct str first_page(struct arena *a, const struct poll *p, bool recordings)
{
    char from[32], to[32];

    return str_fmt(a, "%.*s%s.json?PageSize=%d&%s%%3E=%.19sZ&%s%%3C=%.19sZ",
                   STR_ARG(account_path(a, p->net.settings)), recordings ? "Recordings" : "Calls",
                   PAGE_SIZE, recordings ? "DateCreated" : "StartTime", time_iso(p->from, from).p,
                   recordings ? "DateCreated" : "StartTime", time_iso(p->to, to).p);
}

/* An answer's own word for where it goes on: only within the account it was asked about. */
static const struct err *find_next(struct arena *a, struct poll *p, struct str path)
{
    const struct json *tree;
    struct str next;
    const struct err *e = json_parse(a, p->body, &tree);

    if (e || json_kind(tree) != J_OBJECT)
        return err_why(a, E_UPSTREAM, "Twilio's API answered with something else than JSON.");
    next = json_text(tree, "next_page_uri");
    if (!next.n)
        return NULL;
    if (!str_starts(next, account_path(a, p->net.settings)) || next.n > 500 ||
        str_find(next, STR(".."), 0) >= 0)
        return err_why(a, E_UPSTREAM, "Twilio's API named a next page outside of the account.");
    p->next = str_eq(next, path) ? STR_NONE : next;
    return NULL;
}

static const struct err *judge(struct arena *a, const struct err *e, int status)
{
    if (e == E_UPSTREAM_AUTH)
        return err_why(a, e, "Twilio refuses Account SID and Auth Token, or the API key (status %d): "
                       "correct them in the integration's settings.", status);
    if (e == E_NOT_FOUND)
        return err_why(a, E_UPSTREAM, "There is no such account at that address of the API.");
    return e;
}

const struct err *twilio_poll(struct arena *a, struct poll *p)
{
    struct http_header header = {.name = STR("Authorization")};
    struct http_request rq = {.n_headers = 1, .headers = &header, .max_bytes = p->net.max_bytes};
    struct http_response rs = {0};
    bool recordings = str_find(p->cursor, STR("Recordings.json"), 0) >= 0;
    struct str path = p->cursor.n ? p->cursor : first_page(a, p, false);
    const struct err *e = twilio_authorization(a, p->net.settings, &header.value);

    p->net.retry_after_s = -1;
    p->body = p->next = STR_NONE;
    p->query = recordings ? STR(RECORDINGS) : STR(CALLS);
    if (e)
        return e;
    rq.url = str_fmt(a, "%.*s%.*s", STR_ARG(twilio_api(a, p->net.settings)), STR_ARG(path));
    e = judge(a, fetch_http(a, &p->net, &rq, &rs), rs.status);
    if (e)
        return e;
    p->body = rs.body;
    e = find_next(a, p, path);
    if (!e && !p->next.p && !recordings)
        p->next = first_page(a, p, true);
    return e;
}
