/* Replays: deliveries read again after a parser or a setting was mended. One job reads the next few;
 * its store puts what they tell now in place of what they told before, moves the replay on and adds
 * the next job, all in one transaction: a worker that dies costs a few read twice and nothing else.
 * The row says who asked, for what and what came of it. */
#include "intake/inbox/replay.h"

#include <stdlib.h>
#include <string.h>

#include "intake/calls/calls.h"
#include "intake/inbox/inbox.h"
#include "intake/inbox/queries.h"
#include "intake/inbox/reading.h"
#include "live/live.h"
#include "net/poll.h"

#define FEW 50
#define FEW_BYTES (2 << 20)

/* ---- asking for one ---- */

struct replay_fields {
    struct uuid integration;
    struct str state, reason;
    int64_t from, to, parser;
    bool older;
};

const struct field replay_in[] = {
    {"integration", FIELD_UUID, offsetof(struct replay_fields, integration), OPTIONAL,
     .doc = "Of this phone system alone"},
    {"from", FIELD_TIME, offsetof(struct replay_fields, from), OPTIONAL, .doc = "Received at or after"},
    {"to", FIELD_TIME, offsetof(struct replay_fields, to), OPTIONAL, .doc = "and before"},
    {"state", FIELD_TEXT, offsetof(struct replay_fields, state), OPTIONAL,
     .choices = "parsed|unparsed|ignored", .doc = "In this state now"},
    {"reason", FIELD_TEXT, offsetof(struct replay_fields, reason), OPTIONAL, .min = 1, .max = 200,
     .doc = "Whose reason has this text in it"},
    {"older", FIELD_BOOL, offsetof(struct replay_fields, older), OPTIONAL,
     .doc = "Read by an older parser than today's; needs integration"},
    {"parser", FIELD_INT, offsetof(struct replay_fields, parser), OPTIONAL, .min = 1, .max = 1000000,
     .doc = "Read with this version of the parser, of those that GET /providers lists; left out: the newest. "
            "Needs integration"},
    {0},
};

struct replay_one_fields {
    int64_t parser;
};

const struct field replay_one_in[] = {
    {"parser", FIELD_INT, offsetof(struct replay_one_fields, parser), OPTIONAL, .min = 1, .max = 1000000,
     .doc = "Read with this version of the parser, of those that GET /providers lists; left out: the newest"},
    {0},
};

static const struct err *add_job(struct db *db, const char *kind, struct uuid replay)
{
    char text[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = kind, .object = replay,
        .args = str_fmt(db_arena(db), "{\"replay\":\"%s\"}", uuid_text(replay, text).p)});
}

static const struct err *start(struct req *rq, struct replay_add_in *row, const char *kind)
{
    int64_t added = 0;
    const struct err *e;

    row->id = uuid_new();
    row->account = rq->who.account;
    row->by_name = rq->who.name.n ? rq->who.name : STR("an API key");
    e = q_replay_add(rq->db, *row, &added);
    if (!e && !added)
        e = err_why(rq->a, E_IN_USE, "A replay is under way already: wait for its end or stop it.");
    if (!e)
        e = add_job(rq->db, kind, row->id);
    return e ? e : req_created(rq, row->id);
}

/* Which version of the parser is asked for: one that this program has. */
static const struct err *choose_parser(struct req *rq, const struct provider *p, int64_t version,
                                       int64_t *ret)
{
    struct buf known = buf_new(rq->a, 500);

    *ret = SQL_NULL;
    if (version == SQL_NULL || version <= 0)
        return NULL;
    if (!p)
        return req_field(rq, "parser", "Name the integration too: each phone system has a parser of "
                                       "its own.");
    if (!provider_has_parser(p, version)) {
        for (const struct parser_before *b = p->parsers_before; b && b->version; b++)
            buf_fmt(&known, "%d or ", b->version);
        buf_fmt(&known, "%d", p->parser_version);
        return req_field(rq, "parser", "There is no such version here: give %.*s, or leave it out for "
                         "the newest.", STR_ARG(buf_str(&known)));
    }
    *ret = version;
    return NULL;
}

const struct err *replay_start(struct req *rq)
{
    const struct replay_fields *in = rq->in;
    struct replay_target_out target;
    struct replay_add_in row = {.integration = in->integration, .from = in->from, .to = in->to,
                                .state = in->state, .reason = in->reason, .older = SQL_NULL, .parser = SQL_NULL};
    const struct provider *p = NULL;
    const struct err *e;

    if (in->from != TIME_NONE && in->to != TIME_NONE && in->from >= in->to)
        return req_field(rq, "from", "Give a time before the end of the span.");
    if (in->older && uuid_is_zero(in->integration))
        return req_field(rq, "older", "Name the integration too: each phone system has a parser "
                                      "of its own.");
    if (!uuid_is_zero(in->integration)) {
        e = q_replay_target(rq->db, (struct replay_target_in){in->integration}, &target);
        if (e)
            return e == E_NOT_FOUND ? req_field(rq, "integration", "There is none with this id.") : e;
        p = provider_find(target.provider);
        if (in->older && p)
            row.older = p->parser_version;
    }
    e = choose_parser(rq, p, in->parser, &row.parser);
    return e ? e : start(rq, &row, "inbox.replay");
}

const struct err *replay_one(struct req *rq)
{
    const struct replay_one_fields *in = rq->in;
    struct replay_delivery_out found;
    struct replay_add_in row = {.delivery = rq->param_id[0], .from = TIME_NONE, .to = TIME_NONE,
                                .older = SQL_NULL, .parser = SQL_NULL};
    const struct err *e = q_replay_delivery(rq->db, (struct replay_delivery_in){rq->param_id[0]},
                                            &found);

    if (e)
        return e;
    if (!found.state.n)
        return err_why(rq->a, E_IN_USE, "It waits to be read for the first time: give it a moment.");
    row.integration = found.integration_id;
    e = choose_parser(rq, provider_find(found.provider), in->parser, &row.parser);
    return e ? e : start(rq, &row, "inbox.reread");
}

/* ---- the job ---- */

struct replaying {
    struct replay_task_out task;
    int64_t total;
    size_t n;      /* in this batch */
    struct reading *v;
    bool over;
};

static const struct err *count(struct db *db, struct replaying *r)
{
    const struct replay_task_out *t = &r->task;
    struct replay_count_out row;
    const struct err *e;

    r->total = t->total;
    if (t->total != SQL_NULL)
        return NULL;
    e = q_replay_count(db, (struct replay_count_in){
        .replay = t->id, .delivery = t->delivery_id, .integration = t->integration_id,
        .from = t->from_at, .to = t->to_at, .state = t->only_state, .older = t->older_than,
        .reason = t->only_reason}, &row);
    if (!e)
        r->total = row.total;
    return e;
}

static const struct err *next_few(struct job *job, struct replaying *r,
                                  struct replay_batch_out **ret, size_t *ret_n)
{
    const struct replay_task_out *t = &r->task;
    struct uuid id;
    struct db *db;
    const struct err *e;

    *ret_n = 0;
    if (!uuid_parse(json_text(job->args, "replay"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_replay_task(db, (struct replay_task_in){id}, &r->task);
    if (!e && str_is(t->state, "running"))
        e = count(db, r);
    if (!e && str_is(t->state, "running"))
        e = q_replay_batch(db, (struct replay_batch_in){
            .replay = t->id, .after = t->reached_id, .delivery = t->delivery_id,
            .integration = t->integration_id, .from = t->from_at, .to = t->to_at,
            .state = t->only_state, .older = t->older_than, .reason = t->only_reason,
            .limit = FEW, .bytes = FEW_BYTES}, ret, ret_n);
    job_read_end(job, db);
    return e;
}

static int by_integration(const void *x, const void *y)
{
    const struct reading *a = x, *b = y;
    int order = memcmp(a->row.integration.b, b->row.integration.b, sizeof a->row.integration.b);

    return order ? order : memcmp(a->row.id.b, b->row.id.b, sizeof a->row.id.b);
}

enum job_result replay_work(struct job *job, void **ret_product)
{
    struct replaying *r = ARENA_NEW(job->a, struct replaying);
    struct replay_batch_out *rows;
    size_t n;
    const struct err *e = next_few(job, r, &rows, &n);

    *ret_product = r;
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : e == E_UNAVAILABLE ? JOB_SNOOZE : JOB_RETRY;
    if (!str_is(r->task.state, "running"))
        return JOB_DISCARD;
    r->v = ARENA_ARRAY(job->a, n, struct reading);
    for (size_t i = 0; i < n && !e; i++) {
        struct stored row = {rows[i].id, rows[i].integration_id, rows[i].received_at,
                             rows[i].version, rows[i].method, rows[i].query, rows[i].source,
                             rows[i].headers, rows[i].body, rows[i].provider, rows[i].zone,
                             rows[i].settings, rows[i].secrets, rows[i].unproven};
        e = reading_of(job->a, job->tenant, &row, r->task.parser == SQL_NULL ? 0 : r->task.parser,
                       &r->v[r->n]);
        if (atomic_load(&job->lost))
            return JOB_RETRY;
        if (e != E_NOT_FOUND)
            r->n++;
        else
            e = NULL;
    }
    if (e)
        return JOB_RETRY;
    r->over = !n || !uuid_is_zero(r->task.delivery_id);
    if (n)
        r->task.reached_id = rows[n - 1].id;
    if (r->n)
        qsort(r->v, r->n, sizeof *r->v, by_integration);
    return JOB_DONE;
}

static size_t calls_in(struct arena *a, const struct event_list *list)
{
    struct str *seen = ARENA_ARRAY(a, list->n, struct str);
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        size_t k = 0;
        while (k < n && !str_eq(seen[k], list->v[i].call_key))
            k++;
        if (k == n)
            seen[n++] = list->v[i].call_key;
    }
    return n;
}

/* The deliveries of one integration, in v. */
static const struct err *retell(struct job *job, struct reading *v, size_t n, int64_t *changed)
{
    struct calls_retold *told = ARENA_ARRAY(job->a, n, struct calls_retold);
    const struct err *e = NULL;

    for (size_t i = 0; i < n && !e; i++) {
        bool asked_for = str_is(v[i].row.method, POLL_METHOD);

        if (asked_for && v[i].provider->poll_renames)
            e = calls_drop_twins(job->db, v[i].row.integration, v[i].events.v, &v[i].events.n);
        if (!e && asked_for)
            e = calls_drop_gone(job->db, v[i].row.integration, v[i].events.v, &v[i].events.n);
        told[i] = (struct calls_retold){v[i].row.id, v[i].events.v, v[i].events.n, false};
    }
    if (!e)
        e = calls_retell(job->db, v[0].row.integration, told, n);
    for (size_t i = 0; i < n && !e; i++) {
        *changed += told[i].changed;
        e = reading_put(job->db, &v[i], calls_in(job->a, &v[i].events));
    }
    return e;
}

const struct err *replay_store(struct job *job, void *product)
{
    struct replaying *r = product;
    struct replay_step_out row;
    int64_t changed = 0, unparsed = 0;
    const struct err *e = NULL;

    for (size_t i = 0, n; i < r->n && !e; i += n) {
        n = 1;
        while (i + n < r->n && uuid_eq(r->v[i].row.integration, r->v[i + n].row.integration))
            n++;
        e = retell(job, r->v + i, n, &changed);
    }
    for (size_t i = 0; i < r->n; i++)
        unparsed += r->v[i].unparsed;
    if (!e)
        e = q_replay_step(job->db, (struct replay_step_in){
            r->task.id, r->task.reached_id, r->total, (int64_t)r->n, changed, unparsed, r->over},
            &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* stopped meanwhile: what was read stays */
    e = live_note(job->db, "replay.updated", r->task.id, (struct uuid){{0}});
    return e || r->over ? e : add_job(job->db, job->kind->name, r->task.id);
}

const struct err *replay_dead(struct job *job, struct str reason)
{
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "replay"), &id))
        return NULL;
    e = q_replay_end(job->db, (struct replay_end_in){id, reason}, NULL);
    return e ? e : live_note(job->db, "replay.updated", id, (struct uuid){{0}});
}

const struct err *replay_revive(struct job *job)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "replay"), &id))
        return NULL;
    return q_replay_again(job->db, (struct replay_again_in){id}, NULL);
}
