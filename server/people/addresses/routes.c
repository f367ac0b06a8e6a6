/* Asking for another address, seeing what became of it, and withdrawing it; the links are in links.c. */
#include "jobs/jobs.h"
#include "people/addresses/addresses.h"
#include "people/addresses/inner.h"
#include "people/addresses/queries.h"
#include "people/audit/audit.h"
#include "people/mail/mail.h"
#include "people/oidc/oidc.h"
#include "people/sessions/sessions.h"

struct ask_fields {
    struct str email, password, code;
};

static const struct field ask_in[] = {
    {"email", FIELD_TEXT, offsetof(struct ask_fields, email), REQUIRED, .min = 1, .max = 254, .doc = "The new address"},
    {"password", FIELD_TEXT, offsetof(struct ask_fields, password), REQUIRED | SECRET, .min = 1, .max = 1000,
     .doc = "Yours, once more"},
    {"code", FIELD_TEXT, offsetof(struct ask_fields, code), OPTIONAL | SECRET, .max = 20,
     .doc = "Six digits that the app shows, where the account has a second factor"},
    {0},
};

static const struct err *person(struct req *rq)
{
    return rq->who.by_cookie ? NULL : err_why(rq->a, E_FORBIDDEN, "API keys have no address.");
}

static const char *refusal(struct str may)
{
    if (!mail_possible())
        return "This service sends no mail, so no address can be confirmed.";
    if (str_is(may, "provider"))
        return "Your sign-in provider speaks for this address: it is changed there.";
    return str_is(may, "may") ? NULL : "You sign in with a user name: somebody who administers your tenant can invite your address.";
}

static const struct err *show(struct req *rq)
{
    struct address_state_out row;
    struct jw w = jw_new(rq->a);
    const char *why;
    const struct err *e = person(rq);

    if (!e)
        e = q_address_state(rq->db, (struct address_state_in){rq->who.account}, &row);
    if (e)
        return e;
    why = refusal(row.may);
    jw_open(&w, '{');
    jw_key(&w, "refused");
    jw_text(&w, why ? str_of(why) : STR_NONE);
    jw_key(&w, "pending");
    if (!row.email.p)
        jw_null(&w);
    else {
        jw_open(&w, '{');
        jw_key(&w, "email");
        jw_text(&w, row.email);
        jw_key(&w, "expires_at");
        jw_time(&w, row.expires_at);
        jw_key(&w, "old_confirmed");
        jw_bool(&w, row.old_confirmed);
        jw_key(&w, "new_confirmed");
        jw_bool(&w, row.new_confirmed);
        jw_close(&w, '}');
    }
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* Before anything is proved: what needs no secret to be refused. */
static const struct err *check(struct req *rq, struct str email, bool *ret_factor)
{
    const struct ask_fields *in = rq->in;
    struct address_state_out row;
    struct address_factor_out factor;
    const char *why;
    struct db *db;
    const struct err *e;

    if (!mail_address_ok(email))
        return req_field(rq, "email", "This is no address that mail can be sent to.");
    if (str_eq(email, rq->who.email))
        return req_field(rq, "email", "This is your address already.");
    e = req_begin(rq, (struct uuid){{0}}, &db);
    if (e)
        return e;
    e = q_address_state(db, (struct address_state_in){rq->who.account}, &row);
    if (!e)
        e = q_address_factor(db, (struct address_factor_in){rq->who.account}, &factor);
    e = req_end(db, e);
    if (e)
        return e;
    why = refusal(row.may);
    if (why)
        return err_why(rq->a, E_CONFLICT, "%s", why);
    *ret_factor = factor.since != SQL_NULL;
    if (*ret_factor && factor.app_since == SQL_NULL)
        return err_why(rq->a, E_CONFLICT, "Your second factor is a passkey, which cannot prove this change so far: set up the "
                       "authenticator app under Security first.");
    if (*ret_factor && !in->code.n)
        return req_field(rq, "code", "Your account has a second factor: give a code of its app too.");
    return NULL;
}

static const struct err *write_down(struct req *rq, struct str email)
{
    struct uuid id = uuid_new();
    struct address_ask_out row;
    char text[UUID_TEXT];
    const struct err *e = q_address_ask(rq->db, (struct address_ask_in){id, rq->who.account, email}, &row);

    if (e)
        return e;
    if (str_is(row.outcome, "limit"))
        return err_why(rq->a, E_LIMIT, "Five changes of address were asked for within a day: try again tomorrow.");
    if (!str_is(row.outcome, "done"))
        return err_why(rq->a, E_CONFLICT, "%s", refusal(row.outcome));
    e = job_add_service(rq->db, &(struct job_new){
        .kind = ADDRESSES_ASK, .object = id, .args = str_fmt(rq->a, "{\"change\":\"%s\"}", uuid_text(id, text).p)});
    if (!e && !uuid_is_zero(rq->who.tenant))
        e = audit_record(rq);
    return e;
}

/* The answer is the same for every address, and so is the work before it. */
static const struct err *ask(struct req *rq)
{
    const struct ask_fields *in = rq->in;
    struct str email = str_lower(rq->a, str_trim(in->email));
    bool factor = false;
    const struct err *e = person(rq);

    if (!e)
        e = oidc_account_allowed(rq);
    if (!e)
        e = check(rq, email, &factor);
    if (!e)
        e = session_prove(rq, in->password, STR_NONE);
    if (!e && factor)
        e = session_prove(rq, STR_NONE, in->code);
    if (!e)
        e = req_begin(rq, rq->who.tenant, &rq->db);
    if (e)
        return e;
    e = req_end(rq->db, write_down(rq, email));
    rq->db = NULL;
    return e ? e : req_none(rq);
}

static const struct err *withdraw(struct req *rq)
{
    struct address_withdraw_out row;
    const struct err *e = person(rq);

    if (!e)
        e = q_address_withdraw(rq->db, (struct address_withdraw_in){rq->who.account}, &row);
    if (e)
        return e;
    return row.done ? req_none(rq) : E_NOT_FOUND;
}

static const struct route routes[] = {
    {GET, "/address-change", SIGNED_IN, .run = show, .out = "address_change", .own_session = true,
     .doc = "A change of your mail address that waits to be confirmed"},
    {POST, "/address-change", SIGNED_IN, ask_in, .run = ask, .tx = TX_NONE, .lane = WORK_HASH, .own_session = true,
     .doc = "Ask for another mail address: links go to the old and the new one, and nothing changes until both are confirmed"},
    {DELETE, "/address-change", SIGNED_IN, .run = withdraw, .own_session = true, .doc = "Withdraw it"},
    {POST, "/address-change/look", PUBLIC, address_token_in, .run = address_look, .out = "address_link", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "What a link confirms"},
    {POST, "/address-change/confirm", PUBLIC, address_token_in, .run = address_confirm, .out = "address_confirmed",
     .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Confirm it by a link, from the old or the new address"},
    {POST, "/address-change/stop", PUBLIC, address_token_in, .run = address_stop, .tx = TX_NONE, .limit = LIMIT_SIGN_IN,
     .no_csrf = true, .doc = "This was not me: by the old address's link; nothing changes, and every other session ends"},
    {0},
};

static const struct schema schemas[] = {
    {"address_change",
     "{\"type\":\"object\",\"required\":[\"refused\",\"pending\"],\"properties\":{\"refused\":{\"type\":[\"string\",\"null\"]},"
     "\"pending\":{\"type\":[\"object\",\"null\"],\"required\":[\"email\",\"expires_at\",\"old_confirmed\",\"new_confirmed\"],"
     "\"properties\":{\"email\":{\"type\":\"string\"},\"expires_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"old_confirmed\":{\"type\":\"boolean\"},\"new_confirmed\":{\"type\":\"boolean\"}}}}}"},
    {"address_link",
     "{\"type\":\"object\",\"required\":[\"side\",\"email\",\"name\",\"other_confirmed\"],\"properties\":{"
     "\"side\":{\"type\":\"string\",\"enum\":[\"old\",\"new\"]},\"email\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
     "\"other_confirmed\":{\"type\":\"boolean\"}}}"},
    {"address_confirmed",
     "{\"type\":\"object\",\"required\":[\"state\"],\"properties\":{"
     "\"state\":{\"type\":\"string\",\"enum\":[\"waiting\",\"done\",\"taken\"]}}}"},
    {0},
};

const struct feature addresses_feature = {
    .name = "addresses", .doc = "Another mail address of an account.", .routes = routes, .jobs = address_jobs, .schemas = schemas,
};
