/* Sign-in routes. Password checks run on the hashing lane without a transaction held meanwhile;
 * known and unknown addresses take the same time and give the same bytes. */
#include "core/settings.h"
#include "http/queries.h"
#include "people/audit/audit.h"
#include "people/oidc/oidc.h"
#include "people/sessions/guard.h"
#include "people/sessions/queries.h"
#include "people/sessions/sessions.h"

struct login_fields {
    struct str email, password;
};

static const struct field login_in[] = {
    {"email", FIELD_TEXT, offsetof(struct login_fields, email), REQUIRED, .max = 254},
    {"password", FIELD_TEXT, offsetof(struct login_fields, password), REQUIRED | SECRET, .max = 1000},
    {0},
};

struct tenant_fields {
    struct uuid id;
};

static const struct field tenant_in[] = {
    {"id", FIELD_UUID, offsetof(struct tenant_fields, id), REQUIRED, .doc = "A tenant you belong to"},
    {0},
};

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

/* The session as its owner sees it. */
static const struct err *show(struct req *rq, struct db *db, const struct hash *token, struct identity *ret_who)
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
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *take(struct req *rq, struct db **ret_db)
{
    const struct err *e = db_take(http_config.pools[DB_APP], rq->a, 3000, ret_db);

    if (!e)
        db_begin(*ret_db, (struct uuid){{0}});
    return e;
}

/* Counts the attempt as a wrong one until it proves right; ret stays empty where there is no such account. */
static const struct err *find_account(struct req *rq, struct guard *g, struct login_out *ret)
{
    const struct login_fields *in = rq->in;
    struct str email = str_lower(rq->a, str_trim(in->email));
    int64_t wait_s = 0;
    struct db *db;
    const struct err *e = take(rq, &db);

    if (e)
        return e;
    e = guard_begin(rq, db, email, g, &wait_s);
    if (!e && !wait_s)
        e = q_login(db, (struct login_in){email}, ret);
    if (!e || e == E_NOT_FOUND)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    return !e && wait_s ? guard_refuse(rq, wait_s) : e;
}

static void set_cookie(struct req *rq, struct str token, int64_t seconds)
{
    req_set_header(rq, "set-cookie",
                   str_fmt(rq->a, "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                           http_config.cookie_name, STR_ARG(token), (long long)seconds,
                           http_config.https ? "; Secure" : ""));
}

/* Into the audit log of the tenant that the session is in, a super admin's into that of the service. */
static const struct err *note(struct req *rq)
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

static const struct err *open_session(struct req *rq, struct guard *g, struct uuid account)
{
    struct str token = crypto_token(rq->a, 32), csrf = crypto_token(rq->a, 24);
    struct hash hash = crypto_sha256(token);
    int64_t hours = http_config.settings->session_hours;
    struct db *db;
    const struct err *e = take(rq, &db);

    if (e)
        return e;
    e = oidc_password_allowed(db, account);
    if (!e)
        e = q_session_open(db, (struct session_open_in){str_n(hash.b, sizeof hash.b), account, csrf, hours}, NULL);
    if (!e)
        e = guard_done(rq, db, g, account);
    if (!e)
        e = show(rq, db, &hash, &rq->who);
    if (!e)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    if (!e)
        e = note(rq);
    if (e)
        return e;
    set_cookie(rq, token, hours * 3600);
    guard_cookie(rq, g);
    return NULL;
}

/* An unknown address is checked against this, so that it takes as long as a known one. Made once. */
static struct str nobodys_hash(struct arena *a)
{
    static char text[128];
    struct str made;

    if (!__atomic_load_n(&text[0], __ATOMIC_ACQUIRE)) {
        if (crypto_password_hash(a, crypto_token(a, 16), &made) || made.n >= sizeof text)
            return STR("");
        for (size_t i = made.n; i-- > 0;) /* the first character last: it says "ready" */
            __atomic_store_n(&text[i], made.p[i], __ATOMIC_RELEASE);
    }
    return str_dup(a, str_of(text));
}

/* A job writes it into the logs of whom it concerns: here nothing may depend on there being such an account. */
static const struct err *refuse(struct req *rq)
{
    const struct login_fields *in = rq->in;
    struct uuid request = {{0}};
    struct db *db;
    const struct err *e = take(rq, &db);

    if (e)
        return e;
    (void)uuid_parse(str_of(rq->id), &request);
    e = q_sign_in_failed(db, (struct sign_in_failed_in){
        request, str_lower(rq->a, str_trim(in->email)), rq->client,
        str_fmt(rq->a, "%.*s refused", STR_ARG(http_row_name(rq->a, rq->route))), request}, NULL);
    if (!e)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    return e ? e : err_why(rq->a, E_BAD_LOGIN, "%s", "");
}

static const struct err *sign_in(struct req *rq, const char *kind)
{
    const struct login_fields *in = rq->in;
    struct login_out account = {0};
    struct guard g;
    const struct err *e = find_account(rq, &g, &account);
    bool known = str_is(account.kind, kind), right;

    if (e)
        return e;
    right = crypto_password_verify(known ? account.password_hash : nobodys_hash(rq->a), in->password);
    if (!known || !right)
        return refuse(rq);
    return open_session(rq, &g, account.id);
}

static const struct err *session_create(struct req *rq)
{
    return sign_in(rq, "person");
}

static const struct err *platform_session_create(struct req *rq)
{
    return sign_in(rq, "super");
}

static const struct err *session_show(struct req *rq)
{
    if (!rq->who.by_cookie)
        return err_why(rq->a, E_FORBIDDEN, "API keys have no session.");
    return show(rq, rq->db, &rq->who.token, NULL);
}

static const struct err *switch_tenant(struct req *rq, struct db *db)
{
    const struct tenant_fields *in = rq->in;
    struct session_tenant_out out;
    const struct err *e = q_session_tenant(db, (struct session_tenant_in){
        str_n(rq->who.token.b, sizeof rq->who.token.b), in->id}, &out);

    if (e)
        return e;
    if (out.done)
        return show(rq, db, &rq->who.token, NULL);
    e = oidc_tenant_allowed(db, rq->who.account, in->id);
    return e ? e : E_NOT_FOUND;
}

static const struct err *close_session(struct req *rq, struct db *db)
{
    return q_session_close(db, (struct session_close_in){
        str_n(rq->who.token.b, sizeof rq->who.token.b)}, NULL);
}

/* In a transaction of its own: what is remembered of a session is forgotten once it is committed,
 * so that the next request is answered for the new tenant, or not at all. */
static const struct err *alter(struct req *rq,
                               const struct err *(*act)(struct req *rq, struct db *db))
{
    struct db *db;
    const struct err *e = take(rq, &db);

    if (e)
        return e;
    e = act(rq, db);
    if (!e)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    identity_forget(&rq->who.token);
    return e;
}

static const struct err *session_switch(struct req *rq)
{
    const struct tenant_fields *in = rq->in;
    const struct err *e;

    if (!rq->who.by_cookie)
        return err_why(rq->a, E_FORBIDDEN, "An API key belongs to one tenant.");
    e = alter(rq, switch_tenant);
    if (!e && !uuid_eq(rq->who.tenant, in->id))
        e = note(rq); /* it was left */
    rq->who.tenant = in->id;
    return e ? e : note(rq);
}

static const struct err *session_end(struct req *rq)
{
    const struct err *e;

    if (!rq->who.by_cookie)
        return err_why(rq->a, E_FORBIDDEN, "API keys have no session.");
    e = alter(rq, close_session);
    if (!e)
        e = note(rq);
    if (e)
        return e;
    set_cookie(rq, STR(""), 0);
    return req_none(rq);
}

static const struct err *ticket_create(struct req *rq)
{
    struct str ticket = crypto_token(rq->a, 32);
    struct hash hash = crypto_sha256(ticket);
    struct jw w = jw_new(rq->a);
    const struct err *e = q_ticket_open(rq->db, (struct ticket_open_in){
        str_n(hash.b, sizeof hash.b), rq->who.account, rq->who.tenant, rq->who.agent,
        rq->who.scope, str_n(rq->who.token.b, sizeof rq->who.token.b)}, NULL);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "ticket");
    jw_text(&w, ticket);
    jw_key(&w, "url");
    jw_text(&w, str_fmt(rq->a, "/live?ticket=%.*s", STR_ARG(ticket)));
    jw_key(&w, "after"); /* where a page that has heard nothing yet resumes from */
    jw_uuid(&w, uuid_new());
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct route routes[] = {
    {POST, "/session", PUBLIC, login_in, .run = session_create, .out = "session", .tx = TX_NONE,
     .lane = WORK_HASH, .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Sign in"},
    {GET, "/session", SIGNED_IN, .run = session_show, .out = "session", .own_session = true,
     .doc = "Who am I"},
    {DELETE, "/session", SIGNED_IN, .run = session_end, .tx = TX_NONE, .own_session = true,
     .doc = "Sign out"},
    {PUT, "/session/tenant", SIGNED_IN, tenant_in, .run = session_switch, .out = "session",
     .tx = TX_NONE, .own_session = true, .doc = "Switch to another tenant"},
    {POST, "/platform/session", PUBLIC, login_in, .run = platform_session_create,
     .out = "platform_session", .tx = TX_NONE, .lane = WORK_HASH, .limit = LIMIT_SIGN_IN,
     .no_csrf = true, .doc = "Sign in as super admin"},
    {GET, "/platform/session", SUPER_ADMIN, .run = session_show, .out = "platform_session",
     .own_session = true, .doc = "Which super admin am I"},
    {DELETE, "/platform/session", SUPER_ADMIN, .run = session_end, .tx = TX_NONE,
     .own_session = true, .doc = "Sign out"},
    {POST, "/live/ticket", CALLS_READ, .run = ticket_create, .out = "ticket",
     .creates = CREATES_SECRET, .audit = AUDIT_NOT,
     .doc = "A one-time ticket for the /live socket, good for 30 seconds"},
    {0},
};

#define USER                                                                                       \
    "\"user\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"email\"],\"properties\":"           \
    "{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}}},"    \
    "\"csrf\":{\"type\":\"string\"}"

static const struct schema schemas[] = {
    {"memberships",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"tenant_id\",\"slug\",\"name\",\"role\"],"
     "\"properties\":{\"tenant_id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},"
     "\"name\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"}}}}"},
    {"session",
     "{\"type\":\"object\",\"required\":[\"user\",\"csrf\",\"tenant\",\"role\",\"permissions\",\"memberships\"],"
     "\"properties\":{" USER ",\"tenant\":{\"type\":[\"object\",\"null\"],\"required\":[\"id\",\"slug\",\"name\",\"zone\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"zone\":{\"type\":\"string\"}}},\"role\":{\"type\":[\"string\",\"null\"]},"
     "\"permissions\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"memberships\":{\"$ref\":\"#/components/schemas/memberships\"}}}"},
    {"platform_session",
     "{\"type\":\"object\",\"required\":[\"user\",\"csrf\"],\"properties\":{" USER "}}"},
    {"ticket", "{\"type\":\"object\",\"required\":[\"ticket\",\"url\",\"after\"],\"properties\":"
               "{\"ticket\":{\"type\":\"string\"},\"url\":{\"type\":\"string\"},"
               "\"after\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature sessions_feature = {
    .name = "sessions", .doc = "Signing in and out.", .routes = routes, .schemas = schemas,
};
