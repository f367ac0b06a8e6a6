/* Looking for trackers: in one call when its transcript is there, and for one tracker in past calls,
 * some at a time. */
#include "insight/trackers/queries.h"
#include "insight/trackers/store.h"
#include "insight/transcripts/transcripts.h"
#include "live/live.h"

#define SOME_CALLS 50

struct found {
    struct uuid call, tracker, transcript;
    struct tracker_hits hits;
    struct str spans;
};

struct product {
    size_t n;
    struct found *v;
    struct uuid last; /* of past calls: the last one looked at, zero at the end */
};

static void look(struct arena *a, struct product *p, struct uuid call, struct uuid transcript,
                 struct uuid id, const struct tracker *t, const struct conversation *talk)
{
    struct found *f = &p->v[p->n++];

    *f = (struct found){.call = call, .tracker = id, .transcript = transcript};
    f->hits = tracker_find(a, t, talk);
    f->spans = tracker_spans_json(a, talk, &f->hits);
}

static const struct err *put(struct job *job, const struct product *p)
{
    const struct err *e = NULL;

    for (size_t i = 0; !e && i < p->n; i++) {
        const struct found *f = &p->v[i];

        if (f->hits.count || f->hits.stopped)
            e = q_tracker_hit_put(job->db, (struct tracker_hit_put_in){
                f->call, f->tracker, f->transcript, f->hits.count, f->hits.stopped, f->spans}, NULL);
        else
            e = q_tracker_hit_drop(job->db, (struct tracker_hit_drop_in){f->call, f->tracker}, NULL);
    }
    return e;
}

/* ---- one call ---- */

static const struct err *run_read(struct job *job, struct uuid call, struct uuid transcript,
                                  struct product *p)
{
    struct trackers_active_out *rows;
    struct transcript t;
    struct db *db;
    size_t n = 0;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = transcript_load(db, transcript, &t);
    if (!e)
        e = q_trackers_active(db, &rows, &n);
    if (!e)
        p->v = ARENA_ARRAY(job->a, n, struct found);
    for (size_t i = 0; !e && i < n; i++) {
        const struct tracker *one;

        if (!tracker_read(job->a, rows[i].kind, rows[i].speaker, rows[i].patterns, &one))
            look(job->a, p, call, transcript, rows[i].id, one, &t.talk);
    }
    job_read_end(job, db);
    return e;
}

static enum job_result run(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct uuid call, transcript;
    const struct err *e;

    if (!transcript_args_read(job->args, &call, &transcript))
        return JOB_DISCARD;
    e = run_read(job, call, transcript, p);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD;
    *ret_product = p;
    return e ? JOB_RETRY : JOB_DONE;
}

static const struct err *run_store(struct job *job, void *product)
{
    const struct product *p = product;
    const struct err *e = put(job, p);

    return e || !p->n ? e : live_note(job->db, "call.updated", p->v[0].call, (struct uuid){{0}});
}

/* ---- past calls ---- */

static struct str past_args(struct arena *a, struct uuid tracker, int64_t days, struct uuid after)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "tracker");
    jw_uuid(&w, tracker);
    jw_key(&w, "days");
    jw_int(&w, days);
    jw_key(&w, "after");
    jw_uuid(&w, after);
    jw_close(&w, '}');
    return jw_done(&w);
}

static const struct err *add_past(struct db *db, struct uuid tracker, int64_t days,
                                  struct uuid after)
{
    return job_add(db, &(struct job_new){.kind = "trackers.past", .object = tracker,
                                         .args = past_args(db_arena(db), tracker, days, after)});
}

const struct err *trackers_add_past(struct db *db, struct uuid tracker, int64_t days)
{
    return add_past(db, tracker, days, (struct uuid){{0}});
}

static const struct err *past_read(struct job *job, struct uuid id, int64_t days, struct uuid after,
                                   struct product *p)
{
    struct tracker_past_calls_out *calls;
    struct tracker_get_out row;
    const struct tracker *t;
    struct db *db;
    size_t n = 0;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_tracker_get(db, (struct tracker_get_in){id}, &row);
    if (!e)
        e = tracker_read(job->a, row.kind, row.speaker, row.patterns, &t);
    if (!e)
        e = q_tracker_past_calls(db, (struct tracker_past_calls_in){days, after, SOME_CALLS}, &calls,
                                 &n);
    if (!e)
        p->v = ARENA_ARRAY(job->a, n, struct found);
    for (size_t i = 0; !e && i < n && !job->lost; i++) {
        struct transcript x;

        if (!transcript_load(db, calls[i].transcript_id, &x))
            look(job->a, p, calls[i].id, calls[i].transcript_id, id, t, &x.talk);
        p->last = calls[i].id;
    }
    if (n < SOME_CALLS)
        p->last = (struct uuid){{0}};
    job_read_end(job, db);
    return e;
}

static bool past_of(const struct job *job, struct uuid *ret_tracker, struct uuid *ret_after)
{
    *ret_after = (struct uuid){{0}};
    if (json_text(job->args, "after").n)
        uuid_parse(json_text(job->args, "after"), ret_after);
    return uuid_parse(json_text(job->args, "tracker"), ret_tracker);
}

static enum job_result past(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct uuid tracker, after;
    const struct err *e;

    if (!past_of(job, &tracker, &after))
        return JOB_DISCARD;
    e = past_read(job, tracker, json_int(job->args, "days", 30), after, p);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the tracker was removed meanwhile */
    *ret_product = p;
    return e || job->lost ? JOB_RETRY : JOB_DONE;
}

static const struct err *past_store(struct job *job, void *product)
{
    const struct product *p = product;
    struct uuid tracker, after;
    const struct err *e = put(job, p);

    if (e || uuid_is_zero(p->last) || !past_of(job, &tracker, &after))
        return e;
    return add_past(job->db, tracker, json_int(job->args, "days", 30), p->last);
}

const struct job_kind trackers_jobs[] = {
    {"trackers.run", run, run_store, NULL, .attempts = 4, .timeout_s = 60, .priority = JOB_NORMAL},
    {"trackers.past", past, past_store, NULL, .attempts = 4, .timeout_s = 120,
     .priority = JOB_BACKFILL},
    {0},
};
