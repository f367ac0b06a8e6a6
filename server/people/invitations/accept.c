/* Accepting an invitation by its link: with a new account, or with the one that the invited is signed in
 * with; an existing account's password is only ever asked for by the sign-in itself. Unknown, used, withdrawn
 * and late links answer alike. */
#include "people/audit/audit.h"
#include "people/invitations/inner.h"
#include "people/invitations/queries.h"
#include "people/oidc/oidc.h"
#include "people/passwords/passwords.h"

struct accept_fields {
    struct str token, name, password;
};

const struct field invitation_look_in[] = {
    {"token", FIELD_TEXT, offsetof(struct accept_fields, token), REQUIRED | SECRET, .max = 100,
     .doc = "What stands behind # in the link"},
    {0},
};

const struct field invitation_accept_in[] = {
    {"token", FIELD_TEXT, offsetof(struct accept_fields, token), REQUIRED | SECRET, .max = 100,
     .doc = "What stands behind # in the link"},
    {"name", FIELD_TEXT, offsetof(struct accept_fields, name), REQUIRED, .min = 1, .max = 480},
    {"password", FIELD_TEXT, offsetof(struct accept_fields, password), REQUIRED | SECRET, .max = PASSWORD_MAX},
    {0},
};

static const struct err *gone(struct req *rq)
{
    return err_why(rq->a, E_GONE, "This invitation does not hold any more: it was accepted, withdrawn or sent anew, "
                   "or its time is over. Ask for a new one.");
}

static struct hash hash_of(const struct req *rq)
{
    return crypto_sha256(((const struct accept_fields *)rq->in)->token);
}

static const struct err *find(struct req *rq, struct invitation_find_out *ret)
{
    struct hash hash = hash_of(rq);
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_invitation_find(db, (struct invitation_find_in){str_n(hash.b, sizeof hash.b)}, ret));
    return e == E_NOT_FOUND ? gone(rq) : e;
}

const struct err *invitation_look(struct req *rq)
{
    struct invitation_find_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = find(rq, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "tenant");
    jw_text(&w, row.tenant_name);
    jw_key(&w, "sign_in");
    jw_text(&w, row.sign_in);
    jw_key(&w, "role");
    jw_text(&w, row.role_name);
    jw_key(&w, "by");
    jw_text(&w, row.by_name);
    jw_key(&w, "expires_at");
    jw_time(&w, row.expires_at);
    jw_key(&w, "known"); /* the mail proved the address; of a link that is handed over it tells nothing new */
    jw_bool(&w, row.by_mail && row.known);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *judge(struct req *rq, struct str verdict)
{
    if (str_is(verdict, "done"))
        return NULL;
    if (str_is(verdict, "known"))
        return err_why(rq->a, E_CONFLICT, "There is an account with this sign-in name: sign in with it, and open the "
                       "link again.");
    if (str_is(verdict, "other"))
        return err_why(rq->a, E_FORBIDDEN, "This invitation is for somebody else: sign in with the address that it "
                       "was sent to.");
    if (str_is(verdict, "member"))
        return err_why(rq->a, E_CONFLICT, "You are a member of this tenant already.");
    return gone(rq);
}

/* In one transaction of the inviting tenant: account, membership, and the entry in its audit log. */
static const struct err *join(struct req *rq, struct uuid tenant, const struct invitation_accept_in *in)
{
    struct identity before = rq->who;
    struct invitation_accept_out out;
    const struct err *e = req_begin(rq, tenant, &rq->db);

    if (e)
        return e;
    e = q_invitation_accept(rq->db, *in, &out);
    if (!e)
        e = judge(rq, out.verdict);
    rq->who = (struct identity){
        .kind = PERSON, .account = uuid_is_zero(in->own) ? in->fresh : in->own, .tenant = tenant,
        .name = uuid_is_zero(in->own) ? in->person : before.name};
    if (!e)
        e = audit_record(rq);
    e = req_end(rq->db, e);
    rq->db = NULL;
    rq->who = before;
    return e;
}

const struct err *invitation_accept(struct req *rq)
{
    const struct accept_fields *in = rq->in;
    struct str name = str_trim(in->name), password_hash;
    struct hash hash = hash_of(rq);
    struct invitation_find_out row;
    const struct err *e = find(rq, &row);

    if (e)
        return e;
    if (!str_utf8(name) || !name.n || str_letters(name) > 120)
        req_field(rq, "name", "A name has 1 to 120 characters.");
    if (password_check(rq->a, in->password))
        req_field(rq, "password", "%.*s", STR_ARG(arena_why(rq->a)));
    if (rq->n_faults)
        return E_BAD_INPUT;
    if (row.known)
        return judge(rq, STR("known"));
    e = crypto_password_hash(rq->a, in->password, &password_hash);
    if (!e)
        e = join(rq, row.tenant_id, &(struct invitation_accept_in){
            .hash = str_n(hash.b, sizeof hash.b), .fresh = uuid_new(), .person = name, .password = password_hash,
            .member = uuid_new()});
    return e ? e : req_none(rq);
}

const struct err *invitation_accept_own(struct req *rq)
{
    struct hash hash = hash_of(rq);
    struct invitation_find_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e;

    if (!rq->who.by_cookie)
        return err_why(rq->a, E_FORBIDDEN, "Only a person can accept an invitation.");
    e = oidc_account_allowed(rq);
    if (!e)
        e = find(rq, &row);
    if (!e)
        e = join(rq, row.tenant_id, &(struct invitation_accept_in){
            .hash = str_n(hash.b, sizeof hash.b), .own = rq->who.account, .member = uuid_new()});
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "tenant_id");
    jw_uuid(&w, row.tenant_id);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}
