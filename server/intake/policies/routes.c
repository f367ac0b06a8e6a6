/* A policy seen and changed, carried back over past calls, and calls analysed by hand. */
#include "core/time.h"
#include "intake/policies/decide.h"
#include "intake/policies/policies.h"
#include "intake/policies/queries.h"

#define DAYS_MAX 400
#define CALLS_AT_ONCE 200

struct change_fields {
    struct str fetch, analyse, store;
};

static const struct field change_in[] = {
    {"fetch", FIELD_JSON, offsetof(struct change_fields, fetch), OPTIONAL,
     .doc = "Whose recordings are fetched: who (all, listed, none), agents, extensions, directions, "
            "numbers, except_numbers, min_s, percent; left out: as it is"},
    {"analyse", FIELD_JSON, offsetof(struct change_fields, analyse), OPTIONAL,
     .doc = "Which calls are transcribed and scored, by the same settings"},
    {"store", FIELD_TEXT, offsetof(struct change_fields, store), OPTIONAL,
     .choices = "original|opus",
     .doc = "How recordings are kept: as they came, or as Opus, the original going once its "
            "transcript is written; left out: as it is"},
    {0},
};

static void write_half(struct jw *w, struct arena *a, const char *half, struct str given,
                       const struct json *now)
{
    const struct json *kept = json_get(now, half);

    if (!given.p && !kept)
        return;
    jw_key(w, half);
    jw_raw(w, given.p ? given : json_canonical(a, kept));
}

static const struct err *body_of(struct req *rq, struct str now, struct str *ret)
{
    const struct change_fields *in = rq->in;
    const struct json *tree;
    struct jw w = jw_new(rq->a);
    const struct err *e = json_parse(rq->a, now, &tree);

    if (e)
        return e;
    jw_open(&w, '{');
    write_half(&w, rq->a, "fetch", in->fetch, tree);
    write_half(&w, rq->a, "analyse", in->analyse, tree);
    if (in->store.p || json_text(tree, "store").p) {
        jw_key(&w, "store");
        jw_text(&w, in->store.p ? in->store : json_text(tree, "store"));
    }
    jw_close(&w, '}');
    *ret = jw_done(&w);
    return NULL;
}

static const struct err *check(struct req *rq, struct str body)
{
    struct policy p;
    const struct err *e = policy_read(rq->a, body, &p);

    if (e == E_BAD_INPUT)
        return req_field(rq, str_starts(arena_why(rq->a), STR("fetch")) ? "fetch" : "analyse", "%.*s",
                         STR_ARG(arena_why(rq->a)));
    return e;
}

static const struct err *change(struct req *rq)
{
    const struct change_fields *in = rq->in;
    struct policy_add_in row = {.integration = rq->param_id[0], .me = rq->who.account};
    struct policy_now_out now;
    int64_t version;
    const struct err *e = req_if_match(rq, &version);

    if (!e)
        e = q_policy_now(rq->db, (struct policy_now_in){rq->param_id[0]}, &now);
    if (e)
        return e;
    if (version != now.version)
        return E_STALE;
    if (str_is(now.provider, "upload") && in->fetch.p)
        return req_field(rq, "fetch", "Uploads are always kept: choose only what is analysed.");
    e = body_of(rq, now.body, &row.body);
    if (!e)
        e = check(rq, row.body);
    row.version = now.version + 1;
    if (!e)
        e = q_policy_add(rq->db, row, NULL);
    if (e == E_CONFLICT) /* somebody saved at the same moment */
        return E_STALE;
    if (e)
        return e;
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, str_fmt(rq->a, "{\"version\":%lld}", (long long)row.version));
}

struct run_fields {
    struct str mode;
    int64_t days;
};

static const struct field run_in[] = {
    {"mode", FIELD_TEXT, offsetof(struct run_fields, mode), REQUIRED, .choices = "count|apply",
     .doc = "count only says how many stored calls would be analysed and how long they are"},
    {"days", FIELD_INT, offsetof(struct run_fields, days), REQUIRED, .min = 1, .max = DAYS_MAX,
     .doc = "Calls of the last so many days"},
    {0},
};

static const struct err *run(struct req *rq)
{
    const struct run_fields *in = rq->in;
    struct policy_run_add_in row = {
        .id = uuid_new(), .integration = rq->param_id[0], .mode = in->mode,
        .from = time_now() - in->days * 86400 * TIME_S};
    struct policy_now_out now;
    int64_t n = 0;
    const struct err *e = q_policy_now(rq->db, (struct policy_now_in){rq->param_id[0]}, &now);

    if (!e && !now.version)
        return err_why(rq->a, E_CONFLICT, "There is no policy yet: everything is analysed anyway.");
    row.version = now.version;
    if (!e)
        e = q_policy_run_add(rq->db, row, &n);
    if (!e && !n)
        return err_why(rq->a, E_IN_USE, "Another run is under way: wait for its end or stop it.");
    if (!e)
        e = policies_add_step(rq->db, row.integration, row.id);
    return e ? e : req_created(rq, row.id);
}

static const struct err *analyse(struct req *rq)
{
    const struct err *e = policies_analyse(rq->db, rq->param_id[0], req_scope(rq));

    return e ? e : req_none(rq);
}

struct many_fields {
    struct str calls;
};

static const struct field many_in[] = {
    {"calls", FIELD_JSON, offsetof(struct many_fields, calls), REQUIRED,
     .doc = "Ids of calls, at most 200"},
    {0},
};

static const struct err *analyse_many(struct req *rq)
{
    const struct many_fields *in = rq->in;
    const struct json *list;
    struct jw w = jw_new(rq->a);
    struct uuid id;
    int64_t started = 0;
    const struct err *e = json_parse(rq->a, in->calls, &list);

    if (e)
        return e;
    if (json_kind(list) != J_LIST || json_count(list) > CALLS_AT_ONCE)
        return req_field(rq, "calls", "Give a list of at most %d ids.", CALLS_AT_ONCE);
    jw_open(&w, '{');
    jw_key(&w, "refused");
    jw_open(&w, '[');
    for (size_t i = 0; i < json_count(list); i++) {
        if (!uuid_parse(json_str(json_at(list, i)), &id))
            return req_field(rq, "calls", "Give the ids of calls.");
        e = policies_analyse(rq->db, id, req_scope(rq));
        if (e && e != E_NOT_FOUND && e != E_NOT_STORED)
            return e;
        started += !e;
        if (e)
            jw_uuid(&w, id);
    }
    jw_close(&w, ']');
    jw_key(&w, "started");
    jw_int(&w, started);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/integrations/{integration}/policy", INTEGRATIONS_READ, .sql = SQL_POLICY_GET,
     .doc = "Which recordings are fetched, which calls analysed, and how recordings are kept; version "
            "0: all, as they came"},
    {PATCH, "/integrations/{integration}/policy", INTEGRATIONS_WRITE, change_in, .run = change,
     .out = "policy_version", .doc = "A new version, for calls from now on; needs If-Match"},
    {GET, "/integrations/{integration}/policy/runs", INTEGRATIONS_READ, .sql = SQL_POLICY_RUNS_LIST,
     .doc = "How often the policy was carried back over past calls, newest first"},
    {POST, "/integrations/{integration}/policy/runs", INTEGRATIONS_WRITE, run_in, .run = run,
     .out = "created", .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Carry the policy in force back over past calls: count them first, then apply it"},
    {DELETE, "/policy-runs/{run}", INTEGRATIONS_WRITE, .sql = SQL_POLICY_RUN_STOP,
     .doc = "Stop; what was started goes on"},
    {POST, "/calls/{call}/analyse", CALLS_WRITE, .run = analyse, .limit = LIMIT_COSTLY,
     .doc = "Analyse a call that was stored without"},
    {POST, "/calls/analyse", CALLS_WRITE, many_in, .run = analyse_many, .out = "analyse_many",
     .limit = LIMIT_COSTLY, .doc = "Analyse several stored calls; refused lists those that cannot be"},
    {0},
};

#define TEXTS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define RULE                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"who\":{\"enum\":[\"all\",\"listed\",\"none\"]},\"agents\":" TEXTS     \
    ",\"extensions\":" TEXTS ",\"directions\":" TEXTS ",\"numbers\":" TEXTS ",\"except_numbers\":" TEXTS           \
    ",\"min_s\":{\"type\":\"integer\"},\"percent\":{\"type\":\"integer\"}}}"

static const struct schema schemas[] = {
    {"policy", "{\"type\":\"object\",\"properties\":{\"fetch\":" RULE ",\"analyse\":" RULE
               ",\"store\":{\"enum\":[\"original\",\"opus\"]}}}"},
    {"policy_version",
     "{\"type\":\"object\",\"required\":[\"version\"],\"properties\":{\"version\":{\"type\":\"integer\"}}}"},
    {"analyse_many",
     "{\"type\":\"object\",\"required\":[\"started\",\"refused\"],\"properties\":{\"started\":{\"type\":\"integer\"},"
     "\"refused\":" TEXTS "}}"},
    {0},
};

const struct feature policies_feature = {
    .name = "policies", .doc = "Which recordings are fetched and which calls are analysed.",
    .routes = routes, .jobs = policies_jobs, .schemas = schemas,
};
