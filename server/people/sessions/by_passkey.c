/* The second step of signing in by a passkey in place of a code: a question for this sign-in alone, whose answer is taken
 * once. Tries are counted as those of codes are. */
#include <string.h>

#include "people/factors/factors.h"
#include "people/passkeys/passkeys.h"
#include "people/sessions/inner.h"
#include "people/sessions/queries.h"

static const struct err *ask_in(struct req *rq, struct db *db, const struct hash *step, const char *kind, struct str *ret_json)
{
    struct str name = str_n(step->b, sizeof step->b);
    struct step_challenge_out row;
    struct step_look_out who;
    struct hash challenge;
    const struct err *e = q_step_look(db, (struct step_look_in){name, STEP_TRIES}, &who);

    if (e == E_NOT_FOUND || (!e && !str_is(who.kind, kind)))
        return step_gone(rq);
    if (!e)
        e = passkey_question(rq, db, who.account_id, &challenge, ret_json);
    if (!e)
        e = q_step_challenge(db, (struct step_challenge_in){name, str_n(challenge.b, sizeof challenge.b), STEP_TRIES}, &row);
    return !e && !row.done ? step_gone(rq) : e;
}

static const struct err *ask(struct req *rq, const char *kind)
{
    struct hash step;
    struct str json;
    struct db *db;
    const struct err *e = step_of(rq, &step);

    if (!e)
        e = session_begin(rq, &db);
    if (e)
        return e;
    e = req_end(db, ask_in(rq, db, &step, kind, &json));
    return e ? e : req_json(rq, 200, json);
}

/* What was asked, which is forgotten whatever the answer is worth. *ret_asked false: nothing was. */
static const struct err *asked(struct req *rq, const struct hash *step, struct hash *ret, bool *ret_asked)
{
    struct step_asked_out row = {0};
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = req_end(db, q_step_asked(db, (struct step_asked_in){str_n(step->b, sizeof step->b)}, &row));
    *ret_asked = !e && row.challenge.n == sizeof ret->b;
    if (*ret_asked)
        memcpy(ret->b, row.challenge.p, sizeof ret->b);
    return e;
}

struct attempt {
    enum passkey_verdict verdict;
    const char *why;
    struct str token;
};

/* One transaction: the passkey is used, the step is over, the session is there; or nothing of it but the owner's mail. */
static const struct err *enter(struct req *rq, const struct hash *step, const struct hash *challenge, struct guard *g,
                               struct uuid account, struct attempt *t)
{
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = passkey_take(db, account, rq->in, challenge, &t->verdict, &t->why);
    if (!e && t->verdict == PASSKEY_RIGHT)
        e = step_enter(rq, db, step, g, account, "passkey", &t->token);
    if (!e && t->verdict == PASSKEY_COPIED)
        e = factor_tell(db, account, FACTOR_PASSKEY_COPIED);
    return req_end(db, e);
}

static const struct err *answer(struct req *rq, const char *kind)
{
    struct step_look_out who = {0};
    struct attempt t = {0};
    struct hash step, challenge;
    struct guard g;
    bool was_asked = false;
    int64_t left = 0;
    const struct err *e = step_of(rq, &step);

    if (!e)
        e = step_try(rq, &step, kind, &g, &who, &left);
    if (!e)
        e = asked(rq, &step, &challenge, &was_asked);
    if (!e)
        e = enter(rq, &step, was_asked ? &challenge : NULL, &g, who.account_id, &t);
    if (e)
        return e;
    if (t.verdict == PASSKEY_RIGHT)
        return step_entered(rq, &g, t.token);
    return step_wrong(rq, &who, left, t.why, t.verdict == PASSKEY_COPIED ? "refused: its counter went back" : "refused");
}

const struct err *session_passkey_ask(struct req *rq)
{
    return ask(rq, "person");
}

const struct err *session_passkey(struct req *rq)
{
    return answer(rq, "person");
}

const struct err *platform_session_passkey_ask(struct req *rq)
{
    return ask(rq, "super");
}

const struct err *platform_session_passkey(struct req *rq)
{
    return answer(rq, "super");
}
