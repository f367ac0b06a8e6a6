/* A recording once more as Opus, where the policy in force keeps it so, or where no browser plays what
 * came. Two jobs: "opus" makes the second file, looks into it and notes it; "release" lets go of the
 * original, once its transcript is written. A file is stored and looked into before its row names it,
 * and removed after no row does: whenever a process dies, one of both is there, and the nightly sweep
 * finds what no row names. */
#include "core/log.h"
#include "intake/recordings/inner.h"
#include "intake/recordings/queries.h"
#include "net/services.h"
#include "live/live.h"
#include "media/media.h"

#define LENGTH_MS 40 /* that both may differ in: less than a syllable */
#define WAIT_S 10    /* for the transcript, at first */
#define WAIT_LONG_S 300
#define FAILED_DAYS 7 /* so long a call that failed can be tried again with its original */

struct making {
    struct recording_opus_task_out task;
    struct object_info object;
};

static const struct err *read_row(struct job *job, struct recording_opus_task_out *ret)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_recording_opus_task(db, (struct recording_opus_task_in){id}, ret);
    job_read_end(job, db);
    return e;
}

/* ---- making it ---- */

struct sinking {
    struct job *job;
    struct objects_writer *w;
};

static const struct err *sink(void *arg, struct str bytes)
{
    struct sinking *s = arg;

    return atomic_load(&s->job->lost) ? E_LOST : objects_writer_add(s->w, bytes);
}

static const struct err *encode(struct job *job, struct making *m, struct media_info *ret)
{
    struct recording_reading from = {.job = job};
    struct sinking to = {.job = job};
    const struct err *e = objects_open(services()->objects, job->a, job->tenant, m->task.object_key,
                                       &from.object);

    if (!e)
        e = objects_writer_open(services()->objects, job->a, job->tenant, &to.w);
    if (e)
        return e;
    e = media_opus(job->a, (struct media_source){recording_read, &from},
                   (struct media_sink){sink, &to}, ret);
    if (!e)
        e = objects_writer_commit(to.w, &m->object);
    if (e)
        objects_writer_abort(to.w);
    else
        recordings_look_after(job, m->task.id, &m->object);
    return e;
}

/* What was stored is read back and must sound as long, on as many channels, as what it stands for. */
static const struct err *verify(struct job *job, const struct making *m,
                                const struct media_info *original)
{
    struct recording_reading from = {.job = job};
    struct media_info info;
    int64_t off;
    const struct err *e = objects_open(services()->objects, job->a, job->tenant,
                                       str_of(m->object.key), &from.object);

    if (!e)
        e = media_inspect(job->a, (struct media_source){recording_read, &from}, &info);
    if (e)
        return e;
    off = info.duration_ms - original->duration_ms;
    if (info.channels == original->channels && off <= LENGTH_MS && off >= -LENGTH_MS &&
        !info.truncated && !info.damaged)
        return NULL;
    return err_why(job->a, E_BAD_MEDIA,
                   "The copy has %u channels and %lld ms, the original %u and %lld.", info.channels,
                   (long long)info.duration_ms, original->channels, (long long)original->duration_ms);
}

enum job_result recording_opus_work(struct job *job, void **ret_product)
{
    struct making *m = ARENA_NEW(job->a, struct making);
    struct media_info original;
    const struct err *e = read_row(job, &m->task);

    *ret_product = m;
    if (e && e != E_NOT_FOUND)
        return recording_not_read(job, e);
    if (e || !str_is(m->task.state, "ready") || !m->task.object_key.p || m->task.opus_key.p)
        return JOB_DISCARD;
    e = encode(job, m, &original);
    if (!e)
        e = verify(job, m, &original);
    if (!e)
        return JOB_DONE;
    if (e == E_BUSY || e == E_UNAVAILABLE || e == E_DISK_FULL)
        return recording_snooze(job, e == E_DISK_FULL ? 60 : 5);
    arena_set_why(job->a, recording_why_of(job, e));
    return e == E_BAD_MEDIA ? recording_give_up(job) : JOB_RETRY;
}

/* The original stays as it is; whatever was written goes. */
static const struct err *give_up(struct job *job, struct uuid recording, struct str reason)
{
    struct recording_opus_failed_out row;
    const struct err *e = q_recording_opus_failed(
        job->db, (struct recording_opus_failed_in){recording, reason}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

const struct err *recording_opus_store(struct job *job, void *product)
{
    const struct making *m = product;
    struct recording_opus_made_out row;
    const struct err *e;

    if (m->task.plays && (int64_t)m->object.bytes >= m->task.bytes)
        return give_up(job, m->task.id, STR("It is no larger than it would be as Opus."));
    e = q_recording_opus_made(job->db, (struct recording_opus_made_in){
        m->task.id, m->task.object_key, str_of(m->object.key), (int64_t)m->object.bytes}, &row);

    if (e) /* deleted or fetched anew meanwhile: the object goes too */
        return e == E_NOT_FOUND ? NULL : e;
    if (row.replace || json_yes(job->args, "instead"))
        e = recordings_add_release(job->db, row.call_id, m->task.id);
    return e ? e : live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

const struct err *recording_opus_dead(struct job *job, struct str reason)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return NULL;
    return give_up(job, id, str_fmt(job->a, "It could not be written as Opus: %.*s", STR_ARG(reason)));
}

/* ---- letting go of the original ---- */

/* Seconds until its transcript may be there; 0: nothing is made from the original any more. */
static int64_t still_needed(const struct job *job, const struct recording_opus_task_out *t)
{
    int64_t age_s = (time_now() - job->created_at) / TIME_S;

    if (t->in_work)
        return age_s < WAIT_LONG_S ? WAIT_S : WAIT_LONG_S;
    return t->call_failed && age_s < FAILED_DAYS * 86400 ? 12 * WAIT_LONG_S : 0;
}

/* The Opus file is there, whole by its own account. */
static const struct err *opus_is_there(struct job *job, const struct recording_opus_task_out *t)
{
    struct object *object;
    const struct err *e = objects_open(services()->objects, job->a, job->tenant, t->opus_key, &object);

    if (!e && (int64_t)objects_length(object) != t->opus_bytes)
        e = err_why(job->a, E_SEAL, "The Opus file is not as long as it was.");
    if (!e)
        objects_close(object);
    return e;
}

enum job_result recording_release_work(struct job *job, void **ret_product)
{
    struct making *m = ARENA_NEW(job->a, struct making);
    struct object_info original = {.bytes = 0};
    int64_t wait;
    const struct err *e = read_row(job, &m->task);

    *ret_product = m;
    if (e && e != E_NOT_FOUND)
        return recording_not_read(job, e);
    if (e || !m->task.opus_key.p || !m->task.object_key.p || m->task.released ||
        m->task.object_key.n >= sizeof original.key)
        return JOB_DISCARD;
    wait = still_needed(job, &m->task);
    if (wait)
        return recording_snooze(job, wait);
    e = opus_is_there(job, &m->task);
    if (e) {
        arena_set_why(job->a, recording_why_of(job, e));
        return JOB_RETRY;
    }
    for (size_t i = 0; i < m->task.object_key.n; i++)
        original.key[i] = m->task.object_key.p[i];
    recordings_look_after(job, m->task.id, &original);
    return JOB_DONE;
}

const struct err *recording_release_store(struct job *job, void *product)
{
    const struct making *m = product;
    struct recording_released_out row;
    const struct err *e = q_recording_released(job->db, (struct recording_released_in){
        m->task.id, m->task.object_key, m->task.opus_key}, &row);

    if (e == E_NOT_FOUND) /* it is in work again: later */
        return recordings_add_release(job->db, m->task.call_id, m->task.id);
    return e ? e : live_note(job->db, "call.updated", row.call_id, row.agent_id);
}
