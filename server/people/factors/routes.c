/* One's own second factor: whether there is one, setting it up, new recovery codes, removing it. For people of tenants
 * and for super admins alike. What weakens an account asks for its password or a code first. */
#include "core/time.h"
#include "people/audit/audit.h"
#include "people/factors/factors.h"
#include "people/factors/inner.h"
#include "people/factors/queries.h"
#include "people/oidc/oidc.h"
#include "people/sessions/sessions.h"

struct proof_fields {
    struct str password, code;
};

static const struct field password_in[] = {
    {"password", FIELD_TEXT, offsetof(struct proof_fields, password), REQUIRED | SECRET, .min = 1, .max = 1000,
     .doc = "Yours, once more"},
    {0},
};

static const struct field code_in[] = {
    {"code", FIELD_TEXT, offsetof(struct proof_fields, code), REQUIRED | SECRET, .min = 1, .max = 20,
     .doc = "Six digits that the app shows"},
    {0},
};

static const struct field proof_in[] = {
    {"password", FIELD_TEXT, offsetof(struct proof_fields, password), OPTIONAL | SECRET, .max = 1000,
     .doc = "Yours, once more; or a code"},
    {"code", FIELD_TEXT, offsetof(struct proof_fields, code), OPTIONAL | SECRET, .max = 20,
     .doc = "Six digits that the app shows"},
    {0},
};

static const struct err *person(struct req *rq)
{
    return rq->who.by_cookie ? NULL : err_why(rq->a, E_FORBIDDEN, "API keys have no second factor.");
}

static void put_time(struct jw *w, const char *key, int64_t t)
{
    jw_key(w, key);
    if (t == SQL_NULL)
        jw_null(w);
    else
        jw_time(w, t);
}

static const struct err *show(struct req *rq)
{
    struct factor_state_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = person(rq);

    if (!e)
        e = q_factor_state(rq->db, (struct factor_state_in){rq->who.account}, &row);
    if (e)
        return e;
    jw_open(&w, '{');
    put_time(&w, "since", row.since);
    put_time(&w, "app_since", row.app_since);
    jw_key(&w, "recovery_codes_left");
    jw_int(&w, row.recovery_left);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *factor_change_begin(struct req *rq)
{
    const struct err *e = oidc_account_allowed(rq);

    return e ? e : req_begin(rq, rq->who.tenant, &rq->db);
}

const struct err *factor_change_end(struct req *rq, const struct err *e)
{
    if (!e && (!uuid_is_zero(rq->who.tenant) || rq->who.kind == SUPER))
        e = audit_record(rq);
    e = req_end(rq->db, e);
    rq->db = NULL;
    return e;
}

/* The word of one tenant's provider changes nothing of the account. */
static const struct err *act(struct req *rq, const struct err *(*what)(struct req *rq, struct session_fresh *ret),
                             struct session_fresh *ret)
{
    const struct err *e = factor_change_begin(rq);

    return e ? e : factor_change_end(rq, what(rq, ret));
}

static const struct err *begin_now(struct req *rq, struct session_fresh *unused)
{
    struct jw w = jw_new(rq->a);
    struct str secret, uri;
    struct qr qr;
    const struct err *e = factor_begin(rq->db, rq->who.account, &secret);

    (void)unused;
    if (e)
        return e;
    uri = totp_uri(rq->a, rq->who.email, secret);
    e = qr_make(rq->a, uri, &qr);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "secret");
    jw_text(&w, secret);
    jw_key(&w, "uri");
    jw_text(&w, uri);
    jw_key(&w, "qr_size");
    jw_int(&w, qr.size);
    jw_key(&w, "qr_path");
    jw_text(&w, qr.path);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *begin(struct req *rq)
{
    const struct proof_fields *in = rq->in;
    const struct err *e = person(rq);

    if (!e)
        e = session_prove(rq, in->password, STR_NONE);
    return e ? e : act(rq, begin_now, NULL);
}

/* Shows ten new codes, this once. */
static const struct err *show_codes(struct req *rq)
{
    struct jw w = jw_new(rq->a);
    const struct err *e;

    jw_open(&w, '{');
    jw_key(&w, "recovery_codes");
    e = factor_recovery(rq->db, rq->who.account, &w);
    if (e)
        return e;
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *confirm_now(struct req *rq, struct session_fresh *ret_fresh)
{
    const struct proof_fields *in = rq->in;
    bool right;
    const struct err *e = factor_confirm(rq->db, rq->who.account, in->code, &rq->who.token, &right);

    if (!e && !right)
        return req_field(rq, "code", "This is not the code of now. Is the phone's clock set by itself?");
    if (!e)
        e = session_renew(rq, rq->db, ret_fresh);
    if (!e)
        e = factor_tell(rq->db, rq->who.account, FACTOR_SET_UP);
    return e ? e : show_codes(rq);
}

static const struct err *confirm(struct req *rq)
{
    struct session_fresh fresh;
    const struct err *e = person(rq);

    if (!e)
        e = act(rq, confirm_now, &fresh);
    if (!e)
        session_renewed(rq, &fresh);
    return e;
}

static const struct err *renew_now(struct req *rq, struct session_fresh *unused)
{
    const struct err *e = factor_tell(rq->db, rq->who.account, FACTOR_RECOVERY_NEW);

    (void)unused;
    return e ? e : show_codes(rq);
}

static const struct err *renew(struct req *rq)
{
    const struct proof_fields *in = rq->in;
    const struct err *e = person(rq);

    if (!e)
        e = session_prove(rq, in->password, in->code);
    return e ? e : act(rq, renew_now, NULL);
}

static const struct err *remove_now(struct req *rq, struct session_fresh *unused)
{
    struct factor_drop_app_out row;
    const struct err *e = q_factor_drop_app(rq->db, (struct factor_drop_app_in){rq->who.account}, &row);

    (void)unused;
    if (!e && str_is(row.outcome, "none"))
        return err_why(rq->a, E_GONE, "There is no authenticator app to remove.");
    if (!e)
        e = factor_dropped(rq, row.outcome);
    if (!e)
        e = factor_tell(rq->db, rq->who.account, str_is(row.outcome, "last") ? FACTOR_REMOVED : FACTOR_APP_REMOVED);
    return e ? e : req_none(rq);
}

static const struct err *remove_own(struct req *rq)
{
    const struct proof_fields *in = rq->in;
    const struct err *e = person(rq);

    if (!e)
        e = session_prove(rq, in->password, in->code);
    if (!e)
        e = act(rq, remove_now, NULL);
    if (!e)
        identity_forget(&rq->who.token);
    return e;
}

static const struct route routes[] = {
    {GET, "/second-factor", SIGNED_IN, .run = show, .out = "second_factor", .own_session = true, .before_factor = true,
     .doc = "Whether your account has a second factor"},
    {POST, "/second-factor", SIGNED_IN, password_in, .run = begin, .out = "second_factor_setup", .tx = TX_NONE,
     .lane = WORK_HASH, .own_session = true, .before_factor = true, .doc = "Begin to set one up; it holds once a code of it has confirmed it"},
    {POST, "/second-factor/confirm", SIGNED_IN, code_in, .run = confirm, .out = "recovery_codes", .tx = TX_NONE,
     .own_session = true, .before_factor = true, .doc = "Confirm it by its first code; shows recovery codes once, and every other session ends"},
    {POST, "/second-factor/recovery-codes", SIGNED_IN, proof_in, .run = renew, .out = "recovery_codes", .tx = TX_NONE,
     .lane = WORK_HASH, .own_session = true, .before_factor = true, .doc = "Ten new recovery codes in place of all earlier ones, shown once"},
    {POST, "/second-factor/remove", SIGNED_IN, proof_in, .run = remove_own, .tx = TX_NONE, .lane = WORK_HASH,
     .own_session = true, .before_factor = true, .doc = "Remove your authenticator app, by your password or a code of it; passkeys stay"},
    {POST, "/members/{member}/second-factor/remove", PEOPLE_WRITE, factor_of_member_in, .run = factor_of_member,
     .doc = "Remove that of somebody who has lost it: he is told by mail, and every session of his ends"},
    {GET, "/sign-in-policy", PEOPLE_READ, .sql = SQL_FACTOR_POLICY,
     .doc = "Of whom a second factor is asked, and how many people have one"},
    {PUT, "/sign-in-policy", PEOPLE_WRITE, factor_policy_in, .run = factor_policy_set,
     .doc = "Ask a second factor of nobody, of admins or of everyone; by an owner, with If-Match"},
    {GET, "/platform/second-factor", SUPER_ADMIN, .run = show, .out = "second_factor", .own_session = true, .before_factor = true,
     .doc = "Whether your account has a second factor"},
    {POST, "/platform/second-factor", SUPER_ADMIN, password_in, .run = begin, .out = "second_factor_setup", .tx = TX_NONE,
     .lane = WORK_HASH, .own_session = true, .before_factor = true, .doc = "Begin to set one up"},
    {POST, "/platform/second-factor/confirm", SUPER_ADMIN, code_in, .run = confirm, .out = "recovery_codes", .tx = TX_NONE,
     .own_session = true, .before_factor = true, .doc = "Confirm it by its first code; shows recovery codes once"},
    {POST, "/platform/second-factor/recovery-codes", SUPER_ADMIN, proof_in, .run = renew, .out = "recovery_codes",
     .tx = TX_NONE, .lane = WORK_HASH, .own_session = true, .before_factor = true, .doc = "Ten new recovery codes, shown once"},
    {POST, "/platform/second-factor/remove", SUPER_ADMIN, proof_in, .run = remove_own, .tx = TX_NONE, .lane = WORK_HASH,
     .own_session = true, .before_factor = true, .doc = "Remove your authenticator app"},
    {0},
};

static const struct schema schemas[] = {
    {"second_factor",
     "{\"type\":\"object\",\"required\":[\"since\",\"app_since\",\"recovery_codes_left\"],\"properties\":{"
     "\"since\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},"
     "\"app_since\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"},\"recovery_codes_left\":{\"type\":\"integer\"}}}"},
    {"second_factor_setup",
     "{\"type\":\"object\",\"required\":[\"secret\",\"uri\",\"qr_size\",\"qr_path\"],\"properties\":{"
     "\"secret\":{\"type\":\"string\"},\"uri\":{\"type\":\"string\"},\"qr_size\":{\"type\":\"integer\"},"
     "\"qr_path\":{\"type\":\"string\"}}}"},
    {"recovery_codes",
     "{\"type\":\"object\",\"required\":[\"recovery_codes\"],\"properties\":{\"recovery_codes\":{\"type\":\"array\","
     "\"items\":{\"type\":\"string\"}}}}"},
    {0},
};

const struct feature factors_feature = {
    .name = "factors", .doc = "Second factors of accounts.", .routes = routes, .schemas = schemas,
};
