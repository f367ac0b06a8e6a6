/* Asking Exotel's API for the calls of a window: Calls.json by DateCreated, page by page along
 * NextPageUri (documented: developer.exotel.com, bulk call details). A row is read as the
 * StatusCallback that would have told the same, so that both meet in one call. Reading is pure;
 * exotel_poll runs in a worker's job and only reads. */
#include "core/crypto.h"
#include "core/zone.h"
#include "net/poll.h"
#include "providers/exotel/exotel.h"

#define PAGE_SIZE 100

/* ---- reading ---- */

static bool goes_on(struct str status)
{
    return str_is(status, "queued") || str_is(status, "ringing") || str_is(status, "in-progress");
}

static const struct err *field(struct arena *a, struct form *f, const char *name,
                               const struct json *row, const char *key)
{
    const struct json *v = json_get(row, key);
    struct str s = json_kind(v) == J_INT ? str_fmt(a, "%lld", (long long)json_int(row, key, 0))
                                         : json_str(v);

    return s.n ? form_add(a, f, str_of(name), s) : NULL;
}

static const struct err *take_call(struct arena *a, const struct json *row, struct event_list *list)
{
    static const char *const names[] = {"Status", "Direction", "From", "To", "StartTime", "EndTime",
                                        "DateCreated", "DateUpdated", "RecordingUrl", NULL};
    size_t first = list->n;
    struct form f = {0};
    int64_t seconds = -1;
    const struct err *e;

    if (goes_on(json_text(row, "Status"))) {
        list->skipped++;
        return NULL;
    }
    e = field(a, &f, "CallSid", row, "Sid");
    for (size_t i = 0; names[i] && !e; i++)
        e = field(a, &f, names[i], row, names[i]);
    if (!e)
        e = field(a, &f, "ConversationDuration", json_get(row, "Details"), "ConversationDuration");
    if (!e)
        e = form_add(a, &f, STR("EventType"), STR("terminal"));
    if (!e)
        e = exotel_read(a, &f, list);
    if (e)
        return e;
    seconds = json_int(row, "Duration", -1);
    if (seconds < 0 && !str_to_int(json_text(row, "Duration"), &seconds))
        seconds = -1;
    for (size_t i = first; i < list->n; i++)
        if (list->v[i].duration < 0 && seconds >= 0 && seconds <= EVENT_MAX_SECONDS)
            list->v[i].duration = seconds;
    return NULL;
}

const struct err *exotel_page(struct arena *a, const struct hook *h, struct event_list *ret_list)
{
    const struct json *tree, *rows;
    const struct err *e = json_parse(a, h->body, &tree);

    if (e)
        return e;
    rows = json_get(tree, "Calls");
    if (json_kind(rows) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD,
                       "The page has no list \"Calls\": this is not what Exotel's API answers.");
    for (size_t i = 0; i < json_count(rows) && !e; i++)
        e = take_call(a, json_at(rows, i), ret_list);
    return e;
}

/* ---- asking ---- */

static struct str base_of(struct arena *a, const struct json *settings)
{
    struct str api = str_trim(json_text(settings, "api_url"));

    while (str_ends(api, STR("/")))
        api.n--;
    return api.n ? str_dup(a, api) : STR("https://api.exotel.com");
}

static struct str account_path(struct arena *a, const struct json *settings)
{
    return str_fmt(a, "/v1/Accounts/%.*s/", STR_ARG(json_text(settings, "account_sid")));
}

/* Exotel's clock is India's, and its filter reads "2026-08-01 00:00:00". */
static struct str wall(struct arena *a, int64_t t)
{
    char text[32];
    struct str iso = time_iso(zone_wall(zone_find(STR("Asia/Kolkata")), t - t % TIME_S), text);

    return str_fmt(a, "%.10s%%20%.8s", iso.p, iso.p + 11);
}

static struct str first_page(struct arena *a, const struct poll *p)
{
    return str_fmt(a, "%.*sCalls.json?PageSize=%d&SortBy=DateCreated:asc&details=true&DateCreated=gte:"
                   "%.*s%%3Blte:%.*s", STR_ARG(account_path(a, p->net.settings)), PAGE_SIZE,
                   STR_ARG(wall(a, p->from)), STR_ARG(wall(a, p->to)));
}

static const struct err *find_next(struct arena *a, struct poll *p, struct str path)
{
    const struct json *tree;
    struct str next;
    const struct err *e = json_parse(a, p->body, &tree);

    if (e || json_kind(tree) != J_OBJECT)
        return err_why(a, E_UPSTREAM, "Exotel's API answered with something else than JSON.");
    next = json_text(json_get(tree, "Metadata"), "NextPageUri");
    if (!next.n || !json_count(json_get(tree, "Calls")))
        return NULL;
    if (!str_starts(next, account_path(a, p->net.settings)) || next.n > 500 ||
        str_find(next, STR(".."), 0) >= 0)
        return err_why(a, E_UPSTREAM, "Exotel's API named a next page outside of the account.");
    p->next = str_eq(next, path) ? STR_NONE : next;
    return NULL;
}

static const struct err *judge(struct arena *a, const struct err *e, int status)
{
    if (e == E_UPSTREAM_AUTH)
        return err_why(a, e, "Exotel refuses API key and token for this account (status %d): correct "
                       "them in the integration's settings.", status);
    if (e == E_NOT_FOUND)
        return err_why(a, E_UPSTREAM, "There is no such account at that address of the API.");
    return e;
}

const struct err *exotel_poll(struct arena *a, struct poll *p)
{
    struct http_header header = {STR("Authorization"), exotel_authorization(a, p->net.settings)};
    struct http_request rq = {.n_headers = 1, .headers = &header, .max_bytes = p->net.max_bytes};
    struct http_response rs = {0};
    struct str path = p->cursor.n ? p->cursor : first_page(a, p);
    const struct err *e;

    p->net.retry_after_s = -1;
    p->body = p->next = STR_NONE;
    p->query = STR("page=calls");
    if (!header.value.n)
        return err_why(a, E_UPSTREAM_AUTH, "API key and API token are needed to ask Exotel for its "
                       "calls: fill them in in the integration's settings.");
    rq.url = str_fmt(a, "%.*s%.*s", STR_ARG(base_of(a, p->net.settings)), STR_ARG(path));
    e = judge(a, fetch_http(a, &p->net, &rq, &rs), rs.status);
    if (e)
        return e;
    p->body = rs.body;
    return find_next(a, p, path);
}
