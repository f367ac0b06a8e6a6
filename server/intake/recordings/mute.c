/* The recording that is played where something in it is not for all: the same sound as Opus, silent in the
 * spans that redaction found. Made from what is kept, looked into before its row names it; while there is
 * none, nobody without the permission hears anything. */
#include "intake/recordings/inner.h"
#include "intake/recordings/queries.h"
#include "live/live.h"
#include "media/media.h"
#include "net/services.h"

#define LENGTH_MS 40 /* that both may differ in: less than a syllable */

struct muting {
    struct recording_mute_task_out task;
    struct object_info object;
};

const struct err *recordings_silence(struct db *db, struct uuid recording, struct str silent, bool add)
{
    struct recording_silence_out row;
    const struct err *e =
        q_recording_silence(db, (struct recording_silence_in){recording, silent, add}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return row.mute ? recordings_add_mute(db, row.call_id, recording) : NULL;
}

static const struct err *read_row(struct job *job, struct recording_mute_task_out *ret)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_recording_mute_task(db, (struct recording_mute_task_in){id}, ret);
    job_read_end(job, db);
    return e;
}

static const struct err *spans_of(struct job *job, struct str silent, struct media_spans *ret)
{
    const struct json *list;
    struct media_span *at;
    const struct err *e = json_parse(job->a, silent, &list);

    if (e)
        return e;
    at = ARENA_ARRAY(job->a, json_count(list), struct media_span);
    for (size_t i = 0; i < json_count(list); i++) {
        int64_t from = json_int(json_at(list, i), "from", -1), to = json_int(json_at(list, i), "to", -1);

        if (from < 0 || to <= from)
            return err_why(job->a, E_BAD_PAYLOAD, "The spans to be silent cannot be read.");
        at[i] = (struct media_span){from, to};
    }
    *ret = (struct media_spans){at, json_count(list)};
    return NULL;
}

struct sinking {
    struct job *job;
    struct objects_writer *w;
};

static const struct err *sink(void *arg, struct str bytes)
{
    struct sinking *s = arg;

    return atomic_load(&s->job->lost) ? E_LOST : objects_writer_add(s->w, bytes);
}

static const struct err *write_copy(struct job *job, struct muting *m, struct media_spans silent,
                                    struct media_info *ret)
{
    struct recording_reading from = {.job = job};
    struct sinking to = {.job = job};
    const struct err *e = objects_open(services()->objects, job->a, job->tenant, m->task.object_key,
                                       &from.object);

    if (!e)
        e = objects_writer_open(services()->objects, job->a, job->tenant, &to.w);
    if (e)
        return e;
    e = media_opus_muted(job->a, (struct media_source){recording_read, &from}, silent,
                         (struct media_sink){sink, &to}, ret);
    if (!e)
        e = objects_writer_commit(to.w, &m->object);
    if (e)
        objects_writer_abort(to.w);
    else
        recordings_look_after(job, m->task.id, &m->object);
    return e;
}

/* Peak of a channel over the middle of a span: past what the codec rings on at its ends. */
static bool is_silent(const struct media_info *info, struct media_span s)
{
    int64_t from = s.start_ms / MEDIA_LEVEL_MS + 3, to = s.end_ms / MEDIA_LEVEL_MS - 3;

    for (unsigned c = 0; c < info->channels; c++)
        for (int64_t i = from; i < to && i < (int64_t)info->levels; i++)
            if (info->channel[c].peaks[i] > 1)
                return false;
    return true;
}

/* What was stored is read back: as long as the original, and silent where it is to be. */
static const struct err *verify(struct job *job, const struct muting *m, struct media_spans silent,
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
    if (info.channels != original->channels || off > LENGTH_MS || off < -LENGTH_MS)
        return err_why(job->a, E_BAD_MEDIA, "The muted copy is not as long as the original.");
    for (size_t i = 0; i < silent.n; i++)
        if (!is_silent(&info, silent.at[i]))
            return err_why(job->a, E_BAD_MEDIA, "The muted copy is not silent where it should be.");
    return NULL;
}

enum job_result recording_mute_work(struct job *job, void **ret_product)
{
    struct muting *m = ARENA_NEW(job->a, struct muting);
    struct media_spans silent;
    struct media_info original;
    const struct err *e = read_row(job, &m->task);

    *ret_product = m;
    if (e && e != E_NOT_FOUND)
        return recording_not_read(job, e);
    if (e || !m->task.object_key.p || !m->task.silent.p || m->task.muted_key.p)
        return JOB_DISCARD;
    e = spans_of(job, m->task.silent, &silent);
    if (!e)
        e = write_copy(job, m, silent, &original);
    if (!e)
        e = verify(job, m, silent, &original);
    if (!e)
        return JOB_DONE;
    if (e == E_BUSY || e == E_UNAVAILABLE || e == E_DISK_FULL)
        return recording_snooze(job, e == E_DISK_FULL ? 60 : 5);
    arena_set_why(job->a, recording_why_of(job, e));
    return e == E_BAD_MEDIA ? recording_give_up(job) : JOB_RETRY;
}

const struct err *recording_mute_store(struct job *job, void *product)
{
    const struct muting *m = product;
    struct recording_muted_out row;
    const struct err *e = q_recording_muted(job->db, (struct recording_muted_in){
        m->task.id, m->task.object_key, m->task.silent, str_of(m->object.key),
        (int64_t)m->object.bytes}, &row);

    if (e == E_NOT_FOUND) /* more is silent meanwhile: its own job makes that, and this object goes */
        return recordings_add_mute(job->db, m->task.call_id, m->task.id);
    return e ? e : live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

const struct err *recording_mute_dead(struct job *job, struct str reason)
{
    struct recording_not_muted_out row;
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return NULL;
    e = q_recording_not_muted(job->db, (struct recording_not_muted_in){id, reason}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

/* ---- what may be heard ---- */

static const struct err E_NOT_REDACTED[1] = {
    {"not_redacted", 409, "This recording cannot be heard yet"}};
static const struct err E_SEALED_SOUND[1] = {
    {"original_sealed", 403, "The original may not be heard"}};

const struct err *recording_heard(struct arena *a, const struct recording_hearing *h,
                                  struct str *ret_muted)
{
    *ret_muted = STR_NONE;
    if (h->original_wanted && h->may_original)
        return NULL;
    if (h->original_wanted)
        return err_why(a, E_SEALED_SOUND, "Parts of it are muted for everybody who may not read originals.");
    if (!h->looked)
        return err_why(a, E_NOT_REDACTED, "Redaction is on and has not gone through this call yet: it is "
                                          "heard once it has, or after a run over past calls (Settings).");
    if (!h->silent.p || str_is(str_trim(h->silent), "[]"))
        return NULL;
    if (h->muted_key.p) {
        *ret_muted = h->muted_key;
        return NULL;
    }
    return h->muted_reason.p
               ? err_why(a, E_NOT_REDACTED, "Its muted copy could not be made: %.*s", STR_ARG(h->muted_reason))
               : err_why(a, E_NOT_REDACTED, "Its muted copy is being made: try again in a moment.");
}
