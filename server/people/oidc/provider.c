/* Asking a provider: discovery (OpenID Connect Discovery 1.0), key set, token and userinfo endpoint. Called by
 * this folder's jobs; every address goes through the outgoing guard under the use "oidc". */
#include "net/services.h"
#include "people/oidc/inner.h"

#define CALL_MS 10000
#define ANSWER_MAX (256u << 10)

static const struct err *ask(struct arena *a, struct http_request *rq, const char *what, const struct json **ret)
{
    struct http_response answer = {0};
    const struct err *e;

    rq->use = OIDC_USE;
    rq->connect_ms = CALL_MS / 2;
    rq->total_ms = CALL_MS;
    rq->max_bytes = ANSWER_MAX;
    e = http_call(services()->http, a, rq, &answer);
    if (e && answer.status == 0)
        return err_why(a, e, "The %s cannot be reached: %.*s", what, STR_ARG(str_dup(a, arena_why(a))));
    if (json_parse(a, answer.body, ret) || json_kind(*ret) != J_OBJECT) {
        *ret = NULL;
        return err_why(a, e ? e : E_BAD_PAYLOAD, "The %s answers %d and no JSON.", what, answer.status);
    }
    return e ? err_why(a, e, "The %s answers %d.", what, answer.status) : NULL;
}

static bool has(const struct json *list, const char *what)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (str_is(json_str(json_at(list, i)), what))
            return true;
    return false;
}

static const struct err *unfit(struct arena *a, const char *why)
{
    return err_why(a, E_BAD_PAYLOAD, "%s", why);
}

static const struct err *check_address(struct arena *a, const struct json *doc, const char *name, bool needed)
{
    struct str url = json_text(doc, name);

    if (!url.n)
        return needed ? err_why(a, E_BAD_PAYLOAD, "What the provider publishes lacks \"%s\".", name) : NULL;
    if (http_url_check(a, url, net_allowances_any(services()->allowances, STR(OIDC_USE)), NULL))
        return err_why(a, E_BAD_PAYLOAD, "The provider's \"%s\" is no address that is called: %.*s", name,
                       STR_ARG(str_dup(a, arena_why(a))));
    return NULL;
}

static const struct err *check_document(struct arena *a, const struct json *doc, struct str issuer)
{
    const struct json *types = json_get(doc, "response_types_supported"),
                      *pkce = json_get(doc, "code_challenge_methods_supported"),
                      *algs = json_get(doc, "id_token_signing_alg_values_supported");
    const struct err *e;

    if (!str_eq(json_text(doc, "issuer"), issuer))
        return err_why(a, E_BAD_PAYLOAD, "The provider calls itself \"%.*s\": give just this as issuer.",
                       STR_ARG(str_sub(json_text(doc, "issuer"), 0, 200)));
    e = check_address(a, doc, "authorization_endpoint", true);
    if (!e)
        e = check_address(a, doc, "token_endpoint", true);
    if (!e)
        e = check_address(a, doc, "jwks_uri", true);
    if (!e)
        e = check_address(a, doc, "userinfo_endpoint", false);
    if (e)
        return e;
    if (types && !has(types, "code"))
        return unfit(a, "The provider does not offer the code flow (response type \"code\").");
    if (pkce && !has(pkce, "S256"))
        return unfit(a, "The provider does not take PKCE with S256.");
    if (algs && !has(algs, "RS256") && !has(algs, "ES256"))
        return unfit(a, "The provider signs with neither RS256 nor ES256.");
    return NULL;
}

/* How the client shows its secret: "basic", "post" or "none". */
static const char *way_of(const struct json *doc, bool has_secret)
{
    const struct json *ways = json_get(doc, "token_endpoint_auth_methods_supported");

    if (!has_secret)
        return "none";
    if (!ways || has(ways, "client_secret_basic"))
        return "basic";
    return has(ways, "client_secret_post") ? "post" : NULL;
}

static void keep_text(struct jw *w, const struct json *doc, const char *name)
{
    jw_key(w, name);
    jw_text(w, json_text(doc, name));
}

const struct err *oidc_discover(struct arena *a, struct str issuer, bool has_secret, struct str *ret_json)
{
    const struct json *doc, *set;
    struct jwt_keys *keys = ARENA_NEW(a, struct jwt_keys);
    struct jw w = jw_new(a);
    const char *way;
    struct str base = str_ends(issuer, STR("/")) ? str_sub(issuer, 0, issuer.n - 1) : issuer;
    const struct err *e = ask(a, &(struct http_request){
        .url = str_fmt(a, "%.*s/.well-known/openid-configuration", STR_ARG(base))}, "provider's discovery document", &doc);

    if (!e)
        e = check_document(a, doc, issuer);
    if (!e)
        e = ask(a, &(struct http_request){.url = json_text(doc, "jwks_uri")}, "provider's key set", &set);
    if (!e)
        e = jwt_keys_parse(a, set, keys);
    if (e)
        return e;
    way = way_of(doc, has_secret);
    if (!way)
        return unfit(a, "The provider takes client secrets neither by client_secret_basic nor by client_secret_post.");
    jw_open(&w, '{');
    keep_text(&w, doc, "issuer");
    keep_text(&w, doc, "authorization_endpoint");
    keep_text(&w, doc, "token_endpoint");
    keep_text(&w, doc, "userinfo_endpoint");
    jw_key(&w, "way");
    jw_text(&w, str_of(way));
    jw_key(&w, "offline");
    jw_bool(&w, has(json_get(doc, "scopes_supported"), "offline_access"));
    jw_key(&w, "backchannel");
    jw_bool(&w, json_yes(doc, "backchannel_logout_supported"));
    jw_key(&w, "jwks");
    jw_raw(&w, json_canonical(a, set));
    jw_close(&w, '}');
    *ret_json = jw_done(&w);
    return NULL;
}

void oidc_pair(struct buf *b, const char *name, struct str value)
{
    buf_fmt(b, "%s%s=", b->n ? "&" : "", name);
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == '~')
            buf_char(b, c);
        else
            buf_fmt(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

static struct str encoded(struct arena *a, struct str value)
{
    struct buf b = buf_new(a, 8192);

    oidc_pair(&b, "", value);
    return str_sub(buf_str(&b), 1, b.n - 1);
}

/* RFC 6749 section 5.2 names the fault. */
static const struct err *refused(struct arena *a, const struct err *e, const struct json *body)
{
    struct str error = json_text(body, "error");

    if (str_is(error, "invalid_client") || str_is(error, "unauthorized_client") || (!error.n && e == E_UPSTREAM_AUTH))
        return err_why(a, E_UPSTREAM_AUTH, "The provider refuses the client id or its secret: compare both with what the "
                                           "provider shows.");
    if (str_is(error, "invalid_grant"))
        return err_why(a, E_GONE, "The provider does not take the code: start the sign-in again.");
    if (str_is(error, "redirect_uri_mismatch"))
        return err_why(a, E_UPSTREAM, "The provider does not know our redirect address: enter it there.");
    if (error.n && str_utf8(error))
        return err_why(a, e, "The provider's token endpoint says \"%.*s\".", STR_ARG(str_sub(error, 0, 60)));
    return e;
}

const struct err *oidc_token(struct arena *a, const struct oidc_client *c, struct str form, const struct json **ret)
{
    struct str way = json_text(c->provider, "way");
    struct buf b = buf_new(a, 32768);
    struct http_header headers[3] = {{STR("content-type"), STR("application/x-www-form-urlencoded")},
                                     {STR("accept"), STR("application/json")}};
    size_t n = 2;
    const struct json *body = NULL;
    const struct err *e;

    buf_add(&b, form);
    if (str_is(way, "basic")) {
        headers[n++] = (struct http_header){STR("authorization"), str_fmt(a, "Basic %.*s", STR_ARG(crypto_base64(
            a, str_fmt(a, "%.*s:%.*s", STR_ARG(encoded(a, c->client_id)), STR_ARG(encoded(a, c->secret))))))};
    } else {
        oidc_pair(&b, "client_id", c->client_id);
        if (str_is(way, "post"))
            oidc_pair(&b, "client_secret", c->secret);
    }
    e = ask(a, &(struct http_request){.method = "POST", .url = json_text(c->provider, "token_endpoint"), .n_headers = n,
                                      .headers = headers, .body = buf_str(&b)}, "provider's token endpoint", &body);
    *ret = body;
    return e ? refused(a, e, body) : NULL;
}

const struct err *oidc_try_client(struct arena *a, const struct oidc_client *c, struct str redirect_uri)
{
    struct buf b = buf_new(a, 8192);
    const struct json *answer;
    const struct err *e;

    oidc_pair(&b, "grant_type", STR("authorization_code"));
    oidc_pair(&b, "code", crypto_token(a, 32));
    oidc_pair(&b, "redirect_uri", redirect_uri);
    oidc_pair(&b, "code_verifier", crypto_token(a, 32));
    e = oidc_token(a, c, buf_str(&b), &answer);
    return e == E_UPSTREAM_AUTH || e == E_TIMEOUT || e == E_ADDRESS_REFUSED ? e : NULL;
}

const struct err *oidc_userinfo(struct arena *a, const struct oidc_client *c, struct str access_token,
                                const struct json **ret)
{
    struct str url = json_text(c->provider, "userinfo_endpoint");
    struct http_header headers[] = {{STR("authorization"), str_fmt(a, "Bearer %.*s", STR_ARG(access_token))},
                                    {STR("accept"), STR("application/json")}};

    *ret = NULL;
    for (size_t i = 0; i < access_token.n; i++)
        if (access_token.p[i] <= 0x20 || access_token.p[i] >= 0x7f)
            return NULL;
    if (!url.n || !access_token.n || access_token.n > JWT_MAX)
        return NULL;
    return ask(a, &(struct http_request){.url = url, .n_headers = 2, .headers = headers}, "provider's userinfo endpoint", ret);
}
