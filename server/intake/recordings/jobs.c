/* The jobs of a recording: bring its bytes in (fetch, here), look into them (inspect.c), write them as
 * Opus (opus.c). `work` reads and writes files but no database row; `store` writes the rows. A wrong
 * password is never tried in a loop, for phone systems lock out who does that. */
#include "core/log.h"
#include "intake/integrations/integrations.h"
#include "intake/recordings/inner.h"
#include "intake/recordings/queries.h"
#include "intake/recordings/rules.h"
#include "intake/uploads/uploads.h"
#include "live/live.h"
#include "net/fetch.h"
#include "net/services.h"

#define FETCH_S 900
#define TAKE_MS 10000
#define DAY_SENTENCE "The phone system has had no recording for 24 hours."

enum fetched { FETCHED = 0, FETCH_MISSING, FETCH_REFUSED, FETCH_SKIPPED };

/* What fetch_work hands to fetch_store. */
struct fetching {
    struct recording_task_out task;
    enum fetched end;
    struct object_info object;
    struct str reason;
    bool upload;
};

const struct err *recording_read_task(struct job *job, struct recording_task_out *ret)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(job, &db);
    if (e)
        return e;
    e = q_recording_task(db, (struct recording_task_in){id}, ret);
    job_read_end(job, db);
    return e;
}

enum job_result recording_snooze(struct job *job, int64_t seconds)
{
    job->snooze_s = seconds;
    return JOB_SNOOZE;
}

enum job_result recording_give_up(struct job *job)
{
    job->last = true;
    return JOB_RETRY;
}

/* Its rows could not be read; a database that is away uses up no attempt. */
enum job_result recording_not_read(struct job *job, const struct err *e)
{
    return e == E_UNAVAILABLE || e == E_BUSY ? recording_snooze(job, 5) : JOB_RETRY;
}

struct str recording_why_of(struct job *job, const struct err *e)
{
    return arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_of(e->title);
}

/* ---- objects that nobody came to own ---- */

/* An object is written before its row. Whatever becomes of the row (job taken over, database gone),
 * the object is looked after once the job is over. */
struct orphan {
    struct uuid tenant, recording;
    struct db_pool *pool;
    char key[OBJECTS_KEY];
};

static void orphan_check(void *object)
{
    const struct orphan *o = object;
    struct arena *a = arena_new();
    struct recording_refers_out row = {0};
    struct db *db;
    const struct err *e = db_take(o->pool, a, TAKE_MS, &db);

    if (!e) {
        db_begin(db, o->tenant);
        e = q_recording_refers(db, (struct recording_refers_in){o->recording, str_of(o->key)}, &row);
        db_give(o->pool, db);
    }
    if (!e && !row.refers) /* in doubt it stays */
        e = objects_delete(services()->objects, a, o->tenant, str_of(o->key));
    if (e)
        LOG(LOG_WARN, "recording.object_left", KV_C("key", o->key), KV_C("code", e->code));
    arena_free(a);
}

void recordings_look_after(struct job *job, struct uuid recording,
                           const struct object_info *object)
{
    struct orphan *o = ARENA_NEW(job->a, struct orphan);

    *o = (struct orphan){.tenant = job->tenant, .recording = recording, .pool = job->pool};
    for (size_t i = 0; i < sizeof o->key; i++)
        o->key[i] = object->key[i];
    arena_defer(job->a, orphan_check, o);
}

/* ---- fetch ---- */

struct sinking {
    struct job *job;
    struct objects_writer *w;
};

static const struct err *sink(void *arg, struct str bytes)
{
    struct sinking *s = arg;

    if (atomic_load(&s->job->lost))
        return E_LOST;
    return objects_writer_add(s->w, bytes);
}

static const struct err *from_provider(struct job *job, const struct recording_task_out *t,
                                       struct sinking *s, int64_t *ret_after_s)
{
    const struct provider *p = provider_find(t->provider);
    struct recording_ref ref = {.name = t->name, .folder = t->folder, .seconds = -1,
                                .leg_key = t->leg_key.p ? t->leg_key : STR("")};
    struct fetch f = {.http = services()->http, .tenant = job->tenant,
                      .integration = t->integration_id, .settings_version = t->version,
                      .recording = &ref,
                      .call_started = t->started_at,
                      .deadline = time_mono() + FETCH_S * TIME_S, .max_bytes = RECORDING_MAX_BYTES,
                      .sink = sink, .sink_arg = s, .retry_after_s = -1};
    const struct err *e;

    if (!p || !p->fetch)
        return err_why(job->a, E_BAD_INPUT, "Recordings of this phone system cannot be fetched.");
    f.use = p->slug;
    f.tokens = integration_tokens(job->a, job->pool, job->tenant, t->integration_id, t->version);
    e = integration_settings(job->a, job->tenant, t->integration_id, t->settings, t->secrets,
                             t->zone, &f.settings);
    if (!e)
        e = p->fetch(job->a, &f);
    *ret_after_s = f.retry_after_s;
    return e;
}

/* What a fetch tells of the phone system itself, for its breaker: our own troubles tell nothing. */
static void tell_gate(struct job *job, const struct err *e, int64_t after_s)
{
    if (e == E_UPSTREAM_BUSY && after_s > 0)
        job_gate_told(job, false, after_s, recording_why_of(job, e));
    else if (e == E_UPSTREAM || e == E_TIMEOUT)
        job_gate_told(job, false, 0, recording_why_of(job, e));
    else if (!e || e == E_NOT_READY || e == E_NOT_FOUND || e == E_GONE || e == E_UPSTREAM_AUTH)
        job_gate_told(job, true, 0, STR_NONE);
}

static const struct err *bring_in(struct job *job, struct fetching *r, int64_t *ret_after_s)
{
    struct sinking s = {.job = job};
    struct uuid upload;
    const struct err *e = objects_writer_open(services()->objects, job->a, job->tenant, &s.w);

    if (e)
        return e;
    if (!r->upload) {
        e = from_provider(job, &r->task, &s, ret_after_s);
        tell_gate(job, e, *ret_after_s);
    } else if (uuid_parse(r->task.name, &upload))
        e = upload_bytes(job, upload, sink, &s);
    else
        e = E_GONE;
    if (!e)
        e = objects_writer_commit(s.w, &r->object);
    if (e)
        objects_writer_abort(s.w);
    else
        recordings_look_after(job, r->task.id, &r->object);
    return e;
}

/* What to do about a fetch that did not succeed. */
static enum job_result not_fetched(struct job *job, struct fetching *r, const struct err *e,
                                   int64_t after_s)
{
    int64_t age_s = (time_now() - job->created_at) / TIME_S, again;

    if (e == E_NOT_READY || ((e == E_NOT_FOUND || e == E_GONE) && !r->upload)) {
        again = recording_again_s(age_s);
        if (again)
            return recording_snooze(job, again);
        r->end = FETCH_MISSING;
        r->reason = STR(DAY_SENTENCE);
        return JOB_DONE;
    }
    if (e == E_UPSTREAM_BUSY && recording_again_s(age_s))
        return recording_snooze(job, recording_busy_s(after_s));
    if (e == E_DISK_FULL)
        return recording_snooze(job, 60);
    if (e == E_UNAVAILABLE)
        return recording_snooze(job, 5);
    if (e == E_UPSTREAM_AUTH) {
        r->end = FETCH_REFUSED;
        r->reason = recording_why_of(job, e);
        return JOB_DONE;
    }
    arena_set_why(job->a, recording_why_of(job, e));
    if (e == E_TOO_LARGE || e == E_ADDRESS_REFUSED || e == E_BAD_INPUT || e == E_GONE ||
        e == E_NOT_FOUND)
        return recording_give_up(job);
    return JOB_RETRY;
}

/* While an integration needs attention nothing is fetched from it: saving its settings ends that.
 * The job stays, so that everything goes on by itself then. */
static enum job_result hold(struct job *job, struct fetching *r)
{
    int64_t again = recording_attention_s((time_now() - job->created_at) / TIME_S);

    if (again)
        return recording_snooze(job, again);
    r->end = FETCH_MISSING;
    r->reason = STR("The phone system refused our credentials for a week.");
    return JOB_DONE;
}

static enum job_result fetch_work(struct job *job, void **ret_product)
{
    struct fetching *r = ARENA_NEW(job->a, struct fetching);
    int64_t after_s = -1;
    const struct err *e = recording_read_task(job, &r->task);

    *ret_product = r;
    if (e == E_NOT_FOUND)
        return JOB_DISCARD;
    if (e)
        return recording_not_read(job, e);
    if (!str_is(r->task.state, "waiting"))
        return JOB_DISCARD;
    r->upload = str_is(r->task.provider, "upload");
    if (!r->task.fetch_wanted && !r->upload) {
        r->end = FETCH_SKIPPED;
        return JOB_DONE;
    }
    if (str_is(r->task.integration_state, "deleted")) {
        arena_set_why(job->a, STR("The phone system was disconnected before the recording came."));
        return recording_give_up(job);
    }
    if (str_is(r->task.integration_state, "attention"))
        return hold(job, r);
    e = bring_in(job, r, &after_s);
    if (e == E_LOST)
        return JOB_RETRY; /* nothing of it is stored */
    return e ? not_fetched(job, r, e, after_s) : JOB_DONE;
}

static const struct err *store_refused(struct job *job, const struct fetching *r,
                                       struct uuid *ret_call, struct uuid *ret_agent)
{
    struct recording_waits_out row;
    struct str sentence = str_fmt(job->a, "Waiting for the phone system's settings: %.*s",
                                  STR_ARG(r->reason));
    const struct err *e = integration_attention(job->db, r->task.integration_id, r->task.version,
                                                r->reason);

    if (!e)
        e = recordings_add_fetch(job->db, r->task.call_id, r->task.id,
                                 (int)recording_attention_s(0));
    if (!e)
        e = q_recording_waits(job->db, (struct recording_waits_in){r->task.id, sentence}, &row);
    if (e)
        return e;
    *ret_call = row.call_id;
    *ret_agent = row.agent_id;
    return live_note(job->db, "integration.updated", r->task.integration_id,
                     (struct uuid){{0}});
}

static const struct err *store_skipped(struct job *job, const struct fetching *r,
                                       struct uuid *ret_call, struct uuid *ret_agent)
{
    struct recording_skipped_out row;
    const struct err *e = q_recording_skipped(job->db, (struct recording_skipped_in){r->task.id},
                                              &row);

    if (e == E_NOT_FOUND) /* wanted again meanwhile: this job's dedupe key kept another from coming */
        return recordings_add_fetch(job->db, r->task.call_id, r->task.id, 0);
    if (e)
        return e;
    *ret_call = row.call_id;
    *ret_agent = row.agent_id;
    return NULL;
}

/* Whether the same bytes are there already. Its bytes alone say so: names and times may differ. */
static const struct err *note_repeat(struct job *job, const struct fetching *r, struct uuid upload)
{
    struct str sha = str_n(r->object.sha256.b, sizeof r->object.sha256.b);
    struct recording_repeats_out row;
    const struct err *e = q_recording_sha_lock(job->db, (struct recording_sha_lock_in){sha}, NULL);

    if (!e)
        e = q_recording_repeats(job->db, (struct recording_repeats_in){r->task.id, upload, sha},
                                &row);
    return e == E_NOT_FOUND ? NULL : e;
}

static const struct err *store_object(struct job *job, const struct fetching *r,
                                      struct uuid *ret_call, struct uuid *ret_agent)
{
    struct recording_fetched_out row;
    struct uuid upload;
    const struct err *e = q_recording_fetched(job->db, (struct recording_fetched_in){
        r->task.id, str_of(r->object.key), (int64_t)r->object.bytes,
        str_n(r->object.sha256.b, sizeof r->object.sha256.b)}, &row);

    if (e)
        return e;
    *ret_call = row.call_id;
    *ret_agent = row.agent_id;
    if (r->upload && uuid_parse(r->task.name, &upload)) {
        e = note_repeat(job, r, upload);
        if (!e)
            e = upload_parts_done(job->db, upload);
    }
    return e ? e : recordings_add_inspect(job->db, r->task.call_id, r->task.id);
}

static const struct err *fetch_store(struct job *job, void *product)
{
    const struct fetching *r = product;
    struct uuid call = r->task.call_id, agent = {{0}};
    const struct err *e;

    if (r->end == FETCH_MISSING)
        return recordings_end(job->db, r->task.id, "missing", r->reason);
    if (r->end == FETCH_REFUSED)
        e = store_refused(job, r, &call, &agent);
    else if (r->end == FETCH_SKIPPED)
        e = store_skipped(job, r, &call, &agent);
    else
        e = store_object(job, r, &call, &agent);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* deleted meanwhile: the object goes too */
    return live_note(job->db, "call.updated", call, agent);
}

const struct err *recording_dead(struct job *job, const char *what, struct str reason)
{
    struct uuid id;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return NULL;
    return recordings_end(job->db, id, "failed",
                          str_fmt(job->a, "%s%.*s", what, STR_ARG(reason)));
}

/* Begins again as the route does: whichever of the two jobs is due lives already or is added. */
static const struct err *revive(struct job *job)
{
    struct recording_again_out row;
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "recording"), &id))
        return NULL;
    e = q_recording_again(job->db, (struct recording_again_in){.recording = id}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* gone, or begun again another way */
    e = row.fetch ? recordings_add_fetch(job->db, row.call_id, id, 0)
                  : recordings_add_inspect(job->db, row.call_id, id);
    return e ? e : live_note(job->db, "call.updated", row.call_id, row.agent_id);
}

static const struct err *fetch_dead(struct job *job, struct str reason)
{
    return recording_dead(job, "The recording could not be fetched: ", reason);
}

/* Twelve tries reach over a day. Four at a time, so that a slow phone system cannot fill a worker. */
const struct job_kind recordings_jobs[] = {
    {"recordings.fetch", fetch_work, fetch_store, fetch_dead, .attempts = 12, .timeout_s = FETCH_S,
     .priority = JOB_NORMAL, .cap = 4, .revive = revive},
    {"recordings.inspect", recording_inspect_work, recording_inspect_store,
     recording_inspect_dead, .attempts = 4,
     .timeout_s = 300, .priority = JOB_NORMAL, .revive = revive},
    {"recordings.opus", recording_opus_work, recording_opus_store, recording_opus_dead,
     .attempts = 4, .timeout_s = 1200, .priority = JOB_NORMAL, .cap = 1},
    {"recordings.mute", recording_mute_work, recording_mute_store, recording_mute_dead,
     .attempts = 6, .timeout_s = 1200, .priority = JOB_NORMAL, .cap = 1},
    {"recordings.release", recording_release_work, recording_release_store, NULL, .attempts = 8,
     .timeout_s = 60, .priority = JOB_BACKFILL, .cap = 2},
    {"recordings.sweep", recordings_sweep, .attempts = 4, .timeout_s = 3600,
     .priority = JOB_BACKFILL, .cron = "40 3 * * *"},
    {0},
};
