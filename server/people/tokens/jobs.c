/* Owners hear of a refresh token that was shown twice. */
#include "net/services.h"
#include "people/mail/mail.h"
#include "people/tokens/inner.h"
#include "people/tokens/queries.h"

static const struct err *tell(struct job *job, void *product)
{
    struct uuid family = {{0}};
    struct token_reused_out what;
    struct token_people_out *people;
    size_t n = 0;
    const struct err *e;

    (void)product;
    (void)!uuid_parse(json_text(job->args, "family"), &family);
    if (!mail_possible())
        return NULL;
    e = q_token_reused(job->db, (struct token_reused_in){family}, &what);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    e = q_token_people(job->db, &people, &n);
    for (size_t i = 0; !e && i < n; i++) {
        e = mail_add(job->db, &(struct mail_new){
            .template = "token-reused", .to = people[i].email, .to_name = people[i].name, .object = family, .n_facts = 5,
            .facts = (const struct mail_fact[]){
                {"name", people[i].name}, {"key", what.key_name}, {"client", what.client.n ? what.client : STR("without a name")},
                {"at", mail_time(job->a, what.ended_at)},
                {"link", str_fmt(job->a, "%.*s/api-keys", STR_ARG(services()->public_url))}}});
        if (e == E_BAD_INPUT)
            e = NULL; /* an old account's address that no mail server takes */
    }
    return e;
}

const struct job_kind tokens_jobs[] = {
    {TOKENS_REUSED, NULL, tell, .attempts = 10, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};
