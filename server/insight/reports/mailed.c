/* What a plan of reports makes for one reader: which days, which rows, which file. Called by the jobs that mail it and by
 * the route that shows the same file. Knows no HTTP. */
#include "insight/reports/mailed.h"

#include "core/time.h"
#include "core/zone.h"
#include "insight/sheets/sheets.h"

#define DAY (86400 * TIME_S)

struct str report_clock_name(struct arena *a, struct uuid plan)
{
    char id[UUID_TEXT];

    return str_fmt(a, "report:%s", uuid_text(plan, id).p);
}

struct str report_cron(struct arena *a, struct str every, int64_t on_day, int64_t hour)
{
    if (str_is(every, "day"))
        return str_fmt(a, "0 %lld * * *", (long long)hour);
    if (str_is(every, "week"))
        return str_fmt(a, "0 %lld * * %lld", (long long)hour, (long long)on_day);
    return str_fmt(a, "0 %lld %lld * *", (long long)hour, (long long)on_day);
}

void report_span(struct str every, const struct zone *z, int64_t now, int64_t *ret_since, int64_t *ret_until)
{
    int64_t until = zone_wall(z, now) / DAY, since = until - (str_is(every, "week") ? 7 : 1), y, m, d;

    if (str_is(every, "month")) {
        time_date(until, &y, &m, &d);
        until -= d - 1; /* the first of this month */
        time_date(until - 1, &y, &m, &d);
        since = until - d; /* of the one before, which has d days */
    }
    *ret_since = zone_instant(z, since * DAY, NULL);
    *ret_until = zone_instant(z, until * DAY, NULL);
}

const struct err *report_agent_read(struct db *db, struct uuid agent, struct str scope, struct uuid me, struct str zone,
                                    struct agent_facts *f)
{
    struct report_agent_out who;
    struct report_agent_calls_out *calls, *before;
    struct report_agent_criteria_out *criteria;
    const struct err *e = q_report_agent(db, (struct report_agent_in){agent, scope}, &who);

    if (!e)
        e = q_report_agent_calls(db, (struct report_agent_calls_in){agent, f->from, f->to, me}, &calls, &f->n_calls);
    if (!e)
        e = q_report_agent_calls(db, (struct report_agent_calls_in){agent, f->from - (f->to - f->from), f->from, me},
                                 &before, &f->n_before);
    if (!e)
        e = q_report_agent_criteria(db, (struct report_agent_criteria_in){agent, f->from, f->to, me}, &criteria,
                                    &f->n_criteria);
    if (e)
        return e;
    f->name = who.name;
    f->zone = zone;
    f->calls = calls;
    f->before = before;
    f->criteria = criteria;
    return NULL;
}

static const struct err *about(struct db *db, const struct report_plan_get_out *p, struct report_loaded *l)
{
    struct report_team_out team;
    const struct err *e = NULL;

    l->all.about = l->one ? l->agent.name : STR("All calls that you may see");
    if (!uuid_is_zero(p->team_id)) {
        e = q_report_team(db, (struct report_team_in){p->team_id}, &team);
        if (!e)
            l->all.about = str_fmt(db_arena(db), "The team %.*s", STR_ARG(team.name));
    }
    return e;
}

const struct err *report_load(struct db *db, const struct report_plan_get_out *plan, const struct report_reader *who,
                              int64_t since, int64_t until, struct report_loaded *ret)
{
    struct report_overview_out *rows;
    struct str zone = plan->zone.n ? plan->zone : plan->tenant_zone;
    const struct err *e = NULL;

    *ret = (struct report_loaded){.format = plan->format, .one = !uuid_is_zero(plan->agent_id),
                                  .agent = {.from = since, .to = until},
                                  .all = {.zone = zone, .from = since, .to = until}};
    if (ret->one)
        e = report_agent_read(db, plan->agent_id, who->scope, who->account, zone, &ret->agent);
    if (!e)
        e = about(db, plan, ret);
    if (!e)
        e = q_report_overview(db, (struct report_overview_in){
            .before = since - (until - since), .from = since, .to = until, .scope = who->scope,
            .agent = plan->agent_id, .team = plan->team_id, .me = who->account}, &rows, &ret->all.n);
    if (!e)
        ret->all.agents = rows;
    return e;
}

static struct str file_name(struct arena *a, const struct report_loaded *l)
{
    const struct zone *z = zone_find(l->all.zone);
    int64_t y, m, d;

    time_date((z ? zone_wall(z, l->all.to - 1) : l->all.to - 1) / DAY, &y, &m, &d);
    return str_fmt(a, "%s-%04lld-%02lld-%02lld.%.*s", l->one ? "agent-report" : "calls-and-scores", (long long)y,
                   (long long)m, (long long)d, STR_ARG(l->format));
}

const struct err *report_file(struct arena *a, const struct report_loaded *l, struct report_file *ret)
{
    struct report_table t;

    ret->name = file_name(a, l);
    if (str_is(l->format, "pdf")) {
        ret->type = "application/pdf";
        return doc_pdf(l->one ? report_agent(a, &l->agent) : report_overview(a, &l->all), &ret->bytes);
    }
    t = l->one ? report_agent_table(a, &l->agent) : report_overview_table(a, &l->all);
    if (str_is(l->format, "xlsx")) {
        ret->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        return xlsx_write(a, "Report", t.head, t.n_head, t.rows, t.n, &ret->bytes);
    }
    ret->type = "text/csv; charset=utf-8";
    ret->bytes = report_table_csv(a, &t);
    return NULL;
}
