/* The steps of a trial of a hook's address: a sample of the vendor's own making, signed as the
 * settings say, goes out to our public address like anybody's, and is looked for where it must turn
 * up. Runs in jobs. */
#include "core/settings.h"
#include "intake/trials/step.h"
#include "net/reach.h"
#include "net/services.h"

#define ARRIVAL_S 60

static const struct err *post(struct trying *t, const struct hook_sample *s, struct str trial,
                              struct http_response *ret)
{
    struct http_header headers[SAMPLE_HEADERS + 2] = {
        {STR("Content-Type"), str_of(s->type)}, {STR(SAMPLE_HEADER), trial}};
    const char *hosts[2] = {NULL, NULL};
    struct http_request rq = {.use = "hooks", .method = "POST", .url = t->url, .headers = headers,
                              .n_headers = 2, .body = s->body, .total_ms = 20000,
                              .max_bytes = 64u << 10, .own_ok = true, .hosts = hosts,
                              .plain_http = true};
    struct reach r;
    const struct err *e = net_reach(t->a, t->url, "hooks", services()->allowances, &r);

    if (e)
        return e;
    hosts[0] = str_c(t->a, r.host);
    for (size_t i = 0; i < s->n_headers; i++)
        headers[rq.n_headers++] = (struct http_header){str_of(s->headers[i].name),
                                                       s->headers[i].value};
    return http_call(services()->http, t->a, &rq, ret);
}

static void tell_refusal(struct trying *t, const struct err *e, int status)
{
    if (status == 404)
        step_say(t, "send", FOUND_BAD, STR("Our server knows no such address (404)."),
                 STR("It was replaced by a newer one, or a part of it is missing. Make a new address and "
                     "put that into the phone system."));
    else if (status == 401 || status == 403)
        step_say(t, "send", FOUND_BAD, STR("The sample was refused: its signature or password was not "
                                           "taken, though it was made from the settings."),
                 STR("Were the settings changed a second ago? Try again. The address may also belong to "
                     "another integration with other secrets."));
    else if (status)
        step_say(t, "send", FOUND_BAD, str_fmt(t->a, "The answer was %d.", status),
                 STR("If it stays so, tell whoever runs this server."));
    else
        step_say(t, "send", FOUND_BAD, step_why(t, e),
                 e == E_ADDRESS_REFUSED
                     ? STR("From here our public address leads into a private network. The address may "
                           "work from outside; whoever runs this server can allow the trial with "
                           "RINGSIGHT_EGRESS_ALLOW for the use hooks.")
                     : STR("Phone systems cannot reach it either. Tell whoever runs this server: the "
                           "public address, its certificate or the proxy in front are at fault."));
}

void step_send(struct trying *t, const struct json *carry)
{
    struct hook_sample s = {.settings = t->settings, .url = t->url, .now = time_now()};
    struct http_response rs = {0};
    char id[UUID_TEXT];
    const struct err *e;

    (void)carry;
    s.id = str_dup(t->a, uuid_text(t->task.id, id));
    if (!t->provider->sample || !t->url.n) {
        step_say(t, "send", FOUND_BAD, STR("There is no sample of this phone system."), STR_NONE);
        return;
    }
    t->provider->sample(t->a, &s);
    e = post(t, &s, s.id, &rs);
    if (e)
        tell_refusal(t, e, rs.status);
    else
        step_say(t, "send", FOUND_GOOD,
                 str_fmt(t->a, "A sample%s went to the public address and was taken (%d).",
                         s.n_headers ? ", signed as the settings say," : "", rs.status), STR_NONE);
}

void step_arrival(struct trying *t, const struct json *carry)
{
    (void)carry;
    if (!uuid_is_zero(t->task.delivery_id)) {
        step_say(t, "stored", FOUND_GOOD, STR("It stands in the inbox as it was sent."), STR_NONE);
        return;
    }
    if (time_now() - t->task.created_at < ARRIVAL_S * TIME_S) {
        t->wait_s = 1;
        return;
    }
    step_say(t, "stored", FOUND_BAD, STR("It was taken, but has not turned up here within a minute."),
             STR("The address belongs to another integration, or reading is behind: look under "
                 "Deliveries and Work."));
}

void step_reading(struct trying *t, const struct json *carry)
{
    struct trial_delivery_out row;
    struct db *db;
    const struct err *e = job_read_begin(t->job, &db);

    (void)carry;
    if (!e) {
        e = q_trial_delivery(db, (struct trial_delivery_in){t->task.delivery_id}, &row);
        job_read_end(t->job, db);
    }
    if (e)
        step_say(t, "read", FOUND_BAD, step_why(t, e), STR("Try again."));
    else if (uuid_is_zero(t->task.call_id))
        step_say(t, "read", FOUND_BAD, row.reason.n ? row.reason : STR("It was read as no call."),
                 STR("Check the settings, the time zone above all. If they are right, the fault is "
                     "ours: tell whoever runs this server."));
    else
        step_say(t, "read", FOUND_GOOD,
                 STR("It was read as a call. The call is marked as a trial and counted nowhere."),
                 STR_NONE);
}
