/* Passkeys in the database: the question, whose answer is good once, and what becomes of an answer. */
#include "people/passkeys/passkeys.h"

#include <string.h>

#include "core/settings.h"
#include "people/passkeys/inner.h"
#include "people/passkeys/queries.h"

const struct field passkey_answer_in[] = {
    {"id", FIELD_TEXT, offsetof(struct passkey_answer, id), REQUIRED, .min = 1, .max = 1400,
     .doc = "Which passkey, in base64url as all of these"},
    {"client_data", FIELD_TEXT, offsetof(struct passkey_answer, client_data), REQUIRED | SECRET, .min = 1, .max = 5500,
     .doc = "clientDataJSON"},
    {"authenticator_data", FIELD_TEXT, offsetof(struct passkey_answer, authenticator_data), REQUIRED | SECRET, .min = 1, .max = 5500,
     .doc = "authenticatorData"},
    {"signature", FIELD_TEXT, offsetof(struct passkey_answer, signature), REQUIRED | SECRET, .min = 1, .max = 1400,
     .doc = "signature"},
    {"user_handle", FIELD_TEXT, offsetof(struct passkey_answer, user_handle), OPTIONAL | SECRET, .max = 100,
     .doc = "userHandle, where the browser gives it"},
    {0},
};

struct party passkey_party(struct arena *a)
{
    return party_of(a, str_of(http_config.settings->public_url), str_of(http_config.settings->base_domain));
}

const char *passkey_hindrance(struct arena *a)
{
    return passkey_party(a).why;
}

const struct err *passkey_tenant_is(struct db *db, struct uuid account, struct str slug, bool *ret_ours)
{
    struct passkey_tenant_out row = {.ours = true};
    const struct err *e = slug.n ? q_passkey_tenant(db, (struct passkey_tenant_in){account, slug}, &row) : NULL;

    *ret_ours = !e && row.ours;
    return e;
}

static struct str challenge_new(struct arena *a, struct hash *ret_hash)
{
    struct str text = crypto_token(a, CHALLENGE_BYTES);

    *ret_hash = crypto_sha256(text);
    return text;
}

static void put(struct jw *w, const char *key, struct str text)
{
    jw_key(w, key);
    jw_text(w, text);
}

static void put_frame(struct jw *w, struct str challenge, struct str rp_id)
{
    put(w, "challenge", challenge);
    put(w, "rp_id", rp_id);
    jw_key(w, "timeout_ms");
    jw_int(w, ASK_MINUTES * 60 * 1000);
}

const struct err *passkey_question(struct req *rq, struct db *db, struct uuid account, struct hash *ret_challenge,
                                   struct str *ret_json)
{
    struct party p = passkey_party(rq->a);
    struct jw w = jw_new(rq->a);
    struct passkey_ids_out row;
    const struct err *e;

    if (p.why)
        return err_why(rq->a, E_CONFLICT, "%s", p.why);
    e = q_passkey_ids(db, (struct passkey_ids_in){account}, &row);
    if (!e && !row.n)
        return err_why(rq->a, E_CONFLICT, "This account has no passkey.");
    if (e)
        return e;
    jw_open(&w, '{');
    put_frame(&w, challenge_new(rq->a, ret_challenge), p.rp_id);
    jw_key(&w, "passkeys");
    jw_raw(&w, row.list);
    jw_close(&w, '}');
    *ret_json = jw_done(&w);
    return NULL;
}

/* ---- using one ---- */

static const char *const unreadable = "The passkey's answer cannot be read.";

static bool is_account(struct arena *a, struct str handle, struct uuid account)
{
    struct str bytes;

    return !handle.n || (crypto_unbase64url(a, handle, &bytes) && bytes.n == sizeof account.b &&
                         memcmp(bytes.p, account.b, bytes.n) == 0);
}

static const struct err *look(struct db *db, struct uuid account, const struct assertion *s, const struct client_expect *x,
                              const struct passkey_get_out *row, int64_t *ret_count, const char **ret_why)
{
    struct public_key key = {row->algorithm, row->public_key};
    struct str slug;
    bool ours;
    const struct err *e;

    *ret_why = client_data_check(db_arena(db), s->client_data, x, &slug);
    if (*ret_why)
        return NULL;
    e = passkey_tenant_is(db, account, slug, &ours);
    if (!e && !ours)
        *ret_why = "You do not belong to the tenant whose page this is.";
    else if (!e)
        *ret_why = assertion_check(db_arena(db), s, x->party->rp_id, &key, ret_count);
    return e;
}

const struct err *passkey_take(struct db *db, struct uuid account, const struct passkey_answer *in,
                               const struct hash *challenge, enum passkey_verdict *ret, const char **ret_why)
{
    struct arena *a = db_arena(db);
    struct party party = passkey_party(a);
    struct client_expect x = {PASSKEY_USED, &party, challenge ? *challenge : (struct hash){{0}}};
    struct passkey_get_out row;
    struct passkey_use_out use;
    struct assertion s;
    struct str id;
    int64_t count = 0;
    const struct err *e;

    *ret = PASSKEY_WRONG;
    *ret_why = party.why ? party.why : unreadable;
    if (party.why || !crypto_unbase64url(a, in->id, &id) || !id.n || !crypto_unbase64url(a, in->client_data, &s.client_data) ||
        !crypto_unbase64url(a, in->authenticator_data, &s.auth_data) || !crypto_unbase64url(a, in->signature, &s.signature))
        return NULL;
    e = q_passkey_get(db, (struct passkey_get_in){account, id}, &row);
    if (e == E_NOT_FOUND || (!e && !is_account(a, in->user_handle, account))) {
        *ret_why = "This passkey is not one of the account's.";
        return NULL;
    }
    if (!e)
        e = look(db, account, &s, &x, &row, &count, ret_why);
    if (e || *ret_why)
        return e;
    e = q_passkey_use(db, (struct passkey_use_in){row.id, account, count}, &use);
    if (e)
        return e;
    *ret = use.used ? PASSKEY_RIGHT : PASSKEY_COPIED;
    *ret_why = use.used ? NULL : "The passkey's counter went back, so it may be a copy: use another one, and remove this.";
    return NULL;
}

/* ---- adding one ---- */

static void put_user(struct req *rq, struct jw *w)
{
    put(w, "user_id", crypto_base64url(rq->a, str_n(rq->who.account.b, sizeof rq->who.account.b)));
    put(w, "user_name", rq->who.email.n ? rq->who.email : rq->who.name);
    put(w, "display_name", rq->who.name);
}

const struct err *passkey_ask_new(struct req *rq, struct str *ret_json)
{
    struct party p = passkey_party(rq->a);
    struct jw w = jw_new(rq->a);
    struct hash challenge;
    struct str text = challenge_new(rq->a, &challenge);
    struct passkey_ids_out row;
    struct passkey_ask_out done;
    const struct err *e = q_passkey_ids(rq->db, (struct passkey_ids_in){rq->who.account}, &row);

    if (!e && row.n >= PASSKEYS_MAX)
        return err_why(rq->a, E_CONFLICT, "There are %d passkeys already, which is the most: remove one first.", PASSKEYS_MAX);
    if (!e)
        e = q_passkey_ask(rq->db, (struct passkey_ask_in){
            rq->who.account, str_n(rq->who.token.b, sizeof rq->who.token.b), str_n(challenge.b, sizeof challenge.b), ASK_MINUTES}, &done);
    if (e)
        return e;
    jw_open(&w, '{');
    put_frame(&w, text, p.rp_id);
    put_user(rq, &w);
    jw_key(&w, "algorithms");
    jw_raw(&w, STR("[-7,-257]"));
    jw_key(&w, "exclude");
    jw_raw(&w, row.list);
    jw_close(&w, '}');
    *ret_json = jw_done(&w);
    return NULL;
}

const struct err *passkey_asked_new(struct req *rq, struct hash *ret_challenge)
{
    struct passkey_asked_out row = {0};
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = req_end(db, q_passkey_asked(db, (struct passkey_asked_in){
        rq->who.account, str_n(rq->who.token.b, sizeof rq->who.token.b)}, &row));
    if (e)
        return e == E_NOT_FOUND ? err_why(rq->a, E_GONE, "Adding took longer than five minutes: begin again.") : e;
    if (row.challenge.n != sizeof ret_challenge->b)
        return err_why(rq->a, E_GONE, "Adding took longer than five minutes, or was not begun here: begin again.");
    memcpy(ret_challenge->b, row.challenge.p, sizeof ret_challenge->b);
    return NULL;
}

static const struct err *read_new(struct req *rq, const struct passkey_made *in, const struct hash *challenge,
                                  struct new_passkey *ret)
{
    struct party party = passkey_party(rq->a);
    struct client_expect x = {PASSKEY_MADE, &party, *challenge};
    struct str client, object, slug;
    const char *why;
    bool ours;
    const struct err *e;

    if (!crypto_unbase64url(rq->a, in->client_data, &client))
        return req_field(rq, "client_data", "It is no base64url.");
    if (!crypto_unbase64url(rq->a, in->attestation, &object))
        return req_field(rq, "attestation", "It is no base64url.");
    why = client_data_check(rq->a, client, &x, &slug);
    if (why)
        return req_field(rq, "client_data", "%s", why);
    e = passkey_tenant_is(rq->db, rq->who.account, slug, &ours);
    if (e)
        return e;
    if (!ours)
        return req_field(rq, "client_data", "You do not belong to the tenant whose page this is.");
    why = attestation_check(rq->a, object, party.rp_id, ret);
    return why ? req_field(rq, "attestation", "%s", why) : NULL;
}

const struct err *passkey_add(struct req *rq, const struct passkey_made *in, const struct hash *challenge,
                              struct uuid *ret_id, bool *ret_first)
{
    struct passkey_add_out row;
    struct new_passkey made;
    const struct err *e = read_new(rq, in, challenge, &made);

    if (e)
        return e;
    *ret_id = uuid_new();
    e = q_passkey_add(rq->db, (struct passkey_add_in){
        *ret_id, rq->who.account, made.id, made.key.algorithm, made.key.bytes, made.count, str_trim(in->name),
        str_n(rq->who.token.b, sizeof rq->who.token.b), PASSKEYS_MAX}, &row);
    if (e)
        return e;
    if (str_is(row.outcome, "full"))
        return err_why(rq->a, E_CONFLICT, "There are %d passkeys already, which is the most: remove one first.", PASSKEYS_MAX);
    if (str_is(row.outcome, "known"))
        return err_why(rq->a, E_CONFLICT, "This passkey is in use already.");
    *ret_first = str_is(row.outcome, "first");
    return NULL;
}
