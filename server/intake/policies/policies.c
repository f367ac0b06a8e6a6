/* Deciding calls by their policy inside the transactions of the fold and of the look into a
 * recording, and starting what a person asked for. The rules are pure (decide.c). */
#include "intake/policies/policies.h"

#include "intake/policies/decide.h"
#include "intake/policies/queries.h"
#include "intake/recordings/recordings.h"
#include "live/live.h"

const struct err E_NOT_STORED[1] = {
    {"not_stored", 409, "The call is analysed already, is on its way, or has nothing to analyse"}};

static bool text_same(struct str x, struct str y)
{
    return (x.p != NULL) == (y.p != NULL) && (!x.p || str_eq(x, y));
}

const struct err *policies_settle(struct db *db, struct uuid call, int64_t seconds)
{
    struct policy_call_out c;
    struct policy_choice now;
    struct policy p;
    const struct err *e = q_policy_call(db, (struct policy_call_in){call}, &c);

    if (e || c.chosen || !c.body.p)
        return e;
    e = policy_read(db_arena(db), c.body, &p);
    if (e)
        return e;
    now = policy_decide(db_arena(db), &p, &(struct policy_facts){
        .agent = c.agent_id, .extension = c.agent_key, .number = c.number,
        .direction = call_direction_of(c.direction),
        .seconds = c.seconds > 0 ? c.seconds : seconds >= 0 ? seconds : c.seconds == 0 ? 0 : -1,
        .draw = policy_draw(c.integration_id, c.call_key)});
    if (now.fetch == c.fetch_wanted && now.analyse == c.analyse_wanted &&
        text_same(now.reason, c.choice_reason))
        return NULL;
    e = q_policy_chose(db, (struct policy_chose_in){call, now.fetch, now.analyse, now.reason}, NULL);
    if (!e && ((now.fetch && !c.fetch_wanted) ||
               (now.analyse && !c.analyse_wanted && str_is(c.state, "stored"))))
        e = recordings_go_on(db, call);
    return e;
}

const struct err *policies_analyse(struct db *db, struct uuid call, struct str scope)
{
    struct policy_state_out now;
    struct policy_choose_out row;
    const struct err *e = q_policy_state(db, (struct policy_state_in){call, scope}, &now);

    if (!e && !str_is(now.state, "stored") && !now.held)
        return E_NOT_STORED;
    if (!e) {
        e = q_policy_choose(db, (struct policy_choose_in){call}, &row);
        e = e == E_NOT_FOUND ? E_NOT_STORED : e; /* somebody was quicker */
    }
    if (!e && !now.held) /* else it goes on by itself once it is ready */
        e = recordings_go_on(db, call);
    return e ? e : live_note(db, "call.updated", call, row.agent_id);
}

const struct err *policies_add_step(struct db *db, struct uuid integration, struct uuid run)
{
    char text[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "policies.apply", .object = integration,
        .args = str_fmt(db_arena(db), "{\"run\":\"%s\"}", uuid_text(run, text).p)});
}
