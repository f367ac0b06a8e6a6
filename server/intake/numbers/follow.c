/* What follows from a link or its end for the call that stands for itself. The work is done once, on
 * the call that counts: by its own recording where it has one, else by the other's, which stays where it
 * is. Called by link.c and the routes. */
#include "intake/numbers/inner.h"
#include "intake/numbers/queries.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

static const struct err *give_back(struct db *db, struct uuid call)
{
    struct link_back_out row;
    const struct err *e = q_link_back(db, (struct link_back_in){call}, &row);

    if (!e)
        e = q_link_words_back(db, (struct link_words_back_in){call}, NULL);
    return e == E_NOT_FOUND ? NULL : e;
}

static const struct err *go_on(struct db *db, struct uuid call, struct uuid agent, const char *state)
{
    const struct err *e = q_link_goes_on(db, (struct link_goes_on_in){call, str_of(state)}, NULL);

    return e ? e : live_note(db, "call.updated", call, agent);
}

/* The district that analyses is above this one: its job is data here. */
static const struct err *analyse(struct db *db, struct uuid call, struct uuid transcript)
{
    char c[UUID_TEXT], t[UUID_TEXT];

    uuid_text(call, c);
    uuid_text(transcript, t);
    return job_add(db, &(struct job_new){
        .kind = "analysis.run", .object = call,
        .args = str_fmt(db_arena(db), "{\"call\":\"%s\",\"transcript\":\"%s\"}", c, t),
        .dedupe = str_fmt(db_arena(db), "analysis.run|%s", t)});
}

/* By words that are there already, else by having the recording written down. */
static const struct err *hear(struct db *db, struct uuid call, const struct link_next_out *now)
{
    struct link_words_out words;
    const struct err *e = now->own ? E_NOT_FOUND
                                   : q_link_words(db, (struct link_words_in){
                                         uuid_new(), call, now->recording}, &words);

    bool heard = !e;

    if (heard)
        e = analyse(db, call, words.id);
    else if (e == E_NOT_FOUND)
        e = recordings_add_transcript(db, call, now->recording);
    return e ? e : go_on(db, call, now->agent_id, heard ? "analysing" : "transcribing");
}

static const struct err *lend(struct db *db, struct uuid call)
{
    struct link_lends_out row;
    const struct err *e = q_link_lends(db, (struct link_lends_in){call}, &row);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return live_note(db, "call.updated", call, row.agent_id);
}

const struct err *link_follow(struct db *db, struct uuid call)
{
    struct link_next_out now;
    bool gave_way;
    const struct err *e = give_back(db, call);

    if (!e)
        e = lend(db, call);
    if (!e)
        e = q_link_next(db, (struct link_next_in){call}, &now);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* beneath another, or not to be analysed */
    gave_way = str_is(now.state, "stored");
    if (gave_way && !now.scored && !uuid_is_zero(now.transcript_id)) {
        e = analyse(db, call, now.transcript_id);
        return e ? e : go_on(db, call, now.agent_id, "analysing");
    }
    if (!uuid_is_zero(now.transcript_id) || uuid_is_zero(now.recording))
        return NULL;
    if (!gave_way && (now.own || !(str_is(now.state, "no_recording") || str_is(now.state, "failed"))))
        return NULL;
    return hear(db, call, &now);
}
