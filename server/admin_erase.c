/* `ringsight admin erase-tenant`: a tenant that has left, with all rows, objects, hints and its data key, so
 * that what is sealed in old backups cannot be opened any more. Prints what there was: the certificate. May be
 * killed and run again: it goes on. Other tenants work meanwhile, so it rests as long as it works. */
#include <stdio.h>
#include <unistd.h>

#include "admin.h"
#include "net/redis.h"
#include "net/services.h"
#include "platform/tenancy/tenancy.h"

#define AT_ONCE 500 /* rows of a table at a time; with a call goes all that hangs on it */
#define TELL_EVERY (5 * TIME_S)

struct erasing {
    struct admin *ad;
    struct uuid tenant;
    const struct err *e;
    uint64_t objects, hints;
};

static void each_object(void *ctx, struct str key)
{
    struct erasing *x = ctx;

    if (x->e)
        return;
    x->e = objects_delete(services()->objects, x->ad->a, x->tenant, key);
    x->objects += !x->e;
}

/* Rows, in small steps; the time that a step took is left to the others. */
static const struct err *rows(struct erasing *x)
{
    int64_t told = time_mono(), began;
    struct tenancy_erased step;
    uint64_t gone = 0;
    const struct err *e;

    do {
        began = time_mono();
        e = tenancy_erase_step(x->ad->db, x->tenant, AT_ONCE, &step);
        gone += (uint64_t)(e ? 0 : step.gone);
        if (time_mono() - told > TELL_EVERY) {
            told = time_mono();
            fprintf(stderr, "%llu rows gone\n", (unsigned long long)gone);
        }
        if (!e && step.left_in.n && !step.gone)
            return err_why(x->ad->a, E_CONFLICT, "Rows of the table %.*s cannot be deleted. Nothing else is missing; "
                           "please report this.", STR_ARG(step.left_in));
        if (!e && step.left_in.n)
            usleep((useconds_t)((time_mono() - began) / (TIME_S / 1000000)));
    } while (!e && step.left_in.n);
    return e;
}

/* What Redis holds can be made again and names the tenant by id only; away, it forgets by itself. */
static void hints(struct erasing *x)
{
    struct arena *a = x->ad->a;
    struct redis_config config;
    struct redis_reply reply;
    struct str cursor = STR("0");
    char id[UUID_TEXT];
    struct redis *r;

    if (!*x->ad->s->redis_url || redis_config_parse(a, str_of(x->ad->s->redis_url), &config))
        return;
    r = redis_new(a, &config);
    do {
        if (REDIS_CMD(r, a, &reply, STR("SCAN"), cursor, STR("MATCH"),
                      str_fmt(a, "*%.*s*", STR_ARG(uuid_text(x->tenant, id))), STR("COUNT"), STR("1000")) ||
            reply.kind != REDIS_LIST || reply.n != 2)
            return;
        cursor = reply.list[0].s;
        for (size_t i = 0; i < reply.list[1].n; i++)
            x->hints += !REDIS_CMD(r, a, NULL, STR("DEL"), reply.list[1].list[i].s);
    } while (!str_is(cursor, "0"));
}

const struct err *admin_erase_tenant(struct admin *ad, struct jw *out)
{
    struct erasing x = {.ad = ad};
    struct tenancy_certificate c = {0};
    const struct err *e = NULL;

    if (!str_eq(ad->opt[OPT_CONFIRM], ad->opt[OPT_TENANT]))
        return err_why(ad->a, E_BAD_INPUT, "Give the tenant's short name once more as --confirm: nothing brings it back.");
    e = tenancy_close(ad->db, ad->opt[OPT_TENANT], &x.tenant);
    if (!e) /* first, so that whatever stops us leaves nothing that can be read */
        e = keys_destroy(services()->keys, ad->a, x.tenant);
    if (!e)
        e = rows(&x);
    if (!e)
        e = objects_each(services()->objects, ad->a, x.tenant, time_now() + TIME_S, each_object, &x);
    if (!e)
        e = x.e;
    if (!e)
        e = tenancy_erase_end(ad->db, x.tenant, &c);
    if (e)
        return e;
    hints(&x);
    jw_key(out, "tenant_id");
    jw_uuid(out, x.tenant);
    jw_key(out, "slug");
    jw_text(out, ad->opt[OPT_TENANT]);
    jw_key(out, "began_at");
    jw_time(out, c.began_at);
    jw_key(out, "erased_at");
    jw_time(out, c.done_at);
    jw_key(out, "rows");
    jw_raw(out, c.counts);
    jw_key(out, "objects");
    jw_int(out, (int64_t)x.objects);
    jw_key(out, "accounts");
    jw_int(out, c.accounts);
    jw_key(out, "key_destroyed");
    jw_bool(out, true);
    return NULL;
}
