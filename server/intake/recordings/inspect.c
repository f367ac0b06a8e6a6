/* Looking into a recording's bytes: how long, how many channels, what it looks like, whether it goes on
 * from here. The bytes are parsed by ringsight-media alone. */
#include "intake/numbers/numbers.h"
#include "intake/policies/policies.h"
#include "intake/recordings/inner.h"
#include "intake/recordings/queries.h"
#include "intake/recordings/rules.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"
#include "net/services.h"

const struct err *recording_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct recording_reading *r = ctx;
    const struct err *e;

    if (atomic_load(&r->job->lost))
        return E_LOST;
    e = objects_read_at(r->object, r->at, n, buf, ret_n);
    if (!e)
        r->at += *ret_n;
    return e;
}

struct inspecting {
    struct recording_task_out task;
    struct media_info info;
};

enum job_result recording_inspect_work(struct job *job, void **ret_product)
{
    struct inspecting *r = ARENA_NEW(job->a, struct inspecting);
    struct recording_reading reading = {.job = job};
    const struct err *e = recording_read_task(job, &r->task);

    *ret_product = r;
    if (e == E_NOT_FOUND || (!e && (!str_is(r->task.state, "fetched") || !r->task.object_key.p)))
        return JOB_DISCARD;
    if (e)
        return recording_not_read(job, e);
    e = objects_open(services()->objects, job->a, job->tenant, r->task.object_key, &reading.object);
    if (!e)
        e = media_inspect(job->a, (struct media_source){recording_read, &reading}, &r->info);
    if (!e)
        return JOB_DONE;
    if (e == E_BUSY)
        return recording_snooze(job, 5);
    arena_set_why(job->a, recording_why_of(job, e));
    return e == E_BAD_MEDIA ? recording_give_up(job) : JOB_RETRY;
}

static struct str silences_json(struct arena *a, const struct media_info *info)
{
    struct media_spans s = recording_silences(a, info);
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < s.n; i++) {
        jw_open(&w, '[');
        jw_int(&w, s.at[i].start_ms);
        jw_int(&w, s.at[i].end_ms);
        jw_close(&w, ']');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

/* The seconds that the phone system gave the recording, else those of the talk, where the call has no
 * other recording. */
static int64_t should_last(const struct recording_task_out *t)
{
    if (t->told_s >= 0)
        return t->told_s;
    return t->recordings == 1 ? t->talk_s : -1;
}

const struct err *recording_inspect_store(struct job *job, void *product)
{
    const struct inspecting *r = product;
    const struct media_info *info = &r->info;
    struct recording_ready_in in = {
        .recording = r->task.id, .content_type = str_of(info->type), .codec = str_of(info->codec),
        .channels = info->channels, .duration_ms = info->duration_ms,
        .plays = recording_plays(str_of(info->codec)), .same_channels = info->sides == MEDIA_SAME, .truncated = info->truncated,
        .silences = silences_json(job->a, info)};
    struct recording_ready_out row;
    struct uuid unused;
    int per_second;
    const struct err *e;

    in.peaks = recording_peaks(job->a, info, &per_second);
    in.peaks_per_second = per_second;
    in.reason = recording_note(job->a, info, should_last(&r->task));
    e = policies_settle(job->db, r->task.call_id, info->duration_ms / 1000);
    if (!e)
        e = q_recording_ready(job->db, in, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    if (row.analyse)
        e = recordings_add_transcript(job->db, row.call_id, r->task.id);
    if (!e && row.opus)
        e = recordings_add_opus(job->db, row.call_id, r->task.id, false, &unused);
    if (!e)
        e = numbers_recording(job->db, row.call_id);
    if (!e)
        e = webhook_tell(job->db, WEBHOOK_RECORDING_READY, r->task.id);
    return e ? e : live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

const struct err *recording_inspect_dead(struct job *job, struct str reason)
{
    return recording_dead(job, "The recording cannot be read: ", reason);
}
