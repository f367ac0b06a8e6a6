/* `ringsight admin`: making super admins, tenants, people, agents, integrations and API keys. Each
 * command prints one JSON object on standard output, or a sentence on standard error. It connects
 * as the owner's role, which row security does not bind: no long-running role may do that. */
#include "admin.h"

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"
#include "intake/integrations/integrations.h"
#include "net/objects_move.h"
#include "net/services.h"
#include "people/agents/agents.h"
#include "people/apikeys/apikeys.h"
#include "platform/tenancy/tenancy.h"
#include "roles.h"

#define STATEMENT_MS 30000

static const struct err *end(struct db *db, const struct err *e)
{
    if (!e)
        return db_commit(db);
    db_rollback(db);
    return e;
}

static void put(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_id(struct jw *w, const char *key, struct uuid id)
{
    jw_key(w, key);
    jw_uuid(w, id);
}

static void put_count(struct jw *w, const char *key, uint64_t n)
{
    jw_key(w, key);
    jw_int(w, (int64_t)n);
}

static void put_account(struct jw *w, const struct new_person *p)
{
    put(w, "account", uuid_is_zero(p->account) ? STR("new") : STR("existing"));
}

/* Who is meant: an account there is already, or a new one and its password. */
static const struct err *person(struct admin *ad, struct str email, struct str name,
                                const char *kind, struct new_person *ret)
{
    const struct err *e;

    *ret = (struct new_person){.email = str_lower(ad->a, str_trim(email)), .name = name};
    e = tenancy_account(ad->db, email, kind, &ret->account);
    if (e || !uuid_is_zero(ret->account))
        return e;
    if (!str_trim(name).n)
        return err_why(ad->a, E_BAD_INPUT, "Give --name: there is no account %.*s yet.",
                       STR_ARG(ret->email));
    return admin_password(ad, ret->email, &ret->password);
}

static const struct err *super_admin(struct admin *ad, struct jw *out)
{
    struct str name = ad->opt[OPT_NAME].n ? ad->opt[OPT_NAME] : STR("Super admin");
    struct new_person p;
    struct uuid account;
    const struct err *e = person(ad, ad->opt[OPT_EMAIL], name, "super", &p);

    if (!e && !uuid_is_zero(p.account))
        e = err_why(ad->a, E_CONFLICT, "There is a super admin %.*s already.", STR_ARG(p.email));
    if (!e)
        e = tenancy_super_admin(ad->db, &p, &account);
    if (e)
        return e;
    put_id(out, "account_id", account);
    put(out, "email", p.email);
    return NULL;
}

static const struct err *tenant(struct admin *ad, struct jw *out)
{
    struct new_tenant t = {.slug = ad->opt[OPT_SLUG], .name = ad->opt[OPT_NAME],
                           .zone = ad->opt[OPT_ZONE], .templates_dir = ad->s->templates_dir};
    struct uuid id;
    const struct err *e = person(ad, ad->opt[OPT_OWNER_EMAIL], ad->opt[OPT_OWNER_NAME], "person",
                                 &t.owner);

    if (!e)
        e = tenancy_create(ad->db, &t, &id);
    if (e)
        return e;
    put_id(out, "tenant_id", id);
    put(out, "slug", t.slug);
    put(out, "owner_email", t.owner.email);
    put_account(out, &t.owner);
    return NULL;
}

static const struct err *user(struct admin *ad, struct jw *out)
{
    struct tenant_facts t;
    struct new_person p;
    struct uuid account;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (!e)
        e = person(ad, ad->opt[OPT_EMAIL], ad->opt[OPT_NAME], "person", &p);
    if (!e)
        e = tenancy_user(ad->db, t.id, &p, ad->opt[OPT_ROLE], &account);
    if (e)
        return e;
    put_id(out, "account_id", account);
    put(out, "email", p.email);
    put(out, "role", ad->opt[OPT_ROLE]);
    put_account(out, &p);
    return NULL;
}

static const struct err *agent(struct admin *ad, struct jw *out)
{
    struct agent_fields in = {ad->opt[OPT_NAME], ad->opt[OPT_EXTENSION], ad->opt[OPT_EMAIL]};
    struct tenant_facts t;
    struct uuid id;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (e)
        return e;
    db_begin(ad->db, t.id);
    e = end(ad->db, agent_create(ad->db, &in, &id));
    if (e)
        return e;
    put_id(out, "id", id);
    put(out, "extension", str_trim(in.extension));
    return NULL;
}

/* What the sender proves itself with, if the settings say so. */
static struct str hook_secret(const struct json *settings)
{
    struct str secret = json_text(settings, "secret");

    return secret.p ? secret : json_text(settings, "hook_password");
}

static const struct err *integration(struct admin *ad, struct jw *out)
{
    struct str text = STR("{}"), provider = ad->opt[OPT_PROVIDER];
    struct str name = str_trim(ad->opt[OPT_NAME]);
    struct setting_faults faults = {0};
    struct new_integration made;
    const struct json *settings;
    struct tenant_facts t;
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (!e && !provider_find(provider))
        e = err_why(ad->a, E_BAD_INPUT, "There is no provider \"%.*s\".", STR_ARG(provider));
    if (!e && ad->opt[OPT_SETTINGS_STDIN].p)
        e = admin_stdin(ad, &text);
    if (!e && (json_parse(ad->a, text, &settings) || json_kind(settings) != J_OBJECT))
        e = err_why(ad->a, E_BAD_INPUT, "The settings must be one JSON object: %.*s",
                    STR_ARG(arena_why(ad->a)));
    if (e)
        return e;
    db_begin(ad->db, t.id);
    e = end(ad->db, integration_create(ad->db, t.id, provider, name,
                                       ad->opt[OPT_ZONE].n ? ad->opt[OPT_ZONE] : t.zone, settings,
                                       &faults, &made));
    if (e)
        return e;
    put_id(out, "id", made.id);
    put(out, "hook_url", integration_hook_url(ad->a, ad->s->public_url, provider, made.token));
    put(out, "hook_secret", hook_secret(settings));
    return NULL;
}

static const struct err *api_key(struct admin *ad, struct jw *out)
{
    struct tenant_facts t;
    struct role_facts role;
    struct new_api_key made;
    struct api_key_wish wish = {.name = ad->opt[OPT_NAME], .expires_at = TIME_NONE};
    const struct err *e = tenancy_find(ad->db, ad->opt[OPT_TENANT], &t);

    if (e)
        return e;
    db_begin(ad->db, t.id);
    e = role_find(ad->db, ad->opt[OPT_ROLE], &role);
    if (!e)
        e = api_key_create(ad->db, &wish, &role, &made);
    e = end(ad->db, e);
    if (e)
        return e;
    put_id(out, "id", made.id);
    put(out, "key", made.key);
    return NULL;
}

static const struct err *unlock(struct admin *ad, struct jw *out)
{
    put(out, "email", ad->opt[OPT_EMAIL]);
    return tenancy_unlock(ad->db, ad->opt[OPT_EMAIL]);
}

static const struct err *remove_factor(struct admin *ad, struct jw *out)
{
    put(out, "email", ad->opt[OPT_EMAIL]);
    return tenancy_remove_factor(ad->db, ad->opt[OPT_EMAIL]);
}

/* ---- the object store ---- */

#define TELL_EVERY (5 * TIME_S)

static void tell_move(void *told_at, const struct objects_moved *n, struct str why)
{
    int64_t *at = told_at;

    if (why.n)
        fprintf(stderr, "%.*s\n", STR_ARG(why));
    if (time_mono() - *at < TELL_EVERY)
        return;
    *at = time_mono();
    fprintf(stderr, "%llu moved, %llu were there, %llu failed, %llu MB\n",
            (unsigned long long)n->moved, (unsigned long long)n->there,
            (unsigned long long)n->failed, (unsigned long long)(n->bytes >> 20));
}

static const struct err *move_objects(struct admin *ad, struct jw *out)
{
    int64_t told_at = time_mono();
    struct objects_moving how = {tell_move, &told_at};
    struct objects_moved n = {0};
    const struct err *e;

    if (!str_is(ad->opt[OPT_TO], "s3") && !str_is(ad->opt[OPT_TO], "local"))
        return err_why(ad->a, E_BAD_INPUT, "Give --to s3 or --to local.");
    e = objects_move(services()->objects, ad->a, str_is(ad->opt[OPT_TO], "s3"), &how, &n);
    if (e)
        return e;
    put_count(out, "moved", n.moved);
    put_count(out, "were_there", n.there);
    put_count(out, "deleted_meanwhile", n.gone);
    put_count(out, "failed", n.failed);
    put_count(out, "bytes", n.bytes);
    return n.failed ? err_why(ad->a, E_UPSTREAM,
                              "%llu moved, %llu could not be moved and are where they were: see above, "
                              "then run it again.", (unsigned long long)(n.moved + n.there),
                              (unsigned long long)n.failed) : NULL;
}

static const struct err *rotate_master(struct admin *ad, struct jw *out)
{
    struct keys_rotated n;
    int64_t began = time_mono();
    const struct err *e = keys_rotate(services()->keys, ad->a, &n);

    if (e)
        return e;
    put_count(out, "wrapped", n.wrapped);
    put_count(out, "were_wrapped", n.were);
    put_count(out, "milliseconds", (uint64_t)((time_mono() - began) / (TIME_S / 1000)));
    return NULL;
}

static const struct admin_command commands[] = {
    {"super-admin", "Make somebody who runs the service", OPT(EMAIL),
     OPT(NAME) | OPT(PASSWORD_STDIN), false, true, super_admin},
    {"tenant", "Make a tenant and its owner",
     OPT(SLUG) | OPT(NAME) | OPT(ZONE) | OPT(OWNER_EMAIL) | OPT(OWNER_NAME), OPT(PASSWORD_STDIN),
     true, true, tenant},
    {"user", "Add a person to a tenant", OPT(TENANT) | OPT(EMAIL) | OPT(NAME) | OPT(ROLE),
     OPT(PASSWORD_STDIN), false, true, user},
    {"agent", "Add an agent; --email says which member it is",
     OPT(TENANT) | OPT(NAME) | OPT(EXTENSION), OPT(EMAIL), false, true, agent},
    {"integration", "Connect a phone system; its settings as JSON on standard input",
     OPT(TENANT) | OPT(PROVIDER) | OPT(NAME), OPT(ZONE) | OPT(SETTINGS_STDIN), true, true, integration},
    {"api-key", "Make an API key; it is shown this once", OPT(TENANT) | OPT(NAME) | OPT(ROLE), 0,
     false, true, api_key},
    {"unlock", "Forget the wrong passwords of an account, so that its owner need not wait to sign in",
     OPT(EMAIL), 0, false, true, unlock},
    {"remove-factor", "Remove the second factor of somebody who has lost it and every recovery code, and end his sessions",
     OPT(EMAIL), 0, false, true, remove_factor},
    {"move-objects", "Move all recordings to the place where new ones go; may be stopped and repeated",
     OPT(TO), 0, true, true, move_objects},
    {"erase-tenant", "Delete a tenant that has left: all rows, recordings and its key, for good; prints the certificate",
     OPT(TENANT) | OPT(CONFIRM), 0, true, true, admin_erase_tenant},
    {"rotate-master", "Make a new master key and wrap every tenant's key by it, while all runs; then back up the key "
     "folder anew", 0, 0, true, true, rotate_master},
    {"replay", "Derive stored scores anew from what they pin and say which differ",
     OPT(TENANT), OPT(CALL) | OPT(SINCE) | OPT(UNTIL), false, false, admin_replay},
    {"rerun", "Judge a call, or the newest, several times by the tenant's first engine and say what changes; stores no "
     "score. What it would cost is said first, and --yes asked for; --offline takes the offline engine",
     OPT(TENANT), OPT(CALL) | OPT(SCORECARD) | OPT(TIMES) | OPT(CALLS) | OPT(YES) | OPT(OFFLINE), false, false,
     admin_rerun},
    {"verify-audit", "Read a tenant's audit log again, or that of the service, and say whether every entry stands as "
     "it was written", 0, OPT(TENANT), false, false, admin_verify_audit},
    {"mail-test", "Send one mail by the settings smtp_*, and say what the mail server answers", OPT(EMAIL), 0, false,
     false, admin_mail_test},
    {0},
};

static int help(struct arena *a, int code)
{
    FILE *to = code ? stderr : stdout;

    fprintf(to, "usage: ringsight admin COMMAND [options]\n");
    for (const struct admin_command *c = commands; c->name; c++)
        fprintf(to, "  %s %.*s\n      %s.\n", c->name, STR_ARG(admin_usage(a, c)), c->doc);
    fprintf(to, "Each prints one JSON object. Without --password-stdin the password is asked for.\n"
                "An account that is there already keeps its password.\n");
    return code;
}

static const struct err *run(struct admin *ad, const struct admin_command *c, struct jw *out)
{
    const struct err *e = NULL;

    if (!*ad->s->owner_database_url)
        return err_why(ad->a, E_BAD_INPUT, "Give RINGSIGHT_OWNER_DATABASE_URL: this command "
                       "connects as ringsight_migrator.");
    if (c->keys)
        e = admin_user_check(ad->a, ad->s);
    if (!e && c->keys)
        e = services_open(ad->a, ad->s);
    if (!e)
        e = db_open(ad->a, ad->s->owner_database_url, STATEMENT_MS, &ad->db);
    if (e)
        return e;
    db_use_arena(ad->db, ad->a);
    jw_open(out, '{');
    e = c->run(ad, out);
    if (!e && c->told)
        e = admin_tell(ad, c->name);
    jw_close(out, '}');
    db_close(ad->db);
    return e;
}

static int fail(struct arena *a, const struct err *e)
{
    struct str why = arena_why(a);

    fprintf(stderr, "%.*s\n", STR_ARG(why.n ? why : str_of(e->title)));
    return 1;
}

int role_admin(struct arena *a, struct settings *s, int argc, char **argv)
{
    struct admin ad = {.a = a, .s = s};
    const struct admin_command *c = commands;
    struct jw out = jw_new(a);
    const struct err *e;

    log_set_level(LOG_ERROR); /* standard error is for people here */
    if (argc < 1)
        return help(a, 2);
    if (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0)
        return help(a, 0);
    while (c->name && strcmp(c->name, argv[0]) != 0)
        c++;
    if (!c->name) {
        fprintf(stderr, "There is no command \"%s\": see `ringsight admin help`.\n", argv[0]);
        return 1;
    }
    e = admin_parse(&ad, c, argc - 1, argv + 1);
    if (!e)
        e = run(&ad, c, &out);
    if (e)
        return fail(a, e);
    printf("%.*s\n", STR_ARG(jw_done(&out)));
    return 0;
}
