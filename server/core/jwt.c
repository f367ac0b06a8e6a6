/* See the header. Head and claims are read from the very bytes that were signed, by the reader that refuses
 * doubled names; the signature is looked at in jwt_keys.c. */
#include "core/jwt.h"

#include "core/crypto.h"

#define IAT_OLDEST_S 600 /* of a logout token: it is sent at once */

static const struct err *bad(struct arena *a, const char *why)
{
    return err_why(a, E_BAD_SIGNATURE, "%s", why);
}

struct parts {
    const struct json *head, *claims;
};

static const struct err *split(struct arena *a, struct str token, struct parts *ret)
{
    struct str rest = token, part[3], bytes;
    size_t n = 0;

    if (!token.n || token.n > JWT_MAX)
        return bad(a, "The token is empty or larger than 16 KB.");
    while (n < 3 && str_split(&rest, '.', &part[n]))
        n++;
    if (n != 3 || rest.p || !part[0].n || !part[1].n)
        return bad(a, "The token has not the form head.claims.signature.");
    if (!part[2].n)
        return bad(a, "The token is not signed.");
    if (!crypto_unbase64url(a, part[2], &bytes) || !crypto_unbase64url(a, part[0], &bytes) ||
        json_parse(a, bytes, &ret->head) || json_kind(ret->head) != J_OBJECT)
        return bad(a, "The token's head cannot be read.");
    if (!crypto_unbase64url(a, part[1], &bytes) || json_parse(a, bytes, &ret->claims) ||
        json_kind(ret->claims) != J_OBJECT)
        return bad(a, "The token's claims cannot be read.");
    return NULL;
}

/* A head that names a key of its own, or something that must be understood, is none of a provider's. */
static const struct err *check_head(struct arena *a, const struct json *head, enum jwt_kind kind,
                                    enum jwt_algorithm *ret)
{
    static const char *const refused[] = {"jku", "jwk", "x5u", "x5c", "crit", "zip", "enc", "b64", NULL};
    struct str alg = json_text(head, "alg"), typ = json_text(head, "typ");

    for (size_t i = 0; refused[i]; i++)
        if (json_get(head, refused[i]))
            return bad(a, "The token's head holds something that is not taken.");
    if (str_is(alg, "RS256"))
        *ret = JWT_RS256;
    else if (str_is(alg, "ES256"))
        *ret = JWT_ES256;
    else
        return bad(a, "The token is not signed by RS256 or ES256: choose one of them at the provider.");
    if ((json_get(head, "typ") && !typ.p) || (json_get(head, "kid") && !json_text(head, "kid").n))
        return bad(a, "The token's head has a value of the wrong type.");
    if (!typ.p || str_case_eq(typ, STR("JWT")))
        return NULL;
    if (kind == JWT_LOGOUT && (str_case_eq(typ, STR("logout+jwt")) || str_case_eq(typ, STR("application/logout+jwt"))))
        return NULL;
    return bad(a, "The token is of another kind than the one expected.");
}

/* A NumericDate of RFC 7519 in whole seconds. */
static bool seconds(const struct json *claims, const char *name, int64_t *ret)
{
    const struct json *v = json_get(claims, name);
    double real = json_number(claims, name, -1);

    if ((json_kind(v) != J_INT && json_kind(v) != J_REAL) || !(real >= 0 && real < 1e12))
        return false;
    *ret = (int64_t)real;
    return true;
}

static const struct err *check_times(struct arena *a, const struct json *claims, const struct jwt_want *want)
{
    int64_t exp, nbf, iat;

    if (!seconds(claims, "exp", &exp) || !seconds(claims, "iat", &iat))
        return bad(a, "The token does not say when it was made and until when it holds.");
    if (want->now_s >= exp + JWT_LEEWAY_S)
        return bad(a, "The token's time is over; do the clocks of both servers agree?");
    if (iat > want->now_s + JWT_LEEWAY_S)
        return bad(a, "The token was made in the future; do the clocks of both servers agree?");
    if (json_get(claims, "nbf") && (!seconds(claims, "nbf", &nbf) || nbf > want->now_s + JWT_LEEWAY_S))
        return bad(a, "The token does not hold yet; do the clocks of both servers agree?");
    if (want->kind == JWT_LOGOUT && iat < want->now_s - IAT_OLDEST_S)
        return bad(a, "The token is old.");
    return NULL;
}

static bool is_for(const struct json *claims, struct str audience)
{
    const struct json *aud = json_get(claims, "aud"), *azp = json_get(claims, "azp");
    bool found = false;

    if (azp && !str_eq(json_str(azp), audience))
        return false;
    if (json_kind(aud) != J_LIST)
        return json_str(aud).p && str_eq(json_str(aud), audience);
    for (size_t i = 0; i < json_count(aud); i++) {
        if (!json_str(json_at(aud, i)).p)
            return false;
        found = found || str_eq(json_str(json_at(aud, i)), audience);
    }
    return found && (json_count(aud) == 1 || azp);
}

static const struct err *check_kind(struct arena *a, const struct json *claims, const struct jwt_want *want)
{
    static const char event[] = "http://schemas.openid.net/event/backchannel-logout";
    struct str nonce = json_text(claims, "nonce"), sub = json_text(claims, "sub"), sid = json_text(claims, "sid");

    if ((json_get(claims, "sub") && !sub.n) || (json_get(claims, "sid") && !sid.n) || sub.n > 255 || sid.n > 255)
        return bad(a, "The token names its subject in a way that is not taken.");
    if (want->kind == JWT_LOGOUT) {
        if (json_get(claims, "nonce") || json_kind(json_get(json_get(claims, "events"), event)) != J_OBJECT)
            return bad(a, "This is no logout token.");
        return sub.n || sid.n ? NULL : bad(a, "The logout token names neither a person nor a session.");
    }
    if (!sub.n)
        return bad(a, "The token names no subject.");
    if (!want->nonce.n || !nonce.n || !crypto_eq(nonce, want->nonce))
        return bad(a, "The token belongs to another sign-in.");
    return json_get(claims, "events") ? bad(a, "The token is of another kind than the one expected.") : NULL;
}

static const struct err *check_claims(struct arena *a, const struct json *claims, const struct jwt_want *want)
{
    struct str iss = json_text(claims, "iss");

    if (!want->issuer.n || !iss.n || !str_eq(iss, want->issuer))
        return bad(a, "The token comes from another issuer.");
    if (!want->audience.n || !is_for(claims, want->audience))
        return bad(a, "The token is for somebody else: is the client id right?");
    return check_kind(a, claims, want);
}

/* With a key id the key of that id alone; without one every key of the algorithm may have signed. */
static const struct err *check_signature(struct arena *a, struct str token, const struct json *head,
                                         enum jwt_algorithm algorithm, const struct jwt_keys *keys)
{
    struct str kid = json_text(head, "kid");
    size_t known = 0;

    for (size_t i = 0; i < keys->n; i++) {
        const struct jwt_key *k = &keys->v[i];
        if (kid.n && !(k->kid.n && str_eq(k->kid, kid)))
            continue;
        known++;
        if (k->algorithm == algorithm && jwt_signature_holds(a, token, k))
            return NULL;
    }
    if (!known)
        return err_why(a, E_NOT_FOUND, "The token is signed by a key that the provider does not publish.");
    return bad(a, "The token's signature is wrong.");
}

const struct err *jwt_verify(struct arena *a, struct str token, const struct jwt_keys *keys,
                             const struct jwt_want *want, const struct json **ret_claims)
{
    struct parts p = {0};
    enum jwt_algorithm algorithm = JWT_RS256;
    const struct err *e = split(a, token, &p);

    if (!e)
        e = check_head(a, p.head, want->kind, &algorithm);
    if (!e)
        e = check_signature(a, token, p.head, algorithm, keys);
    if (!e)
        e = check_claims(a, p.claims, want);
    if (!e)
        e = check_times(a, p.claims, want);
    if (!e)
        *ret_claims = p.claims;
    return e;
}
