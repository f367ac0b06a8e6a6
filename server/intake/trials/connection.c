/* The steps of a trial of a connection: does the name lead somewhere that may be called, does TLS
 * stand, are we let in and may we list calls, can a recording be read. Each goes through the same
 * guard, settings and provider functions as the real thing. Runs in jobs. */
#include "intake/lines/lines.h"
#include "intake/trials/step.h"
#include "net/poll.h"
#include "net/reach.h"
#include "net/services.h"

#define DAYS 7
#define ENOUGH (32u << 10) /* of a recording: it can be read */

/* The address that the settings name, else the vendor's own; STR_NONE: this one only sends. */
static struct str where_to(const struct trying *t)
{
    for (const struct provider_setting *s = t->provider->settings; s && s->name; s++)
        if (s->kind == SETTING_URL && json_text(t->settings, s->name).n)
            return json_text(t->settings, s->name);
    if (json_text(t->settings, "host").n)
        return json_text(t->settings, "host");
    return str_of(t->provider->api_url);
}

static bool speaks_http(const struct trying *t)
{
    return !json_text(t->settings, "host").n;
}

static struct str kind_of(const struct trying *t, enum net_verdict v, bool own)
{
    if (v == NET_PUBLIC)
        return STR("on the public internet");
    if (v == NET_ALLOWED)
        return str_fmt(t->a, "inside a network that the operator allowed for %s", t->provider->slug);
    return own ? STR("this server's own, which it does not call")
               : STR("in a network or at a port that this service does not call");
}

static void tell_address(struct trying *t, const struct reach *r)
{
    struct buf b = buf_new(t->a, 2000);
    const char *slug = t->provider->slug;
    bool any = false;
    size_t bad = 0;

    buf_fmt(&b, "%.*s leads to ", STR_ARG(r->host));
    for (size_t i = 0; i < r->n; i++) {
        any = any || r->at[i].verdict != NET_REFUSED;
        if (r->at[i].verdict == NET_REFUSED)
            bad = i;
        buf_fmt(&b, "%s%.*s, %.*s", i ? "; " : "", STR_ARG(r->at[i].address),
                STR_ARG(kind_of(t, r->at[i].verdict, r->at[i].own)));
    }
    buf_char(&b, '.');
    step_say(t, "address", any ? FOUND_GOOD : FOUND_BAD, buf_str(&b),
             any ? STR_NONE
                 : str_fmt(t->a, "If it is in your own network, ask whoever runs this server to allow "
                                 "it: RINGSIGHT_EGRESS_ALLOW, for example %s=%.*s/32:%u.",
                           slug, STR_ARG(r->at[bad].address), r->port));
}

void step_address(struct trying *t, const struct json *carry)
{
    struct str where = where_to(t);
    struct reach r;
    const struct err *e;

    (void)carry;
    if (!where.n) {
        step_say(t, "address", FOUND_SKIPPED,
                 STR("This phone system only sends: there is no address of it to call."), STR_NONE);
        return;
    }
    e = net_reach(t->a, where, t->provider->slug, services()->allowances, &r);
    if (!e)
        tell_address(t, &r);
    else
        step_say(t, "address", FOUND_BAD, step_why(t, e),
                 e == E_TIMEOUT ? STR("Try again in a minute.")
                                : STR("Check how the address is written in the settings."));
}

void step_tls(struct trying *t, const struct json *carry)
{
    struct str where = where_to(t), tls = json_text(t->settings, "tls");
    struct http_request rq = {.url = where, .max_bytes = 64u << 10};
    struct http_response rs = {0};
    const struct err *e;

    (void)carry;
    if (!where.n || !speaks_http(t))
        return;
    e = fetch_http(t->a, &t->net, &rq, &rs);
    if (rs.status || !e) {
        step_say(t, "tls", FOUND_GOOD,
                 str_starts(where, STR("http://"))
                     ? STR("It answers. The connection is not encrypted.")
                 : str_is(tls, "insecure")
                     ? STR("It answers over TLS. Its certificate is not looked at (insecure).")
                     : STR("It answers over TLS, and its certificate is in order."),
                 STR_NONE);
        return;
    }
    step_say(t, "tls", FOUND_BAD, step_why(t, e),
             e == E_TIMEOUT
                 ? STR("Look whether a firewall in front of it lets this server's addresses in, and "
                       "whether the port is right.")
                 : STR("Check port and certificate setting. A phone system with a certificate of its "
                       "own needs pinned."));
}

static bool can_list(const struct trying *t)
{
    return t->provider->poll && (!t->provider->poll_needs ||
                                 json_text(t->settings, t->provider->poll_needs).n);
}

/* The last recording that the page tells of, for the next step. */
static void carry_recording(struct trying *t, const struct event_list *list)
{
    const struct call_event *best = NULL;
    struct jw w = jw_new(t->a);

    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].n_recordings && (!best || list->v[i].started >= best->started))
            best = &list->v[i];
    if (!best)
        return;
    jw_open(&w, '{');
    jw_key(&w, "name");
    jw_text(&w, best->recordings[0].name);
    jw_key(&w, "folder");
    jw_text(&w, best->recordings[0].folder);
    jw_key(&w, "leg_key");
    jw_text(&w, best->leg_key);
    jw_key(&w, "started");
    jw_int(&w, best->started);
    jw_close(&w, '}');
    t->carry = jw_done(&w);
}

static void tell_list(struct trying *t, const struct poll *p)
{
    struct hook h = {.method = STR(POLL_METHOD), .query = p->query, .headers = STR(""),
                     .body = p->body, .settings = t->settings, .now = time_now()};
    struct event_list list = {0};
    const struct err *e = p->body.p ? t->provider->parse(t->a, &h, &list) : NULL;

    step_say(t, "login", FOUND_GOOD, STR("We are let in with the credentials of the settings."),
             STR_NONE);
    if (e) {
        step_say(t, "list", FOUND_BAD, step_why(t, e),
                 STR("It answered with something else than a list of calls. Check the address, and what "
                     "the user may do there."));
        return;
    }
    carry_recording(t, &list);
    step_say(t, "list", FOUND_GOOD,
             list.n ? str_fmt(t->a, "The list of calls can be read: the first page of the last %d days "
                                    "has %zu records.", DAYS, list.n)
                    : str_fmt(t->a, "The list of calls can be read; it is empty for the last %d days.",
                              DAYS),
             STR_NONE);
}

void step_login(struct trying *t, const struct json *carry)
{
    int64_t now = time_now();
    struct poll p = {.net = t->net, .from = now - DAYS * INT64_C(86400) * TIME_S, .to = now,
                     .cursor = STR("")};
    const struct err *e;

    (void)carry;
    if (!can_list(t)) {
        if (t->provider->poll)
            step_say(t, "login", FOUND_SKIPPED,
                     STR("The settings have no credentials for its list of calls."), STR_NONE);
        return;
    }
    if (str_is(t->task.integration_state, "attention")) {
        step_say(t, "login", FOUND_BAD, t->task.integration_reason,
                 STR("These credentials were refused before and are not tried again, so that nobody is "
                     "locked out: correct and save them, then try again."));
        return;
    }
    e = t->provider->poll(t->a, &p);
    t->refused = e == E_UPSTREAM_AUTH;
    if (!e)
        tell_list(t, &p);
    else if (t->refused)
        step_say(t, "login", FOUND_BAD, step_why(t, e),
                 STR("Correct user, password and permissions there or in the settings, and save."));
    else
        step_say(t, "login", FOUND_BAD, step_why(t, e),
                 e == E_UPSTREAM_BUSY ? STR("It is busy: try again in a few minutes.")
                                      : STR("Check the address and what this user may do there."));
}

struct tasting {
    size_t n;
};

static const struct err *taste(void *arg, struct str bytes)
{
    struct tasting *s = arg;

    s->n += bytes.n;
    return s->n >= ENOUGH ? E_LOST : NULL; /* that is enough */
}

static const struct err *newest(struct trying *t, struct recording_ref *ref)
{
    struct trial_recording_out row;
    struct db *db;
    const struct err *e = job_read_begin(t->job, &db);

    if (e)
        return e;
    e = q_trial_recording(db, (struct trial_recording_in){t->task.integration_id}, &row);
    job_read_end(t->job, db);
    if (e)
        return e;
    *ref = (struct recording_ref){.name = row.name, .folder = row.folder, .seconds = -1,
                                  .leg_key = STR("")};
    t->net.call_started = row.started_at;
    return NULL;
}

static void tell_recording(struct trying *t, const struct err *e, size_t n)
{
    if (n && (!e || e == E_LOST))
        step_say(t, "recording", FOUND_GOOD,
                 STR("A recording can be read: the newest one's first bytes arrived."), STR_NONE);
    else if (e == E_NOT_READY || e == E_NOT_FOUND || e == E_GONE)
        step_say(t, "recording", FOUND_SKIPPED, step_why(t, e),
                 STR("Make a call that is recorded, wait a few minutes, and try again."));
    else
        step_say(t, "recording", FOUND_BAD, e ? step_why(t, e) : STR("The recording is empty."),
                 STR("Check what this user may do with recordings, and where they are kept."));
}

void step_recording(struct trying *t, const struct json *carry)
{
    struct recording_ref ref = {.name = json_text(carry, "name"), .seconds = -1,
                                .folder = json_text(carry, "folder"),
                                .leg_key = json_text(carry, "leg_key")};
    struct tasting tasting = {0};
    const struct err *e = NULL;

    if (!t->provider->fetch)
        return;
    if (ref.name.n)
        t->net.call_started = json_int(carry, "started", TIME_NONE);
    else
        e = newest(t, &ref);
    if (e) {
        step_say(t, "recording", FOUND_SKIPPED, STR("No call with a recording is known yet."),
                 STR("Make a call that is recorded, and try again."));
        return;
    }
    t->net.recording = &ref;
    t->net.max_bytes = (size_t)512 << 20;
    t->net.sink = taste;
    t->net.sink_arg = &tasting;
    e = t->provider->fetch(t->a, &t->net);
    t->refused = e == E_UPSTREAM_AUTH;
    tell_recording(t, e, tasting.n);
}

/* Whether the settings as they are now would be let in, whatever the open line was let in with. */
static void fresh_login(struct trying *t)
{
    struct str greeting;
    const struct err *e;

    if (str_is(t->task.integration_state, "attention")) {
        step_say(t, "login", FOUND_BAD, t->task.integration_reason,
                 STR("These credentials were refused before and are not tried again, so that nobody is "
                     "locked out: correct and save them, then try again."));
        return;
    }
    e = line_try(t->a, t->settings, &greeting);
    t->refused = e == E_UPSTREAM_AUTH;
    if (!e)
        step_say(t, "login", FOUND_GOOD,
                 str_fmt(t->a, "A fresh login was taken and ended again (%.*s).", STR_ARG(greeting)),
                 STR_NONE);
    else
        step_say(t, "login", FOUND_BAD, step_why(t, e),
                 t->refused ? STR("Correct user and secret here or in manager.conf, and save.")
                            : STR("Check address, port and TLS setting, and whether a firewall lets this "
                                  "server's addresses in."));
}

/* A line held open (AMI): a fresh login first, then the worker that holds the line says how it is. */
void step_line(struct trying *t, const struct json *carry)
{
    struct trial_line_out row;
    struct db *db;
    const struct err *e;

    (void)carry;
    if (speaks_http(t))
        return;
    fresh_login(t);
    if (t->over)
        return;
    e = job_read_begin(t->job, &db);
    if (!e) {
        e = q_trial_line(db, (struct trial_line_in){t->task.integration_id}, &row);
        job_read_end(t->job, db);
    }
    if (e)
        step_say(t, "line", FOUND_SKIPPED, STR("The line has not been tried yet."),
                 STR("Wait half a minute, and try again."));
    else if (str_is(row.state, "connected"))
        step_say(t, "line", FOUND_GOOD, STR("The line is open: signed in, and listening."), STR_NONE);
    else
        step_say(t, "line", FOUND_BAD,
                 row.reason.n ? row.reason : STR("The line is not open."),
                 STR("Correct the settings and save; the line is then tried at once."));
}
