/* A sign-in by the provider as the browser sees it: begun, back from the provider, finished. What asks the provider is
 * the job (sign_in.c); meanwhile the page asks here whether it is done. */
#include "core/settings.h"
#include "http/cookie.h"
#include "people/audit/audit.h"
#include "people/oidc/inner.h"
#include "people/sessions/sessions.h"
#include "providers/form.h"

#define CODE_MAX 4000

struct start_fields {
    struct str tenant, next;
};

const struct field oidc_start_in[] = {
    {"tenant", FIELD_TEXT, offsetof(struct start_fields, tenant), REQUIRED, .min = 1, .max = 60,
     .doc = "Its short name, as GET /oidc/offer tells"},
    {"next", FIELD_TEXT, offsetof(struct start_fields, next), OPTIONAL, .max = 500, .doc = "The page to open then, a path"},
    {0},
};

struct offer_fields {
    struct str email;
};

const struct field oidc_offer_in[] = {
    {"email", FIELD_TEXT, offsetof(struct offer_fields, email), OPTIONAL, .max = 254,
     .doc = "Whose domain may have a provider; left out: the host of the page says whose"},
    {0},
};

static const char *cookie_name(void)
{
    return http_config.https ? "__Host-ringsight_oidc" : "ringsight_oidc";
}

static void set_cookie(struct req *rq, const char *name, struct str token, int64_t seconds)
{
    req_set_header(rq, "set-cookie", str_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", name,
                                             STR_ARG(token), (long long)seconds, http_config.https ? "; Secure" : ""));
}

static bool cookie_hash(const struct req *rq, struct hash *ret)
{
    struct str value;

    if (cookie_get(req_header(rq, "cookie"), cookie_name(), &value) != COOKIE_FOUND || value.n < 32)
        return false;
    *ret = crypto_sha256(value);
    return true;
}

static struct str bytes_of(const struct hash *h)
{
    return str_n(h->b, sizeof h->b);
}

/* ---- which provider ---- */

const struct err *oidc_offer(struct req *rq)
{
    const struct offer_fields *in = rq->in;
    struct oidc_offer_in ask = {.slug = rq->subdomain.n ? rq->subdomain : STR_NONE};
    struct oidc_offer_out row = {0};
    struct jw w = jw_new(rq->a);
    struct db *db;
    const struct err *e = NULL;

    if (in->email.p)
        ask.domain = oidc_domain_of(rq->a, str_trim(in->email));
    if (ask.slug.p || ask.domain.p) {
        e = req_begin(rq, (struct uuid){{0}}, &db);
        if (!e)
            e = req_end(db, q_oidc_offer(db, ask, &row));
    }
    if (e && e != E_NOT_FOUND)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "tenant");
    jw_text(&w, row.slug);
    jw_key(&w, "tenant_name");
    jw_text(&w, row.tenant_name);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* ---- to the provider ---- */

struct beginning {
    struct uuid id, tenant;
    struct str state, nonce, verifier, cookie, redirect_uri;
};

static struct str challenge(struct arena *a, struct str verifier)
{
    struct hash h = crypto_sha256(verifier);

    return crypto_base64url(a, bytes_of(&h));
}

static struct str where_to(struct req *rq, const struct oidc_setup *s, const struct beginning *b)
{
    struct buf q = buf_new(rq->a, 16384);
    struct str endpoint = json_text(s->client.provider, "authorization_endpoint");

    oidc_pair(&q, "response_type", STR("code"));
    oidc_pair(&q, "client_id", s->client.client_id);
    oidc_pair(&q, "redirect_uri", b->redirect_uri);
    oidc_pair(&q, "scope", json_yes(s->client.provider, "offline") && s->row.heard_at == TIME_NONE
                               ? STR("openid email profile offline_access") : STR("openid email profile"));
    oidc_pair(&q, "state", b->state);
    oidc_pair(&q, "nonce", b->nonce);
    oidc_pair(&q, "code_challenge", challenge(rq->a, b->verifier));
    oidc_pair(&q, "code_challenge_method", STR("S256"));
    return str_fmt(rq->a, "%.*s%c%.*s", STR_ARG(endpoint), str_find(endpoint, STR("?"), 0) < 0 ? '?' : '&',
                   STR_ARG(buf_str(&q)));
}

static const struct err *keep(struct req *rq, struct db *db, const struct beginning *b)
{
    const struct start_fields *in = rq->in;
    struct hash state = crypto_sha256(b->state), cookie = crypto_sha256(b->cookie);
    struct jw w = jw_new(rq->a);
    struct str sealed, next = in->next;
    bool own = next.n > 1 && next.p[0] == '/' && next.p[1] != '/' && next.p[1] != '\\';
    const struct err *e;

    jw_open(&w, '{');
    jw_key(&w, "nonce");
    jw_text(&w, b->nonce);
    jw_key(&w, "verifier");
    jw_text(&w, b->verifier);
    jw_close(&w, '}');
    e = oidc_seal(rq->a, b->tenant, "oidc_flow", b->id, jw_done(&w), &sealed);
    return e ? e : q_oidc_start(db, (struct oidc_start_in){
        b->id, bytes_of(&state), bytes_of(&cookie), sealed, b->redirect_uri, own ? next : STR("/")}, NULL);
}

static const struct err *find_tenant(struct req *rq, struct str slug, struct uuid *ret)
{
    struct oidc_tenant_out row = {0};
    struct db *db;
    const struct err *e;

    if (rq->subdomain.n && !str_eq(rq->subdomain, slug))
        return E_NOT_FOUND;
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (!e)
        e = req_end(db, q_oidc_tenant(db, (struct oidc_tenant_in){slug}, &row));
    *ret = row.tenant;
    return e ? e : uuid_is_zero(row.tenant) ? E_NOT_FOUND : NULL;
}

static const struct err *begin(struct req *rq, struct db *db, struct beginning *b, struct str *ret_url)
{
    struct oidc_setup s = {0};
    const struct err *e = oidc_setup_read(db, b->tenant, &s);

    if (!e && !s.client.provider)
        return err_why(rq->a, E_CONFLICT, "The provider has not been reached yet: an admin finds the reason under Settings, "
                                          "Sign-in by provider.");
    if (!e)
        e = keep(rq, db, b);
    if (!e)
        *ret_url = where_to(rq, &s, b);
    return e;
}

const struct err *oidc_start(struct req *rq)
{
    const struct start_fields *in = rq->in;
    struct beginning b = {.id = uuid_new(), .state = crypto_token(rq->a, 32), .nonce = crypto_token(rq->a, 32),
                          .verifier = crypto_token(rq->a, 48), .cookie = crypto_token(rq->a, 32),
                          .redirect_uri = oidc_redirect_uri(rq->a, rq->subdomain)};
    struct str url = STR_NONE;
    struct jw w = jw_new(rq->a);
    struct db *db;
    const struct err *e = find_tenant(rq, in->tenant, &b.tenant);

    if (!e)
        e = req_begin(rq, b.tenant, &db);
    if (e)
        return e;
    e = req_end(db, begin(rq, db, &b, &url));
    if (e)
        return e;
    set_cookie(rq, cookie_name(), b.cookie, OIDC_MINUTES * 60);
    jw_open(&w, '{');
    jw_key(&w, "url");
    jw_text(&w, url);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

/* ---- back from the provider ---- */

static const struct err *to_page(struct req *rq, const char *how)
{
    req_set_header(rq, "location", str_fmt(rq->a, "/sign-in?oidc=%s", how));
    rq->reply.status = 303;
    rq->reply.body = STR("");
    return NULL;
}

static struct str refusal(struct arena *a, const struct form *f)
{
    struct str error = form_value(f, "error");

    if (str_is(error, "access_denied"))
        return STR("The provider did not let you in.");
    if (str_is(error, "login_required") || str_is(error, "interaction_required") || str_is(error, "consent_required"))
        return STR("The provider wants you to sign in there first.");
    if (error.n && error.n <= 60 && str_utf8(error))
        return str_fmt(a, "The provider says \"%.*s\" and lets nobody in.", STR_ARG(error));
    return STR("The provider sent no code back.");
}

/* The code goes to the job, sealed beside nonce and verifier. */
static const struct err *take_code(struct req *rq, struct db *db, const struct oidc_flow_find_out *flow, const struct form *f)
{
    struct oidc_flow_get_out row;
    const struct json *kept;
    struct jw w = jw_new(rq->a);
    struct str plain = STR_NONE, sealed = STR_NONE, code = form_value(f, "code");
    char id[UUID_TEXT];
    int64_t n = 0;
    const struct err *e = q_oidc_flow_get(db, (struct oidc_flow_get_in){flow->id}, &row);

    if (e || !str_is(row.state, "started"))
        return e ? e : E_NOT_FOUND;
    if (!code.n || code.n > CODE_MAX || form_value(f, "error").n)
        return q_oidc_flow_fail(db, (struct oidc_flow_fail_in){flow->id, refusal(rq->a, f)}, NULL);
    e = oidc_open(rq->a, flow->tenant_id, "oidc_flow", flow->id, row.sealed, &plain);
    if (!e)
        e = json_parse(rq->a, plain, &kept);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "nonce");
    jw_text(&w, json_text(kept, "nonce"));
    jw_key(&w, "verifier");
    jw_text(&w, json_text(kept, "verifier"));
    jw_key(&w, "code");
    jw_text(&w, code);
    jw_key(&w, "iss"); /* RFC 9207 */
    jw_text(&w, form_value(f, "iss"));
    jw_close(&w, '}');
    e = oidc_seal(rq->a, flow->tenant_id, "oidc_flow", flow->id, jw_done(&w), &sealed);
    if (!e)
        e = q_oidc_flow_ask(db, (struct oidc_flow_ask_in){flow->id, sealed}, &n);
    if (!e && !n)
        return E_NOT_FOUND;
    return e ? e : job_add(db, &(struct job_new){.kind = OIDC_SIGN_IN, .object = flow->id, .args = str_fmt(
        rq->a, "{\"flow\":\"%s\"}", uuid_text(flow->id, id).p)});
}

const struct err *oidc_callback(struct req *rq)
{
    struct form f = {0};
    struct hash cookie, state;
    struct oidc_flow_find_out flow;
    struct db *db;
    const struct err *e;

    if (form_urlencoded(rq->a, rq->query, &f) || !form_value(&f, "state").n || !cookie_hash(rq, &cookie))
        return to_page(rq, "lost");
    state = crypto_sha256(form_value(&f, "state"));
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (!e)
        e = req_end(db, q_oidc_flow_find(db, (struct oidc_flow_find_in){bytes_of(&state), bytes_of(&cookie)}, &flow));
    if (e)
        return e == E_NOT_FOUND ? to_page(rq, "lost") : e;
    e = req_begin(rq, flow.tenant_id, &db);
    if (!e)
        e = req_end(db, take_code(rq, db, &flow, &f));
    if (e)
        return e == E_NOT_FOUND ? to_page(rq, "lost") : e;
    return to_page(rq, "back");
}

/* ---- the session ---- */

static const struct err *tell(struct req *rq, const char *state, struct str reason, struct str next)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "state");
    jw_text(&w, str_of(state));
    jw_key(&w, "reason");
    jw_text(&w, reason);
    jw_key(&w, "next");
    jw_text(&w, next);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

/* With its entry in the tenant's audit log, in one transaction. */
static const struct err *open_session(struct req *rq, const struct oidc_flow_state_out *flow, const struct hash *cookie)
{
    struct str token = crypto_token(rq->a, 32), csrf = crypto_token(rq->a, 24);
    struct hash hash = crypto_sha256(token);
    int64_t hours = http_config.settings->session_hours;
    struct oidc_session_open_out who;
    const struct err *e = req_begin(rq, flow->tenant_id, &rq->db);

    if (e)
        return e;
    e = q_oidc_session_open(rq->db, (struct oidc_session_open_in){flow->id, bytes_of(cookie), bytes_of(&hash), csrf, hours},
                            &who);
    if (!e)
        e = session_describe(rq, rq->db, &hash, "provider");
    if (!e) {
        rq->who = (struct identity){.kind = PERSON, .account = who.account_id, .tenant = flow->tenant_id, .name = who.name};
        e = audit_record(rq);
    }
    e = req_end(rq->db, e);
    rq->db = NULL;
    if (e)
        return e;
    set_cookie(rq, http_config.cookie_name, token, hours * 3600);
    set_cookie(rq, cookie_name(), STR(""), 0);
    return tell(rq, "done", STR_NONE, flow->next);
}

const struct err *oidc_finish(struct req *rq)
{
    struct oidc_flow_state_out flow;
    struct hash cookie;
    struct db *db;
    const struct err *e;

    if (!cookie_hash(rq, &cookie))
        return tell(rq, "failed", STR("The sign-in was begun in another browser, or too long ago: start again."), STR_NONE);
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (!e)
        e = req_end(db, q_oidc_flow_state(db, (struct oidc_flow_state_in){bytes_of(&cookie)}, &flow));
    if (e == E_NOT_FOUND || (!e && (str_is(flow.state, "done") || str_is(flow.state, "started"))))
        return tell(rq, "failed", STR("The sign-in took too long: start again."), STR_NONE);
    if (e)
        return e;
    if (str_is(flow.state, "failed"))
        return tell(rq, "failed", flow.reason, STR_NONE);
    if (!str_is(flow.state, "ready"))
        return tell(rq, "waiting", STR_NONE, STR_NONE);
    e = open_session(rq, &flow, &cookie);
    return e == E_NOT_FOUND ? tell(rq, "failed", STR("The sign-in does not hold any more: start again."), STR_NONE) : e;
}
