/* Transcribing recordings. An engine that crashes is tried again; a file that cannot be decoded is
 * not. One at a time in a process: the engine uses all cores by itself. */
#include "engines/engines.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/store.h"
#include "insight/transcripts/transcripts.h"
#include "jobs/jobs.h"
#include "live/live.h"
#include "net/services.h"

#define HOURS 4

struct product {
    struct uuid id, call, recording;
    struct transcript t;
};

struct reading {
    struct object *object;
    uint64_t at;
};

static const struct err *read_object(void *ctx, void *buf, size_t n, size_t *ret_n)
{
    struct reading *r = ctx;
    const struct err *e = objects_read_at(r->object, r->at, n, buf, ret_n);

    if (!e)
        r->at += *ret_n;
    return e;
}

static void progress(void *job, int percent)
{
    atomic_store(&((struct job *)job)->percent, percent);
}

static const struct err *source_of(struct job *job, const struct product *p,
                                   struct transcript_source_out *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_transcript_source(db, (struct transcript_source_in){p->call, p->recording}, ret);
    job_read_end(job, db);
    return e;
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct product *p = ARENA_NEW(job->a, struct product);
    struct reading r = {0};
    struct transcript_source_out from;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "call"), &p->call) ||
        !uuid_parse(json_text(job->args, "recording"), &p->recording))
        return JOB_DISCARD;
    e = source_of(job, p, &from);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* call or recording were deleted meanwhile */
    if (!e && !from.object_key.p)
        e = err_why(job->a, E_NOT_READY, "The recording has not been fetched.");
    if (!e)
        e = objects_open(services()->objects, job->a, job->tenant, from.object_key, &r.object);
    if (!e)
        e = transcribe(job->a, (struct media_source){read_object, &r}, speech_engines[0],
                       from.direction, progress, job, &p->t);
    if (e) {
        job->last = e == E_BAD_MEDIA || e == E_SEAL || e == E_NOT_FOUND;
        if (!arena_why(job->a).n)
            arena_set_why(job->a, str_fmt(job->a, "%s.", e->title));
        return JOB_RETRY;
    }
    p->id = uuid_new();
    *ret_product = p;
    return JOB_DONE;
}

static const struct err *put(struct job *job, const struct product *p)
{
    const struct speech_engine *engine = speech_engines[0];

    return q_transcript_put(job->db, (struct transcript_put_in){
        .id = p->id, .call = p->call, .recording = p->recording, .engine = str_of(engine->name),
        .engine_version = str_of(engine->version), .language = STR("en"),
        .state = str_of(p->t.state), .reason = p->t.reason,
        .attribution = str_of(p->t.attribution), .confidence_bp = p->t.confidence_bp,
        .words = p->t.words, .duration_ms = p->t.talk.duration_ms,
        .hash = str_n(p->t.hash.b, sizeof p->t.hash.b), .turns = p->t.turns}, NULL);
}

static const struct err *follow(struct job *job, const char *kind, struct uuid call,
                                struct uuid transcript)
{
    char text[UUID_TEXT];

    return job_add(job->db, kind, transcript_args(job->a, call, transcript),
                   str_fmt(job->a, "%s|%s", kind, uuid_text(transcript, text).p), 0);
}

static const struct err *store(struct job *job, void *product)
{
    const struct product *p = product;
    struct transcript_adopt_out row;
    struct transcript_current_out current;
    const struct err *e = put(job, p);

    if (e)
        return e;
    e = q_transcript_adopt(job->db, (struct transcript_adopt_in){p->call, p->id, p->recording,
                                                                 p->t.words}, &row);
    if (e == E_NOT_FOUND) { /* another recording stays; scoring it again sets the call's state */
        e = q_transcript_current(job->db, (struct transcript_current_in){p->call}, &current);
        return e ? e : follow(job, "scores.run", p->call, current.transcript_id);
    }
    if (!e)
        e = follow(job, "analysis.run", p->call, p->id);
    return e ? e : live_note(job->db, "call.updated", p->call, row.agent_id);
}

static const struct err *dead(struct job *job, struct str reason)
{
    struct uuid call;

    if (!uuid_parse(json_text(job->args, "call"), &call))
        return NULL;
    return transcript_failed(job->db, call, reason, true);
}

const struct job_kind transcript_jobs[] = {
    {"transcripts.run", work, store, dead, .attempts = 4, .timeout_s = HOURS * 3600,
     .priority = JOB_NORMAL, .cap = 1},
    {0},
};
