/* Inviting, sending again, withdrawing. Nobody can give a role that may more than he may himself, and no
 * answer tells whether somebody has an account elsewhere. */
#include "core/time.h"
#include "net/mail_message.h"
#include "people/invitations/inner.h"
#include "people/invitations/queries.h"
#include "people/mail/mail.h"

struct create_fields {
    struct str email, user_name, role;
};

static const struct field create_in[] = {
    {"email", FIELD_TEXT, offsetof(struct create_fields, email), OPTIONAL, .max = 254,
     .doc = "To invite by mail; the person signs in with it"},
    {"user_name", FIELD_TEXT, offsetof(struct create_fields, user_name), OPTIONAL, .max = 64,
     .doc = "To invite by a link to hand over; the person signs in as this name, @ and the tenant's short name"},
    {"role", FIELD_TEXT, offsetof(struct create_fields, role), REQUIRED, .max = 60,
     .doc = "A role of the tenant, like admin or viewer"},
    {0},
};

static const struct err *check(struct req *rq, struct invitation_facts *f)
{
    const struct create_fields *in = rq->in;
    struct str email = str_trim(in->email), name = str_trim(in->user_name);
    struct uuid account;
    const struct err *e;

    if (!email.n == !name.n)
        return req_field(rq, "email", "Give an e-mail address, or else a user name for a link to hand over.");
    f->by_mail = email.n > 0;
    if (f->by_mail && !mail_possible())
        return req_field(rq, "email", "This service sends no mail: give a user name and hand over the link.");
    f->sign_in = str_lower(rq->a, email);
    if (f->by_mail && !mail_address_ok(f->sign_in))
        return req_field(rq, "email", "This is no address that mail can be sent to.");
    if (!f->by_mail && !invitation_user_name(rq->a, name, rq->who.tenant_slug, &f->sign_in))
        return req_field(rq, "user_name", "Take 2 to 64 letters a to z and digits; between them . - and _ may stand.");
    e = member_account(rq->db, f->sign_in, &account);
    if (!e)
        return req_field(rq, f->by_mail ? "email" : "user_name", "This person is a member already.");
    return e == E_NO_PARENT ? NULL : e;
}

static const struct err *answer(struct req *rq, int status, struct uuid id, struct str link)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, id);
    jw_key(&w, "link");
    jw_text(&w, link);
    jw_key(&w, "expires_at");
    jw_time(&w, time_now() + INVITATION_DAYS * 86400 * TIME_S);
    jw_close(&w, '}');
    rq->made = id;
    rq->reply.secret = true;
    return req_json(rq, status, jw_done(&w));
}

static const struct err *store(struct req *rq, const struct invitation_facts *f, struct uuid role,
                               const struct invitation_secret *s)
{
    const struct err *e = q_invitation_clear(rq->db, (struct invitation_clear_in){f->sign_in}, NULL);

    if (!e)
        e = q_invitation_insert(rq->db, (struct invitation_insert_in){
            f->id, f->sign_in, f->by_mail, role, str_n(s->hash.b, sizeof s->hash.b), rq->who.account, rq->who.name,
            INVITATION_DAYS}, NULL);
    if (e == E_CONFLICT)
        return err_why(rq->a, e, "%.*s is invited already: send it again, or withdraw it first.", STR_ARG(f->sign_in));
    return e;
}

static const struct err *create(struct req *rq)
{
    const struct create_fields *in = rq->in;
    struct invitation_secret secret = invitation_secret_new(rq->a);
    struct invitation_facts f = {.id = uuid_new()};
    struct role_facts role;
    struct str link;
    const struct err *e = check(rq, &f);

    if (!e)
        e = role_find(rq->db, in->role, &role);
    if (e == E_NO_PARENT)
        req_field(rq, "role", "%.*s", STR_ARG(arena_why(rq->a)));
    if (!e && !role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "Nobody can be allowed more than you are.");
    if (!e && f.by_mail)
        e = invitation_room(rq->db);
    if (e)
        return e;
    f.role_name = role.name;
    e = store(rq, &f, role.id, &secret);
    if (!e)
        e = invitation_deliver(rq->db, &rq->who, &f, &secret, &link);
    return e ? e : answer(rq, 201, f.id, link);
}

static const struct err *renew(struct req *rq)
{
    struct invitation_secret secret = invitation_secret_new(rq->a);
    struct invitation_facts f = {.id = rq->param_id[0]};
    struct invitation_get_out row;
    struct role_facts role = {0};
    struct str link;
    const struct err *e = q_invitation_get(rq->db, (struct invitation_get_in){f.id}, &row);

    if (e)
        return e;
    role.scope = row.scope;
    role.permissions = permissions_of(row.permissions);
    if (!role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "Nobody can be allowed more than you are.");
    if (row.by_mail && !mail_possible())
        return err_why(rq->a, E_CONFLICT, "This service sends no mail any more: withdraw it, and invite with a user name.");
    if (row.by_mail)
        e = invitation_room(rq->db);
    f.sign_in = row.sign_in;
    f.by_mail = row.by_mail;
    f.role_name = row.role_name;
    if (!e)
        e = q_invitation_renew(rq->db, (struct invitation_renew_in){
            f.id, str_n(secret.hash.b, sizeof secret.hash.b), INVITATION_DAYS}, NULL);
    if (!e)
        e = invitation_deliver(rq->db, &rq->who, &f, &secret, &link);
    return e ? e : answer(rq, 201, f.id, link);
}

/* What the page needs to ask: whether there is mail, and which roles the asker may give. */
static const struct err *choices(struct req *rq)
{
    struct invitation_roles_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n;
    const struct err *e = q_invitation_roles(rq->db, &rows, &n);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "by_mail");
    jw_bool(&w, mail_possible());
    jw_key(&w, "behind_names");
    jw_text(&w, str_fmt(rq->a, "@%.*s", STR_ARG(rq->who.tenant_slug)));
    jw_key(&w, "roles");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        struct role_facts role = {.scope = rows[i].scope, .permissions = permissions_of(rows[i].permissions)};
        jw_open(&w, '{');
        jw_key(&w, "slug");
        jw_text(&w, rows[i].slug);
        jw_key(&w, "name");
        jw_text(&w, rows[i].name);
        jw_key(&w, "may_give");
        jw_bool(&w, role_within(&role, &rq->who));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct route routes[] = {
    {GET, "/invitations", PEOPLE_READ, .sql = SQL_INVITATIONS_LIST,
     .doc = "Invitations that nobody accepted yet, newest first, with what became of their mails"},
    {POST, "/invitations", PEOPLE_WRITE, create_in, .run = create, .out = "new_invitation", .creates = CREATES_SECRET,
     .doc = "Invite somebody by mail, or by a link to hand over, which is shown this once"},
    {POST, "/invitations/{invitation}/renew", PEOPLE_WRITE, .run = renew, .out = "new_invitation",
     .creates = CREATES_SECRET, .doc = "Send an invitation again; the link before ends"},
    {DELETE, "/invitations/{invitation}", PEOPLE_WRITE, .sql = SQL_INVITATION_REVOKE,
     .doc = "Withdraw an invitation: its link ends at once"},
    {GET, "/invitation-choices", PEOPLE_READ, .run = choices, .out = "invitation_choices",
     .doc = "Whether mail can be sent, and the roles one may give"},
    {POST, "/join/look", PUBLIC, invitation_look_in, .run = invitation_look, .out = "invitation", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "What a link invites to"},
    {POST, "/join", PUBLIC, invitation_accept_in, .run = invitation_accept, .tx = TX_NONE, .lane = WORK_HASH,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Accept an invitation with a new account; then sign in"},
    {POST, "/join/account", SIGNED_IN, invitation_look_in, .run = invitation_accept_own, .out = "joined",
     .tx = TX_NONE, .doc = "Accept an invitation with the account one is signed in with"},
    {0},
};

static const struct schema schemas[] = {
    {"new_invitation",
     "{\"type\":\"object\",\"required\":[\"id\",\"link\",\"expires_at\"],\"properties\":{\"id\":{\"type\":\"string\"},"
     "\"link\":{\"type\":[\"string\",\"null\"]},\"expires_at\":{\"type\":\"string\"}}}"},
    {"invitation_choices",
     "{\"type\":\"object\",\"required\":[\"by_mail\",\"behind_names\",\"roles\"],\"properties\":{"
     "\"by_mail\":{\"type\":\"boolean\"},\"behind_names\":{\"type\":\"string\"},\"roles\":{\"type\":\"array\",\"items\":"
     "{\"type\":\"object\",\"required\":[\"slug\",\"name\",\"may_give\"],\"properties\":{\"slug\":{\"type\":\"string\"},"
     "\"name\":{\"type\":\"string\"},\"may_give\":{\"type\":\"boolean\"}}}}}}"},
    {"invitation",
     "{\"type\":\"object\",\"required\":[\"tenant\",\"sign_in\",\"role\",\"by\",\"expires_at\",\"known\"],\"properties\":{"
     "\"tenant\":{\"type\":\"string\"},\"sign_in\":{\"type\":\"string\"},\"role\":{\"type\":\"string\"},"
     "\"by\":{\"type\":\"string\"},\"expires_at\":{\"type\":\"string\"},\"known\":{\"type\":\"boolean\"}}}"},
    {"joined",
     "{\"type\":\"object\",\"required\":[\"tenant_id\"],\"properties\":{\"tenant_id\":{\"type\":\"string\"}}}"},
    {0},
};

const struct feature invitations_feature = {
    .name = "invitations", .doc = "Inviting people to a tenant.", .routes = routes, .schemas = schemas,
};
