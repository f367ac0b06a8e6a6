/* Giving past calls to the agent that their phone system's name stands for, some at a time. Scores and
 * transcripts hang on the call and go with it. */
#include "intake/unknown/queries.h"
#include "intake/unknown/unknown.h"
#include "live/live.h"

#define SOME_CALLS 500

const struct err *unknown_add_job(struct db *db, struct uuid integration, struct str key,
                                  struct str note, struct uuid agent, struct uuid was)
{
    struct jw w = jw_new(db_arena(db));

    jw_open(&w, '{');
    jw_key(&w, "integration");
    jw_uuid(&w, integration);
    jw_key(&w, "key");
    jw_text(&w, key);
    jw_key(&w, "note");
    jw_text(&w, note);
    jw_key(&w, "agent");
    jw_uuid(&w, agent);
    jw_key(&w, "was");
    jw_uuid(&w, was);
    jw_close(&w, '}');
    return job_add(db, &(struct job_new){.kind = "calls.reattribute", .args = jw_done(&w),
                                         .object = agent});
}

static const struct err *give_store(struct job *job, void *product)
{
    struct unknown_give_in in = {.key = json_text(job->args, "key"),
                                 .note = json_text(job->args, "note"), .limit = SOME_CALLS};
    struct unknown_give_out row;
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "integration"), &in.integration) ||
        !uuid_parse(json_text(job->args, "agent"), &in.agent))
        return NULL;
    if (!uuid_parse(json_text(job->args, "was"), &in.was))
        in.was = (struct uuid){{0}};
    e = q_unknown_give(job->db, in, &row);
    if (e == E_NO_PARENT) /* the agent was removed meanwhile */
        return NULL;
    if (!e && row.calls)
        e = live_note(job->db, "call.updated", row.last, in.agent);
    if (!e && row.calls >= SOME_CALLS)
        e = unknown_add_job(job->db, in.integration, in.key, in.note, in.agent, in.was);
    return e;
}

const struct job_kind unknown_jobs[] = {
    {"calls.reattribute", NULL, give_store, NULL, .attempts = 8, .timeout_s = 60,
     .priority = JOB_NORMAL},
    {0},
};
