/* Exchanging a key for tokens, tokens for the next ones, and ending them. What is shown wrongly gets one answer, whatever
 * was wrong: whoever found a token learns nothing by it. */
#include "core/time.h"
#include "http/blocks.h"
#include "http/client.h"
#include "people/audit/audit.h"
#include "people/tokens/inner.h"
#include "people/tokens/queries.h"
#include "people/tokens/tokens.h"

struct open_fields {
    struct str client;
};

struct token_fields {
    struct str token;
};

static const struct field open_in[] = {
    {"client", FIELD_TEXT, offsetof(struct open_fields, client), OPTIONAL, .max = 120,
     .doc = "What the client is called on the page API keys"},
    {0},
};

static const struct field refresh_in[] = {
    {"refresh_token", FIELD_TEXT, offsetof(struct token_fields, token), REQUIRED | SECRET, .min = 1, .max = 200,
     .doc = "The newest of its family; it is good once"},
    {0},
};

static const struct field revoke_in[] = {
    {"token", FIELD_TEXT, offsetof(struct token_fields, token), REQUIRED | SECRET, .min = 1, .max = 200,
     .doc = "A refresh token or an access token"},
    {0},
};

static struct str bytes(const struct hash *h)
{
    return str_n(h->b, sizeof h->b);
}

static const struct err *no_more(struct req *rq)
{
    return err_why(rq->a, E_UNAUTHENTICATED, "This refresh token is unknown, was used before or has ended. Get new tokens by "
                   "the API key: POST /api/v1/tokens.");
}

static const struct err *show(struct req *rq, const struct token_pair *p)
{
    struct jw w = jw_new(rq->a);
    int64_t left = (p->access_until - time_now()) / TIME_S;

    jw_open(&w, '{');
    jw_key(&w, "token_type");
    jw_text(&w, STR("Bearer"));
    jw_key(&w, "access_token");
    jw_text(&w, p->access);
    jw_key(&w, "expires_in");
    jw_int(&w, left > 0 ? left : 0);
    jw_key(&w, "expires_at");
    jw_time(&w, p->access_until);
    jw_key(&w, "refresh_token");
    jw_text(&w, p->refresh);
    jw_key(&w, "refresh_expires_at");
    jw_time(&w, p->refresh_until);
    jw_close(&w, '}');
    rq->reply.secret = true;
    return req_json(rq, 200, jw_done(&w));
}

/* ---- by the key ---- */

static const struct err *open_family(struct req *rq)
{
    const struct open_fields *in = rq->in;
    struct token_key_itself_out key;
    struct token_open_out row;
    struct token_pair p;
    const struct err *e = E_NOT_FOUND;

    if (rq->who.kind == API_KEY)
        e = q_token_key_itself(rq->db, (struct token_key_itself_in){rq->who.account, bytes(&rq->who.token)}, &key);
    if (e == E_NOT_FOUND)
        return err_why(rq->a, E_FORBIDDEN, "Only an API key itself gets tokens: send it as Authorization: Bearer rs_...");
    if (e)
        return e;
    token_first(rq->a, &p);
    e = q_token_open(rq->db, (struct token_open_in){
        .family = uuid_new(), .key = rq->who.account, .client = in->client.p ? str_trim(in->client) : STR(""),
        .address = rq->client, .access = bytes(&p.access_hash), .refresh = bytes(&p.refresh_hash),
        .access_s = TOKEN_ACCESS_S, .refresh_s = TOKEN_REFRESH_S, .most = TOKEN_FAMILIES_MAX}, &row);
    p.access_until = row.access_expires_at;
    p.refresh_until = row.refresh_expires_at;
    return e ? e : show(rq, &p);
}

/* ---- by a token ---- */

/* E_NOT_FOUND: nobody's, or of another tenant than the host's. */
static const struct err *find(struct req *rq, struct str token, struct token_find_out *ret)
{
    struct hash hash = crypto_sha256(token);
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (e)
        return e;
    e = q_token_find(db, (struct token_find_in){bytes(&hash)}, ret);
    e = req_end(db, e);
    if (!e && rq->subdomain.n && !str_eq(rq->subdomain, ret->slug))
        e = E_NOT_FOUND;
    return e;
}

/* As the key itself would be refused. */
static const struct err *let_in(struct req *rq, struct uuid tenant, struct str networks)
{
    struct cidr_list list;
    struct address from;

    if (blocks_has(tenant, rq->client))
        return err_why(rq->a, E_FORBIDDEN, "This company has blocked the network you come from.");
    if (!networks.n)
        return NULL;
    if (cidr_list_parse(rq->a, networks, &list))
        return E_INTERNAL;
    if (!address_parse(rq->client, &from) || !cidr_list_has(&list, from))
        return err_why(rq->a, E_FORBIDDEN, "This key is not taken from the address %.*s: its networks can be changed under "
                       "API keys.", STR_ARG(rq->client));
    return NULL;
}

/* Used before, and not just now by the same client: one of two who have it is not its owner, and nobody knows which. */
static const struct err *end_reused(struct req *rq, struct db *db, struct uuid family)
{
    struct token_end_out was;
    char text[UUID_TEXT];
    const struct err *e = q_token_end(db, (struct token_end_in){family, STR("reused")}, &was);

    if (!e)
        e = audit_service(db, "Refresh token used twice", "token_family", family,
                          str_fmt(rq->a, "A used refresh token of the key %.*s was shown from %.*s: all tokens of that client ended.",
                                  STR_ARG(was.key_name), STR_ARG(rq->client)));
    if (!e)
        e = job_add(db, &(struct job_new){.kind = TOKENS_REUSED, .object = family,
                                          .args = str_fmt(rq->a, "{\"family\":\"%s\"}", uuid_text(family, text).p)});
    return e;
}

static const struct err *rotate(struct req *rq, struct db *db, struct uuid family, int64_t generation, struct token_pair *p)
{
    struct token_rotate_out row;
    const struct err *e = q_token_rotate(db, (struct token_rotate_in){
        .family = family, .generation = generation, .used_from = client_network(rq->a, rq->client), .address = rq->client,
        .access = bytes(&p->access_hash), .refresh = bytes(&p->refresh_hash),
        .access_s = TOKEN_ACCESS_S, .refresh_s = TOKEN_REFRESH_S}, &row);

    p->access_until = row.access_expires_at;
    p->refresh_until = row.refresh_expires_at;
    return e;
}

static const struct err *answer_again(struct db *db, struct uuid family, int64_t generation, struct token_pair *p)
{
    struct token_again_out row;
    const struct err *e = q_token_again(db, (struct token_again_in){
        family, generation, bytes(&p->access_hash), bytes(&p->refresh_hash)}, &row);

    p->access_until = row.access_expires_at;
    p->refresh_until = row.refresh_expires_at;
    return e;
}

/* *ret_known false: the token gets nothing, and what was written about it stays. */
static const struct err *exchange(struct req *rq, struct db *db, const struct token_find_out *of, struct token_pair *p, bool *ret_known)
{
    const struct token_fields *in = rq->in;
    struct hash hash = crypto_sha256(in->token);
    struct token_lock_out locked;
    struct token_state_out s;
    const struct err *e = q_token_lock(db, (struct token_lock_in){of->family_id}, &locked);

    *ret_known = false;
    if (!e)
        e = q_token_state(db, (struct token_state_in){of->family_id, bytes(&hash), TOKEN_GRACE_S}, &s);
    if (e || !s.holds)
        return e == E_NOT_FOUND ? NULL : e;
    if (s.generation != s.newest && !(s.generation + 1 == s.newest && s.repeated &&
                                      str_eq(s.used_from, client_network(rq->a, rq->client))))
        return end_reused(rq, db, of->family_id);
    e = let_in(rq, of->tenant_id, s.networks);
    if (e)
        return e;
    token_next(rq->a, of->family_id, s.generation + 1, in->token, p);
    *ret_known = true;
    if (s.generation == s.newest)
        return rotate(rq, db, of->family_id, s.generation, p);
    return answer_again(db, of->family_id, s.newest, p);
}

static const struct err *refresh(struct req *rq)
{
    const struct token_fields *in = rq->in;
    struct token_find_out of;
    struct token_pair p;
    struct db *db;
    bool known;
    const struct err *e = find(rq, in->token, &of);

    if (e == E_NOT_FOUND || (!e && !of.refresh))
        return no_more(rq);
    if (!e)
        e = req_begin(rq, of.tenant_id, &db);
    if (e)
        return e;
    e = req_end(db, exchange(rq, db, &of, &p, &known));
    if (e == E_NOT_FOUND || (!e && !known))
        return no_more(rq);
    return e ? e : show(rq, &p);
}

/* In the log the key ended them: nobody else has its tokens. */
static const struct err *end_family(struct req *rq, struct db *db, const struct token_find_out *of)
{
    struct token_end_out was;
    const struct err *e = q_token_end(db, (struct token_end_in){of->family_id, STR("client")}, &was);

    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    rq->who = (struct identity){.kind = API_KEY, .account = was.key, .tenant = of->tenant_id, .name = was.key_name,
                                .tenant_slug = of->slug};
    rq->db = db;
    e = audit_record(rq);
    rq->db = NULL;
    return e;
}

static const struct err *revoke(struct req *rq)
{
    const struct token_fields *in = rq->in;
    struct token_find_out of;
    struct hash hash = crypto_sha256(in->token);
    struct db *db;
    const struct err *e = find(rq, in->token, &of);

    if (e == E_NOT_FOUND)
        return req_none(rq); /* as RFC 7009 section 2.2 has it */
    if (!e)
        e = req_begin(rq, of.tenant_id, &db);
    if (!e)
        e = req_end(db, end_family(rq, db, &of));
    if (e)
        return e;
    identity_forget(&hash);
    return req_none(rq);
}

static const struct route routes[] = {
    {POST, "/tokens", SIGNED_IN, open_in, .run = open_family, .out = "token_pair",
     .doc = "Exchange an API key for an access token (15 minutes), which acts as the key does, and a refresh token (30 days)"},
    {POST, "/tokens/refresh", PUBLIC, refresh_in, .run = refresh, .out = "token_pair", .tx = TX_NONE, .no_csrf = true,
     .doc = "The next pair for a refresh token, which is good once. Whose answer was lost may ask again with the same token within 10 "
            "seconds from the same address and gets the same pair, until that is refreshed; used later, it ends every token of the client"},
    {POST, "/tokens/revoke", PUBLIC, revoke_in, .run = revoke, .tx = TX_NONE, .no_csrf = true,
     .doc = "End the refresh token and every access token that came with it or before, within a second; the answer is the same for an "
            "unknown token"},
    {GET, "/api-keys/{key}/tokens", API_KEYS_WRITE, .sql = SQL_TOKEN_FAMILIES,
     .doc = "Clients that use a key by tokens, at most 100, and those that a used token ended"},
    {DELETE, "/api-keys/{key}/tokens/{family}", API_KEYS_WRITE, .sql = SQL_TOKEN_END_BY_PERSON,
     .doc = "End the tokens of one client, within a second"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define AT "{\"type\":\"string\",\"format\":\"date-time\"}"

static const struct schema schemas[] = {
    {"token_pair",
     "{\"type\":\"object\",\"required\":[\"token_type\",\"access_token\",\"expires_in\",\"expires_at\",\"refresh_token\","
     "\"refresh_expires_at\"],\"properties\":{\"token_type\":" TEXT ",\"access_token\":" TEXT ",\"expires_in\":{\"type\":"
     "\"integer\"},\"expires_at\":" AT ",\"refresh_token\":" TEXT ",\"refresh_expires_at\":" AT "}}"},
    {"token_families",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"client\",\"address\",\"refreshes\",\"created_at\","
     "\"refreshed_at\",\"expires_at\",\"ended_at\"],\"properties\":{\"id\":" TEXT ",\"client\":" TEXT ",\"address\":" TEXT
     ",\"refreshes\":{\"type\":\"integer\"},\"created_at\":" AT ",\"refreshed_at\":" AT ",\"expires_at\":" AT
     ",\"ended_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}}}}"},
    {0},
};

const struct feature tokens_feature = {
    .name = "tokens", .doc = "Short-lived tokens for API clients.", .routes = routes, .schemas = schemas, .jobs = tokens_jobs,
};
