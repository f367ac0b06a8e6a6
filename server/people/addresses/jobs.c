/* The mails of a change of address. Here, and not in the request, it is looked up whether the new address is somebody's:
 * the old address gets the same mail either way. */
#include "core/time.h"
#include "jobs/jobs.h"
#include "people/addresses/inner.h"
#include "people/addresses/queries.h"
#include "people/mail/mail.h"

#define HOURS 24

static struct uuid change_of(const struct job *job)
{
    struct uuid id = {{0}};

    (void)!uuid_parse(json_text(job->args, "change"), &id);
    return id;
}

/* An address that no mail server takes gets none. */
static const struct err *add(struct job *job, const struct mail_new *m)
{
    const struct err *e = mail_add(job->db, m);

    return e == E_BAD_INPUT ? NULL : e;
}

static const struct err *to_new(struct job *job, const struct jobs_address_mails_out *row, struct str token, struct str until)
{
    if (row->quiet)
        return NULL;
    if (row->new_name.p)
        return add(job, &(struct mail_new){
            .template = "address-taken", .to = row->new_email, .to_name = row->new_name, .object = row->account_id, .n_facts = 2,
            .facts = (const struct mail_fact[]){{"name", row->new_name}, {"email", row->new_email}}});
    return add(job, &(struct mail_new){
        .template = "address-new", .to = row->new_email, .to_name = row->name, .object = row->account_id, .n_facts = 4,
        .facts = (const struct mail_fact[]){{"name", row->name},
                                            {"email", row->new_email},
                                            {"link", mail_link(job->a, "address", token)},
                                            {"until", until}}});
}

static const struct err *asked(struct job *job, void *product)
{
    struct str token_old = crypto_token(job->a, 32), token_new = crypto_token(job->a, 32);
    struct hash hash_old = crypto_sha256(token_old), hash_new = crypto_sha256(token_new);
    struct str until = mail_time(job->a, job->created_at + HOURS * 3600 * TIME_S);
    struct jobs_address_mails_out row;
    const struct err *e;

    (void)product;
    e = q_jobs_address_mails(job->db, (struct jobs_address_mails_in){
        change_of(job), str_n(hash_old.b, sizeof hash_old.b), str_n(hash_new.b, sizeof hash_new.b)}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* withdrawn already */
    e = add(job, &(struct mail_new){
        .template = "address-old", .to = row.old_email, .to_name = row.name, .object = row.account_id, .n_facts = 5,
        .facts = (const struct mail_fact[]){{"name", row.name},
                                            {"email", row.new_email},
                                            {"link", mail_link(job->a, "address", token_old)},
                                            {"stop", mail_link(job->a, "address-stop", token_old)},
                                            {"until", until}}});
    return e ? e : to_new(job, &row, token_new, until);
}

static const struct err *changed(struct job *job, void *product)
{
    struct jobs_address_done_out row;
    const struct err *e = q_jobs_address_done(job->db, (struct jobs_address_done_in){change_of(job)}, &row);

    (void)product;
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    for (int i = 0; i < 2 && !e; i++)
        e = add(job, &(struct mail_new){
            .template = "address-changed", .to = i ? row.new_email : row.old_email, .to_name = row.name,
            .object = row.account_id, .n_facts = 3,
            .facts = (const struct mail_fact[]){{"name", row.name},
                                                {"email", row.new_email},
                                                {"at", mail_time(job->a, job->created_at)}}});
    return e;
}

const struct job_kind address_jobs[] = {
    {ADDRESSES_ASK, NULL, asked, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {ADDRESSES_CHANGED, NULL, changed, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};
