/* What a provider says of a person, read. Pure. */
#include <string.h>

#include "net/mail_message.h"
#include "people/oidc/inner.h"

#define NAME_LETTERS 120

struct str oidc_domain_of(struct arena *a, struct str email)
{
    const char *at = email.n ? memrchr(email.p, '@', email.n) : NULL;

    if (!at || at + 1 == email.p + email.n)
        return STR_NONE;
    return str_lower(a, str_n(at + 1, (size_t)(email.p + email.n - at - 1)));
}

bool oidc_domain_in(struct str domain, struct str array)
{
    struct str rest = array.n >= 2 ? str_sub(array, 1, array.n - 2) : STR_NONE, one;

    while (domain.n && str_split(&rest, ',', &one))
        if (str_eq(one, domain))
            return true;
    return false;
}

struct str oidc_group_role(const struct json *map, const struct json *groups)
{
    for (size_t i = 0; i < json_count(map); i++) {
        struct str group = json_text(json_at(map, i), "group");
        if (json_kind(groups) == J_TEXT && str_eq(json_str(groups), group))
            return json_text(json_at(map, i), "role");
        for (size_t k = 0; json_kind(groups) == J_LIST && k < json_count(groups); k++)
            if (json_str(json_at(groups, k)).p && str_eq(json_str(json_at(groups, k)), group))
                return json_text(json_at(map, i), "role");
    }
    return STR_NONE;
}

static struct str name_of(struct arena *a, const struct json *from, struct str email)
{
    struct str name = str_trim(json_text(from, "name"));
    const char *at;

    if (!name.n)
        name = str_trim(str_fmt(a, "%.*s %.*s", STR_ARG(json_text(from, "given_name")), STR_ARG(json_text(from, "family_name"))));
    if (name.n && str_utf8(name) && str_letters(name) <= NAME_LETTERS)
        return name;
    at = memchr(email.p, '@', email.n);
    return str_sub(str_n(email.p, (size_t)(at - email.p)), 0, NAME_LETTERS);
}

const struct err *oidc_claims_read(struct arena *a, const struct json *id, const struct json *info,
                                   struct str domains_array, struct oidc_claims *ret)
{
    const struct json *from = json_text(id, "email").n ? id : info;
    struct str email = str_lower(a, str_trim(json_text(from, "email"))), domain;
    const struct json *verified = json_get(from, "email_verified");

    if (!email.n || !str_utf8(email) || email.n > 254 || !mail_address_ok(email))
        return err_why(a, E_FORBIDDEN, "The provider tells no e-mail address of yours: ask who runs it to release the "
                                       "claim \"email\".");
    if (!json_yes(from, "email_verified") && !str_is(json_str(verified), "true"))
        return err_why(a, E_FORBIDDEN, "The provider does not say that your e-mail address is verified.");
    domain = oidc_domain_of(a, email);
    if (!oidc_domain_in(domain, domains_array))
        return err_why(a, E_FORBIDDEN, "Addresses of %.*s cannot sign in here by this provider.", STR_ARG(domain));
    *ret = (struct oidc_claims){json_text(id, "sub"), email, name_of(a, json_get(id, "name") ? id : from, email),
                                json_text(id, "sid")};
    return NULL;
}
