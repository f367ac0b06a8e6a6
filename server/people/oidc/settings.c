/* A tenant's provider: shown, changed, tested. The client secret goes in and never comes out. */
#include <string.h>

#include "core/settings.h"
#include "jobs/schedule.h"
#include "net/services.h"
#include "people/members/members.h"
#include "people/oidc/inner.h"

#define DOMAINS_MAX 50
#define GROUPS_MAX 100
#define GROUP_BYTES 200

struct change_fields {
    bool active, make_members, only_way;
    struct str name, issuer, client_id, client_secret, domains, default_role, group_claim, group_roles;
};

const struct field oidc_change_in[] = {
    {"active", FIELD_BOOL, offsetof(struct change_fields, active), REQUIRED, .doc = "Whether people can sign in by it"},
    {"name", FIELD_TEXT, offsetof(struct change_fields, name), REQUIRED, .min = 1, .max = 60,
     .doc = "As the button on the sign-in page calls it"},
    {"issuer", FIELD_TEXT, offsetof(struct change_fields, issuer), REQUIRED, .min = 1, .max = 500,
     .doc = "The provider's issuer, https://…, as its discovery document has it"},
    {"client_id", FIELD_TEXT, offsetof(struct change_fields, client_id), REQUIRED, .min = 1, .max = 255},
    {"client_secret", FIELD_TEXT, offsetof(struct change_fields, client_secret), OPTIONAL | SECRET, .max = 1000,
     .doc = "Stored sealed; never shown. Left out: the stored one stays"},
    {"domains", FIELD_TEXTS, offsetof(struct change_fields, domains), REQUIRED,
     .doc = "Whose addresses may sign in by it, like example.com"},
    {"default_role", FIELD_TEXT, offsetof(struct change_fields, default_role), REQUIRED, .max = 60,
     .doc = "Of new members whom no group gives another"},
    {"group_claim", FIELD_TEXT, offsetof(struct change_fields, group_claim), OPTIONAL, .max = 100,
     .doc = "Claim that lists groups, like groups; empty: roles are not taken from groups"},
    {"group_roles", FIELD_JSON, offsetof(struct change_fields, group_roles), OPTIONAL,
     .doc = "[{\"group\",\"role\"}]: the first group that somebody has gives the role, at each sign-in"},
    {"make_members", FIELD_BOOL, offsetof(struct change_fields, make_members), REQUIRED,
     .doc = "Whether somebody who is no member becomes one by signing in"},
    {"only_way", FIELD_BOOL, offsetof(struct change_fields, only_way), REQUIRED,
     .doc = "Whether members of these domains, but owners, cannot sign in by password"},
    {0},
};

static struct str about(struct arena *a, struct uuid tenant, const char *where, struct uuid row)
{
    char t[UUID_TEXT], r[UUID_TEXT];

    return str_fmt(a, "%s|%s|sealed|%s", uuid_text(tenant, t).p, where, uuid_text(row, r).p);
}

const struct err *oidc_seal(struct arena *a, struct uuid tenant, const char *where, struct uuid row, struct str plain,
                            struct str *ret_sealed)
{
    struct key k;
    const struct err *e = keys_load(services()->keys, a, tenant, &k);

    if (!e)
        *ret_sealed = crypto_seal(a, &k, about(a, tenant, where, row), plain);
    crypto_wipe(&k, sizeof k);
    return e;
}

const struct err *oidc_open(struct arena *a, struct uuid tenant, const char *where, struct uuid row, struct str sealed,
                            struct str *ret_plain)
{
    struct key k;
    const struct err *e = keys_load(services()->keys, a, tenant, &k);

    if (!e)
        e = crypto_open(a, &k, about(a, tenant, where, row), sealed, ret_plain);
    crypto_wipe(&k, sizeof k);
    return e;
}

const struct err *oidc_setup_read(struct db *db, struct uuid tenant, struct oidc_setup *ret)
{
    struct arena *a = db_arena(db);
    const struct err *e = q_oidc_get(db, &ret->row);

    if (e)
        return e;
    ret->client = (struct oidc_client){.issuer = ret->row.issuer, .client_id = ret->row.client_id};
    if (ret->row.secret_sealed.p)
        e = oidc_open(a, tenant, "oidc", tenant, ret->row.secret_sealed, &ret->client.secret);
    if (!e && ret->row.provider.p)
        e = json_parse(a, ret->row.provider, &ret->client.provider);
    return e;
}

/* The scheme and host that a tenant's pages have: public_url's, or the host of its own below base_domain. */
struct str oidc_redirect_uri(struct arena *a, struct str slug)
{
    struct str url = services()->public_url;
    const struct settings *s = http_config.settings;
    ptrdiff_t host = str_find(url, STR("://"), 0), port = host < 0 ? -1 : str_find(url, STR(":"), (size_t)host + 3);

    if (slug.n && *s->base_domain && host > 0)
        url = str_fmt(a, "%.*s://%.*s.%s%.*s", (int)host, url.p, STR_ARG(slug), s->base_domain,
                      STR_ARG(port > 0 ? str_sub(url, (size_t)port, url.n - (size_t)port) : STR("")));
    return str_fmt(a, "%.*s/api/v1/oidc/callback", STR_ARG(url));
}

/* ---- showing ---- */

static void put_domains(struct jw *w, struct str array)
{
    struct str rest = array.n > 2 ? str_sub(array, 1, array.n - 2) : STR_NONE, one;

    jw_key(w, "domains");
    jw_open(w, '[');
    while (str_split(&rest, ',', &one))
        jw_text(w, one);
    jw_close(w, ']');
}

static void put_text(struct jw *w, const char *key, struct str value)
{
    jw_key(w, key);
    jw_text(w, value);
}

static void put_yes(struct jw *w, const char *key, bool yes)
{
    jw_key(w, key);
    jw_bool(w, yes);
}

/* How sessions end: the provider tells us, or we ask it. */
static const char *revocation(const struct json *provider, bool heard)
{
    if (!provider)
        return "unknown";
    return json_yes(provider, "backchannel") ? heard ? "told" : "both" : "asked";
}

static void put_addresses(struct jw *w, struct req *rq)
{
    bool own_host = *http_config.settings->base_domain;

    jw_key(w, "redirect_uris");
    jw_open(w, '[');
    jw_text(w, oidc_redirect_uri(rq->a, STR("")));
    if (own_host)
        jw_text(w, oidc_redirect_uri(rq->a, rq->who.tenant_slug));
    jw_close(w, ']');
    put_text(w, "logout_uri", str_fmt(rq->a, "%.*s/api/v1/oidc/logout/%.*s", STR_ARG(services()->public_url),
                                      STR_ARG(rq->who.tenant_slug)));
}

const struct err *oidc_show(struct req *rq)
{
    struct oidc_get_out row = {.domains = STR("{}"), .group_roles = STR("[]"), .make_members = true, .name = STR(""),
                               .issuer = STR(""), .client_id = STR(""), .default_role = STR("viewer"),
                               .group_claim = STR(""), .checked_at = TIME_NONE, .heard_at = TIME_NONE};
    struct jw w = jw_new(rq->a);
    const struct json *provider = NULL;
    const struct err *e = q_oidc_get(rq->db, &row);

    if (e && e != E_NOT_FOUND)
        return e;
    if (row.provider.p && json_parse(rq->a, row.provider, &provider))
        provider = NULL;
    jw_open(&w, '{');
    put_yes(&w, "active", row.active);
    put_text(&w, "name", row.name);
    put_text(&w, "issuer", row.issuer);
    put_text(&w, "client_id", row.client_id);
    put_yes(&w, "secret_set", row.secret_sealed.p != NULL);
    put_domains(&w, row.domains);
    put_text(&w, "default_role", row.default_role);
    put_text(&w, "group_claim", row.group_claim);
    jw_key(&w, "group_roles");
    jw_raw(&w, row.group_roles);
    put_yes(&w, "make_members", row.make_members);
    put_yes(&w, "only_way", row.only_way);
    put_yes(&w, "by_owner", row.by_owner);
    put_addresses(&w, rq);
    put_text(&w, "revocation", str_of(revocation(provider, row.heard_at != TIME_NONE)));
    jw_key(&w, "checked_at");
    jw_time(&w, row.checked_at);
    put_text(&w, "fault", row.fault);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

/* ---- changing ---- */

static bool is_domain(struct str d)
{
    bool dot = false;

    if (d.n < 3 || d.n > 253)
        return false;
    for (size_t i = 0; i < d.n; i++) {
        char c = d.p[i];
        bool edge = i == 0 || i + 1 == d.n || d.p[i - 1] == '.' || d.p[i + 1] == '.';
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (!edge && c == '-') ||
                    (c == '.' && i > 0 && i + 1 < d.n && d.p[i - 1] != '.');
        if (!fine)
            return false;
        dot = dot || c == '.';
    }
    return dot;
}

static const struct err *check_domains(struct req *rq, struct str list, struct str *ret_json)
{
    const struct json *given;
    struct jw w = jw_new(rq->a);
    const struct err *e = json_parse(rq->a, list, &given);

    if (e)
        return e;
    if (!json_count(given) || json_count(given) > DOMAINS_MAX)
        return req_field(rq, "domains", "Give 1 to %d domains.", DOMAINS_MAX);
    jw_open(&w, '[');
    for (size_t i = 0; i < json_count(given); i++) {
        struct str d = str_lower(rq->a, str_trim(json_str(json_at(given, i))));
        if (!is_domain(d))
            return req_field(rq, "domains", "\"%.*s\" is no domain like example.com.", STR_ARG(str_sub(d, 0, 60)));
        jw_text(&w, d);
    }
    jw_close(&w, ']');
    *ret_json = jw_done(&w);
    return NULL;
}

static const struct err *check_role(struct req *rq, const char *field, struct str slug)
{
    struct role_facts role;
    const struct err *e = role_find(rq->db, slug, &role);

    if (e == E_NO_PARENT)
        return req_field(rq, field, "%.*s", STR_ARG(str_dup(rq->a, arena_why(rq->a))));
    if (e)
        return e;
    if (str_is(slug, "owner"))
        return req_field(rq, field, "No provider makes owners: an owner does so on the page Members.");
    if (!role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "Nobody can be allowed more than you are.");
    return NULL;
}

static const struct err *check_groups(struct req *rq, struct str text)
{
    const struct json *map;
    const struct err *e = json_parse(rq->a, text, &map);

    if (e || json_kind(map) != J_LIST || json_count(map) > GROUPS_MAX)
        return req_field(rq, "group_roles", "Give a list of at most %d {group, role}.", GROUPS_MAX);
    for (size_t i = 0; i < json_count(map); i++) {
        const struct json *one = json_at(map, i);
        struct str group = json_text(one, "group"), role = json_text(one, "role");
        if (json_count(one) != 2 || !group.n || group.n > GROUP_BYTES || !str_utf8(group) || !role.n)
            return req_field(rq, "group_roles", "Each is a group of at most %d characters and a role.", GROUP_BYTES);
        e = check_role(rq, "group_roles", role);
        if (e)
            return e;
    }
    return NULL;
}

static bool printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7f)
            return false;
    return true;
}

static void check_texts(struct req *rq, const struct change_fields *in)
{
    if (http_url_guard(services()->http, rq->a, in->issuer, OIDC_USE))
        req_field(rq, "issuer", "%.*s", STR_ARG(str_dup(rq->a, arena_why(rq->a))));
    else if (memchr(in->issuer.p, '?', in->issuer.n) || memchr(in->issuer.p, '#', in->issuer.n))
        req_field(rq, "issuer", "Give the issuer without ? and #.");
    if (!printable(in->client_id))
        req_field(rq, "client_id", "Give the id as the provider shows it, without blanks.");
    if (!printable(in->client_secret))
        req_field(rq, "client_secret", "Give the secret as the provider shows it, without blanks.");
    if (!str_trim(in->name).n || !str_utf8(in->name))
        req_field(rq, "name", "Give it a name.");
}

/* The permissions of who saves, as PostgreSQL's array: the provider lets nobody in who may more. */
static struct str vouched(struct req *rq)
{
    struct buf b = buf_new(rq->a, 4096);

    buf_char(&b, '{');
    for (int i = 0; i < PERMISSION_COUNT; i++)
        if (rq->who.permissions & 1u << i)
            buf_fmt(&b, "%s%s", b.n > 1 ? "," : "", permission_name((enum permission_number)i));
    buf_char(&b, '}');
    return buf_str(&b);
}

static const struct err *add_check(struct req *rq)
{
    return job_add_again(rq->db, &(struct job_new){
        .kind = OIDC_CHECK, .args = STR("{}"), .dedupe = STR(OIDC_CHECK), .object = rq->who.tenant});
}

/* Whoever no longer hears from the provider by itself asks it, at minutes of the tenant's own. */
static const struct err *clock_of(struct req *rq, bool active)
{
    int m = rq->who.tenant.b[15] % 15;

    if (!active)
        return schedule_drop(rq->db, STR(OIDC_POLL));
    return schedule_put(rq->db, &(struct schedule){
        .name = STR(OIDC_POLL), .kind = STR(OIDC_POLL),
        .cron = str_fmt(rq->a, "%d,%d,%d,%d * * * *", m, m + 15, m + 30, m + 45)});
}

static const struct err *put(struct req *rq, const struct change_fields *in, struct oidc_put_in *row)
{
    struct oidc_get_out before = {0};
    struct oidc_domains_out domains;
    int64_t n = 0;
    const struct err *e = q_oidc_get(rq->db, &before);

    if (e && e != E_NOT_FOUND)
        return e;
    row->anew = !str_eq(before.issuer, in->issuer) || !str_eq(before.client_id, in->client_id);
    row->secret = row->anew ? STR_NONE : before.secret_sealed;
    e = in->client_secret.n ? oidc_seal(rq->a, rq->who.tenant, "oidc", rq->who.tenant, in->client_secret, &row->secret) : NULL;
    if (!e)
        e = q_oidc_domains(rq->db, (struct oidc_domains_in){row->domains}, &domains);
    if (!e && domains.taken.n)
        return req_field(rq, "domains", "%.*s is another tenant's: who runs this service can tell why.",
                         STR_ARG(domains.taken));
    if (!e)
        e = q_oidc_put(rq->db, *row, &n);
    return e ? e : n ? NULL : E_STALE;
}

const struct err *oidc_change(struct req *rq)
{
    const struct change_fields *in = rq->in;
    struct oidc_put_in row = {
        .active = in->active, .name = str_trim(in->name), .issuer = in->issuer, .client_id = in->client_id,
        .default_role = in->default_role, .group_claim = in->group_claim.p ? str_trim(in->group_claim) : STR(""),
        .group_roles = in->group_roles.p ? in->group_roles : STR("[]"), .make_members = in->make_members,
        .only_way = in->only_way, .by_owner = rq->who.kind == PERSON && str_is(rq->who.role, "owner")};
    const struct err *e = req_if_match(rq, &row.version);

    if (e)
        return e;
    check_texts(rq, in);
    e = check_domains(rq, in->domains, &row.domains);
    if (!e)
        e = check_role(rq, "default_role", in->default_role);
    if (!e)
        e = check_groups(rq, row.group_roles);
    if (e || rq->n_faults)
        return e ? e : E_BAD_INPUT;
    row.vouched = vouched(rq);
    e = put(rq, in, &row);
    if (!e)
        e = add_check(rq);
    if (!e)
        e = clock_of(rq, in->active);
    return e ? e : oidc_show(rq);
}

const struct err *oidc_test(struct req *rq)
{
    struct oidc_get_out row;
    const struct err *e = q_oidc_get(rq->db, &row);

    if (e)
        return e == E_NOT_FOUND ? err_why(rq->a, E_CONFLICT, "Save the settings first.") : e;
    e = add_check(rq);
    return e ? e : req_none(rq);
}
