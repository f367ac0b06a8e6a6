/* Sending a mail. Refused for now it is tried again for some hours; refused for good it ends with the
 * server's words, which stand in the row. Its Message-ID is its row's: one that goes out twice, for the
 * answer was lost, is known as one. */
#include "core/time.h"
#include "net/mail_message.h"
#include "net/services.h"
#include "people/mail/inner.h"
#include "people/mail/queries.h"

static struct uuid mail_of(const struct job *job)
{
    struct uuid id = {{0}};

    (void)!uuid_parse(json_text(job->args, "mail"), &id);
    return id;
}

static const struct err *read_row(struct job *job, struct mail_waiting_out *ret)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_mail_waiting(db, (struct mail_waiting_in){mail_of(job)}, ret);
    job_read_end(job, db);
    return e;
}

static const struct err *facts_of(struct job *job, const struct mail_waiting_out *row, struct mail_fact *facts,
                                  size_t *ret_n)
{
    const struct json *tree, *value;
    struct str text, key;
    void *it = NULL;
    const struct err *e = mail_unseal(job->a, job->tenant, mail_of(job), row->sealed, &text);

    if (!e)
        e = json_parse(job->a, text, &tree);
    *ret_n = 0;
    while (!e && *ret_n < MAIL_FACTS_MAX && json_next(tree, &it, &key, &value))
        facts[(*ret_n)++] = (struct mail_fact){str_c(job->a, key), json_str(value)};
    return e;
}

static struct str message_id(struct arena *a, struct uuid id)
{
    struct str from = services()->smtp->from;
    char text[UUID_TEXT];

    return str_fmt(a, "%s@%.*s", uuid_text(id, text).p,
                   STR_ARG(str_sub(from, (size_t)str_find(from, STR("@"), 0) + 1, from.n)));
}

/* The facts have room for one more. */
static const struct err *hand_over(struct job *job, struct mail_message *m, struct str template, struct uuid id,
                                   struct mail_fact *facts, size_t n)
{
    const struct smtp *smtp = services()->smtp;
    struct mail_written written;
    struct str message;
    const struct err *e;

    facts[n++] = (struct mail_fact){"service", services()->public_url};
    e = mail_write(job->a, services()->templates_dir, template, facts, n, &written);
    if (e)
        return e;
    m->from = smtp->from;
    m->from_name = smtp->from_name;
    m->subject = str_sub(written.subject, 0, MAIL_SUBJECT_MAX);
    m->text = written.text;
    m->html = written.html;
    m->id = message_id(job->a, id);
    m->date = time_now();
    e = mail_message_write(job->a, m, &message);
    return e ? e : smtp_send(smtp, job->a, m->to, message);
}

static const struct err *deliver(struct job *job, const struct mail_waiting_out *row)
{
    struct mail_fact facts[MAIL_FACTS_MAX + 1];
    struct mail_message m = {.to = row->recipient, .to_name = STR("")};
    size_t n;
    const struct err *e = facts_of(job, row, facts, &n);

    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        if (str_is(str_of(facts[i].name), "to_name"))
            m.to_name = facts[i].value;
    return hand_over(job, &m, row->template, mail_of(job), facts, n);
}

const struct err *mail_hand_over(struct job *job, struct uuid id, const struct mail_new *m,
                                 const struct mail_file *file, struct str off)
{
    struct mail_fact facts[MAIL_FACTS_MAX + 1];
    struct mail_message message = {.to = m->to, .to_name = m->to_name, .off = off};

    if (!services()->smtp)
        return err_why(job->a, E_UNAVAILABLE, "No mail server is set up: see the setting smtp_url.");
    if (m->n_facts > MAIL_FACTS_MAX)
        return err_why(job->a, E_INTERNAL, "A mail has %zu facts, more than %d.", m->n_facts, MAIL_FACTS_MAX);
    for (size_t i = 0; i < m->n_facts; i++)
        facts[i] = m->facts[i];
    if (file)
        message.file = *file;
    return hand_over(job, &message, str_of(m->template), id, facts, m->n_facts);
}

static enum job_result work(struct job *job, void **ret_product)
{
    struct mail_waiting_out row;
    const struct err *e = read_row(job, &row);

    (void)ret_product;
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* dropped, or sent already */
    if (!e && !services()->smtp)
        e = err_why(job->a, E_UNAVAILABLE, "No mail server is set up any more: see the setting smtp_url.");
    if (!e)
        e = deliver(job, &row);
    if (!e)
        return JOB_DONE;
    job->last = e == E_UPSTREAM || e == E_BAD_INPUT;
    return JOB_RETRY;
}

static const struct err *store(struct job *job, void *product)
{
    (void)product;
    return q_mail_end(job->db, (struct mail_end_in){mail_of(job), STR("sent"), STR_NONE}, NULL);
}

static const struct err *dead(struct job *job, struct str reason)
{
    return q_mail_end(job->db, (struct mail_end_in){mail_of(job), STR("failed"), str_sub(reason, 0, 500)}, NULL);
}

const struct job_kind mail_jobs[] = {
    {MAIL_SEND, work, store, dead, .attempts = 9, .timeout_s = 120, .priority = JOB_INTERACTIVE,
     .curve = {5, 4, 7200}},
    {0},
};
