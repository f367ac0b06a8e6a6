/* Which part of a call comes next, and starting it. Called by the retry route and by the watch, in
 * their transactions, with the call locked. */
#include "insight/stages/stages.h"

#include "insight/stages/queries.h"
#include "insight/transcripts/transcripts.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

enum stage stage_next(const struct stage_facts_out *f, bool failed)
{
    bool again = failed && (f->heard_again || !f->spoken || str_is(f->state, "held"));

    if (uuid_is_zero(f->ready))
        return f->broken || f->underway ? STAGE_RECORDING : STAGE_NONE;
    if (uuid_is_zero(f->transcript_id) || again)
        return STAGE_TRANSCRIBE;
    return f->analysed ? STAGE_SCORE : STAGE_ANALYSE;
}

const char *stage_kind(enum stage s)
{
    static const char *const kinds[] = {"", "recordings.fetch", "transcripts.run", "analysis.run",
                                        "scores.run"};

    return kinds[s];
}

const char *stage_other_kind(const char *kind)
{
    return str_is(str_of(kind), "transcripts.run") ? "transcripts.ask" : kind;
}

const struct err *stage_start(struct db *db, struct uuid call, const struct stage_facts_out *f,
                              enum stage s)
{
    const struct err *e =
        s == STAGE_TRANSCRIBE ? recordings_add_transcript(db, call, f->ready)
                              : transcript_follow(db, stage_kind(s), call, f->transcript_id);

    if (!e)
        e = q_stage_set(db, (struct stage_set_in){
            call, s == STAGE_TRANSCRIBE ? STR("transcribing") : STR("analysing")}, NULL);
    return e ? e : live_note(db, "call.updated", call, f->agent_id);
}
