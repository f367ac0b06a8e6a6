/* The operator's side of the queue: all tenants' jobs without what is in them, and the reins. Runs
 * as ringsight_platform; the statements write the answers. */
#include "jobs/jobs.h"
#include "platform/queues/inner.h"
#include "people/audit/audit.h"
#include "platform/queues/queries.h"

#define PAGE 50
#define RETRY_MAX 1000
#define KIND_MAX 100
#define PROBES_AT_ONCE 50

static const struct err *answer(struct req *rq, const struct err *e, struct str json)
{
    if (e == E_BAD_INPUT)
        return req_field(rq, "cursor", "Take it from \"next\" of the page before.");
    return e ? e : req_json(rq, 200, json);
}

/* A statement that changed no row found nothing. */
static const struct err *changed(struct req *rq, const struct err *e, int64_t rows)
{
    if (!e && !rows)
        e = E_NOT_FOUND;
    return e ? e : req_none(rq);
}

/* ---- looking ---- */

static const struct err *state(struct req *rq)
{
    struct queues_state_out row;
    const struct err *e = q_queues_state(rq->db, &row);

    return answer(rq, e, row.answer);
}

struct list_fields {
    struct str cursor, kind;
    struct uuid tenant;
    int64_t limit;
};

#define CURSOR                                                                                     \
    {"cursor", FIELD_TEXT, offsetof(struct list_fields, cursor), OPTIONAL, .max = 5000,            \
     .doc = "\"next\" of the page before"}
#define LIMIT                                                                                      \
    {"limit", FIELD_INT, offsetof(struct list_fields, limit), OPTIONAL, .min = 1, .max = 100}

static const struct field tenants_in[] = {CURSOR, LIMIT, {0}};

static const struct field dead_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct list_fields, kind), OPTIONAL, .max = KIND_MAX},
    {"tenant", FIELD_UUID, offsetof(struct list_fields, tenant), OPTIONAL},
    CURSOR, LIMIT, {0},
};

static int64_t limit_of(const struct list_fields *in)
{
    return in->limit > 0 ? in->limit : PAGE;
}

static const struct err *tenants(struct req *rq)
{
    const struct list_fields *in = rq->in;
    struct queues_tenants_out row;
    const struct err *e = q_queues_tenants(
        rq->db, (struct queues_tenants_in){in->cursor, limit_of(in)}, &row);

    return answer(rq, e, row.answer);
}

static const struct err *dead(struct req *rq)
{
    const struct list_fields *in = rq->in;
    struct queues_dead_out row;
    const struct err *e = q_queues_dead(
        rq->db, (struct queues_dead_in){in->kind, in->tenant, in->cursor, limit_of(in)}, &row);

    return answer(rq, e, row.answer);
}

static const struct err *workers(struct req *rq)
{
    struct queues_workers_out row;
    const struct err *e = q_queues_workers(rq->db, &row);

    return answer(rq, e, row.answer);
}

static const struct err *pauses(struct req *rq)
{
    struct queues_pauses_out row;
    const struct err *e = q_queues_pauses(rq->db, &row);

    return answer(rq, e, row.answer);
}

static const struct err *gates(struct req *rq)
{
    struct queues_gates_out row;
    const struct err *e = q_queues_gates(rq->db, &row);

    return answer(rq, e, row.answer);
}

/* ---- failed ones ---- */

struct retry_fields {
    struct str kind, reason;
    struct uuid tenant;
};

static const struct field retry_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct retry_fields, kind), REQUIRED, .max = KIND_MAX},
    {"reason", FIELD_TEXT, offsetof(struct retry_fields, reason), OPTIONAL, .max = 500,
     .doc = "Only those that failed with just this reason"},
    {"tenant", FIELD_UUID, offsetof(struct retry_fields, tenant), OPTIONAL},
    {0},
};

static const struct err *retry(struct req *rq)
{
    const struct retry_fields *in = rq->in;
    struct queues_retry_dead_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_queues_retry_dead(
        rq->db, (struct queues_retry_dead_in){in->kind, in->reason, in->tenant, RETRY_MAX}, &row);

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

/* ---- the reins ---- */

static const struct err *set_drain(struct req *rq, bool drain)
{
    int64_t rows = 0;
    struct str name;
    const struct err *e = req_param_text(rq, 0, &name);

    if (!e)
        e = q_queues_drain(rq->db, (struct queues_drain_in){name, drain}, &rows);
    return changed(rq, e, rows);
}

static const struct err *drain(struct req *rq)
{
    return set_drain(rq, true);
}

static const struct err *resume(struct req *rq)
{
    return set_drain(rq, false);
}

struct pause_fields {
    struct uuid tenant;
    struct str kind, reason;
};

static const struct field pause_in[] = {
    {"tenant", FIELD_UUID, offsetof(struct pause_fields, tenant), OPTIONAL,
     .doc = "Left out: all tenants"},
    {"kind", FIELD_TEXT, offsetof(struct pause_fields, kind), OPTIONAL, .max = KIND_MAX,
     .doc = "Left out: all kinds"},
    {"reason", FIELD_TEXT, offsetof(struct pause_fields, reason), OPTIONAL, .max = 500,
     .doc = "The tenant reads it"},
    {0},
};

static const struct err *pause_add(struct req *rq)
{
    const struct pause_fields *in = rq->in;
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    const struct err *e = NULL;

    if (in->kind.p && !job_kind_known(in->kind))
        return req_field(rq, "kind", "There are no jobs of this kind.");
    if (!uuid_is_zero(in->tenant))
        e = q_queues_pause_over(rq->db, (struct queues_pause_over_in){in->tenant, in->kind}, NULL);
    if (!e)
        e = q_queues_pause_add(rq->db, (struct queues_pause_add_in){
            id, in->tenant, in->kind, in->reason.p ? in->reason : STR("")}, NULL);
    if (e == E_NO_PARENT)
        return req_field(rq, "tenant", "There is no such tenant.");
    if (e == E_CONFLICT)
        return err_why(rq->a, E_CONFLICT, "This is paused already.");
    return e ? e : req_json(rq, 200, str_fmt(rq->a, "{\"id\":\"%s\"}", uuid_text(id, text).p));
}

static const struct err *pause_remove(struct req *rq)
{
    int64_t rows = 0;
    const struct err *e = q_queues_pause_remove(
        rq->db, (struct queues_pause_remove_in){rq->param_id[0]}, &rows);

    return changed(rq, e, rows);
}

struct share_fields {
    int64_t weight, max_running;
};

static const struct field share_in[] = {
    {"weight", FIELD_INT, offsetof(struct share_fields, weight), REQUIRED, .min = 1, .max = 100,
     .doc = "Turns for each turn of a tenant of weight 1"},
    {"max_running", FIELD_INT, offsetof(struct share_fields, max_running), OPTIONAL, .min = 1,
     .max = 10000, .doc = "Jobs at a time; left out: no limit of its own"},
    {0},
};

static const struct err *share_set(struct req *rq)
{
    const struct share_fields *in = rq->in;
    const struct err *e = q_queues_share_set(rq->db, (struct queues_share_set_in){
        rq->param_id[0], in->weight, in->max_running}, NULL);

    if (e == E_NO_PARENT)
        return E_NOT_FOUND;
    return e ? e : req_none(rq);
}

struct gate_fields {
    int64_t max_running, per_minute;
    bool reset;
};

static const struct field gate_in[] = {
    {"max_running", FIELD_INT, offsetof(struct gate_fields, max_running), OPTIONAL, .min = 1,
     .max = 10000, .doc = "Jobs at a time; left out: no limit"},
    {"per_minute", FIELD_INT, offsetof(struct gate_fields, per_minute), OPTIONAL, .min = 1,
     .max = 1000000, .doc = "Jobs begun a minute; left out: no limit"},
    {"reset", FIELD_BOOL, offsetof(struct gate_fields, reset), OPTIONAL,
     .doc = "Opens it again and forgets its failures"},
    {0},
};

static const struct err *gate_set(struct req *rq)
{
    const struct gate_fields *in = rq->in;
    struct str name;
    const struct err *e = req_param_text(rq, 0, &name);

    if (!e && name.n > 120)
        e = E_NOT_FOUND;
    if (!e)
        e = q_queues_gate_set(rq->db, (struct queues_gate_set_in){
            name, in->max_running, in->per_minute}, NULL);
    if (!e && in->reset)
        e = q_queues_gate_reset(rq->db, (struct queues_gate_reset_in){name}, NULL);
    return e ? e : req_none(rq);
}

/* ---- trying it ---- */

struct probe_fields {
    struct uuid tenant;
    int64_t ms, count;
};

static const struct field probe_in[] = {
    {"tenant", FIELD_UUID, offsetof(struct probe_fields, tenant), REQUIRED,
     .doc = "Whose turn it takes"},
    {"ms", FIELD_INT, offsetof(struct probe_fields, ms), REQUIRED, .min = 0, .max = PROBE_MS_MAX,
     .doc = "How long each works"},
    {"count", FIELD_INT, offsetof(struct probe_fields, count), OPTIONAL, .min = 1, .max = 1000,
     .doc = "How many; one if left out"},
    {0},
};

static const struct err *probes_add(struct req *rq, int64_t n)
{
    const struct probe_fields *in = rq->in;
    const struct err *e = NULL;

    db_begin(rq->db, in->tenant);
    for (int64_t i = 0; !e && i < n; i++)
        e = job_add(rq->db, &(struct job_new){
            .kind = "platform.probe",
            .args = str_fmt(rq->a, "{\"ms\":%lld}", (long long)in->ms)});
    return e ? e : db_commit(rq->db);
}

/* The jobs are the tenant's, so they are added as the tenant would; a few at a time, for what is
 * told of after a commit is bounded. */
static const struct err *probe(struct req *rq)
{
    const struct probe_fields *in = rq->in;
    const struct err *e = db_take(http_config.pools[DB_APP], rq->a, 3000, &rq->db);

    if (e)
        return e;
    for (int64_t left = in->count > 1 ? in->count : 1; !e && left > 0; left -= PROBES_AT_ONCE)
        e = probes_add(rq, left < PROBES_AT_ONCE ? left : PROBES_AT_ONCE);
    if (!e) {
        db_begin(rq->db, (struct uuid){{0}});
        e = audit_record(rq);
        if (!e)
            e = db_commit(rq->db);
    }
    db_give(http_config.pools[DB_APP], rq->db);
    rq->db = NULL;
    if (e == E_NO_PARENT)
        return req_field(rq, "tenant", "There is no such tenant.");
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {GET, "/platform/queues", SUPER_ADMIN, .run = state, .out = "queues", .role = DB_PLATFORM,
     .lane = WORK_SLOW, .doc = "All jobs by kind, with ages and rates, and what is wrong"},
    {GET, "/platform/queues/tenants", SUPER_ADMIN, tenants_in, .run = tenants,
     .out = "queue_tenants", .role = DB_PLATFORM, .lane = WORK_SLOW,
     .doc = "Tenants by how much they have to do, with their shares and ledgers"},
    {GET, "/platform/queues/dead", SUPER_ADMIN, dead_in, .run = dead, .out = "queue_dead",
     .role = DB_PLATFORM, .lane = WORK_SLOW, .doc = "Failed jobs by kind and reason"},
    {POST, "/platform/queues/dead/retry", SUPER_ADMIN, retry_in, .run = retry,
     .out = "jobs_asked", .role = DB_PLATFORM,
     .doc = "Tries failed jobs again, at most 1000 at a time"},
    {POST, "/platform/queues/probe", SUPER_ADMIN, probe_in, .run = probe, .tx = TX_NONE,
     .doc = "Adds jobs that only wait, to try the queue"},
    {GET, "/platform/workers", SUPER_ADMIN, .run = workers, .out = "queue_workers",
     .role = DB_PLATFORM, .doc = "Who works, on how much, and when they were last seen"},
    {POST, "/platform/workers/{worker:text}/drain", SUPER_ADMIN, .run = drain,
     .role = DB_PLATFORM, .doc = "Lets a worker end what it has and begin nothing"},
    {POST, "/platform/workers/{worker:text}/resume", SUPER_ADMIN, .run = resume,
     .role = DB_PLATFORM, .doc = "Lets a drained worker begin again"},
    {GET, "/platform/pauses", SUPER_ADMIN, .run = pauses, .out = "queue_pauses",
     .role = DB_PLATFORM, .doc = "What is paused, by the operator and by tenants"},
    {POST, "/platform/pauses", SUPER_ADMIN, pause_in, .run = pause_add, .out = "created",
     .role = DB_PLATFORM, .doc = "Pauses all jobs, a tenant's, or those of a kind"},
    {DELETE, "/platform/pauses/{pause}", SUPER_ADMIN, .run = pause_remove, .role = DB_PLATFORM,
     .doc = "Ends a pause"},
    {PUT, "/platform/tenants/{tenant}/share", SUPER_ADMIN, share_in, .run = share_set,
     .role = DB_PLATFORM, .doc = "A tenant's weight in the turns and its most jobs at a time"},
    {GET, "/platform/gates", SUPER_ADMIN, .run = gates, .out = "queue_gates",
     .role = DB_PLATFORM, .doc = "Limits of engines and phone systems, and which are closed"},
    {PUT, "/platform/gates/{gate:text}", SUPER_ADMIN, gate_in, .run = gate_set,
     .role = DB_PLATFORM, .doc = "The limits of an engine or phone system"},
    {0},
};

const struct feature queues_feature = {
    .name = "queues", .doc = "All jobs of the service: what waits, what failed, and the reins.",
    .routes = routes, .jobs = queues_jobs, .schemas = queues_schemas,
};
