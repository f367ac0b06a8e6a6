/* A call that two phone systems told of is worked on once: the one that counts. The jobs of the other
 * stand back here, and people are told why. Called by the jobs and routes of this district. */
#include "insight/transcripts/queries.h"
#include "insight/transcripts/transcripts.h"
#include "intake/numbers/numbers.h"
#include "live/live.h"

#define WHY                                                                                        \
    "Another phone system told of this call too, and that one is transcribed and scored. Take them " \
    "apart to have this one worked on by itself."

static const struct err E_LINKED[1] = {
    {"linked", 409, "This call is one with another, which counts"}};

const struct err *transcript_linked(struct db *db, struct uuid call, bool *ret)
{
    struct transcript_linked_out row;
    const struct err *e = q_transcript_linked(db, (struct transcript_linked_in){call}, &row);

    if (!e)
        *ret = row.linked;
    return e;
}

const struct err *transcript_counts(struct db *db, struct arena *a, struct uuid call)
{
    bool linked = false;
    const struct err *e = transcript_linked(db, call, &linked);

    return !e && linked ? err_why(a, E_LINKED, WHY) : e;
}

const struct err *transcript_stand_back(struct db *db, struct uuid call)
{
    struct transcript_stand_back_out row;
    const struct err *e = q_transcript_stand_back(
        db, (struct transcript_stand_back_in){call, STR(WHY)}, &row);

    if (!e)
        e = live_note(db, "call.updated", call, row.agent_id);
    if (e && e != E_NOT_FOUND)
        return e;
    /* Whether the other needs this one's recording, or this one stands for itself meanwhile. */
    return numbers_look(db, call);
}
