/* What a session is to its owner, opening one, and writing down what became of an attempt. Used by the routes of this
 * folder. */
#include "core/settings.h"
#include "http/blocks.h"
#include "core/time.h"
#include "http/queries.h"
#include "people/audit/audit.h"
#include "people/oidc/oidc.h"
#include "people/sessions/inner.h"
#include "people/sessions/queries.h"
#include "people/sessions/sessions.h"

static void write_tenant(struct jw *w, const struct gate_session_out *s)
{
    jw_key(w, "tenant");
    if (uuid_is_zero(s->tenant_id)) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, s->tenant_id);
    jw_key(w, "slug");
    jw_text(w, s->tenant_slug);
    jw_key(w, "name");
    jw_text(w, s->tenant_name);
    jw_key(w, "zone");
    jw_text(w, s->tenant_zone);
    jw_close(w, '}');
}

static void write_permissions(struct jw *w, uint32_t bits)
{
    jw_key(w, "permissions");
    jw_open(w, '[');
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (bits & 1u << i)
            jw_text(w, str_of(permission_name((enum permission_number)i)));
    jw_close(w, ']');
}

static void write_user(struct jw *w, const struct gate_session_out *s)
{
    jw_key(w, "user");
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, s->account_id);
    jw_key(w, "name");
    jw_text(w, s->name);
    jw_key(w, "email");
    jw_text(w, s->email);
    jw_close(w, '}');
    jw_key(w, "csrf");
    jw_text(w, s->csrf);
}

const struct err *session_tell(struct req *rq, struct db *db, const struct hash *token, struct identity *ret_who)
{
    struct gate_session_out s;
    struct session_memberships_out m;
    struct jw w = jw_new(rq->a);
    const struct err *e = q_gate_session(
        db, (struct gate_session_in){.hash = str_n(token->b, sizeof token->b)}, &s);

    if (e)
        return e == E_NOT_FOUND ? E_UNAUTHENTICATED : e;
    if (ret_who)
        *ret_who = (struct identity){.kind = str_is(s.kind, "super") ? SUPER : PERSON, .account = s.account_id, .tenant = s.tenant_id, .name = s.name};
    jw_open(&w, '{');
    write_user(&w, &s);
    if (str_is(s.kind, "person")) {
        e = q_session_memberships(db, (struct session_memberships_in){s.account_id, str_n(token->b, sizeof token->b)}, &m);
        if (e)
            return e;
        write_tenant(&w, &s);
        jw_key(&w, "role");
        jw_text(&w, s.role);
        write_permissions(&w, permissions_of(s.permissions));
        jw_key(&w, "memberships");
        jw_raw(&w, m.list);
    }
    jw_key(&w, "lacks_factor"); /* then only setting one up is open */
    jw_bool(&w, identity_lacks_factor(str_is(s.kind, "super") ? SUPER : PERSON, s.lacks_factor));
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *session_begin(struct req *rq, struct db **ret_db)
{
    const struct err *e = db_take(http_config.pools[DB_APP], rq->a, 3000, ret_db);

    if (!e)
        db_begin(*ret_db, (struct uuid){{0}});
    return e;
}

void session_cookie(struct req *rq, struct str token, int64_t seconds)
{
    req_set_header(rq, "set-cookie",
                   str_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                           http_config.cookie_name, STR_ARG(token), (long long)seconds,
                           http_config.https ? "; Secure" : ""));
}

const struct err *session_note(struct req *rq)
{
    struct db *db;
    const struct err *e;

    if (uuid_is_zero(rq->who.tenant) && rq->who.kind != SUPER)
        return NULL;
    e = db_take(http_config.pools[DB_APP], rq->a, 3000, &db);
    if (e)
        return e;
    db_begin(db, rq->who.tenant);
    rq->db = db;
    e = audit_record(rq);
    if (!e)
        e = db_commit(db);
    rq->db = NULL;
    db_give(http_config.pools[DB_APP], db);
    return e;
}

const struct err *session_blocked(struct req *rq)
{
    return err_why(rq->a, E_FORBIDDEN, "The network you come from is blocked, or the e-mail address or password is wrong. "
                   "Sign in from another network.");
}

const struct err *session_describe(struct req *rq, struct db *db, const struct hash *token, const char *way)
{
    return q_session_describe(db, (struct session_describe_in){
        str_n(token->b, sizeof token->b), device_words(rq->a, req_header(rq, "user-agent")), rq->client, str_of(way)}, NULL);
}

const struct err *session_renew(struct req *rq, struct db *db, struct session_fresh *ret)
{
    struct session_renew_out row;
    struct hash hash;
    const struct err *e;

    ret->token = crypto_token(rq->a, 32);
    hash = crypto_sha256(ret->token);
    e = q_session_renew(db, (struct session_renew_in){
        str_n(rq->who.token.b, sizeof rq->who.token.b), str_n(hash.b, sizeof hash.b)}, &row);
    if (!e && row.expires_at == SQL_NULL)
        e = E_UNAUTHENTICATED;
    ret->expires_at = row.expires_at;
    return e;
}

void session_renewed(struct req *rq, const struct session_fresh *fresh)
{
    identity_forget(&rq->who.token);
    session_cookie(rq, fresh->token, (fresh->expires_at - time_now()) / TIME_S);
}

const struct err *session_enter(struct req *rq, struct db *db, struct guard *g, struct uuid account, const char *way,
                                struct str *ret_token)
{
    struct str token = crypto_token(rq->a, 32), csrf = crypto_token(rq->a, 24);
    struct hash hash = crypto_sha256(token);
    const struct err *e = oidc_password_allowed(db, account);

    if (!e)
        e = q_session_open(db, (struct session_open_in){
            str_n(hash.b, sizeof hash.b), account, csrf, http_config.settings->session_hours}, NULL);
    if (!e)
        e = session_describe(rq, db, &hash, way);
    if (!e)
        e = guard_done(rq, db, g, account);
    if (!e)
        e = session_tell(rq, db, &hash, &rq->who);
    if (!e && blocks_has(rq->who.tenant, rq->client))
        e = session_blocked(rq);
    *ret_token = token;
    return e;
}

const struct err *session_entered(struct req *rq, const struct guard *g, struct str token)
{
    const struct err *e = session_note(rq);

    if (e)
        return e;
    session_cookie(rq, token, http_config.settings->session_hours * 3600);
    guard_cookie(rq, g);
    return NULL;
}

const struct err *session_failed(struct req *rq, struct str email, const char *outcome)
{
    struct uuid request = {{0}};
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    (void)uuid_parse(str_of(rq->id), &request);
    e = q_sign_in_failed(db, (struct sign_in_failed_in){
        request, email, rq->client,
        str_fmt(rq->a, "%.*s %s", STR_ARG(http_row_name(rq->a, rq->route)), outcome), request}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    return e;
}
