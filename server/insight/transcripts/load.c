/* Stored transcripts for the jobs behind this feature: reading one, naming one, and what becomes of
 * its call when such a job fails. Runs in the caller's transaction. */
#include <string.h>

#include "insight/language/language.h"
#include "insight/transcripts/queries.h"
#include "insight/transcripts/transcripts.h"
#include "insight/transcripts/turns.h"
#include "jobs/jobs.h"
#include "live/live.h"

const struct err *transcript_load(struct db *db, struct uuid id, struct transcript *ret)
{
    struct transcript_load_out row;
    struct transcript t = {0};
    const struct err *e = q_transcript_load(db, (struct transcript_load_in){id}, &row);

    if (!e)
        e = turns_parse(db_arena(db), row.turns, &t.talk, &t.turns);
    if (e)
        return e;
    t.hash = crypto_sha256(t.turns);
    if (row.hash.n != sizeof t.hash.b || memcmp(row.hash.p, t.hash.b, sizeof t.hash.b) != 0)
        return err_why(db_arena(db), E_BAD_PAYLOAD,
                       "The stored transcript is not the one that its hash names.");
    t.talk.direction = row.direction;
    t.talk.duration_ms = (int32_t)row.duration_ms;
    t.confidence_bp = turns_confidence(&t.talk, &t.words);
    t.state = str_c(db_arena(db), row.state);
    t.attribution = str_c(db_arena(db), row.attribution);
    t.reason = row.reason;
    *ret = t;
    return NULL;
}

struct str transcript_args(struct arena *a, struct uuid call, struct uuid transcript)
{
    char c[UUID_TEXT], t[UUID_TEXT];

    return str_fmt(a, "{\"call\":\"%s\",\"transcript\":\"%s\"}", uuid_text(call, c).p,
                   uuid_text(transcript, t).p);
}

bool transcript_args_read(const struct json *args, struct uuid *ret_call,
                          struct uuid *ret_transcript)
{
    return uuid_parse(json_text(args, "call"), ret_call) &&
           uuid_parse(json_text(args, "transcript"), ret_transcript);
}

const struct err *transcript_follow(struct db *db, const char *kind, struct uuid call,
                                    struct uuid transcript)
{
    struct arena *a = db_arena(db);
    char text[UUID_TEXT];
    struct str gate;
    const struct err *e = language_gate(db, &gate); /* both may ask an engine of others */

    return e ? e : job_add(db, &(struct job_new){
        .kind = kind, .object = call, .gate = gate.p ? gate : STR(""), .args = transcript_args(a, call, transcript),
        .dedupe = str_fmt(a, "%s|%s", kind, uuid_text(transcript, text).p)});
}

const struct err *transcript_failed(struct db *db, struct uuid call, struct str reason, bool keep)
{
    struct transcript_failed_out row;
    const struct err *e =
        q_transcript_failed(db, (struct transcript_failed_in){call, reason, keep}, &row);

    if (e == E_NOT_FOUND)
        return NULL; /* the call was deleted meanwhile */
    return e ? e : live_note(db, "call.updated", call, row.agent_id);
}

const struct err *transcript_revived(struct db *db, struct uuid call, const char *state,
                                     struct uuid transcript)
{
    struct transcript_restart_out row;
    const struct err *e = q_transcript_restart(
        db, (struct transcript_restart_in){call, str_of(state), transcript}, &row);

    if (e == E_NOT_FOUND)
        return NULL; /* deleted, or transcribed again: the job will see */
    return e ? e : live_note(db, "call.updated", call, row.agent_id);
}
