/* Reports over HTTP. Who may see a call may have its report; to others it is not there. */
#include "core/time.h"
#include "core/zone.h"
#include "http/http.h"
#include "insight/reports/agent.h"
#include "insight/reports/call.h"
#include "insight/reports/mailed.h"
#include "insight/reports/reports.h"
#include "insight/reports/routes_int.h"

#define DAY (86400 * TIME_S)
#define PERIOD_DAYS 30
#define PERIOD_MAX_DAYS 366

const struct err *report_reply(struct req *rq, struct str body, const char *type, struct str name)
{
    rq->reply.status = 200;
    rq->reply.type = str_of(type);
    rq->reply.body = body;
    req_set_header(rq, "cache-control", STR("private, no-cache"));
    req_set_header(rq, "content-disposition",
                   str_fmt(rq->a, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    return NULL;
}

/* ---- one call ---- */

const struct err *report_read_call(struct req *rq, struct arena *a, struct uuid call, struct doc **ret)
{
    struct report_call_out row;
    const struct err *e = q_report_call(rq->db, (struct report_call_in){
        .call = call, .scope = req_scope(rq), .me = rq->who.account}, &row);

    return e ? e : report_call(a, &row, rq->who.tenant_zone, ret);
}

static const struct err *call_pdf(struct req *rq)
{
    char id[UUID_TEXT];
    struct str bytes;
    struct doc *d;
    const struct err *e = report_read_call(rq, rq->a, rq->param_id[0], &d);

    if (!e)
        e = doc_pdf(d, &bytes);
    return e ? e : report_reply(rq, bytes, "application/pdf",
                                str_fmt(rq->a, "call-%s.pdf", uuid_text(rq->param_id[0], id).p));
}

static const struct err *call_markdown(struct req *rq)
{
    char id[UUID_TEXT];
    struct doc *d;
    const struct err *e = report_read_call(rq, rq->a, rq->param_id[0], &d);

    return e ? e : report_reply(rq, doc_markdown(d), "text/markdown; charset=utf-8",
                                str_fmt(rq->a, "call-%s.md", uuid_text(rq->param_id[0], id).p));
}

/* ---- an agent's weeks ---- */

struct period_in {
    int64_t from, to;
};
static const struct field period_in[] = {
    {"from", FIELD_TIME, offsetof(struct period_in, from), OPTIONAL, .doc = "Else 30 days before `to`"},
    {"to", FIELD_TIME, offsetof(struct period_in, to), OPTIONAL,
     .doc = "Calls before it; else the end of yesterday in the tenant's zone"},
    {0},
};

static const struct err *period(struct req *rq, struct agent_facts *f)
{
    const struct period_in *in = rq->in;
    const struct zone *z = zone_find(rq->who.tenant_zone);
    int64_t wall = z ? zone_wall(z, time_now()) : time_now();

    wall -= wall % DAY;
    f->to = rq->texts[1].p ? in->to : z ? zone_instant(z, wall, NULL) : wall;
    f->from = rq->texts[0].p ? in->from : f->to - PERIOD_DAYS * DAY;
    if (f->from >= f->to)
        return req_field(rq, "from", "The time begins after it ends.");
    if (f->to - f->from > PERIOD_MAX_DAYS * DAY)
        return req_field(rq, "from", "At most %d days at a time.", PERIOD_MAX_DAYS);
    return NULL;
}

static const struct err *read_agent(struct req *rq, struct agent_facts *f)
{
    const struct err *e = period(rq, f);

    return e ? e : report_agent_read(rq->db, rq->param_id[0], req_scope(rq), rq->who.account, rq->who.tenant_zone, f);
}

static struct str agent_file(struct req *rq, const char *ending)
{
    char id[UUID_TEXT];

    return str_fmt(rq->a, "agent-%s.%s", uuid_text(rq->param_id[0], id).p, ending);
}

static const struct err *agent_pdf(struct req *rq)
{
    struct agent_facts f = {.from = 0};
    struct str bytes;
    const struct err *e = read_agent(rq, &f);

    if (!e)
        e = doc_pdf(report_agent(rq->a, &f), &bytes);
    return e ? e : report_reply(rq, bytes, "application/pdf", agent_file(rq, "pdf"));
}

static const struct err *agent_markdown(struct req *rq)
{
    struct agent_facts f = {.from = 0};
    const struct err *e = read_agent(rq, &f);

    return e ? e : report_reply(rq, doc_markdown(report_agent(rq->a, &f)), "text/markdown; charset=utf-8",
                                agent_file(rq, "md"));
}

static const struct err *agent_csv(struct req *rq)
{
    struct agent_facts f = {.from = 0};
    struct report_table t;
    const struct err *e = read_agent(rq, &f);

    if (e)
        return e;
    t = report_agent_table(rq->a, &f);
    return report_reply(rq, report_table_csv(rq->a, &t), "text/csv; charset=utf-8", agent_file(rq, "csv"));
}

static const struct route routes[] = {
    {GET, "/calls/{call}/report.pdf", CALLS_READ, .run = call_pdf, .lane = WORK_SLOW, .out = "file",
     .doc = "The coaching report of a call as PDF"},
    {GET, "/calls/{call}/report.md", CALLS_READ, .run = call_markdown, .lane = WORK_SLOW, .out = "file",
     .doc = "The coaching report of a call as Markdown"},
    {GET, "/call-reports", CALLS_READ, batch_in, .run = batch, .lane = WORK_SLOW, .out = "file",
     .limit = LIMIT_COSTLY, .doc = "The reports of up to 50 calls as one zip file; Range goes on with a broken download"},
    {POST, "/call-reports", CALLS_READ, many_in, .run = batch_many, .lane = WORK_SLOW, .out = "file",
     .limit = LIMIT_COSTLY, .audit = AUDIT_NOT, .doc = "The reports of up to 500 calls as one zip file"},
    {GET, "/agents/{agent}/report.pdf", CALLS_READ, period_in, .run = agent_pdf, .lane = WORK_SLOW,
     .out = "file", .doc = "An agent's report over a time as PDF"},
    {GET, "/agents/{agent}/report.md", CALLS_READ, period_in, .run = agent_markdown, .lane = WORK_SLOW,
     .out = "file", .doc = "An agent's report over a time as Markdown"},
    {GET, "/agents/{agent}/report.csv", CALLS_READ, period_in, .run = agent_csv, .lane = WORK_SLOW,
     .out = "file", .doc = "An agent's calls over a time with their figures, one a row"},
    {GET, "/calls/{call}/clip.wav", RECORDINGS_LISTEN, clip_in, .run = clip_sound, .lane = WORK_SLOW,
     .out = "file", .limit = LIMIT_COSTLY, .doc = "A part of a recording, up to five minutes, as WAV"},
    {GET, "/calls/{call}/clip.md", CALLS_READ, clip_in, .run = clip_text, .lane = WORK_SLOW, .out = "file",
     .doc = "What is said in a part of a call as Markdown"},
    {GET, "/calls/{call}/clip.zip", RECORDINGS_LISTEN, clip_in, .run = clip_both, .lane = WORK_SLOW,
     .out = "file", .limit = LIMIT_COSTLY, .doc = "Both in one file, for a one-to-one"},
    {0},
};

const struct feature reports_feature = {
    .name = "reports", .doc = "Coaching reports to take along.", .routes = routes,
};
