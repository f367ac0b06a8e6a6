/* Scores that people gave, and scores that no longer count. Called by the reviews, in their
 * transactions. */
#include "insight/scores/queries.h"
#include "insight/scores/scores.h"
#include "live/live.h"
#include "people/webhooks/webhooks.h"

static const struct err *show(struct db *db, struct uuid call, struct str otherwise)
{
    struct score_readopt_out row = {{{0}}};
    const struct err *e = q_score_readopt(db, (struct score_readopt_in){call}, &row);

    if (e == E_NOT_FOUND)
        e = q_score_unset(db, (struct score_unset_in){call, otherwise}, NULL);
    if (!e)
        e = webhook_tell(db, WEBHOOK_CALL_SCORED, call);
    return e ? e : live_note(db, "call.scored", call, row.agent_id);
}

const struct err *score_put_human(struct db *db, const struct human_score *in, struct uuid *ret_id)
{
    struct uuid id = uuid_new();
    struct score s;
    struct str body;
    const struct err *e = score_derive(db_arena(db), in->card, in->talk, in->raw, &s, &body);

    if (!e)
        e = q_score_put(db, (struct score_put_in){
            .id = id, .call = in->call, .transcript = in->transcript, .scorecard = in->scorecard,
            .state = str_of(score_state_name(s.state)), .reason = s.reason,
            .score_bp = s.score_bp < 0 ? SQL_NULL : s.score_bp, .auto_fail = s.auto_fail,
            .engine = STR("human"), .engine_version = STR("1"), .transcript_hash = in->hash,
            .raw = in->raw, .body = body, .mode = STR("decide"), .account = in->account, .gate_bp = 0}, NULL);
    if (!e)
        *ret_id = id;
    return e ? e : show(db, in->call, STR("It has no score that counts."));
}

const struct err *score_void(struct db *db, struct uuid score, struct uuid call, struct str reason)
{
    int64_t n = 0;
    const struct err *e = q_score_void(db, (struct score_void_in){score, reason}, &n);

    if (!e && !n)
        return err_why(db_arena(db), E_CONFLICT, "This score was voided before.");
    return e ? e : show(db, call, STR("Its score was voided."));
}
