/* One's own passkeys: which there are, adding one, removing one. For people of tenants and for super admins alike. What
 * changes an account asks for its password or a code first. */
#include "people/factors/factors.h"
#include "people/passkeys/inner.h"
#include "people/passkeys/passkeys.h"
#include "people/passkeys/queries.h"
#include "people/sessions/sessions.h"

struct proof_fields {
    struct str password, code;
};

static const struct field proof_in[] = {
    {"password", FIELD_TEXT, offsetof(struct proof_fields, password), OPTIONAL | SECRET, .max = 1000,
     .doc = "Yours, once more; or a code"},
    {"code", FIELD_TEXT, offsetof(struct proof_fields, code), OPTIONAL | SECRET, .max = 20,
     .doc = "Six digits that the app shows"},
    {0},
};

static const struct field made_in[] = {
    {"name", FIELD_TEXT, offsetof(struct passkey_made, name), REQUIRED, .min = 1, .max = 60,
     .doc = "What you know it by, as \"Laptop\""},
    {"client_data", FIELD_TEXT, offsetof(struct passkey_made, client_data), REQUIRED | SECRET, .min = 1, .max = 5500,
     .doc = "clientDataJSON in base64url"},
    {"attestation", FIELD_TEXT, offsetof(struct passkey_made, attestation), REQUIRED | SECRET, .min = 1, .max = 11000,
     .doc = "attestationObject in base64url; its statement is not looked at"},
    {0},
};

static const struct err *person(struct req *rq)
{
    return rq->who.by_cookie ? NULL : err_why(rq->a, E_FORBIDDEN, "API keys have no passkeys.");
}

static const struct err *show(struct req *rq)
{
    const char *why = passkey_hindrance(rq->a);
    struct jw w = jw_new(rq->a);
    struct passkey_list_out row;
    const struct err *e = person(rq);

    if (!e)
        e = q_passkey_list(rq->db, (struct passkey_list_in){rq->who.account}, &row);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "passkeys");
    jw_raw(&w, row.list);
    jw_key(&w, "most");
    jw_int(&w, PASSKEYS_MAX);
    jw_key(&w, "hindrance");
    jw_text(&w, why ? str_of(why) : STR_NONE);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *ask(struct req *rq)
{
    const struct proof_fields *in = rq->in;
    const char *why = passkey_hindrance(rq->a);
    struct str json;
    const struct err *e = person(rq);

    if (!e && why)
        e = err_why(rq->a, E_CONFLICT, "%s", why);
    if (!e)
        e = session_prove(rq, in->password, in->code);
    if (!e)
        e = factor_change_begin(rq);
    if (e)
        return e;
    e = passkey_ask_new(rq, &json);
    if (!e)
        e = req_json(rq, 200, json);
    rq->reply.secret = true;
    return factor_change_end(rq, e);
}

static const struct err *tell_added(struct req *rq, struct uuid id, bool first)
{
    struct jw w = jw_new(rq->a);
    const struct err *e = factor_tell(rq->db, rq->who.account, FACTOR_PASSKEY_ADDED);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, id);
    jw_key(&w, "recovery_codes");
    if (first && !e)
        e = factor_recovery(rq->db, rq->who.account, &w);
    else
        jw_null(&w);
    if (e)
        return e;
    jw_close(&w, '}');
    rq->made = id;
    rq->reply.secret = true;
    return req_json(rq, 201, jw_done(&w));
}

static const struct err *add(struct req *rq)
{
    const struct passkey_made *in = rq->in;
    struct session_fresh fresh;
    struct hash challenge;
    struct uuid id;
    bool first = false;
    const struct err *e = person(rq);

    if (!e && !str_trim(in->name).n)
        e = req_field(rq, "name", "Give it a name that you know it by.");
    if (!e)
        e = passkey_asked_new(rq, &challenge);
    if (!e)
        e = factor_change_begin(rq);
    if (e)
        return e;
    e = passkey_add(rq, in, &challenge, &id, &first);
    if (!e)
        e = session_renew(rq, rq->db, &fresh);
    if (!e)
        e = tell_added(rq, id, first);
    e = factor_change_end(rq, e);
    if (!e)
        session_renewed(rq, &fresh);
    return e;
}

static const struct err *remove_now(struct req *rq)
{
    struct passkey_drop_out row;
    const struct err *e = q_passkey_drop(rq->db, (struct passkey_drop_in){rq->param_id[0], rq->who.account}, &row);

    if (!e && str_is(row.outcome, "none"))
        return E_NOT_FOUND;
    if (!e)
        e = factor_dropped(rq, row.outcome);
    if (!e)
        e = factor_tell(rq->db, rq->who.account, str_is(row.outcome, "last") ? FACTOR_REMOVED : FACTOR_PASSKEY_REMOVED);
    return e ? e : req_none(rq);
}

static const struct err *remove_own(struct req *rq)
{
    const struct proof_fields *in = rq->in;
    const struct err *e = person(rq);

    if (!e)
        e = session_prove(rq, in->password, in->code);
    if (!e)
        e = factor_change_begin(rq);
    if (!e)
        e = factor_change_end(rq, remove_now(rq));
    if (!e)
        identity_forget(&rq->who.token);
    return e;
}

static const struct route routes[] = {
    {GET, "/passkeys", SIGNED_IN, .run = show, .out = "passkeys", .own_session = true, .before_factor = true,
     .doc = "Your passkeys, and why there can be none where that is so"},
    {POST, "/passkeys/options", SIGNED_IN, proof_in, .run = ask, .out = "passkey_options", .tx = TX_NONE, .lane = WORK_HASH,
     .own_session = true, .before_factor = true,
     .doc = "Begin to add one: what navigator.credentials.create is asked; good for five minutes and one answer"},
    {POST, "/passkeys", SIGNED_IN, made_in, .run = add, .out = "passkey_added", .tx = TX_NONE, .own_session = true,
     .before_factor = true, .doc = "Add one; the first second factor shows recovery codes once, and every other session ends"},
    {POST, "/passkeys/{passkey}/remove", SIGNED_IN, proof_in, .run = remove_own, .tx = TX_NONE, .lane = WORK_HASH,
     .own_session = true, .before_factor = true, .doc = "Remove one, by your password or a code"},
    {GET, "/platform/passkeys", SUPER_ADMIN, .run = show, .out = "passkeys", .own_session = true, .before_factor = true, .doc = "Your passkeys"},
    {POST, "/platform/passkeys/options", SUPER_ADMIN, proof_in, .run = ask, .out = "passkey_options", .tx = TX_NONE,
     .lane = WORK_HASH, .own_session = true, .before_factor = true, .doc = "Begin to add one"},
    {POST, "/platform/passkeys", SUPER_ADMIN, made_in, .run = add, .out = "passkey_added", .tx = TX_NONE, .own_session = true, .before_factor = true,
     .doc = "Add one; the first second factor shows recovery codes once"},
    {POST, "/platform/passkeys/{passkey}/remove", SUPER_ADMIN, proof_in, .run = remove_own, .tx = TX_NONE, .lane = WORK_HASH,
     .own_session = true, .before_factor = true, .doc = "Remove one"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define FRAME "\"challenge\":" TEXT ",\"rp_id\":" TEXT ",\"timeout_ms\":{\"type\":\"integer\"}"

static const struct schema schemas[] = {
    {"passkey_ids", TEXTS},
    {"passkey_rows",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"created_at\",\"used_at\"],\"properties\":{"
     "\"id\":" TEXT ",\"name\":" TEXT ",\"created_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
     "\"used_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}}}"},
    {"passkeys",
     "{\"type\":\"object\",\"required\":[\"passkeys\",\"most\",\"hindrance\"],\"properties\":{"
     "\"passkeys\":{\"$ref\":\"#/components/schemas/passkey_rows\"},\"most\":{\"type\":\"integer\"},"
     "\"hindrance\":{\"type\":[\"string\",\"null\"]}}}"},
    {"passkey_options",
     "{\"type\":\"object\",\"required\":[\"challenge\",\"rp_id\",\"timeout_ms\",\"user_id\",\"user_name\",\"display_name\","
     "\"algorithms\",\"exclude\"],\"properties\":{" FRAME ",\"user_id\":" TEXT ",\"user_name\":" TEXT ",\"display_name\":" TEXT
     ",\"algorithms\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},\"exclude\":" TEXTS "}}"},
    {"passkey_question",
     "{\"type\":\"object\",\"required\":[\"challenge\",\"rp_id\",\"timeout_ms\",\"passkeys\"],\"properties\":{" FRAME
     ",\"passkeys\":" TEXTS "}}"},
    {"passkey_added",
     "{\"type\":\"object\",\"required\":[\"id\",\"recovery_codes\"],\"properties\":{\"id\":" TEXT
     ",\"recovery_codes\":{\"type\":[\"array\",\"null\"],\"items\":" TEXT "}}}"},
    {0},
};

const struct feature passkeys_feature = {
    .name = "passkeys", .doc = "Passkeys as second factors.", .routes = routes, .schemas = schemas,
};
