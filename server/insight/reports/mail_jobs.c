/* Reports going out. When a plan is due one job writes down the run and a mail for each reader, in one transaction: its id
 * is the job's, so it happens once. A job each then makes the report of what that reader may see at that moment, and hands
 * it over. A mail whose answer was lost on the way may arrive twice, under one Message-ID. */
#include "core/zone.h"
#include "insight/reports/mailed.h"
#include "jobs/schedule.h"
#include "net/services.h"
#include "people/mail/mail.h"

#define MAILS_MAX 50 /* readers of a plan */

/* ---- a plan is due ---- */

static const struct err *add_mail(struct db *db, struct uuid run, const struct report_run_readers_out *to)
{
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    const struct err *e = q_report_mail_add(db, (struct report_mail_add_in){id, run, to->account_id, to->name}, NULL);

    return e ? e : job_add(db, &(struct job_new){
        .kind = REPORT_SEND, .object = id, .args = str_fmt(db_arena(db), "{\"mail\":\"%s\"}", uuid_text(id, text).p)});
}

static const struct err *run(struct job *job, struct uuid plan, const struct report_plan_get_out *p, bool by_hand)
{
    const struct zone *z = zone_find(p->zone.n ? p->zone : p->tenant_zone);
    struct report_run_add_in in = {.id = job->id, .plan = plan, .by_hand = by_hand};
    struct report_run_readers_out *to;
    size_t n = 0;
    int64_t added = 0;
    const struct err *e;

    report_span(p->every, z ? z : zone_find(STR("")), job->created_at, &in.since, &in.until);
    e = q_report_run_add(job->db, in, &added);
    if (e || !added)
        return e; /* it went out for this time */
    e = q_report_run_readers(job->db, (struct report_run_readers_in){job->id}, &to, &n);
    for (size_t i = 0; !e && i < n && i < MAILS_MAX; i++)
        e = add_mail(job->db, job->id, &to[i]);
    return e ? e : q_report_runs_forget(job->db, (struct report_runs_forget_in){plan}, NULL);
}

static const struct err *due(struct job *job, void *product)
{
    struct report_plan_get_out p;
    struct uuid plan;
    bool by_hand = json_yes(job->args, "hand");
    const struct err *e;

    (void)product;
    if (!uuid_parse(json_text(job->args, "plan"), &plan))
        return NULL;
    e = q_report_plan_get(job->db, (struct report_plan_get_in){plan}, &p);
    if (e == E_NOT_FOUND) /* went with its team or agent */
        return schedule_drop(job->db, report_clock_name(job->a, plan));
    if (e || (!p.active && !by_hand))
        return e;
    return run(job, plan, &p, by_hand);
}

/* ---- to one reader ---- */

struct sent {
    struct uuid mail;
    struct str skipped; /* why nothing was sent; STR_NONE: it was */
    bool attached;
};

struct sending {
    struct report_mail_get_out mail;
    struct report_plan_get_out plan;
    struct report_loaded report;
};

/* Why this reader gets nothing; STR_NONE: he does. */
static struct str not_for(const struct report_mail_get_out *m)
{
    if (!m->email.n || !m->reader)
        return STR("Is no member, or no reader of it, any more.");
    if (m->off)
        return STR("Asked to get no more of these.");
    if (!m->sees || (m->scope.p && str_is(m->scope, "{}")))
        return STR("May not see calls any more.");
    return STR_NONE;
}

static const struct err *load(struct job *job, struct uuid id, struct sending *s, struct str *ret_skip)
{
    struct db *db;
    const struct err *e = job_read_begin(job, &db);

    if (e)
        return e;
    e = q_report_mail_get(db, (struct report_mail_get_in){id}, &s->mail);
    if (!e)
        e = q_report_plan_get(db, (struct report_plan_get_in){s->mail.plan_id}, &s->plan);
    if (!e)
        *ret_skip = not_for(&s->mail);
    if (!e && !ret_skip->p) {
        e = report_load(db, &s->plan, &(struct report_reader){s->mail.scope, s->mail.account_id}, s->mail.since,
                        s->mail.until, &s->report);
        if (e == E_NOT_FOUND) {
            *ret_skip = STR("May not see this agent's calls any more.");
            e = NULL;
        }
    }
    job_read_end(job, db);
    return e;
}

static struct str link_to(struct arena *a, const char *query, struct uuid id)
{
    char text[UUID_TEXT];

    return str_fmt(a, "%.*s/report-mails?%s=%s", STR_ARG(services()->public_url), query, uuid_text(id, text).p);
}

static struct str mood_text(struct arena *a, int32_t bp)
{
    return bp == INT32_MIN ? STR("none") : str_fmt(a, "%d of −100 to 100", bp / 100);
}

/* The file, if it is to go along and is not too large. */
static const struct err *make(struct job *job, struct sending *s, struct report_file *f, struct mail_file *file,
                              struct str *ret_where)
{
    const struct err *e = NULL;

    *ret_where = STR("The report is at the link below; it asks you to sign in.");
    if (s->plan.attach)
        e = report_file(job->a, &s->report, f);
    if (e == E_TOO_LARGE || (!e && s->plan.attach && f->bytes.n > MAIL_FILE_MAX)) {
        *ret_where = STR("The report is too large for a mail: it is at the link below, which asks you to sign in.");
        return NULL;
    }
    if (!e && s->plan.attach) {
        *file = (struct mail_file){f->name, str_of(f->type), f->bytes};
        *ret_where = STR("The report is attached.");
    }
    return e;
}

static const struct err *deliver(struct job *job, struct uuid id, struct sending *s, bool *ret_attached)
{
    struct overview_sums sum = overview_sum(&s->report.all);
    struct mail_file file = {.bytes = STR("")};
    struct report_file f = {.type = ""};
    struct str where, off = link_to(job->a, "off", s->mail.plan_id);
    const struct err *e = make(job, s, &f, &file, &where);
    struct mail_fact facts[] = {
        {"name", s->mail.name}, {"report", s->plan.name}, {"tenant", s->mail.tenant}, {"of", s->report.all.about},
        {"days", report_days(job->a, s->mail.since, s->mail.until, s->report.all.zone)},
        {"calls", str_fmt(job->a, "%lld", (long long)sum.calls)}, {"before", str_fmt(job->a, "%lld", (long long)sum.before)},
        {"scored", str_fmt(job->a, "%lld", (long long)sum.scored)}, {"held", str_fmt(job->a, "%lld", (long long)sum.held)},
        {"score", report_mean(job->a, sum.mean_bp, sum.before_bp)}, {"mood", mood_text(job->a, sum.mood_bp)},
        {"breaches", str_fmt(job->a, "%lld", (long long)sum.breached)}, {"where", where},
        {"link", link_to(job->a, "run", s->mail.run_id)}, {"off", off}};

    *ret_attached = file.bytes.n > 0;
    return e ? e : mail_hand_over(job, id, &(struct mail_new){
        .template = "report", .to = s->mail.email, .to_name = s->mail.name, .object = id,
        .n_facts = sizeof facts / sizeof *facts, .facts = facts}, &file, off);
}

static enum job_result send_work(struct job *job, void **ret_product)
{
    struct sending *s = ARENA_NEW(job->a, struct sending);
    struct sent *p = ARENA_NEW(job->a, struct sent);
    const struct err *e;

    if (!uuid_parse(json_text(job->args, "mail"), &p->mail))
        return JOB_DISCARD;
    e = load(job, p->mail, s, &p->skipped);
    if (e == E_NOT_FOUND)
        return JOB_DISCARD; /* the plan is gone, or it was sent */
    if (!e && !p->skipped.p)
        e = deliver(job, p->mail, s, &p->attached);
    if (e == E_BUSY)
        return JOB_SNOOZE; /* others are writing PDFs */
    if (e) {
        job->last = e == E_UPSTREAM || e == E_BAD_INPUT;
        return JOB_RETRY;
    }
    *ret_product = p;
    return JOB_DONE;
}

static const struct err *send_store(struct job *job, void *product)
{
    const struct sent *p = product;

    return q_report_mail_end(job->db, (struct report_mail_end_in){
        p->mail, p->skipped.p ? STR("skipped") : STR("sent"), p->skipped, p->attached}, NULL);
}

static const struct err *send_dead(struct job *job, struct str reason)
{
    struct uuid mail;

    if (!uuid_parse(json_text(job->args, "mail"), &mail))
        return NULL;
    return q_report_mail_end(job->db, (struct report_mail_end_in){mail, STR("failed"), str_sub(reason, 0, 500), false}, NULL);
}

static const struct err *send_revive(struct job *job)
{
    struct uuid mail;

    if (!uuid_parse(json_text(job->args, "mail"), &mail))
        return NULL;
    return q_report_mail_again(job->db, (struct report_mail_again_in){mail}, NULL);
}

const struct job_kind report_jobs[] = {
    {REPORT_DUE, NULL, due, .attempts = 12, .timeout_s = 60, .priority = JOB_NORMAL},
    {REPORT_SEND, send_work, send_store, send_dead, .attempts = 9, .timeout_s = 180, .priority = JOB_NORMAL,
     .revive = send_revive, .curve = {5, 4, 7200}},
    {0},
};
