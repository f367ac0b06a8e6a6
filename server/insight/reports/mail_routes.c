/* Plans of reports that go out by mail: made, changed, sent now, dropped by who reviews calls; ended for oneself by each
 * reader. Nobody is shown more by a plan than he may see by himself. */
#include "core/time.h"
#include "core/zone.h"
#include "http/http.h"
#include "insight/reports/mailed.h"
#include "insight/reports/reports.h"
#include "insight/reports/routes_int.h"
#include "jobs/schedule.h"
#include "people/mail/mail.h"

#define PLANS_MAX 50
#define READERS_MAX 50

struct plan_in {
    struct str name, every, zone, format, readers;
    struct uuid agent, team;
    int64_t on_day, hour;
    bool attach, active;
};

static const struct field plan_in[] = {
    {"name", FIELD_TEXT, offsetof(struct plan_in, name), REQUIRED, .min = 1, .max = 80, .doc = "Stands in the mail's subject"},
    {"agent", FIELD_UUID, offsetof(struct plan_in, agent), OPTIONAL, .doc = "About this agent alone; else about all agents, or a team's"},
    {"team", FIELD_UUID, offsetof(struct plan_in, team), OPTIONAL, .doc = "About the agents of this team"},
    {"every", FIELD_TEXT, offsetof(struct plan_in, every), REQUIRED, .choices = "day|week|month",
     .doc = "day: about the day before; week: about the seven days before; month: about the month before"},
    {"on_day", FIELD_INT, offsetof(struct plan_in, on_day), OPTIONAL, .min = 1, .max = 28,
     .doc = "Of the week, 1 is Monday and 7 Sunday; of the month, 1 to 28. 1 if left out"},
    {"hour", FIELD_INT, offsetof(struct plan_in, hour), REQUIRED, .min = 0, .max = 23, .doc = "By the zone's clock"},
    {"zone", FIELD_TEXT, offsetof(struct plan_in, zone), OPTIONAL, .max = 60,
     .doc = "Such as Europe/London; the tenant's own if left out"},
    {"format", FIELD_TEXT, offsetof(struct plan_in, format), REQUIRED, .choices = "pdf|xlsx|csv"},
    {"attach", FIELD_BOOL, offsetof(struct plan_in, attach), REQUIRED,
     .doc = "True: the file goes along, up to 10 MB. False: a link that asks to sign in"},
    {"active", FIELD_BOOL, offsetof(struct plan_in, active), REQUIRED, .doc = "False: does not go out by the clock"},
    {"readers", FIELD_TEXTS, offsetof(struct plan_in, readers), REQUIRED, .max = 4000,
     .doc = "Account ids of members who get it, 1 to 50"},
    {0},
};
static const struct field off_in[] = {
    {"off", FIELD_BOOL, 0, REQUIRED, .doc = "True: no more of these to you"},
    {0},
};

/* ---- what is asked ---- */

/* As PostgreSQL's array, each once. */
static const struct err *readers_of(struct req *rq, struct str text, struct str *ret)
{
    struct buf b = buf_new(rq->a, 64 + READERS_MAX * UUID_TEXT);
    struct report_readers_unfit_out odd;
    const struct json *list;
    char out[UUID_TEXT];
    struct uuid id;
    const struct err *e = json_parse(rq->a, text, &list);

    if (e)
        return e;
    if (!json_count(list) || json_count(list) > READERS_MAX)
        return req_field(rq, "readers", "Name 1 to %d members.", READERS_MAX);
    buf_char(&b, '{');
    for (size_t i = 0; i < json_count(list); i++) {
        if (!uuid_parse(json_str(json_at(list, i)), &id))
            return req_field(rq, "readers", "Number %zu is no id.", i + 1);
        buf_fmt(&b, "%s%s", i ? "," : "", uuid_text(id, out).p);
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    e = q_report_readers_unfit(rq->db, (struct report_readers_unfit_in){*ret}, &odd);
    if (e || !odd.n)
        return e;
    return odd.name.p ? req_field(rq, "readers", "%.*s has a user name and no mail address.", STR_ARG(odd.name))
                      : req_field(rq, "readers", "Number %lld is no member of yours.", (long long)odd.n);
}

static const struct err *check(struct req *rq, struct plan_in *in)
{
    struct report_agent_out agent;
    const struct err *e = NULL;

    if (!str_trim(in->name).n)
        return req_field(rq, "name", "This is needed.");
    if (!uuid_is_zero(in->agent) && !uuid_is_zero(in->team))
        return req_field(rq, "team", "Choose an agent or a team, not both.");
    in->on_day = in->on_day < 1 ? 1 : in->on_day; /* left out */
    if (str_is(in->every, "week") && in->on_day > 7)
        return req_field(rq, "on_day", "A week has the days 1 to 7.");
    if (in->zone.n && !zone_known(in->zone))
        return req_field(rq, "zone", "Give a zone such as Europe/London.");
    if (!uuid_is_zero(in->agent))
        e = q_report_agent(rq->db, (struct report_agent_in){in->agent, req_scope(rq)}, &agent);
    return e == E_NOT_FOUND ? req_field(rq, "agent", "There is no such agent.") : e;
}

static const struct err *clock(struct req *rq, struct uuid id, const struct plan_in *in)
{
    char text[UUID_TEXT];
    struct str name = report_clock_name(rq->a, id);

    if (!in->active)
        return schedule_drop(rq->db, name);
    return schedule_put(rq->db, &(struct schedule){
        .name = name, .kind = STR(REPORT_DUE), .cron = report_cron(rq->a, in->every, in->on_day, in->hour), .zone = in->zone,
        .args = str_fmt(rq->a, "{\"plan\":\"%s\"}", uuid_text(id, text).p)});
}

static const struct err *no_team(struct req *rq, const struct err *e)
{
    return e == E_NO_PARENT ? req_field(rq, "team", "There is no such team.") : e;
}

static const struct err *finish(struct req *rq, struct uuid id, const struct plan_in *in, struct str readers)
{
    const struct err *e = q_report_readers_put(rq->db, (struct report_readers_put_in){id, readers}, NULL);

    return e ? e : clock(rq, id, in);
}

/* ---- plans ---- */

static const struct err *create(struct req *rq)
{
    struct plan_in *in = rq->in;
    struct report_plans_count_out have;
    struct uuid id = uuid_new();
    struct str readers;
    const struct err *e = check(rq, in);

    if (!e)
        e = readers_of(rq, in->readers, &readers);
    if (!e)
        e = q_report_plans_count(rq->db, &have);
    if (!e && have.n >= PLANS_MAX)
        return err_why(rq->a, E_CONFLICT, "There are %d plans already: remove one first.", PLANS_MAX);
    if (!e)
        e = no_team(rq, q_report_plan_add(rq->db, (struct report_plan_add_in){
            id, str_trim(in->name), in->agent, in->team, in->every, in->on_day, in->hour, in->zone.n ? in->zone : STR_NONE,
            in->format, in->attach, in->active}, NULL));
    if (!e)
        e = finish(rq, id, in, readers);
    return e ? e : req_created(rq, id);
}

static const struct err *change(struct req *rq)
{
    struct plan_in *in = rq->in;
    struct uuid id = rq->param_id[0];
    struct report_plan_get_out had;
    struct str readers;
    int64_t version, n = 0;
    const struct err *e = req_if_match(rq, &version);

    if (!e) /* another tenant's is missing, not stale */
        e = q_report_plan_get(rq->db, (struct report_plan_get_in){id}, &had);
    if (!e)
        e = check(rq, in);
    if (!e)
        e = readers_of(rq, in->readers, &readers);
    if (!e)
        e = no_team(rq, q_report_plan_change(rq->db, (struct report_plan_change_in){
            id, version, str_trim(in->name), in->agent, in->team, in->every, in->on_day, in->hour,
            in->zone.n ? in->zone : STR_NONE, in->format, in->attach, in->active}, &n));
    if (!e && !n)
        return E_STALE;
    if (!e)
        e = finish(rq, id, in, readers);
    return e ? e : req_none(rq);
}

static const struct err *drop(struct req *rq)
{
    int64_t n = 0;
    const struct err *e = q_report_plan_drop(rq->db, (struct report_plan_drop_in){rq->param_id[0]}, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    if (!e)
        e = schedule_drop(rq->db, report_clock_name(rq->a, rq->param_id[0]));
    return e ? e : req_none(rq);
}

static const struct err *send_now(struct req *rq)
{
    struct uuid id = rq->param_id[0];
    struct report_plan_get_out p;
    char text[UUID_TEXT];
    const struct err *e = q_report_plan_get(rq->db, (struct report_plan_get_in){id}, &p);

    if (!e && !mail_possible())
        return err_why(rq->a, E_CONFLICT, "No mail server is set up: whoever runs the service sets smtp_url.");
    if (!e)
        e = job_add(rq->db, &(struct job_new){
            .kind = REPORT_DUE, .object = id, .dedupe = STR("hand"),
            .args = str_fmt(rq->a, "{\"plan\":\"%s\",\"hand\":true}", uuid_text(id, text).p)});
    return e ? e : req_none(rq);
}

static const struct err *set_off(struct req *rq)
{
    const bool *off = rq->in;
    int64_t n = 0;
    const struct err *e = uuid_is_zero(rq->who.account) ? E_NOT_FOUND : q_report_reader_off(rq->db,
        (struct report_reader_off_in){rq->param_id[0], rq->who.account, *off}, &n);

    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

/* What the mail of that run held, or would have, for who asks. */
static const struct err *file(struct req *rq)
{
    struct report_run_get_out run;
    struct report_plan_get_out p;
    struct report_loaded l;
    struct report_file f;
    const struct err *e = q_report_run_get(rq->db, (struct report_run_get_in){rq->param_id[0]}, &run);

    if (!e)
        e = q_report_plan_get(rq->db, (struct report_plan_get_in){run.plan_id}, &p);
    if (!e)
        e = report_load(rq->db, &p, &(struct report_reader){req_scope(rq), rq->who.account}, run.since, run.until, &l);
    if (!e)
        e = report_file(rq->a, &l, &f);
    return e ? e : report_reply(rq, f.bytes, f.type, f.name);
}

static const struct route routes[] = {
    {GET, "/report-plans", REVIEWS_WRITE, .sql = SQL_REPORT_PLANS_LIST,
     .doc = "Reports that go out by mail: of whom, when next, to whom, and what became of the last"},
    {POST, "/report-plans", REVIEWS_WRITE, plan_in, .run = create, .out = "created", .creates = CREATES,
     .doc = "Have a report go out by mail. Each reader gets what he may see at that moment, and who may see nothing gets none"},
    {PUT, "/report-plans/{report}", REVIEWS_WRITE, plan_in, .run = change, .doc = "Change all of a plan; needs If-Match"},
    {DELETE, "/report-plans/{report}", REVIEWS_WRITE, .run = drop, .doc = "Remove a plan and what is known of its mails"},
    {POST, "/report-plans/{report}/send", REVIEWS_WRITE, .run = send_now, .limit = LIMIT_COSTLY,
     .doc = "Send it now, besides its times, about the time that it would be about today"},
    {GET, "/report-plans/{report}/runs", REVIEWS_WRITE, .sql = SQL_REPORT_RUNS_LIST,
     .doc = "When it went out, newest first, at most 100, and what became of each mail"},
    {GET, "/my-report-plans", CALLS_READ, .sql = SQL_REPORT_PLANS_MINE, .doc = "Reports that you get by mail"},
    {PUT, "/my-report-plans/{report}", CALLS_READ, off_in, .run = set_off, .doc = "End or resume a report for yourself"},
    {GET, "/report-runs/{mailing}/file", CALLS_READ, .run = file, .lane = WORK_SLOW, .out = "file", .limit = LIMIT_COSTLY,
     .doc = "The report of that time, of the calls that you may see"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_NULL "{\"type\":[\"string\",\"null\"]}"
#define NUMBER "{\"type\":\"integer\"}"
#define YES_NO "{\"type\":\"boolean\"}"

static const struct schema schemas[] = {
    {"report_readers",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"off\"],\"properties\":{\"id\":" TEXT
     ",\"name\":" TEXT ",\"off\":" YES_NO "}}}"},
    {"report_last",
     "{\"type\":\"object\",\"required\":[\"id\",\"at\",\"sent\",\"waiting\",\"skipped\",\"failed\"],\"properties\":{\"id\":" TEXT
     ",\"at\":" TEXT ",\"sent\":" NUMBER ",\"waiting\":" NUMBER ",\"skipped\":" NUMBER ",\"failed\":" NUMBER "}}"},
    {"report_mails",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"state\",\"reason\",\"attached\",\"at\"],"
     "\"properties\":{\"name\":" TEXT ",\"state\":{\"enum\":[\"waiting\",\"sent\",\"skipped\",\"failed\"]},\"reason\":" TEXT_NULL
     ",\"attached\":" YES_NO ",\"at\":" TEXT_NULL "}}}"},
    {0},
};

const struct feature report_mails_feature = {
    .name = "report_mails", .doc = "Reports that go out by mail.", .routes = routes, .jobs = report_jobs, .schemas = schemas,
};
