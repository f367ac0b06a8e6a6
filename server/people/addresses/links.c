/* What the links of the mails lead to: seeing what is asked, confirming it, and "this was not me". Whoever holds a link
 * need not be signed in; its secret comes in a body, for in an address it would stand in logs. */
#include "http/cookie.h"
#include "jobs/jobs.h"
#include "people/addresses/inner.h"
#include "people/addresses/queries.h"
#include "people/audit/audit.h"
#include "people/mail/mail.h"

#define TENANTS_MAX 50

struct token_fields {
    struct str token;
};

const struct field address_token_in[] = {
    {"token", FIELD_TEXT, offsetof(struct token_fields, token), REQUIRED | SECRET, .max = 100,
     .doc = "What stands behind # in the link"},
    {0},
};

static struct str hash_of(struct req *rq)
{
    const struct token_fields *in = rq->in;
    struct hash hash = crypto_sha256(in->token);

    return str_dup(rq->a, str_n(hash.b, sizeof hash.b));
}

static const struct err *gone(struct req *rq)
{
    return err_why(rq->a, E_GONE, "This link does not hold any more: the change is done, was stopped or replaced, or its time "
                   "is over.");
}

static const struct err *find(struct req *rq, struct address_look_out *ret)
{
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_address_look(db, (struct address_look_in){hash_of(rq)}, ret));
    return e == E_NOT_FOUND ? gone(rq) : e;
}

const struct err *address_look(struct req *rq)
{
    struct address_look_out row;
    struct jw w = jw_new(rq->a);
    const struct err *e = find(rq, &row);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "side");
    jw_text(&w, row.side);
    jw_key(&w, "email");
    jw_text(&w, row.new_email);
    jw_key(&w, "name");
    jw_text(&w, row.name);
    jw_key(&w, "other_confirmed");
    jw_bool(&w, row.other_confirmed);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *tenants_of(struct req *rq, struct uuid account, struct uuid ret[TENANTS_MAX], size_t *ret_n)
{
    struct address_tenants_out *rows;
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_address_tenants(db, (struct address_tenants_in){account}, &rows, ret_n));
    for (size_t i = 0; !e && i < *ret_n && i < TENANTS_MAX; i++)
        ret[i] = rows[i].tenant_id;
    if (!e && *ret_n > TENANTS_MAX)
        *ret_n = TENANTS_MAX;
    return e;
}

/* The session of whoever uses the link, by its hash; one that is not the account's own matters to nobody. */
static struct str own_session(struct req *rq)
{
    struct hash hash;
    struct str value;

    if (cookie_get(req_header(rq, "cookie"), http_config.cookie_name, &value) != COOKIE_FOUND)
        return STR_NONE;
    hash = crypto_sha256(value);
    return str_dup(rq->a, str_n(hash.b, sizeof hash.b));
}

/* What a link does, and its entry in the audit log of each tenant that the person belongs to: of the first in the act's
 * own transaction. */
static const struct err *act(struct req *rq, const struct err *(*what)(struct req *rq, struct str keep))
{
    struct str keep = own_session(rq);
    struct address_look_out who;
    struct uuid tenants[TENANTS_MAX];
    size_t n = 0;
    const struct err *e = find(rq, &who);

    if (!e)
        e = tenants_of(rq, who.account_id, tenants, &n);
    rq->who = (struct identity){.kind = PERSON, .account = who.account_id, .name = who.name};
    for (size_t i = 0; !e && (i < n || i == 0); i++) {
        rq->who.tenant = n ? tenants[i] : (struct uuid){{0}};
        e = req_begin(rq, rq->who.tenant, &rq->db);
        if (e)
            break;
        if (i == 0)
            e = what(rq, keep);
        if (!e && n)
            e = audit_record(rq);
        e = req_end(rq->db, e);
    }
    rq->db = NULL;
    return e;
}

static const struct err *confirm_now(struct req *rq, struct str keep)
{
    struct address_confirm_out row;
    struct jw w = jw_new(rq->a);
    char text[UUID_TEXT];
    const struct err *e = q_address_confirm(rq->db, (struct address_confirm_in){hash_of(rq)}, &row);

    (void)keep;
    if (e)
        return e;
    if (str_is(row.outcome, "gone"))
        return gone(rq);
    if (str_is(row.outcome, "done") && mail_possible())
        e = job_add_service(rq->db, &(struct job_new){
            .kind = ADDRESSES_CHANGED, .object = row.change,
            .args = str_fmt(rq->a, "{\"change\":\"%s\"}", uuid_text(row.change, text).p)});
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "state");
    jw_text(&w, row.outcome);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *address_confirm(struct req *rq)
{
    return act(rq, confirm_now);
}

static const struct err *stop_now(struct req *rq, struct str keep)
{
    struct address_stop_out row;
    const struct err *e = q_address_stop(rq->db, (struct address_stop_in){hash_of(rq), keep}, &row);

    if (e)
        return e;
    return row.done ? req_none(rq) : gone(rq); /* the new address stops nothing */
}

const struct err *address_stop(struct req *rq)
{
    return act(rq, stop_now);
}
