/* `ringsight admin` on scores: deriving stored ones anew, judging calls again. What differs is printed
 * line by line on standard error, sums as JSON on standard output. */
#include <stdio.h>
#include <time.h>

#include "admin.h"
#include "core/time.h"
#include "engines/engines.h"
#include "insight/calibration/calibration.h"
#include "insight/scores/scores.h"
#include "platform/tenancy/tenancy.h"

struct sums {
    int64_t scores, different;
};

static const struct err *time_option(struct admin *ad, enum admin_option o, const char *name,
                                     int64_t *ret)
{
    *ret = TIME_NONE;
    if (!ad->opt[o].p || time_parse(ad->opt[o], ret))
        return NULL;
    return err_why(ad->a, E_BAD_INPUT, "--%s takes a time such as 2026-05-01T00:00:00Z.", name);
}

static const struct err *id_option(struct admin *ad, enum admin_option o, const char *name,
                                   struct uuid *ret)
{
    if (!ad->opt[o].p || uuid_parse(ad->opt[o], ret))
        return NULL;
    return err_why(ad->a, E_BAD_INPUT, "--%s takes an id.", name);
}

static void count(const struct replayed *r, size_t n, struct sums *io)
{
    char score[UUID_TEXT], call[UUID_TEXT];

    io->scores += (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        if (!r[i].differs.n)
            continue;
        io->different++;
        uuid_text(r[i].score, score);
        uuid_text(r[i].call, call);
        fprintf(stderr, "score %s of call %s (%.*s): %.*s\n", score, call, STR_ARG(r[i].engine),
                STR_ARG(r[i].differs));
    }
}

/* In parts, each in a transaction and an arena of its own: a tenant may have millions. */
static const struct err *replay_part(struct admin *ad, struct uuid tenant, struct replay *io,
                                     struct sums *sums, bool *ret_more)
{
    struct arena *part = arena_new();
    struct replayed *r;
    size_t n = 0;
    const struct err *e;

    db_use_arena(ad->db, part);
    db_begin(ad->db, tenant);
    e = scores_replay(ad->db, io, &r, &n);
    if (!e)
        count(r, n, sums);
    db_rollback(ad->db);
    if (e)
        arena_set_why(ad->a, str_dup(ad->a, arena_why(part)));
    *ret_more = n == REPLAY_PART;
    db_use_arena(ad->db, ad->a);
    arena_free(part);
    return e;
}

const struct err *admin_replay(struct admin *ad, struct jw *out)
{
    struct replay r = {0};
    struct sums sums = {0};
    struct tenant_facts t;
    bool more = true;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (!e)
        e = id_option(ad, OPT_CALL, "call", &r.call);
    if (!e)
        e = time_option(ad, OPT_SINCE, "since", &r.since);
    if (!e)
        e = time_option(ad, OPT_UNTIL, "until", &r.until);
    while (!e && more)
        e = replay_part(ad, t.id, &r, &sums, &more);
    if (e)
        return e;
    if (sums.different)
        return err_why(ad->a, E_CONFLICT, "%lld of %lld scores are not as stored: see above.",
                       (long long)sums.different, (long long)sums.scores);
    jw_key(out, "scores");
    jw_int(out, sums.scores);
    jw_key(out, "equal");
    jw_int(out, sums.scores);
    jw_key(out, "different");
    jw_int(out, 0);
    return NULL;
}

static const struct err *number_option(struct admin *ad, enum admin_option o, const char *name,
                                       int64_t least, int64_t otherwise, int64_t *ret)
{
    *ret = otherwise;
    if (!ad->opt[o].p || (str_to_int(ad->opt[o], ret) && *ret >= least && *ret <= RERUN_MAX))
        return NULL;
    return err_why(ad->a, E_BAD_INPUT, "--%s takes a number from %d to %d.", name, (int)least,
                   RERUN_MAX);
}

static const struct err *rerun_options(struct admin *ad, struct rerun_ask *ret)
{
    const struct err *e = id_option(ad, OPT_CALL, "call", &ret->call);

    if (!e)
        e = id_option(ad, OPT_SCORECARD, "scorecard", &ret->scorecard);
    if (!e)
        e = number_option(ad, OPT_TIMES, "times", 2, 5, &ret->times);
    return e ? e : number_option(ad, OPT_CALLS, "calls", 1, 10, &ret->calls);
}

/* By the offline engine, here and now. */
static const struct err *rerun_here(struct admin *ad, struct rerun *r, struct str *ret_json)
{
    struct rerun_report report;
    const struct err *e = rerun_run(ad->a, &(struct rerun_by){.engine = language_engines[0]}, r, &report);

    if (e)
        return e;
    for (size_t i = 0; i < report.n_questions; i++)
        if (report.questions[i].unstable)
            fprintf(stderr, "%.*s is unstable: it changed in %lld of %lld calls\n",
                    STR_ARG(report.questions[i].key), (long long)report.questions[i].unstable,
                    (long long)report.calls);
    *ret_json = rerun_json(ad->a, &report);
    return NULL;
}

#define WAIT_MS 500
#define WAIT_MOST (30 * 60 * TIME_S)

/* By the workers, who alone speak to engines of others: reserved, settled and capped as always. */
static const struct err *rerun_there(struct admin *ad, struct uuid tenant, const struct rerun_ask *ask,
                                     struct str *ret_json)
{
    struct rerun_end end = {.state = STR("queued")};
    int64_t until = time_mono() + WAIT_MOST;
    struct uuid id;
    const struct err *e;

    db_begin(ad->db, tenant);
    e = rerun_queue(ad->db, ask, (struct uuid){{0}}, &id);
    if (!e)
        e = db_commit(ad->db);
    else
        db_rollback(ad->db);
    while (!e && str_is(end.state, "queued")) {
        if (time_mono() > until)
            return err_why(ad->a, E_TIMEOUT, "No worker has done it within half an hour; its result will stand on the "
                           "scorecard's page.");
        nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000L}, NULL);
        db_begin(ad->db, tenant);
        e = rerun_look(ad->db, id, &end);
        db_rollback(ad->db);
    }
    if (!e && !str_is(end.state, "done"))
        return err_why(ad->a, E_UPSTREAM, "%.*s", STR_ARG(end.reason));
    *ret_json = end.report;
    return e;
}

static const struct err *not_agreed(struct admin *ad, const struct rerun_estimate *x)
{
    return err_why(ad->a, E_BAD_INPUT, "%.*s\nAdd --yes to have it done, or --offline for the offline engine, which costs "
                   "nothing.", STR_ARG(rerun_estimate_text(ad->a, x)));
}

/* --yes agrees to what was said. */
static const struct rerun_ask *within(struct rerun_ask *ask, const struct rerun_estimate *x)
{
    ask->most_micro = x->most_micro;
    ask->currency = x->by.priced ? x->by.currency : STR_NONE;
    return ask;
}

const struct err *admin_rerun(struct admin *ad, struct jw *out)
{
    struct rerun_ask ask = {.scope = STR_NONE};
    struct rerun_estimate x = {.calls = 0};
    struct tenant_facts t;
    struct rerun *r;
    struct str report;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (!e)
        e = rerun_options(ad, &ask);
    if (e)
        return e;
    db_begin(ad->db, t.id);
    if (uuid_is_zero(ask.scorecard))
        e = rerun_card(ad->db, ask.call, &ask.scorecard);
    if (!e)
        e = rerun_load(ad->db, &ask, &r);
    if (!e)
        e = rerun_reckon(ad->db, r, &x);
    db_rollback(ad->db);
    if (!e && x.requests && !ad->opt[OPT_OFFLINE].p && !ad->opt[OPT_YES].p)
        return not_agreed(ad, &x);
    if (!e && x.requests && !ad->opt[OPT_OFFLINE].p)
        e = rerun_there(ad, t.id, within(&ask, &x), &report);
    else if (!e)
        e = rerun_here(ad, r, &report);
    if (e)
        return e;
    jw_key(out, "times");
    jw_int(out, ask.times);
    jw_key(out, "report");
    jw_raw(out, report);
    return NULL;
}
