/* Sign-in routes. Password checks run on the hashing lane without a transaction held meanwhile;
 * known and unknown addresses take the same time and give the same bytes. */
#include "http/blocks.h"
#include "people/oidc/oidc.h"
#include "people/passkeys/passkeys.h"
#include "people/sessions/inner.h"
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

/* Counts the attempt as a wrong one until it proves right; ret stays empty where there is no such account. */
static const struct err *find_account(struct req *rq, struct guard *g, struct login_out *ret)
{
    const struct login_fields *in = rq->in;
    struct str email = str_lower(rq->a, str_trim(in->email));
    int64_t wait_s = 0;
    struct db *db;
    const struct err *e = session_begin(rq, &db);

    if (e)
        return e;
    e = guard_begin(rq, db, email, g, &wait_s);
    if (!e && !wait_s)
        e = q_login(db, (struct login_in){email}, ret);
    if (!e || e == E_NOT_FOUND)
        e = db_commit(db);
    db_give(http_config.pools[DB_APP], db);
    return !e && wait_s ? guard_refuse(rq, wait_s, "passwords") : e;
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
    if (known && right)
        return session_first_step(rq, &g, account.id);
    e = session_failed(rq, str_lower(rq->a, str_trim(in->email)), "refused");
    if (!e && blocks_any(rq->client))
        return session_blocked(rq); /* as a right one: it must not tell which it was */
    return e ? e : err_why(rq->a, E_BAD_LOGIN, "%s", "");
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
    return session_tell(rq, rq->db, &rq->who.token, NULL);
}

static const struct err *switch_tenant(struct req *rq, struct db *db)
{
    const struct tenant_fields *in = rq->in;
    struct session_tenant_out out;
    struct session_barred_out shut;
    const struct err *e = q_session_tenant(db, (struct session_tenant_in){
        str_n(rq->who.token.b, sizeof rq->who.token.b), in->id}, &out);

    if (e)
        return e;
    if (out.done)
        return session_tell(rq, db, &rq->who.token, NULL);
    e = oidc_tenant_allowed(db, rq->who.account, in->id);
    if (!e)
        e = q_session_barred(db, (struct session_barred_in){str_n(rq->who.token.b, sizeof rq->who.token.b), in->id}, &shut);
    if (!e && shut.barred)
        return err_why(rq->a, E_FORBIDDEN, "An administrator there ended your sessions: sign out, and in again.");
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
    const struct err *e = session_begin(rq, &db);

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
        e = session_note(rq); /* it was left */
    rq->who.tenant = in->id;
    return e ? e : session_note(rq);
}

static const struct err *session_end(struct req *rq)
{
    const struct err *e;

    if (!rq->who.by_cookie)
        return err_why(rq->a, E_FORBIDDEN, "API keys have no session.");
    e = alter(rq, close_session);
    if (!e)
        e = session_note(rq);
    if (e)
        return e;
    session_cookie(rq, STR(""), 0);
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
    {POST, "/session", PUBLIC, login_in, .run = session_create, .out = "sign_in", .tx = TX_NONE,
     .lane = WORK_HASH, .limit = LIMIT_SIGN_IN, .no_csrf = true,
     .doc = "Sign in; where the account has a second factor, its code has to follow within five minutes"},
    {POST, "/session/code", PUBLIC, session_code_in, .run = session_code, .out = "session", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "The second step of signing in: a code, or a recovery code"},
    {POST, "/session/passkey/options", PUBLIC, .run = session_passkey_ask, .out = "passkey_question", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Of the second step by a passkey: what navigator.credentials.get is asked"},
    {POST, "/session/passkey", PUBLIC, passkey_answer_in, .run = session_passkey, .out = "session", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "The second step of signing in, by a passkey"},
    {GET, "/session", SIGNED_IN, .run = session_show, .out = "session", .own_session = true, .before_factor = true,
     .doc = "Who am I"},
    {DELETE, "/session", SIGNED_IN, .run = session_end, .tx = TX_NONE, .own_session = true, .before_factor = true,
     .doc = "Sign out"},
    {PUT, "/session/tenant", SIGNED_IN, tenant_in, .run = session_switch, .out = "session",
     .tx = TX_NONE, .own_session = true, .before_factor = true, .doc = "Switch to another tenant"},
    {GET, "/sessions", SIGNED_IN, .run = session_list, .out = "sessions", .own_session = true, .before_factor = true,
     .doc = "Where you are signed in: at most 100, this session first"},
    {DELETE, "/sessions/{session}", SIGNED_IN, .run = session_end_one, .own_session = true, .before_factor = true,
     .doc = "End another session of yours, within a second everywhere"},
    {POST, "/sessions/end-others", SIGNED_IN, .run = session_end_others, .out = "sessions_ended", .own_session = true,
     .before_factor = true, .doc = "End all sessions of yours but this one"},
    {POST, "/members/{member}/sessions/end", PEOPLE_WRITE, .run = session_end_of_member, .out = "sessions_ended",
     .doc = "Sign a member out of this tenant on every device, within a second"},
    {GET, "/platform/sessions", SUPER_ADMIN, .run = session_list, .out = "sessions", .own_session = true,
     .before_factor = true, .doc = "Where you are signed in"},
    {DELETE, "/platform/sessions/{session}", SUPER_ADMIN, .run = session_end_one, .own_session = true,
     .before_factor = true, .doc = "End another session of yours"},
    {POST, "/platform/sessions/end-others", SUPER_ADMIN, .run = session_end_others, .out = "sessions_ended",
     .own_session = true, .before_factor = true, .doc = "End all sessions of yours but this one"},
    {POST, "/platform/session", PUBLIC, login_in, .run = platform_session_create,
     .out = "platform_sign_in", .tx = TX_NONE, .lane = WORK_HASH, .limit = LIMIT_SIGN_IN,
     .no_csrf = true, .doc = "Sign in as super admin; the code of a second factor follows"},
    {POST, "/platform/session/code", PUBLIC, session_code_in, .run = platform_session_code, .out = "platform_session",
     .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "The second step of a super admin"},
    {POST, "/platform/session/passkey/options", PUBLIC, .run = platform_session_passkey_ask, .out = "passkey_question",
     .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Of the second step of a super admin by a passkey"},
    {POST, "/platform/session/passkey", PUBLIC, passkey_answer_in, .run = platform_session_passkey, .out = "platform_session",
     .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "The second step of a super admin, by a passkey"},
    {GET, "/platform/session", SUPER_ADMIN, .run = session_show, .out = "platform_session",
     .own_session = true, .before_factor = true, .doc = "Which super admin am I"},
    {DELETE, "/platform/session", SUPER_ADMIN, .run = session_end, .tx = TX_NONE,
     .own_session = true, .before_factor = true, .doc = "Sign out"},
    {POST, "/live/ticket", CALLS_READ, .run = ticket_create, .out = "ticket",
     .creates = CREATES_SECRET, .audit = AUDIT_NOT,
     .doc = "A one-time ticket for the /live socket, good for 30 seconds"},
    {0},
};

#define USER                                                                                       \
    "\"user\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"email\"],\"properties\":"           \
    "{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}}},"    \
    "\"csrf\":{\"type\":\"string\"}"

#define STEP                                                                                       \
    "{\"type\":\"object\",\"required\":[\"second_factor\"],\"properties\":{\"second_factor\":{\"type\":\"object\"," \
    "\"required\":[\"expires_at\",\"tries\",\"code\",\"passkey\"],\"properties\":{\"expires_at\":{\"type\":\"string\"}," \
    "\"tries\":{\"type\":\"integer\"},\"code\":{\"type\":\"boolean\"},\"passkey\":{\"type\":\"boolean\"}}}}}"

static const struct schema schemas[] = {
    {"sign_in", "{\"anyOf\":[{\"$ref\":\"#/components/schemas/session\"}," STEP "]}"},
    {"platform_sign_in", "{\"anyOf\":[{\"$ref\":\"#/components/schemas/platform_session\"}," STEP "]}"},
    {"memberships",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"tenant_id\",\"slug\",\"name\",\"role\"],"
     "\"properties\":{\"tenant_id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},"
     "\"name\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"}}}}"},
    {"session",
     "{\"type\":\"object\",\"required\":[\"user\",\"csrf\",\"tenant\",\"role\",\"permissions\",\"memberships\",\"lacks_factor\"],"
     "\"properties\":{" USER ",\"tenant\":{\"type\":[\"object\",\"null\"],\"required\":[\"id\",\"slug\",\"name\",\"zone\"],"
     "\"properties\":{\"id\":{\"type\":\"string\"},\"slug\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"zone\":{\"type\":\"string\"}}},\"role\":{\"type\":[\"string\",\"null\"]},"
     "\"permissions\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"lacks_factor\":{\"type\":\"boolean\"},\"memberships\":{\"$ref\":\"#/components/schemas/memberships\"}}}"},
    {"sessions",
     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"id\",\"current\",\"device\",\"address\",\"way\",\"tenant\",\"created_at\",\"seen_at\"],\"properties\":{"
     "\"id\":{\"type\":\"string\"},\"current\":{\"type\":\"boolean\"},\"device\":{\"type\":[\"string\",\"null\"]},"
     "\"address\":{\"type\":[\"string\",\"null\"]},"
     "\"way\":{\"type\":[\"string\",\"null\"],\"enum\":[\"password\",\"code\",\"recovery\",\"provider\",\"passkey\",null]},"
     "\"tenant\":{\"type\":[\"string\",\"null\"]},\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"seen_at\":{\"type\":\"string\",\"format\":\"date-time\"}}}}}}"},
    {"sessions_ended",
     "{\"type\":\"object\",\"required\":[\"ended\"],\"properties\":{\"ended\":{\"type\":\"integer\"}}}"},
    {"platform_session",
     "{\"type\":\"object\",\"required\":[\"user\",\"csrf\",\"lacks_factor\"],\"properties\":{" USER
     ",\"lacks_factor\":{\"type\":\"boolean\"}}}"},
    {"ticket", "{\"type\":\"object\",\"required\":[\"ticket\",\"url\",\"after\"],\"properties\":"
               "{\"ticket\":{\"type\":\"string\"},\"url\":{\"type\":\"string\"},"
               "\"after\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature sessions_feature = {
    .name = "sessions", .doc = "Signing in and out.", .routes = routes, .schemas = schemas,
};
