/* Trying a call again from where it failed. */
#include "insight/stages/queries.h"
#include "insight/stages/stages.h"
#include "insight/transcripts/transcripts.h"
#include "intake/recordings/recordings.h"

static const struct err E_NOT_ENDED[1] = {
    {"not_ended", 409, "The call is being worked on or needs nothing"}};

static bool may_go_on(struct str state)
{
    return str_is(state, "failed") || str_is(state, "held") || str_is(state, "not_scorable");
}

static const struct err *recordings(struct req *rq, struct uuid call)
{
    struct stage_broken_out *broken;
    size_t n;
    const struct err *e = q_stage_broken(rq->db, (struct stage_broken_in){call}, &broken, &n);

    for (size_t i = 0; i < n && !e; i++)
        e = recordings_try_again(rq->db, call, broken[i].recording, req_scope(rq));
    return e;
}

static const struct err *retry(struct req *rq)
{
    struct uuid call = rq->param_id[0];
    struct stage_facts_out f;
    enum stage next;
    const struct err *e = q_stage_facts(rq->db, (struct stage_facts_in){call, req_scope(rq)}, &f);

    if (!e)
        e = transcript_counts(rq->db, rq->a, call);
    if (e)
        return e;
    if (!may_go_on(f.state))
        return E_NOT_ENDED;
    next = stage_next(&f, true);
    if (next == STAGE_NONE)
        return err_why(rq->a, E_CONFLICT, "This call has no recording to go on from.");
    e = next == STAGE_RECORDING ? recordings(rq, call) : stage_start(rq->db, call, &f, next);
    return e ? e : req_none(rq);
}

static const struct route routes[] = {
    {POST, "/calls/{call}/retry", CALLS_WRITE, .run = retry, .limit = LIMIT_COSTLY,
     .doc = "Goes on with a call that failed, was held or could not be scored, from that stage on"},
    {0},
};

static const struct job_kind jobs[] = {
    {"stages.watch", stages_watch, .attempts = 3, .timeout_s = 600, .priority = JOB_INTERACTIVE,
     .cron = "* * * * *"},
    {0},
};

const struct feature stages_feature = {
    .name = "stages", .doc = "How far calls are.", .routes = routes, .jobs = jobs,
};
