/* Each minute: networks that failed too often are blocked, in one transaction over all tenants that have some; owners
 * hear of it by one mail an hour at most. */
#include "net/services.h"
#include "people/mail/mail.h"
#include "people/threats/inner.h"
#include "people/threats/queries.h"

#define TELL_AGAIN_S 3600

/* The operator's own networks: what the settings name, as PostgreSQL reads it. */
static const struct err *never(struct arena *a, struct str *ret)
{
    struct buf b = buf_new(a, 65536);
    struct cidr_list list;
    const struct err *e = cidr_list_parse(a, str_of(services()->never_blocked), &list);

    for (size_t i = 0; !e && i < list.n; i++)
        buf_fmt(&b, "%.*s ", STR_ARG(threats_cidr_text(a, list.v[i])));
    *ret = b.n ? buf_str(&b) : STR("");
    return e;
}

static const struct err *watch(struct job *job, void *product)
{
    const struct services *s = services();
    struct threat_watch_out row;
    struct str spared;
    const struct err *e = never(job->a, &spared);

    (void)product;
    return e ? e : q_threat_watch(job->db, (struct threat_watch_in){
        s->block_sign_ins, s->block_hooks, s->block_hours, spared}, &row);
}

static struct str told(struct arena *a, const struct threat_mail_blocks_out *v, size_t n)
{
    struct buf b = buf_new(a, 8192);

    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%.*s until %.*s: %.*s", i ? "; " : "", STR_ARG(v[i].network),
                STR_ARG(mail_time(a, v[i].expires_at)), STR_ARG(v[i].reason));
    return buf_str(&b);
}

static const struct err *write_mails(struct job *job, int64_t since)
{
    struct threat_mail_blocks_out *blocks;
    struct threat_people_out *people;
    size_t n, n_people = 0;
    const struct err *e = q_threat_mail_blocks(job->db, (struct threat_mail_blocks_in){since}, &blocks, &n);

    if (!e && n)
        e = q_threat_people(job->db, &people, &n_people);
    for (size_t i = 0; !e && i < n_people; i++)
        e = mail_add(job->db, &(struct mail_new){
            .template = "network-blocked", .to = people[i].email, .to_name = people[i].name, .object = job->id, .n_facts = 3,
            .facts = (const struct mail_fact[]){
                {"name", people[i].name}, {"blocks", told(job->a, blocks, n)},
                {"link", str_fmt(job->a, "%.*s/threats", STR_ARG(services()->public_url))}}});
    return e;
}

/* What is blocked within the hour after a mail is told by the next. */
static const struct err *tell(struct job *job, void *product)
{
    struct threat_mail_due_out due;
    const struct err *e;

    (void)product;
    if (!mail_possible())
        return NULL;
    e = q_threat_mail_due(job->db, &due);
    if (e == E_NOT_FOUND)
        return job_add(job->db, &(struct job_new){
            .kind = "threats.tell", .args = STR("{}"), .dedupe = STR("later"), .delay_s = TELL_AGAIN_S});
    return e ? e : write_mails(job, due.since);
}

const struct job_kind threats_jobs[] = {
    {"threats.watch", NULL, watch, .attempts = 3, .timeout_s = 60, .priority = JOB_INTERACTIVE, .cron = "* * * * *"},
    {"threats.tell", NULL, tell, .attempts = 10, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};
