/* Starting trials and noticing their deliveries. Called by this folder's routes and by the inbox.
 * Asks nobody: that is jobs.c. */
#include "intake/trials/trials.h"

#include "core/settings.h"
#include "intake/calls/calls.h"
#include "intake/trials/queries.h"
#include "live/live.h"
#include "net/services.h"
#include "providers/provider.h"

const struct err *trials_took(struct db *db, const struct trial_delivery *d, bool *ret_trial)
{
    struct hook h = {.headers = d->headers};
    struct trial_delivered_out row;
    struct uuid trial;
    const struct err *e;

    *ret_trial = false;
    if (!uuid_parse(hook_header(&h, SAMPLE_HEADER), &trial))
        return NULL;
    e = q_trial_delivered(db, (struct trial_delivered_in){
        trial, d->integration, d->id, d->n ? d->calls[0] : (struct uuid){{0}}}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* somebody else's header */
    *ret_trial = true;
    if (d->n)
        e = calls_mark_trial(db, d->calls, d->n);
    return e ? e : live_note(db, "integration.updated", d->integration, (struct uuid){{0}});
}

struct start_fields {
    struct str kind, hook_url;
};

static const struct field start_in[] = {
    {"kind", FIELD_TEXT, offsetof(struct start_fields, kind), REQUIRED, .choices = "connection|hook",
     .doc = "connection: can we reach it, sign in, list calls, read a recording; hook: a sample "
            "delivery through the address"},
    {"hook_url", FIELD_TEXT, offsetof(struct start_fields, hook_url), OPTIONAL | SECRET, .max = 500,
     .doc = "For hook: the whole address as it was shown"},
    {0},
};

/* Ours, and of this provider: anything else is no address of a hook. */
static const struct err *check_url(struct req *rq, struct str url, struct str provider)
{
    struct str start = str_fmt(rq->a, "%s/hooks/%.*s/", http_config.settings->public_url,
                               STR_ARG(provider));

    if (!url.n)
        return req_field(rq, "hook_url", "Give the address as it was shown once; if it is lost, make "
                                         "a new one.");
    if (!str_starts(url, start) || url.n == start.n || str_find(url, STR("/"), start.n) >= 0 ||
        str_find(url, STR("?"), 0) >= 0)
        return req_field(rq, "hook_url", "The address begins with %.*s and goes on with its secret "
                                         "part.", STR_ARG(start));
    return NULL;
}

static const struct err *seal(struct req *rq, struct uuid trial, struct str url, struct str *ret)
{
    char t[UUID_TEXT], i[UUID_TEXT];
    struct key k;
    const struct err *e = keys_load(services()->keys, rq->a, rq->who.tenant, &k);

    if (!e)
        *ret = crypto_seal(rq->a, &k, str_fmt(rq->a, "%s|trial|sealed|%s",
                                              uuid_text(rq->who.tenant, t).p,
                                              uuid_text(trial, i).p), url);
    crypto_wipe(&k, sizeof k);
    return e;
}

static const struct err *start(struct req *rq)
{
    const struct start_fields *in = rq->in;
    struct trial_add_in row = {.id = uuid_new(), .integration = rq->param_id[0], .kind = in->kind};
    struct trial_target_out target;
    int64_t added = 0;
    char text[UUID_TEXT];
    const struct err *e = q_trial_target(rq->db, (struct trial_target_in){rq->param_id[0]}, &target);

    if (e)
        return e;
    if (!provider_find(target.provider))
        return err_why(rq->a, E_IN_USE, "There is nothing to try: files are uploaded here.");
    if (str_is(in->kind, "hook")) {
        e = check_url(rq, in->hook_url, target.provider);
        if (!e)
            e = seal(rq, row.id, in->hook_url, &row.sealed);
    }
    if (!e)
        e = q_trial_add(rq->db, row, &added);
    if (!e && !added)
        e = err_why(rq->a, E_IN_USE, "A trial is under way already: wait for its end.");
    if (!e)
        e = job_add(rq->db, &(struct job_new){
            .kind = "integrations.trial", .object = row.integration,
            .args = str_fmt(rq->a, "{\"trial\":\"%s\",\"step\":0}", uuid_text(row.id, text).p)});
    return e ? e : req_created(rq, row.id);
}

static const struct field list_in[] = {
    {"integration", FIELD_UUID, .doc = "Of this phone system alone"},
    {0},
};

static const struct route routes[] = {
    {GET, "/trials", INTEGRATIONS_READ, list_in, .sql = SQL_TRIALS_LIST,
     .doc = "Trials of connections and addresses with their steps, newest first"},
    {POST, "/integrations/{integration}/trials", INTEGRATIONS_WRITE, start_in, .run = start,
     .out = "created", .creates = CREATES, .limit = LIMIT_COSTLY,
     .doc = "Try the connection, or send a sample delivery through the address; what was found "
            "stands in GET /trials"},
    {0},
};

static const struct schema schemas[] = {
    {"trial_steps",
     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"found\",\"text\","
     "\"cure\"],\"properties\":{\"name\":{\"type\":\"string\"},\"found\":{\"enum\":[\"good\",\"bad\","
     "\"skipped\"]},\"text\":{\"type\":\"string\"},\"cure\":{\"type\":[\"string\",\"null\"]}}}}"},
    {0},
};

const struct feature trials_feature = {
    .name = "trials", .doc = "Trying connections and addresses.", .routes = routes,
    .jobs = trials_jobs, .schemas = schemas,
};
