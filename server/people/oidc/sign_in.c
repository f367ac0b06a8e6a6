/* Jobs that ask the provider: is it set up right; who is it that came back with this code. What goes wrong is told
 * to the person in a sentence, on the sign-in page. */
#include "core/log.h"
#include "people/members/members.h"
#include "people/oidc/inner.h"

#define REFRESH_MAX 8000

struct found {
    struct uuid flow;
    struct oidc_setup setup;
    struct str provider; /* read anew; STR_NONE: not */
    struct oidc_claims who;
    const struct json *groups;
    struct str refresh;
    const struct err *fault;
    struct str reason; /* of the fault */
};

/* ---- checking the settings ---- */

static enum job_result check_work(struct job *job, void **ret)
{
    struct found *f = ARENA_NEW(job->a, struct found);
    struct oidc_client *c = &f->setup.client;
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    *ret = f;
    if (e)
        return JOB_RETRY;
    e = oidc_setup_read(db, job->tenant, &f->setup);
    job_read_end(job, db);
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : JOB_RETRY;
    f->fault = oidc_discover(job->a, c->issuer, c->secret.p != NULL, &f->provider);
    if (!f->fault)
        f->fault = json_parse(job->a, f->provider, &c->provider);
    if (!f->fault)
        f->fault = oidc_try_client(job->a, c, oidc_redirect_uri(job->a, STR("")));
    f->reason = f->fault ? str_dup(job->a, arena_why(job->a)) : STR_NONE;
    return JOB_DONE;
}

static const struct err *check_store(struct job *job, void *product)
{
    struct found *f = product;

    return q_oidc_found(job->db, (struct oidc_found_in){f->setup.row.version, f->provider, f->reason}, NULL);
}

/* ---- who came back ---- */

static const struct err *read_task(struct job *job, struct found *f, const struct json **ret_kept, struct str *ret_uri)
{
    struct oidc_flow_read_out row;
    struct str plain;
    struct db *db;
    const struct err *e = uuid_parse(json_text(job->args, "flow"), &f->flow) ? job_read_begin(job, &db) : E_NOT_FOUND;

    if (e)
        return e;
    e = q_oidc_flow_read(db, (struct oidc_flow_read_in){f->flow}, &row);
    if (!e && (!str_is(row.state, "asking") || !row.sealed.p))
        e = E_NOT_FOUND;
    if (!e)
        e = oidc_setup_read(db, job->tenant, &f->setup);
    job_read_end(job, db);
    if (!e)
        e = oidc_open(job->a, job->tenant, "oidc_flow", f->flow, row.sealed, &plain);
    *ret_uri = row.redirect_uri;
    return e ? e : json_parse(job->a, plain, ret_kept);
}

static const struct err *exchange(struct job *job, struct found *f, const struct json *kept, struct str uri,
                                  const struct json **ret)
{
    struct buf b = buf_new(job->a, 16384);

    if (json_text(kept, "iss").n && !str_eq(json_text(kept, "iss"), f->setup.client.issuer))
        return err_why(job->a, E_FORBIDDEN, "The answer came from another provider than the one that was asked.");
    oidc_pair(&b, "grant_type", STR("authorization_code"));
    oidc_pair(&b, "code", json_text(kept, "code"));
    oidc_pair(&b, "redirect_uri", uri);
    oidc_pair(&b, "code_verifier", json_text(kept, "verifier"));
    return oidc_token(job->a, &f->setup.client, buf_str(&b), ret);
}

/* A key that is not known may be new: the provider is read again, once. */
static const struct err *verify(struct job *job, struct found *f, struct str token, struct str nonce,
                                const struct json **ret)
{
    struct oidc_client *c = &f->setup.client;
    struct jwt_keys *keys = ARENA_NEW(job->a, struct jwt_keys);
    struct jwt_want want = {JWT_ID, c->issuer, c->client_id, nonce, time_now() / TIME_S};
    const struct err *e = jwt_keys_parse(job->a, json_get(c->provider, "jwks"), keys);

    if (!e)
        e = jwt_verify(job->a, token, keys, &want, ret);
    if (e != E_NOT_FOUND)
        return e;
    e = oidc_discover(job->a, c->issuer, c->secret.p != NULL, &f->provider);
    if (!e)
        e = json_parse(job->a, f->provider, &c->provider);
    if (!e)
        e = jwt_keys_parse(job->a, json_get(c->provider, "jwks"), keys);
    return e ? e : jwt_verify(job->a, token, keys, &want, ret);
}

/* What the ID token does not say, the userinfo endpoint may; it must speak of the same subject. */
static const struct err *read_person(struct job *job, struct found *f, const struct json *id, struct str access_token)
{
    const struct json *info = NULL;
    const char *claim = f->setup.row.group_claim.n ? str_c(job->a, f->setup.row.group_claim) : NULL;
    const struct err *e;

    if (!json_text(id, "email").n || (claim && !json_get(id, claim))) {
        e = oidc_userinfo(job->a, &f->setup.client, access_token, &info);
        if (e)
            return e;
        if (info && !str_eq(json_text(info, "sub"), json_text(id, "sub")))
            return err_why(job->a, E_FORBIDDEN, "The provider speaks of two different people.");
    }
    if (claim)
        f->groups = json_get(id, claim) ? json_get(id, claim) : json_get(info, claim);
    return oidc_claims_read(job->a, id, info, f->setup.row.domains, &f->who);
}

static const struct err *find_person(struct job *job, struct found *f)
{
    const struct json *kept, *answer = NULL, *id = NULL;
    struct str uri;
    const struct err *e = read_task(job, f, &kept, &uri);

    if (!e && (!f->setup.row.active || !f->setup.client.provider))
        return err_why(job->a, E_FORBIDDEN, "Signing in by this provider was switched off.");
    if (!e)
        e = exchange(job, f, kept, uri, &answer);
    if (!e)
        e = verify(job, f, json_text(answer, "id_token"), json_text(kept, "nonce"), &id);
    if (!e)
        e = read_person(job, f, id, json_text(answer, "access_token"));
    if (!e && json_text(answer, "refresh_token").n <= REFRESH_MAX)
        f->refresh = json_text(answer, "refresh_token");
    return e;
}

enum job_result oidc_sign_in_work(struct job *job, void **ret)
{
    struct found *f = ARENA_NEW(job->a, struct found);

    *ret = f;
    arena_set_why(job->a, STR(""));
    f->fault = find_person(job, f);
    if (f->fault)
        f->reason = arena_why(job->a).n ? str_dup(job->a, arena_why(job->a)) : str_of(f->fault->title);
    return JOB_DONE;
}

/* Valid to look at, so that trying a password takes as long as elsewhere; but no password has this hash. */
static struct str unusable_password(struct arena *a)
{
    char salt[16], hash[32];
    struct str s, h;

    crypto_random(salt, sizeof salt);
    crypto_random(hash, sizeof hash);
    s = crypto_base64(a, str_n(salt, sizeof salt));
    h = crypto_base64(a, str_n(hash, sizeof hash));
    return str_fmt(a, "$argon2id$v=19$m=65536,t=3,p=1$%.*s$%.*s", 22, s.p, 43, h.p);
}

static const char *sentence(struct str verdict)
{
    if (str_is(verdict, "other"))
        return "Your e-mail address belonged to another person of the provider before: ask an admin.";
    if (str_is(verdict, "closed"))
        return "The account with your e-mail address cannot be used to sign in here.";
    if (str_is(verdict, "stranger"))
        return "You are not a member here: ask an admin to invite you.";
    if (str_is(verdict, "role"))
        return "The role that you would get is gone: an admin has to choose another one in the provider's settings.";
    return "Your role may do more than whoever set the provider up: an owner has to save its settings, or sign in by "
           "password.";
}

static const struct err *join(struct job *job, struct found *f, struct oidc_join_out *ret)
{
    const struct json *map = NULL;
    struct str role;
    const struct err *e = json_parse(job->a, f->setup.row.group_roles, &map);

    if (e)
        return e;
    role = oidc_group_role(map, f->groups);
    return q_oidc_join(job->db, (struct oidc_join_in){
        .issuer = f->setup.client.issuer, .subject = f->who.subject, .email = f->who.email, .name = f->who.name,
        .unusable = unusable_password(job->a), .fresh = uuid_new(), .member = uuid_new(), .person = uuid_new(),
        .role = role.p ? role : f->setup.row.default_role, .regroup = f->setup.row.group_claim.n && json_count(map)}, ret);
}

static const struct err *fail(struct job *job, struct found *f, struct str reason)
{
    LOG(LOG_INFO, "oidc.refused", KV("reason", reason));
    return q_oidc_flow_fail(job->db, (struct oidc_flow_fail_in){f->flow, reason}, NULL);
}

static const struct err *ready(struct job *job, struct found *f, const struct oidc_join_out *joined)
{
    struct str refresh = STR_NONE;
    const struct err *e = NULL;

    if (f->refresh.n)
        e = oidc_seal(job->a, job->tenant, "oidc_refresh", joined->person, f->refresh, &refresh);
    return e ? e : q_oidc_flow_ready(job->db, (struct oidc_flow_ready_in){
        f->flow, joined->account, joined->person, f->who.sid, refresh}, NULL);
}

const struct err *oidc_sign_in_store(struct job *job, void *product)
{
    struct found *f = product;
    struct oidc_join_out joined;
    const struct err *e = NULL;

    if (f->fault)
        return fail(job, f, f->reason);
    if (f->provider.p)
        e = q_oidc_found(job->db, (struct oidc_found_in){f->setup.row.version, f->provider, STR_NONE}, NULL);
    if (!e)
        e = join(job, f, &joined);
    if (e)
        return e;
    return str_is(joined.verdict, "done") ? ready(job, f, &joined) : fail(job, f, str_of(sentence(joined.verdict)));
}

const struct err *oidc_sign_in_dead(struct job *job, struct str reason)
{
    struct found f = {0};

    (void)reason;
    if (!uuid_parse(json_text(job->args, "flow"), &f.flow))
        return NULL;
    return fail(job, &f, STR("The sign-in broke off: start it again."));
}

const struct job_kind oidc_jobs[] = {
    {OIDC_CHECK, check_work, check_store, NULL, .attempts = 3, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {OIDC_SIGN_IN, oidc_sign_in_work, oidc_sign_in_store, oidc_sign_in_dead, .attempts = 1, .timeout_s = 60,
     .priority = JOB_LIVE},
    {OIDC_POLL, oidc_poll_work, NULL, NULL, .attempts = 2, .timeout_s = 600, .priority = JOB_NORMAL},
    {0},
};
