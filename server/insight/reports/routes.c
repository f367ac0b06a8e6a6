/* Reports over HTTP. Who may see a call may have its report; to others it is not there. */
#include "core/time.h"
#include "core/zone.h"
#include "http/http.h"
#include "http/range.h"
#include "insight/reports/agent.h"
#include "insight/reports/call.h"
#include "insight/reports/mailed.h"
#include "insight/reports/pack.h"
#include "insight/reports/reports.h"
#include "insight/reports/routes_int.h"

#define BATCH_MAX 50
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

static const struct err *read_call(struct req *rq, struct uuid call, struct doc **ret)
{
    struct report_call_out row;
    const struct err *e = q_report_call(rq->db, (struct report_call_in){
        .call = call, .scope = req_scope(rq), .me = rq->who.account}, &row);

    return e ? e : report_call(rq->a, &row, rq->who.tenant_zone, ret);
}

static const struct err *call_pdf(struct req *rq)
{
    char id[UUID_TEXT];
    struct str bytes;
    struct doc *d;
    const struct err *e = read_call(rq, rq->param_id[0], &d);

    if (!e)
        e = doc_pdf(d, &bytes);
    return e ? e : report_reply(rq, bytes, "application/pdf",
                                str_fmt(rq->a, "call-%s.pdf", uuid_text(rq->param_id[0], id).p));
}

static const struct err *call_markdown(struct req *rq)
{
    char id[UUID_TEXT];
    struct doc *d;
    const struct err *e = read_call(rq, rq->param_id[0], &d);

    return e ? e : report_reply(rq, doc_markdown(d), "text/markdown; charset=utf-8",
                                str_fmt(rq->a, "call-%s.md", uuid_text(rq->param_id[0], id).p));
}

/* ---- many ---- */

struct batch_in {
    struct str calls, format;
};
static const struct field batch_in[] = {
    {"calls", FIELD_TEXT, offsetof(struct batch_in, calls), REQUIRED, .max = BATCH_MAX * 37,
     .doc = "Ids of calls with commas between them, at most 50"},
    {"format", FIELD_TEXT, offsetof(struct batch_in, format), OPTIONAL, .choices = "pdf|md",
     .doc = "pdf if left out"},
    {0},
};

static const struct err *read_ids(struct req *rq, struct str list, struct uuid *ids, size_t *ret_n)
{
    struct str one;
    size_t n = 0;

    while (list.n && str_split(&list, ',', &one)) {
        if (n == BATCH_MAX)
            return req_field(rq, "calls", "At most %d calls at a time.", BATCH_MAX);
        if (!uuid_parse(one, &ids[n]))
            return req_field(rq, "calls", "“%.*s” is no id of a call.", STR_ARG(str_sub(one, 0, 60)));
        for (size_t i = 0; i < n; i++)
            if (uuid_eq(ids[i], ids[n]))
                return req_field(rq, "calls", "Name each call once.");
        n++;
    }
    *ret_n = n;
    return n ? NULL : req_field(rq, "calls", "Name the calls.");
}

static const struct err *add_call(struct req *rq, struct pack *zip, struct uuid call, bool pdf)
{
    char id[UUID_TEXT];
    struct str bytes;
    struct doc *d;
    const struct err *e = read_call(rq, call, &d);

    if (!e && pdf)
        e = doc_pdf(d, &bytes);
    else if (!e)
        bytes = doc_markdown(d);
    return e ? e : pack_add(zip, str_fmt(rq->a, "call-%s.%s", uuid_text(call, id).p, pdf ? "pdf" : "md"),
                            bytes, d->dated);
}

struct sending {
    struct str bytes;
};

static const struct err *pull(void *ctx, char *out, size_t n, size_t *ret_n)
{
    struct sending *s = ctx;

    *ret_n = s->bytes.n < n ? s->bytes.n : n;
    for (size_t i = 0; i < *ret_n; i++)
        out[i] = s->bytes.p[i];
    s->bytes = str_sub(s->bytes, *ret_n, s->bytes.n);
    return NULL;
}

/* As the same calls give the same bytes, a broken download goes on where it stopped. */
static const struct err *send_parts(struct req *rq, struct str bytes)
{
    struct sending *s = ARENA_NEW(rq->a, struct sending);
    struct hash h = crypto_sha256(bytes);
    struct str etag = str_fmt(rq->a, "\"%.*s\"", STR_ARG(crypto_hex(rq->a, str_n(h.b, sizeof h.b))));
    struct range r = {RANGE_WHOLE, 0, 0};
    char text[RANGE_TEXT];

    rq->reply.body = STR_NONE;
    req_set_header(rq, "accept-ranges", STR("bytes"));
    req_set_header(rq, "etag", etag);
    if (range_still_valid(req_header(rq, "if-range"), etag, STR_NONE))
        r = range_parse(req_header(rq, "range"), (int64_t)bytes.n);
    if (r.kind != RANGE_WHOLE)
        req_set_header(rq, "content-range", str_dup(rq->a, range_content(r, (int64_t)bytes.n, text)));
    if (r.kind == RANGE_OUTSIDE)
        return err_why(rq->a, E_RANGE, "The archive has %zu bytes.", bytes.n);
    s->bytes = r.kind == RANGE_PART ? str_sub(bytes, (size_t)r.first, (size_t)(r.last - r.first + 1)) : bytes;
    rq->reply.status = r.kind == RANGE_PART ? 206 : 200;
    rq->reply.stream = (struct stream){.length = (int64_t)s->bytes.n, .pull = pull, .ctx = s};
    return NULL;
}

static const struct err *batch(struct req *rq)
{
    const struct batch_in *in = rq->in;
    struct uuid *ids = ARENA_ARRAY(rq->a, BATCH_MAX, struct uuid);
    struct str bytes;
    struct pack *zip;
    size_t n;
    const struct err *e = read_ids(rq, in->calls, ids, &n);

    if (!e)
        e = pack_new(rq->a, &zip);
    for (size_t i = 0; i < n && !e; i++)
        e = add_call(rq, zip, ids[i], !str_is(in->format, "md"));
    if (!e)
        e = pack_done(zip, &bytes);
    if (!e)
        e = report_reply(rq, STR(""), "application/zip", STR("call-reports.zip"));
    return e ? e : send_parts(rq, bytes);
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
