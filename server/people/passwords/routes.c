/* Asking for a new password, and setting it by a link. The link's secret comes in a body: in an address it
 * would stand in logs. */
#include "core/time.h"
#include "jobs/jobs.h"
#include "people/audit/audit.h"
#include "people/mail/mail.h"
#include "people/members/members.h"
#include "people/passwords/passwords.h"
#include "people/passwords/queries.h"
#include "people/resets/resets.h"

#define LINK_HOURS 24
#define TENANTS_MAX 50

struct ask_fields {
    struct str email;
};

static const struct field ask_in[] = {
    {"email", FIELD_TEXT, offsetof(struct ask_fields, email), REQUIRED, .min = 1, .max = 254},
    {0},
};

struct reset_fields {
    struct str token, password;
};

static const struct field look_in[] = {
    {"token", FIELD_TEXT, offsetof(struct reset_fields, token), REQUIRED | SECRET, .max = 100,
     .doc = "What stands behind # in the link"},
    {0},
};

static const struct field use_in[] = {
    {"token", FIELD_TEXT, offsetof(struct reset_fields, token), REQUIRED | SECRET, .max = 100,
     .doc = "What stands behind # in the link"},
    {"password", FIELD_TEXT, offsetof(struct reset_fields, password), REQUIRED | SECRET, .max = PASSWORD_MAX},
    {0},
};

static const struct err *offer(struct req *rq)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "by_mail");
    jw_bool(&w, mail_possible());
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* The answer is the same for every address, and so is the work before it. */
static const struct err *ask(struct req *rq)
{
    const struct ask_fields *in = rq->in;
    struct password_ask_out row;
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    struct db *db;
    const struct err *e;

    if (!mail_possible())
        return err_why(rq->a, E_CONFLICT, "This service sends no mail: ask an admin of yours for a link.");
    if (!str_utf8(in->email))
        return req_field(rq, "email", "This is no e-mail address.");
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (e)
        return e;
    e = q_password_ask(db, (struct password_ask_in){id, str_lower(rq->a, str_trim(in->email)), rq->client}, &row);
    if (!e && row.taken)
        e = job_add_service(db, &(struct job_new){
            .kind = PASSWORDS_ASK, .object = id,
            .args = str_fmt(rq->a, "{\"ask\":\"%s\"}", uuid_text(id, text).p)});
    e = req_end(db, e);
    if (e)
        return e;
    if (row.allowed)
        return req_none(rq);
    req_set_header(rq, "retry-after", STR("3600"));
    return err_why(rq->a, E_LIMIT, "From your network too many links were asked for: try again in an hour.");
}

static const struct err *gone(struct req *rq)
{
    return err_why(rq->a, E_GONE, "This link does not hold any more: it was used or replaced, or its time is over. "
                   "Ask for a new one.");
}

static const struct err *find(struct req *rq, struct password_reset_look_out *ret)
{
    const struct reset_fields *in = rq->in;
    struct hash hash = crypto_sha256(in->token);
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_password_reset_look(db, (struct password_reset_look_in){str_n(hash.b, sizeof hash.b)}, ret));
    return e == E_NOT_FOUND ? gone(rq) : e;
}

static const struct err *look(struct req *rq)
{
    struct password_reset_look_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = find(rq, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "sign_in");
    jw_text(&w, row.sign_in);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

/* In the open transaction: the password, and the mail that tells of it. */
static const struct err *set(struct req *rq, struct db *db, struct str password_hash)
{
    const struct reset_fields *in = rq->in;
    struct hash hash = crypto_sha256(in->token);
    struct password_reset_use_out row;
    char text[UUID_TEXT];
    const struct err *e = q_password_reset_use(db, (struct password_reset_use_in){
        str_n(hash.b, sizeof hash.b), password_hash}, &row);

    if (!e && uuid_is_zero(row.account))
        return gone(rq); /* another request was faster */
    if (e || !mail_possible())
        return e;
    return job_add_service(db, &(struct job_new){
        .kind = PASSWORDS_CHANGED, .object = row.account,
        .args = str_fmt(rq->a, "{\"account\":\"%s\"}", uuid_text(row.account, text).p)});
}

static const struct err *tenants_of(struct req *rq, struct uuid account, struct uuid ret[TENANTS_MAX], size_t *ret_n)
{
    struct password_tenants_out *rows;
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_password_tenants(db, (struct password_tenants_in){account}, &rows, ret_n));
    for (size_t i = 0; !e && i < *ret_n && i < TENANTS_MAX; i++)
        ret[i] = rows[i].tenant_id;
    if (!e && *ret_n > TENANTS_MAX)
        *ret_n = TENANTS_MAX;
    return e;
}

/* In the audit log of each tenant that the person belongs to; of the first in the act's own transaction. */
static const struct err *use(struct req *rq)
{
    const struct reset_fields *in = rq->in;
    struct password_reset_look_out who;
    struct uuid tenants[TENANTS_MAX];
    struct str password_hash;
    size_t n = 0;
    const struct err *e = find(rq, &who);

    if (!e && password_check(rq->a, in->password))
        return req_field(rq, "password", "%.*s", STR_ARG(arena_why(rq->a)));
    if (!e)
        e = tenants_of(rq, who.account_id, tenants, &n);
    if (!e)
        e = crypto_password_hash(rq->a, in->password, &password_hash);
    rq->who = (struct identity){.kind = PERSON, .account = who.account_id, .name = who.name};
    for (size_t i = 0; !e && (i < n || i == 0); i++) {
        rq->who.tenant = n ? tenants[i] : (struct uuid){{0}};
        e = req_begin(rq, rq->who.tenant, &rq->db);
        if (e)
            break;
        if (i == 0)
            e = set(rq, rq->db, password_hash);
        if (!e && n)
            e = audit_record(rq);
        e = req_end(rq->db, e);
    }
    rq->db = NULL;
    return e ? e : req_none(rq);
}

/* For one without mail. Never for an account of its own: it may belong to other tenants too. */
static const struct err *link_create(struct req *rq)
{
    struct str token = crypto_token(rq->a, 32);
    struct hash hash = crypto_sha256(token);
    struct password_member_out member;
    struct password_link_out made;
    struct role_facts role = {0};
    struct jw w = jw_new(rq->a);
    const struct err *e = q_password_member(rq->db, (struct password_member_in){rq->param_id[0]}, &member);

    if (e)
        return e;
    role.scope = member.scope;
    role.permissions = permissions_of(member.permissions);
    if (!role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "This person may do more than you: somebody who may as much can do this.");
    if (!member.by_user_name)
        return err_why(rq->a, E_CONFLICT, "This person signs in with an e-mail address and asks for a new password "
                       "on the sign-in page.");
    e = q_password_link(rq->db, (struct password_link_in){uuid_new(), str_n(hash.b, sizeof hash.b), rq->param_id[0]},
                        &made);
    if (e || !made.made)
        return e ? e : E_NOT_FOUND;
    jw_open(&w, '{');
    jw_key(&w, "link");
    jw_text(&w, mail_link(rq->a, "reset", token));
    jw_key(&w, "expires_at");
    jw_time(&w, time_now() + LINK_HOURS * 3600 * TIME_S);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/password-resets", PUBLIC, .run = offer, .out = "password_offer", .tx = TX_NONE,
     .doc = "Whether new passwords can be had by mail"},
    {POST, "/password-resets", PUBLIC, ask_in, .run = ask, .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .no_csrf = true,
     .doc = "Ask for a new password by mail; the answer tells nothing about the address"},
    {POST, "/password-resets/look", PUBLIC, look_in, .run = look, .out = "password_reset", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Whose password a link is for"},
    {POST, "/password-resets/use", PUBLIC, use_in, .run = use, .tx = TX_NONE, .lane = WORK_HASH,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Set a new password by a link; every session ends"},
    {POST, "/members/{member}/password-link", PEOPLE_WRITE, .run = link_create, .out = "password_link",
     .creates = CREATES_SECRET,
     .doc = "A link to hand over, for a new password of somebody who signs in with a user name"},
    {0},
};

static const struct schema schemas[] = {
    {"password_offer",
     "{\"type\":\"object\",\"required\":[\"by_mail\"],\"properties\":{\"by_mail\":{\"type\":\"boolean\"}}}"},
    {"password_reset",
     "{\"type\":\"object\",\"required\":[\"sign_in\",\"name\"],\"properties\":{\"sign_in\":{\"type\":\"string\"},"
     "\"name\":{\"type\":\"string\"}}}"},
    {"password_link",
     "{\"type\":\"object\",\"required\":[\"link\",\"expires_at\"],\"properties\":{\"link\":{\"type\":\"string\"},"
     "\"expires_at\":{\"type\":\"string\",\"format\":\"date-time\"}}}"},
    {0},
};

const struct feature passwords_feature = {
    .name = "passwords", .doc = "New passwords by a link.", .routes = routes, .schemas = schemas,
};
