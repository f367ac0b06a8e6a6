/* A walk's steps: each is one transaction that looks at the next recordings, hands out what is to be
 * written, and adds the next step behind those jobs. So a walk has few jobs in the queue at any time,
 * however many recordings there are. */
#include "intake/conversions/conversions.h"
#include "intake/conversions/queries.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

#define LOOK 500 /* recordings looked at in a step */
#define HAND 20  /* of them handed out at most */

/* One step under way. */
struct step {
    struct job *job;
    struct conversion_task_out task;
    struct conversion_step_in told;
    struct uuid handed[HAND], jobs[HAND];
    size_t n;
};

const struct err *conversions_add_step(struct db *db, struct uuid conversion,
                                       const struct uuid *handed, const struct uuid *jobs, size_t n)
{
    struct jw w = jw_new(db_arena(db));

    jw_open(&w, '{');
    jw_key(&w, "conversion");
    jw_uuid(&w, conversion);
    jw_key(&w, "handed");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        jw_uuid(&w, handed[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return job_add(db, &(struct job_new){.kind = "recordings.past", .object = conversion,
                                         .args = jw_done(&w), .needs = jobs, .n_needs = n});
}

/* What became of those that the last step handed out. */
static const struct err *look_back(struct step *s)
{
    const struct json *list = json_get(s->job->args, "handed");
    struct buf ids = buf_new(s->job->a, 100 + HAND * UUID_TEXT);
    struct conversion_made_out made;
    const struct err *e;

    if (!json_count(list))
        return NULL;
    for (size_t i = 0; i < json_count(list); i++)
        buf_fmt(&ids, "%s%.*s", i ? "," : "{", STR_ARG(json_str(json_at(list, i))));
    buf_char(&ids, '}');
    e = q_conversion_made(s->job->db, (struct conversion_made_in){buf_str(&ids)}, &made);
    if (e)
        return e;
    s->told.made = made.made;
    s->told.made_from_bytes = made.from_bytes;
    s->told.made_bytes = made.bytes;
    return NULL;
}

static void count(struct conversion_step_in *told, const struct recording_kept *k, int64_t bytes)
{
    switch (recording_lacks(k)) {
    case LACKS_OPUS:
        told->beside += !k->keep_opus;
        told->beside_estimate += k->keep_opus ? 0 : recording_opus_bytes(k);
        told->instead += k->keep_opus;
        told->instead_bytes += k->keep_opus ? bytes : 0;
        told->instead_estimate += k->keep_opus ? recording_opus_bytes(k) : 0;
        break;
    case LACKS_RELEASE:
        told->release++;
        told->release_bytes += bytes;
        break;
    case LACKS_NOTHING:
        break;
    }
}

static const struct err *look_at(struct step *s, const struct conversion_batch_out *row)
{
    struct recording_kept k = {
        .call = row->call_id, .id = row->id, .codec = row->codec, .channels = row->channels,
        .duration_ms = row->duration_ms, .has_opus = row->has_opus, .released = row->released,
        .gave_up = row->gave_up, .keep_opus = row->keep_opus};
    struct uuid job;
    const struct err *e;

    s->told.reached = row->id;
    s->told.seen++;
    if (!row->ready)
        return NULL;
    count(&s->told, &k, row->bytes > 0 ? row->bytes : 0);
    if (!str_is(s->task.mode, "convert"))
        return NULL;
    e = recordings_supply(s->job->db, &k, &job);
    if (!e && !uuid_is_zero(job)) {
        s->handed[s->n] = row->id;
        s->jobs[s->n++] = job;
    }
    return e;
}

/* Over when there is nothing left to look at and nothing to wait for. */
static const struct err *go_on(struct step *s)
{
    struct conversion_batch_out *rows;
    struct conversion_total_out all;
    size_t n = 0;
    const struct err *e = NULL;

    if (s->task.total == SQL_NULL) {
        e = q_conversion_total(s->job->db, (struct conversion_total_in){s->task.id}, &all);
        s->told.total = all.total;
    }
    if (!e)
        e = q_conversion_batch(s->job->db, (struct conversion_batch_in){
            s->task.id, s->task.reached_id, LOOK}, &rows, &n);
    for (size_t i = 0; i < n && s->n < HAND && !e; i++)
        e = look_at(s, &rows[i]);
    s->told.over = !n;
    return e || !n ? e : conversions_add_step(s->job->db, s->task.id, s->handed, s->jobs, s->n);
}

static const struct err *past_store(struct job *job, void *product)
{
    struct step s = {.job = job};
    struct uuid id;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "conversion"), &id))
        return NULL;
    e = q_conversion_task(job->db, (struct conversion_task_in){id}, &s.task);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    s.told = (struct conversion_step_in){.conversion = id, .reached = s.task.reached_id,
                                         .total = s.task.total};
    e = look_back(&s);
    if (!e && str_is(s.task.state, "running"))
        e = go_on(&s);
    if (!e)
        e = q_conversion_step(job->db, s.told, NULL);
    return e ? e : live_note(job->db, "conversion.updated", id, (struct uuid){{0}});
}

static const struct err *past_dead(struct job *job, struct str reason)
{
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "conversion"), &id))
        return NULL;
    e = q_conversion_end(job->db, (struct conversion_end_in){id, reason}, NULL);
    return e ? e : live_note(job->db, "conversion.updated", id, (struct uuid){{0}});
}

static const struct err *past_revive(struct job *job)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "conversion"), &id))
        return NULL;
    return q_conversion_again(job->db, (struct conversion_again_in){id}, NULL);
}

const struct job_kind conversions_jobs[] = {
    {"recordings.past", NULL, past_store, past_dead, .attempts = 6, .timeout_s = 60,
     .priority = JOB_BACKFILL, .revive = past_revive},
    {0},
};
