/* The routes of sign-in by a provider, and what sign-in by password asks of it. */
#include "people/oidc/inner.h"

extern const struct job_kind oidc_jobs[];

const struct err *oidc_password_allowed(struct db *db, struct uuid account)
{
    struct oidc_password_refused_out row = {0};
    const struct err *e = q_oidc_password_refused(db, (struct oidc_password_refused_in){account}, &row);

    return e || !row.by.p ? e : err_why(db_arena(db), E_FORBIDDEN, "Here you sign in by %.*s, not by password.",
                                        STR_ARG(row.by));
}

const struct err *oidc_tenant_allowed(struct db *db, struct uuid account, struct uuid tenant)
{
    struct oidc_only_out row = {0};
    const struct err *e = q_oidc_only(db, (struct oidc_only_in){account, tenant}, &row);

    return e || !row.yes ? e : err_why(db_arena(db), E_FORBIDDEN, "This tenant wants you to sign in by its provider: sign "
                                       "out, and use its button on the sign-in page.");
}

const struct err *oidc_account_allowed(struct req *rq)
{
    struct oidc_bound_out row = {0};
    struct db *db;
    const struct err *e = req_begin(rq, (struct uuid){{0}}, &db);

    if (!e)
        e = req_end(db, q_oidc_bound(db, (struct oidc_bound_in){str_n(rq->who.token.b, sizeof rq->who.token.b)}, &row));
    return e || uuid_is_zero(row.tenant) ? e : err_why(rq->a, E_FORBIDDEN, "You are signed in by the provider of one "
                                                       "tenant: sign in by your password for this.");
}

static const struct route routes[] = {
    {GET, "/oidc", PEOPLE_READ, .run = oidc_show, .out = "oidc",
     .doc = "The provider by which people of this tenant sign in, and how it fares"},
    {PUT, "/oidc", PEOPLE_WRITE, oidc_change_in, .run = oidc_change, .out = "oidc",
     .doc = "Set it; needs If-Match (version 0 where it was never set)"},
    {POST, "/oidc/test", PEOPLE_WRITE, .run = oidc_test, .limit = LIMIT_COSTLY,
     .doc = "Ask the provider whether all is right; what was found stands in GET /oidc"},
    {GET, "/oidc/offer", PUBLIC, oidc_offer_in, .run = oidc_offer, .out = "oidc_offer", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .doc = "The provider of a host or of an address's domain, if there is one"},
    {POST, "/oidc/start", PUBLIC, oidc_start_in, .run = oidc_start, .out = "oidc_start", .tx = TX_NONE,
     .limit = LIMIT_SIGN_IN, .no_csrf = true, .doc = "Begin to sign in by a provider: where to send the browser"},
    {GET, "/oidc/callback", PUBLIC, .run = oidc_callback, .tx = TX_NONE, .limit = LIMIT_SIGN_IN, .raw_body = true,
     .doc = "Where the provider sends the browser back to"},
    {POST, "/oidc/finish", PUBLIC, .run = oidc_finish, .out = "oidc_finish", .tx = TX_NONE, .no_csrf = true,
     .doc = "Whether the sign-in is done: the session then opens"},
    {POST, "/oidc/logout/{tenant:text}", PUBLIC, .run = oidc_logout, .tx = TX_NONE, .raw_body = true, .no_csrf = true,
     .body_max = 65536, .doc = "Where the provider tells of sign-outs (back-channel logout)"},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NOT "{\"type\":[\"string\",\"null\"]}"
#define YES "{\"type\":\"boolean\"}"

const struct schema oidc_schemas[] = {
    {"oidc",
     "{\"type\":\"object\",\"required\":[\"active\",\"name\",\"issuer\",\"client_id\",\"secret_set\",\"domains\",\"default_role\","
     "\"group_claim\",\"group_roles\",\"make_members\",\"only_way\",\"by_owner\",\"redirect_uris\",\"logout_uri\",\"revocation\","
     "\"checked_at\",\"fault\",\"version\"],\"properties\":{\"active\":" YES ",\"name\":" TEXT ",\"issuer\":" TEXT
     ",\"client_id\":" TEXT ",\"secret_set\":" YES ",\"domains\":{\"type\":\"array\",\"items\":" TEXT "},\"default_role\":" TEXT
     ",\"group_claim\":" TEXT ",\"group_roles\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"group\",\"role\"],"
     "\"properties\":{\"group\":" TEXT ",\"role\":" TEXT "}}},\"make_members\":" YES ",\"only_way\":" YES ",\"by_owner\":" YES
     ",\"redirect_uris\":{\"type\":\"array\",\"items\":" TEXT "},\"logout_uri\":" TEXT
     ",\"revocation\":{\"enum\":[\"unknown\",\"told\",\"both\",\"asked\"]},\"checked_at\":" TEXT_OR_NOT ",\"fault\":" TEXT_OR_NOT
     ",\"version\":{\"type\":\"integer\"}}}"},
    {"oidc_offer",
     "{\"type\":\"object\",\"required\":[\"tenant\",\"tenant_name\",\"name\"],\"properties\":{\"tenant\":" TEXT_OR_NOT
     ",\"tenant_name\":" TEXT_OR_NOT ",\"name\":" TEXT_OR_NOT "}}"},
    {"oidc_start", "{\"type\":\"object\",\"required\":[\"url\"],\"properties\":{\"url\":" TEXT "}}"},
    {"oidc_finish",
     "{\"type\":\"object\",\"required\":[\"state\",\"reason\",\"next\"],\"properties\":{\"state\":{\"enum\":[\"waiting\",\"failed\","
     "\"done\"]},\"reason\":" TEXT_OR_NOT ",\"next\":" TEXT_OR_NOT "}}"},
    {0},
};

const struct feature oidc_feature = {
    .name = "oidc", .doc = "Signing in by a provider of the tenant's own.", .routes = routes, .jobs = oidc_jobs,
    .schemas = oidc_schemas,
};
