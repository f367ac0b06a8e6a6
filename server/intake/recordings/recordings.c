/* Wanting recordings: called by the fold inside its transaction. Must not speak to a phone system:
 * the jobs do. */
#include "intake/recordings/recordings.h"

#include "intake/recordings/inner.h"
#include "intake/numbers/numbers.h"
#include "intake/recordings/queries.h"
#include "live/live.h"
#include "net/objects.h"

/* A job of this recording; one of a kind lives at a time. */
static struct job_new job_for(struct arena *a, const char *kind, struct uuid call,
                              struct uuid recording)
{
    char text[UUID_TEXT];

    uuid_text(recording, text);
    return (struct job_new){.kind = kind, .args = str_fmt(a, "{\"recording\":\"%s\"}", text),
                            .dedupe = str_fmt(a, "%s:%s", kind, text), .object = call};
}

/* Under the limits of its phone system. */
static const struct err *add_fetch(struct db *db, struct uuid call, struct uuid recording,
                                   struct str gate, int delay_s)
{
    struct job_new job = job_for(db_arena(db), "recordings.fetch", call, recording);

    job.gate = gate;
    job.delay_s = delay_s;
    return job_add(db, &job);
}

const struct err *recordings_add_fetch(struct db *db, struct uuid call, struct uuid recording,
                                       int delay_s)
{
    struct recording_gate_out row;
    const struct err *e = q_recording_gate(db, (struct recording_gate_in){call}, &row);

    return e ? e : add_fetch(db, call, recording, row.gate, delay_s);
}

const struct err *recordings_add_inspect(struct db *db, struct uuid call, struct uuid recording)
{
    struct job_new job = job_for(db_arena(db), "recordings.inspect", call, recording);

    return job_add(db, &job);
}

const struct err *recordings_add_opus(struct db *db, struct uuid call, struct uuid recording,
                                      bool instead, struct uuid *ret_job)
{
    struct arena *a = db_arena(db);
    struct job_new job = job_for(a, "recordings.opus", call, recording);
    char text[UUID_TEXT];

    if (instead)
        job.args = str_fmt(a, "{\"recording\":\"%s\",\"instead\":true}",
                           uuid_text(recording, text).p);
    return job_add_id(db, &job, ret_job);
}

const struct err *recordings_add_release(struct db *db, struct uuid call, struct uuid recording)
{
    struct job_new job = job_for(db_arena(db), "recordings.release", call, recording);

    return job_add(db, &job);
}

const struct err *recordings_add_mute(struct db *db, struct uuid call, struct uuid recording)
{
    struct job_new job = job_for(db_arena(db), "recordings.mute", call, recording);

    return job_add(db, &job);
}

const struct err *recordings_add_transcript(struct db *db, struct uuid call, struct uuid recording)
{
    char c[UUID_TEXT], r[UUID_TEXT];
    struct arena *a = db_arena(db);
    struct recording_speech_out row;
    const struct err *e = q_recording_speech(db, &row);

    uuid_text(call, c);
    uuid_text(recording, r);
    /* What waits for another service must not stand in the way of what is done here. */
    return e ? e : job_add(db, &(struct job_new){
        .kind = row.gate.n ? "transcripts.ask" : "transcripts.run", .object = call, .gate = row.gate,
        .args = str_fmt(a, "{\"call\":\"%s\",\"recording\":\"%s\"}", c, r),
        .dedupe = str_fmt(a, "transcripts.run:%s:%s", r, c)});
}

const struct err *recordings_end(struct db *db, struct uuid recording, const char *state,
                                 struct str reason)
{
    struct recording_lock_call_out lock;
    struct recording_ended_out row;
    const struct err *e = q_recording_lock_call(db, (struct recording_lock_call_in){recording},
                                                &lock);

    if (!e)
        e = q_recording_ended(db, (struct recording_ended_in){recording, str_of(state), reason},
                              &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* gone meanwhile, or past this */
    e = numbers_recording(db, row.call_id);
    return e ? e : live_note(db, "call.updated", row.call_id, row.agent_id);
}

const struct err *recordings_try_again(struct db *db, struct uuid call, struct uuid recording,
                                       struct str scope)
{
    struct recording_again_out row;
    const struct err *e = q_recording_again(
        db, (struct recording_again_in){call, recording, scope}, &row);

    if (!e)
        e = row.fetch ? recordings_add_fetch(db, call, recording, 0)
                      : recordings_add_inspect(db, call, recording);
    return e ? e : live_note(db, "call.updated", row.call_id, row.agent_id);
}

/* What is not there any more cannot be gone on with; its own retry says why. */
static const struct err *go_on_with(struct db *db, struct uuid call)
{
    struct recording_here_out here;
    const struct err *e = q_recording_here(db, (struct recording_here_in){call}, &here);
    bool ready = !e && !uuid_is_zero(here.ready);

    if (!e)
        e = q_recording_call_goes_on(db, (struct recording_call_goes_on_in){
            call, ready ? STR("transcribing") : here.fetched ? STR("decoding") : STR("failed"),
            ready || here.fetched ? STR_NONE : STR("There is no recording that can be used.")}, NULL);
    return !e && ready ? recordings_add_transcript(db, call, here.ready) : e;
}

const struct err *recordings_go_on(struct db *db, struct uuid call)
{
    struct recordings_wake_out *woken;
    size_t n = 0;
    const struct err *e = q_recordings_wake(db, (struct recordings_wake_in){call}, &woken, &n);

    for (size_t i = 0; i < n && !e; i++)
        e = add_fetch(db, call, woken[i].id, woken[i].gate, 0);
    if (!e && !n)
        return go_on_with(db, call);
    return e ? e : q_recording_call_goes_on(db, (struct recording_call_goes_on_in){
        call, STR("fetching"), STR_NONE}, NULL);
}

const struct err *recordings_take_file(struct db *db, struct uuid call, struct uuid recording,
                                       struct str title, const struct object_info *object)
{
    struct recording_by_file_out place;
    struct recording_fetched_out row;
    const struct err *e = q_recording_by_file(
        db, (struct recording_by_file_in){call, recording, title}, &place);

    if (!e)
        e = q_recording_fetched(db, (struct recording_fetched_in){
            recording, str_of(object->key), (int64_t)object->bytes,
            str_n(object->sha256.b, sizeof object->sha256.b)}, &row);
    if (!e)
        e = recordings_add_inspect(db, call, recording);
    return e ? e : live_note(db, "call.updated", call, row.agent_id);
}

static struct str refs_json(struct arena *a, const struct recording_ref *refs, size_t n)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "id");
        jw_uuid(&w, uuid_new());
        jw_key(&w, "name");
        jw_text(&w, refs[i].name.p ? refs[i].name : STR(""));
        jw_key(&w, "folder");
        jw_text(&w, refs[i].folder.p ? refs[i].folder : STR(""));
        jw_key(&w, "transcript");
        jw_text(&w, refs[i].transcript.n ? refs[i].transcript : STR_NONE);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

const struct err *recordings_want(struct db *db, struct uuid call, const struct recording_ref *refs,
                                  size_t n, int delay_s)
{
    struct recordings_want_out *fresh;
    size_t n_fresh = 0;
    const struct err *e;

    if (!n)
        return NULL;
    e = q_recordings_want(db, (struct recordings_want_in){call, refs_json(db_arena(db), refs, n)},
                          &fresh, &n_fresh);
    for (size_t i = 0; i < n_fresh && !e; i++)
        e = add_fetch(db, call, fresh[i].id, fresh[i].gate, delay_s);
    return e;
}
