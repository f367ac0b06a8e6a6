/* A tenant's jobs. Cancelling and trying again are asked for here; the workers do it, telling what
 * the job works for in the same transaction. */
#include "jobs/jobs.h"
#include "platform/work/queries.h"
#include "platform/work/work.h"

#define RETRY_MAX 1000
#define KIND_MAX 100

static const struct field list_in[] = {
    {"state", FIELD_TEXT, 0, OPTIONAL,
     .choices = "waiting|blocked|queued|running|dead|ended|done|discarded|cancelled",
     .doc = "Left out: all that have not ended. waiting: queued and blocked ones"},
    {"kind", FIELD_TEXT, 0, OPTIONAL, .max = KIND_MAX, .doc = "e.g. transcripts.run"},
    {"call", FIELD_UUID, 0, OPTIONAL, .doc = "What is done for this call"},
    {0},
};

/* ---- one ---- */

/* What is not among the living has ended, or is not this tenant's. */
static const struct err *not_living(struct req *rq)
{
    struct work_ended_out row;
    const struct err *e = q_work_ended(rq->db, (struct work_ended_in){rq->param_id[0]}, &row);

    return e ? e : err_why(rq->a, E_CONFLICT, "This job has ended: it is %.*s.",
                           STR_ARG(row.outcome));
}

static const struct err *retry(struct req *rq)
{
    const struct err *e = job_retry(rq->db, rq->param_id[0]);

    if (e == E_NOT_FOUND)
        return not_living(rq);
    return e ? e : req_none(rq);
}

static const struct err *cancel(struct req *rq)
{
    const struct err *e = job_cancel(rq->db, rq->param_id[0]);

    if (e == E_NOT_FOUND)
        return not_living(rq);
    return e ? e : req_none(rq);
}

/* ---- many ---- */

struct bulk_fields {
    struct str kind, reason;
};

static const struct field bulk_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct bulk_fields, kind), OPTIONAL, .max = KIND_MAX},
    {"reason", FIELD_TEXT, offsetof(struct bulk_fields, reason), OPTIONAL, .max = 500,
     .doc = "Only those that failed with just this reason"},
    {0},
};

static const struct err *retry_many(struct req *rq)
{
    const struct bulk_fields *in = rq->in;
    struct work_retry_dead_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_work_retry_dead(
        rq->db, (struct work_retry_dead_in){in->kind, in->reason, RETRY_MAX}, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "asked");
    jw_int(&w, row.asked);
    jw_key(&w, "more");
    jw_bool(&w, row.asked == RETRY_MAX);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* ---- pauses ---- */

struct pause_fields {
    struct str kind, reason;
};

static const struct field pause_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct pause_fields, kind), OPTIONAL, .max = KIND_MAX,
     .doc = "Left out: all jobs"},
    {"reason", FIELD_TEXT, offsetof(struct pause_fields, reason), OPTIONAL, .max = 500},
    {0},
};

static const struct err *pause_add(struct req *rq)
{
    const struct pause_fields *in = rq->in;
    struct uuid id = uuid_new();
    struct str by = rq->who.name.n ? rq->who.name : STR("API key");
    const struct err *e;

    if (in->kind.p && !job_kind_known(in->kind))
        return req_field(rq, "kind", "There are no jobs of this kind.");
    e = q_work_pause_add(rq->db, (struct work_pause_add_in){
        id, in->kind, in->reason.p ? in->reason : STR(""), by}, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, E_CONFLICT, "This is paused already.");
    return e ? e : req_created(rq, id);
}

static const struct route routes[] = {
    {GET, "/jobs", JOBS_READ, list_in, .sql = SQL_WORK_LIST,
     .doc = "Jobs, newest first: what is done for calls behind the scenes"},
    {GET, "/jobs/summary", JOBS_READ, .sql = SQL_WORK_SUMMARY,
     .doc = "How many jobs wait, run and have failed, by kind, and what is paused"},
    {POST, "/jobs/retry", JOBS_WRITE, bulk_in, .run = retry_many, .out = "jobs_asked",
     .doc = "Tries failed jobs again, at most 1000 at a time"},
    {GET, "/jobs/pauses", JOBS_READ, .sql = SQL_WORK_PAUSES, .doc = "What is paused"},
    {POST, "/jobs/pauses", JOBS_WRITE, pause_in, .run = pause_add, .out = "created",
     .creates = CREATES, .doc = "Pauses all jobs, or those of a kind: none is begun any more"},
    {DELETE, "/jobs/pauses/{pause}", JOBS_WRITE, .sql = SQL_WORK_PAUSE_REMOVE,
     .doc = "Ends a pause"},
    {GET, "/jobs/{job}", JOBS_READ, .sql = SQL_WORK_GET, .doc = "One job"},
    {POST, "/jobs/{job}/retry", JOBS_WRITE, .run = retry,
     .doc = "Tries a failed job again, from its first attempt"},
    {POST, "/jobs/{job}/cancel", JOBS_WRITE, .run = cancel,
     .doc = "Ends a job without its result, also while it runs"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"

static const struct schema schemas[] = {
    {"job_counts",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"state\",\"jobs\"],"
     "\"properties\":{\"kind\":" TEXT ",\"state\":{\"enum\":[\"blocked\",\"queued\",\"running\","
     "\"dead\"]},\"jobs\":{\"type\":\"integer\"}}}}"},
    {"job_pauses",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"reason\","
     "\"by\",\"created_at\"],\"properties\":{\"id\":" TEXT ",\"kind\":{\"type\":[\"string\","
     "\"null\"]},\"reason\":" TEXT ",\"by\":" TEXT ",\"created_at\":" TIME "}}}"},
    {"jobs_asked",
     "{\"type\":\"object\",\"required\":[\"asked\",\"more\"],\"properties\":{\"asked\":{\"type\":"
     "\"integer\"},\"more\":{\"type\":\"boolean\",\"description\":\"There may be more: ask again\"}}}"},
    {0},
};

const struct feature work_feature = {
    .name = "work", .doc = "A tenant's jobs: what is under way, what failed, and starting again.",
    .routes = routes, .schemas = schemas,
};
