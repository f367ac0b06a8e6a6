/* The end of sessions as the provider wants it: told by its logout token (OpenID Connect Back-Channel Logout 1.0), or,
 * where it never told us of one, asked for by the refresh tokens of the sessions. */
#include "core/log.h"
#include "people/oidc/inner.h"
#include "providers/form.h"

#define DUE_MOST 500

/* ---- told ---- */

static const struct err *no_token(struct req *rq, const char *why)
{
    return err_why(rq->a, E_BAD_REQUEST, "%s", why);
}

static const struct err *end_sessions(struct req *rq, struct db *db, struct uuid tenant, struct str token)
{
    struct oidc_setup s = {0};
    struct jwt_keys *keys = ARENA_NEW(rq->a, struct jwt_keys);
    const struct json *claims;
    struct oidc_logout_out out;
    const struct err *e = oidc_setup_read(db, tenant, &s);

    if (!e && !s.client.provider)
        return no_token(rq, "The provider has not been reached yet.");
    if (!e)
        e = jwt_keys_parse(rq->a, json_get(s.client.provider, "jwks"), keys);
    if (e)
        return e;
    e = jwt_verify(rq->a, token, keys, &(struct jwt_want){
        JWT_LOGOUT, s.client.issuer, s.client.client_id, STR_NONE, time_now() / TIME_S}, &claims);
    if (e)
        return no_token(rq, str_c(rq->a, arena_why(rq->a)));
    e = q_oidc_logout(db, (struct oidc_logout_in){
        s.client.issuer, json_text(claims, "sub"), json_text(claims, "sid"), json_int(claims, "iat", 0) * TIME_S}, &out);
    if (!e)
        e = q_oidc_heard(db, NULL);
    if (!e)
        LOG(LOG_INFO, "oidc.logout", KV_I("sessions", out.ended));
    return e;
}

const struct err *oidc_logout(struct req *rq)
{
    struct oidc_tenant_out row = {0};
    struct form f = {0};
    struct str slug, token;
    struct db *db;
    const struct err *e = req_param_text(rq, 0, &slug);

    if (e)
        return e;
    if (!form_type_is(req_header(rq, "content-type"), "application/x-www-form-urlencoded") ||
        form_urlencoded(rq->a, rq->body, &f))
        return no_token(rq, "Send logout_token as application/x-www-form-urlencoded.");
    token = form_value(&f, "logout_token");
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (!e)
        e = req_end(db, q_oidc_tenant(db, (struct oidc_tenant_in){slug}, &row));
    if (!e && uuid_is_zero(row.tenant))
        return E_NOT_FOUND;
    if (!e)
        e = req_begin(rq, row.tenant, &db);
    if (!e)
        e = req_end(db, end_sessions(rq, db, row.tenant, token));
    return e ? e : req_none(rq);
}

/* ---- asked ---- */

static const struct err *write_down(struct job *job, const struct oidc_due_out *row, bool known, struct str refresh)
{
    struct oidc_unknown_out out;
    struct str sealed = row->refresh_sealed;
    struct db *db;
    const struct err *e = refresh.n ? oidc_seal(job->a, job->tenant, "oidc_refresh", row->person_id, refresh, &sealed) : NULL;

    if (!e)
        e = job_read_begin(job, &db);
    if (e)
        return e;
    e = known ? q_oidc_known(db, (struct oidc_known_in){row->hash, sealed}, NULL)
              : q_oidc_unknown(db, (struct oidc_unknown_in){row->person_id}, &out);
    if (!e)
        e = db_commit(db);
    job_read_end(job, db);
    if (!e && !known)
        LOG(LOG_INFO, "oidc.unknown", KV_I("sessions", out.ended));
    return e;
}

/* Only a clear refusal ends anything: a provider that is away says nothing of its people. */
static const struct err *ask_one(struct job *job, const struct oidc_setup *s, const struct oidc_due_out *row)
{
    struct buf b = buf_new(job->a, 32768);
    const struct json *answer = NULL;
    struct str token;
    const struct err *e = oidc_open(job->a, job->tenant, "oidc_refresh", row->person_id, row->refresh_sealed, &token);

    if (e)
        return e;
    oidc_pair(&b, "grant_type", STR("refresh_token"));
    oidc_pair(&b, "refresh_token", token);
    e = oidc_token(job->a, &s->client, buf_str(&b), &answer);
    if (e == E_GONE)
        return write_down(job, row, false, STR_NONE);
    return e ? e : write_down(job, row, true, json_text(answer, "refresh_token"));
}

enum job_result oidc_poll_work(struct job *job, void **ret)
{
    struct oidc_setup s = {0};
    struct oidc_due_out *rows = NULL;
    size_t n = 0;
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    (void)ret;
    if (e)
        return JOB_RETRY;
    e = oidc_setup_read(db, job->tenant, &s);
    if (!e && s.row.active && s.client.provider && s.row.heard_at == TIME_NONE)
        e = q_oidc_due(db, (struct oidc_due_in){DUE_MOST}, &rows, &n);
    job_read_end(job, db);
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : JOB_RETRY;
    for (size_t i = 0; i < n && !atomic_load(&job->lost); i++) {
        e = ask_one(job, &s, &rows[i]);
        if (e == E_UPSTREAM_AUTH || e == E_TIMEOUT)
            break; /* the rest would fare alike */
    }
    return JOB_DONE;
}
