/* What a stored delivery says, by today's parser and settings. Called by the jobs that read
 * deliveries for the first time and again, and by nobody else; touches nothing but its arena. */
#include "intake/inbox/reading.h"

#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/integrations/integrations.h"
#include "net/poll.h"

/* A delivery is stored only once it has proved itself. Whether it had to: does one without any
 * header pass? */
static const char *verdict_of(struct arena *a, const struct reading *r, const struct hook *h)
{
    struct hook bare = {.method = h->method, .query = STR(""), .headers = STR(""), .body = STR(""),
                        .url = STR(""), .settings = h->settings, .now = h->now};

    if (!str_is(r->row.method, "GET") && !str_is(r->row.method, "POST"))
        return "asked";
    if (r->row.unproven)
        return "unproven";
    if (!r->provider->verify)
        return "address";
    return r->provider->verify(a, &bare) ? "proved" : "address";
}

static void parse(struct arena *a, struct reading *r, const struct hook *h)
{
    const struct err *e;

    arena_set_why(a, STR(""));
    e = provider_parse(r->provider, r->parser, a, h, &r->events);
    r->unparsed = e != NULL;
    if (e) {
        r->reason = arena_why(a).n ? str_dup(a, arena_why(a)) : str_of(e->title);
        r->events.n = 0;
    } else if (!r->events.n) {
        r->reason = STR("There was no call in it.");
    }
}

const struct err *reading_of(struct arena *a, struct uuid tenant, const struct stored *row,
                             int64_t parser, struct reading *ret)
{
    struct hook h = {.method = row->method, .query = row->query, .headers = row->headers,
                     .body = row->body, .now = row->received_at};
    const struct err *e = integration_settings(a, tenant, row->integration, row->settings,
                                               row->secrets, row->zone, &h.settings);

    if (e)
        return e;
    *ret = (struct reading){.row = *row, .provider = provider_find(row->provider)};
    if (!ret->provider || (parser && !provider_has_parser(ret->provider, parser)))
        return E_NOT_FOUND;
    ret->parser = parser ? (int)parser : ret->provider->parser_version;
    ret->verdict = verdict_of(a, ret, &h);
    parse(a, ret, &h);
    return NULL;
}

const struct err *reading_put(struct db *db, const struct reading *r, size_t calls)
{
    struct str reason = r->reason;

    if (str_is(r->row.method, POLL_METHOD) && !calls && !reason.n)
        reason = STR("Its calls were known already.");
    return q_delivery_put(db, (struct delivery_put_in){
        .id = r->row.id, .integration = r->row.integration,
        .state = str_of(r->unparsed ? "unparsed" : calls ? "parsed" : "ignored"), .reason = reason,
        .parser_version = r->parser, .settings_version = r->row.version,
        .calls = (int64_t)calls, .verdict = str_of(r->verdict)}, NULL);
}
