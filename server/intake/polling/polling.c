/* Starting a run of polls. Called by this folder's routes and the nightly job. Knows no HTTP and
 * asks nobody: that is jobs.c. */
#include "intake/polling/polling.h"

#include "core/time.h"
#include "intake/polling/queries.h"
#include "providers/provider.h"

#define FIRST_S (2 * 86400)  /* how far back the first nightly look goes */
#define MOST_S (31 * 86400)  /* and any, after a long silence */
#define OVERLAP_S 3600       /* clocks differ, and hours repeat when summer time ends */
#define FRESH_S 900          /* what has just ended may still be on its way */

static const char *const modes[] = {"count", "backfill", "nightly"};

static const struct err *check_settings(struct arena *a, const struct provider *p,
                                        struct str settings)
{
    const struct json *values;
    const struct err *e = json_parse(a, settings, &values);

    for (const struct provider_setting *s = p->settings; !e && s->name; s++)
        if (str_is(str_of(p->poll_needs), s->name) && !json_text(values, s->name).n)
            return err_why(a, E_IN_USE, "To ask for calls, fill in \"%s\" in the settings first.",
                           s->label);
    return e;
}

static const struct err *check_target(struct db *db, struct uuid integration, struct str *ret_slug)
{
    struct poll_target_out row;
    const struct provider *p;
    const struct err *e = q_poll_target(db, (struct poll_target_in){integration}, &row);

    if (e)
        return e;
    *ret_slug = row.provider;
    p = provider_find(row.provider);
    if (!p || !p->poll)
        return err_why(db_arena(db), E_IN_USE,
                       "This phone system keeps no call list that can be asked for.");
    if (str_is(row.state, "attention"))
        return err_why(db_arena(db), E_IN_USE,
                       "The phone system refuses our credentials: correct the settings first.");
    return check_settings(db_arena(db), p, row.settings);
}

const struct err *polling_add_page(struct db *db, struct str provider, struct uuid integration,
                                   struct uuid run)
{
    struct arena *a = db_arena(db);
    char id[UUID_TEXT], text[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "integrations.poll", .object = integration,
        .args = str_fmt(a, "{\"run\":\"%s\"}", uuid_text(run, text).p),
        .gate = str_fmt(a, "%.*s:%s", STR_ARG(provider), uuid_text(integration, id).p)});
}

const struct err *polling_start(struct db *db, struct uuid integration, enum poll_mode mode,
                                int64_t from, int64_t to, struct uuid *ret_run)
{
    struct str provider = STR("");
    int64_t added = 0;
    const struct err *e = check_target(db, integration, &provider);

    if (e)
        return e;
    *ret_run = uuid_new();
    e = q_poll_run_add(db, (struct poll_run_add_in){*ret_run, integration, str_of(modes[mode]),
                                                    from, to}, &added);
    if (!e && !added)
        e = err_why(db_arena(db), E_IN_USE,
                    "The phone system is being asked already: wait for the end or stop it.");
    return e ? e : polling_add_page(db, provider, integration, *ret_run);
}

const struct err *polling_nightly(struct db *db, struct uuid integration)
{
    int64_t now = time_now(), from;
    struct poll_watermark_out row;
    struct uuid run;
    const struct err *e = q_poll_watermark(db, (struct poll_watermark_in){integration}, &row);

    if (e)
        return e;
    from = row.until == TIME_NONE ? now - FIRST_S * TIME_S : row.until;
    if (from < now - MOST_S * TIME_S)
        from = now - MOST_S * TIME_S;
    return polling_start(db, integration, POLL_NIGHTLY, from - OVERLAP_S * TIME_S,
                         now - FRESH_S * TIME_S, &run);
}
