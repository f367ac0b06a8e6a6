/* The second step of signing in. Whose password is right and who has a second factor gets a cookie that is good for
 * presenting a code, five minutes long and five times, and for nothing else: it is no session. Each try is counted
 * before it is looked at, here and by the guard. */
#include "core/time.h"
#include "http/cookie.h"
#include "people/factors/factors.h"
#include "people/passkeys/passkeys.h"
#include "people/sessions/inner.h"
#include "people/sessions/queries.h"
#include "people/sessions/sessions.h"

#define STEP_MINUTES 5
#define TOKEN_MIN 40

struct code_fields {
    struct str code, recovery_code;
};

const struct field session_code_in[] = {
    {"code", FIELD_TEXT, offsetof(struct code_fields, code), OPTIONAL | SECRET, .max = 20,
     .doc = "Six digits that the authenticator app shows"},
    {"recovery_code", FIELD_TEXT, offsetof(struct code_fields, recovery_code), OPTIONAL | SECRET, .max = 60,
     .doc = "Instead of it, one that was shown when the factor was set up"},
    {0},
};

static const char *step_cookie(void)
{
    return http_config.https ? "__Host-ringsight_step" : "ringsight_step";
}

static void set_step(struct req *rq, struct str token, int64_t seconds)
{
    req_set_header(rq, "set-cookie",
                   str_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s", step_cookie(),
                           STR_ARG(token), (long long)seconds, http_config.https ? "; Secure" : ""));
}

static const struct err *ask_for_code(struct req *rq, struct str token, const struct step_ways_out *ways)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "second_factor");
    jw_open(&w, '{');
    jw_key(&w, "expires_at");
    jw_time(&w, time_now() + STEP_MINUTES * 60 * TIME_S);
    jw_key(&w, "tries");
    jw_int(&w, STEP_TRIES);
    jw_key(&w, "code");
    jw_bool(&w, ways->code);
    jw_key(&w, "passkey");
    jw_bool(&w, ways->passkey && !passkey_hindrance(rq->a));
    jw_close(&w, '}');
    jw_close(&w, '}');
    set_step(rq, token, STEP_MINUTES * 60);
    return req_json(rq, 200, jw_done(&w));
}

const struct err *session_first_step(struct req *rq, struct guard *g, struct uuid account)
{
    struct str step = crypto_token(rq->a, 32), token;
    struct hash hash = crypto_sha256(step);
    struct step_ways_out ways = {0};
    struct step_open_out row;
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = q_step_open(db, (struct step_open_in){str_n(hash.b, sizeof hash.b), account, g->device_known, STEP_MINUTES}, &row);
    if (!e && row.needed)
        e = q_step_ways(db, (struct step_ways_in){account}, &ways);
    if (!e)
        e = row.needed ? guard_right(db, g, account) : session_enter(rq, db, g, account, "password", &token);
    e = req_end(db, e);
    if (e)
        return e;
    return row.needed ? ask_for_code(rq, step, &ways) : session_entered(rq, g, token);
}

const struct err *step_gone(struct req *rq)
{
    return err_why(rq->a, E_GONE, "This sign-in took too long, or had too many wrong codes: sign in again.");
}

const struct err *step_try(struct req *rq, const struct hash *hash, const char *kind, struct guard *g,
                           struct step_look_out *who, int64_t *ret_left)
{
    struct str bytes = str_n(hash->b, sizeof hash->b);
    struct step_try_out row = {.left = SQL_NULL};
    int64_t wait_s = 0;
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = q_step_look(db, (struct step_look_in){bytes, STEP_TRIES}, who);
    if (e == E_NOT_FOUND || (!e && !str_is(who->kind, kind)))
        e = step_gone(rq);
    if (!e)
        e = guard_begin_code(rq, db, who->email, who->device_known, g, &wait_s);
    if (!e && !wait_s)
        e = q_step_try(db, (struct step_try_in){bytes, STEP_TRIES}, &row);
    e = req_end(db, e);
    if (e)
        return e;
    *ret_left = row.left;
    if (wait_s)
        return guard_refuse(rq, wait_s, "codes");
    return row.left == SQL_NULL ? step_gone(rq) : NULL;
}

const struct err *step_wrong(struct req *rq, const struct step_look_out *who, int64_t left, const char *why, const char *outcome)
{
    const struct err *e = session_failed(rq, who->email, outcome);

    if (e)
        return e;
    if (!left)
        return err_why(rq->a, E_BAD_CODE, "%s That was the last try of this sign-in: sign in again.", why);
    return err_why(rq->a, E_BAD_CODE, "%s %lld %s left.", why, (long long)left, left == 1 ? "try is" : "tries are");
}

const struct err *step_enter(struct req *rq, struct db *db, const struct hash *hash, struct guard *g, struct uuid account,
                             const char *way, struct str *ret_token)
{
    struct step_close_out row;
    const struct err *e = q_step_close(db, (struct step_close_in){str_n(hash->b, sizeof hash->b)}, &row);

    if (!e && !row.done)
        e = step_gone(rq);
    return e ? e : session_enter(rq, db, g, account, way, ret_token);
}

const struct err *step_entered(struct req *rq, const struct guard *g, struct str token)
{
    set_step(rq, STR(""), 0);
    return session_entered(rq, g, token);
}

const struct err *step_of(struct req *rq, struct hash *ret)
{
    struct str cookie;

    if (cookie_get(req_header(rq, "cookie"), step_cookie(), &cookie) != COOKIE_FOUND || cookie.n < TOKEN_MIN)
        return step_gone(rq);
    *ret = crypto_sha256(cookie);
    return NULL;
}

/* One transaction: the code is used, the step is over, the session is there; or nothing of it. */
static const struct err *enter(struct req *rq, const struct hash *hash, struct guard *g, struct uuid account,
                               bool *ret_right, struct str *ret_token)
{
    const struct code_fields *in = rq->in;
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = in->code.n ? factor_take_code(db, account, in->code, ret_right)
                   : factor_take_recovery(db, account, in->recovery_code, ret_right);
    if (!e && *ret_right) {
        e = step_enter(rq, db, hash, g, account, in->code.n ? "code" : "recovery", ret_token);
        if (!e && !in->code.n)
            e = factor_tell(db, account, FACTOR_RECOVERY_USED);
    }
    return req_end(db, e);
}

static const struct err *second_step(struct req *rq, const char *kind)
{
    const struct code_fields *in = rq->in;
    struct step_look_out who = {0};
    struct str token;
    struct hash hash;
    struct guard g;
    bool right = false;
    int64_t left = 0;
    const struct err *e;

    if (!in->code.n == !in->recovery_code.n)
        return req_field(rq, "code", "Give the code of the app, or a recovery code.");
    e = step_of(rq, &hash);
    if (!e)
        e = step_try(rq, &hash, kind, &g, &who, &left);
    if (!e)
        e = enter(rq, &hash, &g, who.account_id, &right, &token);
    if (e)
        return e;
    if (!right)
        return step_wrong(rq, &who, left, "It is wrong, out of date, or was used before.", "refused");
    return step_entered(rq, &g, token);
}

const struct err *session_code(struct req *rq)
{
    return second_step(rq, "person");
}

const struct err *platform_session_code(struct req *rq)
{
    return second_step(rq, "super");
}

/* ---- proving it once more, signed in ---- */

static const struct err *look(struct req *rq, struct str password, struct str code, struct guard *g, struct str *ret_hash)
{
    struct login_out row = {0};
    int64_t wait_s = 0;
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = code.n ? guard_begin_code(rq, db, rq->who.email, false, g, &wait_s)
               : guard_begin(rq, db, rq->who.email, g, &wait_s);
    if (!e && !wait_s && password.n)
        e = q_login(db, (struct login_in){rq->who.email}, &row);
    *ret_hash = row.password_hash;
    e = req_end(db, e);
    return !e && wait_s ? guard_refuse(rq, wait_s, code.n ? "codes" : "passwords") : e;
}

const struct err *session_prove(struct req *rq, struct str password, struct str code)
{
    struct str hash;
    struct guard g;
    struct db *db;
    bool right;
    const struct err *e;

    if (!password.n == !code.n)
        return req_field(rq, "password", "Give your password, or a code of your authenticator app.");
    e = look(rq, password, code, &g, &hash);
    if (e)
        return e;
    right = password.n && crypto_password_verify(hash, password);
    e = session_begin(rq, &db);
    if (e)
        return e;
    if (code.n)
        e = factor_take_code(db, rq->who.account, code, &right);
    if (!e && right)
        e = guard_right(db, &g, rq->who.account);
    e = req_end(db, e);
    if (e || right)
        return e;
    e = session_failed(rq, rq->who.email, "refused");
    if (e)
        return e;
    return code.n ? req_field(rq, "code", "It is wrong, out of date, or was used before.")
                  : req_field(rq, "password", "This is not your password.");
}
