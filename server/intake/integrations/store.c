/* Creating integrations and reading their settings. Knows no HTTP. */
#include "core/crypto.h"
#include "core/zone.h"
#include "intake/directory/directory.h"
#include "intake/integrations/integrations.h"
#include "intake/integrations/queries.h"
#include "intake/integrations/store.h"
#include "jobs/schedule.h"
#include "net/http_out.h"
#include "net/services.h"

struct str integration_hook_url(struct arena *a, const char *public_url, struct str provider,
                                struct str token)
{
    return str_fmt(a, "%s/hooks/%.*s/%.*s", public_url, STR_ARG(provider), STR_ARG(token));
}

/* Binds a sealed value to its place. */
static struct str about(struct arena *a, struct uuid tenant, struct uuid integration)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|integration|secrets|%s", uuid_text(tenant, t).p,
                   uuid_text(integration, i).p);
}

static void fault(struct arena *a, struct setting_faults *f, const char *name, const char *why)
{
    if (f->n < sizeof f->v / sizeof *f->v)
        f->v[f->n++] = (struct setting_fault){str_dup(a, str_of(name)), str_of(why)};
}

static const struct provider_setting *find(const struct provider *p, struct str name)
{
    for (const struct provider_setting *s = p->settings; s && s->name; s++)
        if (str_is(name, s->name))
            return s;
    return NULL;
}

static bool one_of(const char *choices, struct str s)
{
    struct str rest = str_of(choices), part;

    while (str_split(&rest, '|', &part))
        if (str_eq(part, s))
            return true;
    return false;
}

static void check_value(struct arena *a, const struct provider_setting *s, struct str v,
                        struct setting_faults *f)
{
    if (v.n > 2000)
        fault(a, f, s->name, "At most 2000 characters.");
    else if (s->kind == SETTING_CHOICE && !one_of(s->choices, v))
        fault(a, f, s->name, str_fmt(a, "One of: %s.", s->choices).p);
    else if (s->kind == SETTING_ZONE && !zone_known(v))
        fault(a, f, s->name, "Give a time zone like Europe/London.");
    else if (s->kind == SETTING_URL && http_url_check(a, v, true, NULL))
        fault(a, f, s->name, str_c(a, arena_why(a)));
}

const struct err *store_check(struct arena *a, const struct provider *p, const struct json *settings,
                              const struct json *kept, struct setting_faults *f)
{
    const struct json *value;
    const char *name = "";
    struct str key;
    void *it = NULL;

    if (json_kind(settings) != J_OBJECT)
        fault(a, f, "settings", "Give an object.");
    while (json_next(settings, &it, &key, &value)) {
        const struct provider_setting *s = find(p, key);
        if (!s)
            fault(a, f, str_c(a, str_sub(key, 0, 60)), "There is no such setting.");
        else if (json_kind(value) == J_TEXT)
            check_value(a, s, json_str(value), f);
        else if (json_kind(value) != J_NULL)
            fault(a, f, s->name, "Give a text.");
    }
    for (const struct provider_setting *s = p->settings; s && s->name; s++)
        if (s->required && !json_text(settings, s->name).n && !json_text(kept, s->name).n)
            fault(a, f, s->name, "This is needed.");
    if (!f->n && p->check && p->check(a, settings, &name))
        fault(a, f, name, str_c(a, arena_why(a)));
    return f->n ? err_why(a, E_BAD_INPUT, "%.*s: %.*s", STR_ARG(f->v[0].name), STR_ARG(f->v[0].why))
                : NULL;
}

void store_split(struct arena *a, const struct provider *p, const struct json *settings,
                 const struct json *kept, struct str *ret_plain, struct str *ret_secret)
{
    struct jw plain = jw_new(a), secret = jw_new(a);
    bool any = false;

    jw_open(&plain, '{');
    jw_open(&secret, '{');
    for (const struct provider_setting *s = p->settings; s && s->name; s++) {
        const struct json *given = json_get(settings, s->name);
        struct str v = json_str(given);
        struct jw *w = s->kind == SETTING_SECRET ? &secret : &plain;
        if (!given)
            v = json_text(kept, s->name);
        if (!v.n)
            continue;
        any = any || s->kind == SETTING_SECRET;
        jw_key(w, s->name);
        jw_text(w, v);
    }
    if (p->map && json_get(kept, "map")) { /* saved by itself (intake/setup) */
        jw_key(&plain, "map");
        jw_raw(&plain, json_canonical(a, json_get(kept, "map")));
    }
    jw_close(&plain, '}');
    jw_close(&secret, '}');
    *ret_plain = jw_done(&plain);
    *ret_secret = any ? jw_done(&secret) : STR_NONE;
}

const struct err *store_seal(struct arena *a, struct uuid tenant, struct uuid integration,
                             struct str secret, struct str *ret_sealed)
{
    struct key k;
    const struct err *e;

    *ret_sealed = STR_NONE;
    if (!secret.p)
        return NULL;
    e = keys_load(services()->keys, a, tenant, &k);
    if (e)
        return e;
    *ret_sealed = crypto_seal(a, &k, about(a, tenant, integration), secret);
    crypto_wipe(&k, sizeof k);
    return NULL;
}

void store_token(struct arena *a, struct str *ret_token, struct hash *ret_hash, struct str *ret_tail)
{
    *ret_token = crypto_token(a, 32);
    *ret_hash = crypto_sha256(*ret_token);
    *ret_tail = str_sub(*ret_token, ret_token->n - 4, 4);
}

static void changed(void *unused)
{
    (void)unused;
    directory_changed();
}

void store_changed(struct db *db)
{
    (void)db_after_commit(db, changed, NULL); /* too many in one: the list is looked at anyway */
}

/* Between two and five in the night of the tenant's zone, each at a minute of its own. */
const struct err *store_nightly(struct db *db, const struct provider *p, struct uuid integration)
{
    struct arena *a = db_arena(db);
    char id[UUID_TEXT];

    if (!p->poll)
        return NULL;
    uuid_text(integration, id);
    return schedule_put(db, &(struct schedule){
        .name = str_fmt(a, "integrations.nightly:%s", id), .kind = STR("integrations.nightly"),
        .cron = str_fmt(a, "%d %d * * *", integration.b[15] % 60, 2 + integration.b[14] % 3),
        .args = str_fmt(a, "{\"integration\":\"%s\"}", id)});
}

/* The zone of the settings form wins over the one given beside it. */
static struct str zone_of(const struct json *settings, struct str zone)
{
    struct str own = json_text(settings, "zone");

    return own.n ? own : zone.n ? zone : STR("UTC");
}

static const struct err *add(struct db *db, struct integration_add_in row)
{
    return q_integration_add(db, row, NULL);
}

const struct err *integration_create(struct db *db, struct uuid tenant, struct str provider,
                                     struct str name, struct str zone, const struct json *settings,
                                     struct setting_faults *faults, struct new_integration *ret)
{
    struct arena *a = db_arena(db);
    const struct provider *p = provider_find(provider);
    struct integration_add_in row = {.id = uuid_new(), .provider = provider, .name = name};
    struct str plain, secret;
    struct hash hash;
    const struct err *e;

    row.zone = zone_of(settings, zone);
    row.settings = STR("{}");
    if (!zone_known(row.zone))
        return err_why(a, E_BAD_INPUT, "zone: give a time zone like Europe/London.");
    *ret = (struct new_integration){.id = row.id};
    if (str_is(provider, "upload"))
        return add(db, row);
    if (!p)
        return err_why(a, E_BAD_INPUT, "provider: there is none called so.");
    e = store_check(a, p, settings, NULL, faults);
    if (e)
        return e;
    store_split(a, p, settings, NULL, &plain, &secret);
    row.settings = plain;
    e = store_seal(a, tenant, row.id, secret, &row.secrets);
    if (e)
        return e;
    store_token(a, &ret->token, &hash, &row.token_tail);
    row.token_hash = str_n(hash.b, sizeof hash.b);
    e = add(db, row);
    store_changed(db);
    return e ? e : store_nightly(db, p, row.id);
}

const struct err *integration_attention(struct db *db, struct uuid integration, int64_t version,
                                        struct str reason)
{
    return q_integration_attention(
        db, (struct integration_attention_in){integration, version, reason}, NULL);
}

const struct err *integration_of_uploads(struct db *db, struct uuid tenant, struct str zone,
                                         struct uuid *ret)
{
    struct integration_by_provider_out row;
    struct setting_faults faults = {0};
    struct new_integration made;
    const struct err *e = q_integration_upload_lock(db, NULL);

    if (!e)
        e = q_integration_by_provider(db, (struct integration_by_provider_in){STR("upload")}, &row);
    if (!e)
        *ret = row.id;
    if (e != E_NOT_FOUND)
        return e;
    e = integration_create(db, tenant, STR("upload"), STR("Uploads"), zone, NULL, &faults, &made);
    if (!e)
        *ret = made.id;
    return e;
}

static void copy_members(struct jw *w, struct arena *a, const struct json *from)
{
    const struct json *value;
    struct str key;
    void *it = NULL;

    while (json_next(from, &it, &key, &value)) {
        jw_key_str(w, key);
        jw_raw(w, json_canonical(a, value));
    }
}

static const struct err *open_secrets(struct arena *a, struct uuid tenant, struct uuid integration,
                                      struct str sealed, const struct json **ret)
{
    struct str text;
    struct key k;
    const struct err *e = keys_load(services()->keys, a, tenant, &k);

    if (!e)
        e = crypto_open(a, &k, about(a, tenant, integration), sealed, &text);
    crypto_wipe(&k, sizeof k);
    return e ? e : json_parse(a, text, ret);
}

const struct err *integration_settings(struct arena *a, struct uuid tenant, struct uuid integration,
                                       struct str settings, struct str sealed, struct str zone,
                                       const struct json **ret)
{
    const struct json *plain, *secrets = NULL;
    struct jw w = jw_new(a);
    const struct err *e = json_parse(a, settings, &plain);

    if (!e && sealed.p)
        e = open_secrets(a, tenant, integration, sealed, &secrets);
    if (e)
        return e;
    jw_open(&w, '{');
    copy_members(&w, a, plain);
    copy_members(&w, a, secrets);
    if (!json_get(plain, "zone")) {
        jw_key(&w, "zone");
        jw_text(&w, zone);
    }
    jw_close(&w, '}');
    return json_parse(a, jw_done(&w), ret);
}
