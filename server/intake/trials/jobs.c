/* One step of a trial is one job: `work` looks, `store` writes what it found and adds the job of the
 * next step, so that each shows as soon as it is known. A refused login ends the trial and is never
 * repeated by itself: phone systems lock out those who try again and again. */
#include "intake/integrations/integrations.h"
#include "intake/trials/step.h"
#include "live/live.h"
#include "net/services.h"

#define STEP_S 45 /* for one step */

static step_fn *const connection_steps[] = {step_address, step_tls, step_login, step_recording,
                                            step_line, NULL};
static step_fn *const hook_steps[] = {step_send, step_arrival, step_reading, NULL};

static step_fn *step_at(const struct trying *t, int64_t n)
{
    step_fn *const *steps = str_is(t->task.kind, "hook") ? hook_steps : connection_steps;

    for (int64_t i = 0; steps[i]; i++)
        if (i == n)
            return steps[i];
    return NULL;
}

void step_say(struct trying *t, const char *name, enum found found, struct str text, struct str cure)
{
    if (t->n < STEP_LINES)
        t->lines[t->n++] = (struct step_line){name, found, text, cure};
    if (found == FOUND_BAD)
        t->over = true;
}

struct str step_why(struct trying *t, const struct err *e)
{
    return arena_why(t->a).n ? str_dup(t->a, arena_why(t->a)) : str_of(e->title);
}

static const struct err *read_task(struct trying *t)
{
    struct uuid id;
    struct db *db;
    const struct err *e;

    if (!uuid_parse(json_text(t->job->args, "trial"), &id))
        return E_NOT_FOUND;
    e = job_read_begin(t->job, &db);
    if (e)
        return e;
    e = q_trial_task(db, (struct trial_task_in){id}, &t->task);
    job_read_end(t->job, db);
    return e;
}

static const struct err *open_url(struct trying *t)
{
    char tenant[UUID_TEXT], id[UUID_TEXT];
    struct str about = str_fmt(t->a, "%s|trial|sealed|%s", uuid_text(t->job->tenant, tenant).p,
                               uuid_text(t->task.id, id).p);
    struct key k;
    const struct err *e;

    if (!t->task.sealed.p)
        return NULL;
    e = keys_load(services()->keys, t->a, t->job->tenant, &k);
    if (!e)
        e = crypto_open(t->a, &k, about, t->task.sealed, &t->url);
    crypto_wipe(&k, sizeof k);
    return e;
}

static const struct err *prepare(struct trying *t)
{
    const struct trial_task_out *k = &t->task;
    const struct err *e = integration_settings(t->a, t->job->tenant, k->integration_id, k->settings,
                                               k->secrets, k->zone, &t->settings);

    if (!e)
        e = open_url(t);
    t->provider = provider_find(k->provider);
    t->net = (struct fetch){
        .http = services()->http, .use = t->provider ? t->provider->slug : "",
        .tenant = t->job->tenant, .integration = k->integration_id, .settings = t->settings,
        .settings_version = k->version, .call_started = TIME_NONE,
        .deadline = time_mono() + STEP_S * TIME_S, .max_bytes = JSON_MAX_SIZE, .retry_after_s = -1};
    t->net.tokens = integration_tokens(t->a, t->job->pool, t->job->tenant, k->integration_id,
                                       k->version);
    return e;
}

static enum job_result trial_work(struct job *job, void **ret_product)
{
    struct trying *t = ARENA_NEW(job->a, struct trying);
    step_fn *step;
    const struct err *e;

    *ret_product = t;
    *t = (struct trying){.job = job, .a = job->a};
    e = read_task(t);
    if (e)
        return e == E_NOT_FOUND ? JOB_DISCARD : JOB_RETRY;
    if (!str_is(t->task.state, "running"))
        return JOB_DISCARD;
    e = prepare(t);
    step = step_at(t, json_int(job->args, "step", 0));
    if (e)
        return JOB_RETRY;
    if (!t->provider || !step || str_is(t->task.integration_state, "deleted")) {
        step_say(t, "end", FOUND_BAD, STR("The phone system was disconnected."), STR_NONE);
        return JOB_DONE;
    }
    arena_set_why(job->a, STR(""));
    step(t, json_get(job->args, "carry"));
    return JOB_DONE;
}

static struct str lines_json(const struct trying *t)
{
    static const char *const words[] = {"good", "bad", "skipped"};
    struct jw w = jw_new(t->a);

    jw_open(&w, '[');
    for (size_t i = 0; i < t->n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "name");
        jw_text(&w, str_of(t->lines[i].name));
        jw_key(&w, "found");
        jw_text(&w, str_of(words[t->lines[i].found]));
        jw_key(&w, "text");
        jw_text(&w, t->lines[i].text);
        jw_key(&w, "cure");
        jw_text(&w, t->lines[i].cure.n ? t->lines[i].cure : STR_NONE);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

static const struct err *add_next(struct trying *t, int64_t step)
{
    struct jw w = jw_new(t->a);
    const struct json *carry = json_get(t->job->args, "carry");

    jw_open(&w, '{');
    jw_key(&w, "trial");
    jw_uuid(&w, t->task.id);
    jw_key(&w, "step");
    jw_int(&w, step);
    if (t->carry.p || carry) {
        jw_key(&w, "carry");
        jw_raw(&w, t->carry.p ? t->carry : json_canonical(t->a, carry));
    }
    jw_close(&w, '}');
    return job_add(t->job->db, &(struct job_new){.kind = "integrations.trial", .args = jw_done(&w),
                                                 .object = t->task.integration_id,
                                                 .delay_s = t->wait_s});
}

static const struct err *trial_store(struct job *job, void *product)
{
    struct trying *t = product;
    int64_t step = json_int(job->args, "step", 0);
    bool bad = false, last = t->over || (t->wait_s == 0 && !step_at(t, step + 1));
    struct trial_step_out row;
    const struct err *e = NULL;

    for (size_t i = 0; i < t->n; i++)
        bad = bad || t->lines[i].found == FOUND_BAD;
    if (t->refused)
        e = integration_attention(job->db, t->task.integration_id, t->task.version,
                                  t->lines[0].text);
    if (!e)
        e = q_trial_step(job->db, (struct trial_step_in){
            t->task.id, lines_json(t), str_of(bad ? "failed" : last ? "passed" : "running")}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    if (!bad && !last)
        e = add_next(t, t->wait_s ? step : step + 1);
    if (!e && t->n)
        e = live_note(job->db, "integration.updated", t->task.integration_id, (struct uuid){{0}});
    return e;
}

static const struct err *trial_dead(struct job *job, struct str reason)
{
    struct trying t = {.job = job, .a = job->a};
    struct trial_step_out row;
    struct uuid id;
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "trial"), &id))
        return NULL;
    step_say(&t, "end", FOUND_BAD, str_fmt(job->a, "The trial broke off: %.*s", STR_ARG(reason)),
             STR("Try again; if it happens twice, tell whoever runs this server."));
    e = q_trial_step(job->db, (struct trial_step_in){id, lines_json(&t), STR("failed")}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    return live_note(job->db, "integration.updated", row.integration_id, (struct uuid){{0}});
}

const struct job_kind trials_jobs[] = {
    {"integrations.trial", trial_work, trial_store, trial_dead, .attempts = 3,
     .timeout_s = STEP_S + 30, .priority = JOB_INTERACTIVE},
    {0},
};
