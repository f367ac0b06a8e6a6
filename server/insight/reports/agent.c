/* An agent over a time: how many calls, how they scored, week by week and question by question, and
 * which calls are worth talking about. Integers only: the same rows give the same report. */
#include "insight/reports/agent.h"

#include "core/time.h"
#include "core/zone.h"
#include "insight/reports/call.h"

#define DAY (86400 * TIME_S)
#define WEEKS_MAX 54
#define CRITERIA_MAX 60
#define TALK_ABOUT 5
#define GOOD_BP 8000 /* at and above it there is nothing to mend */
#define CSV_MAX (4u << 20)

struct mean {
    int64_t n, sum;
};

static void count_in(struct mean *m, int64_t value)
{
    m->n++;
    m->sum += value;
}

static int32_t mean_of(struct mean m)
{
    return m.n ? (int32_t)((m.sum + (m.sum < 0 ? -m.n : m.n) / 2) / m.n) : -1;
}

static bool has_score(const struct report_agent_calls_out *c)
{
    return str_is(c->state, "scored") && c->score_bp >= 0;
}

static struct mean scores(const struct report_agent_calls_out *v, size_t n)
{
    struct mean m = {0, 0};

    for (size_t i = 0; i < n; i++)
        if (has_score(&v[i]))
            count_in(&m, v[i].score_bp);
    return m;
}

static void part(struct doc *d, const char *title)
{
    doc_add(d, (struct doc_block){.kind = DOC_PART, .text = str_of(title)});
}

static void fact(struct doc *d, const char *name, struct str value)
{
    doc_add(d, (struct doc_block){.kind = DOC_FACT, .text = str_of(name), .more = value});
}

static struct str points(struct arena *a, int64_t bp)
{
    return str_fmt(a, "%lld of 100", (long long)(bp + 50) / 100);
}

/* "+4", "−3", "the same" in whole points. */
static struct str change(struct arena *a, int64_t now_bp, int64_t before_bp)
{
    long long by = (now_bp + 50) / 100 - (before_bp + 50) / 100;

    return by ? str_fmt(a, "%s%lld", by > 0 ? "+" : "−", by > 0 ? by : -by) : STR("the same");
}

static void put_figures(struct doc *d, const struct agent_facts *f)
{
    struct mean now = scores(f->calls, f->n_calls), before = scores(f->before, f->n_before);
    struct mean length = {0, 0}, share = {0, 0};
    int64_t breaches = 0, held = 0;

    for (size_t i = 0; i < f->n_calls; i++) {
        const struct report_agent_calls_out *c = &f->calls[i];

        if (c->duration_s > 0)
            count_in(&length, c->duration_s);
        if (c->agent_share_bp > 0)
            count_in(&share, c->agent_share_bp);
        breaches += c->breaches > 0;
        held += str_is(c->state, "held");
    }
    fact(d, "Calls", str_fmt(d->a, "%zu, before %zu", f->n_calls, f->n_before));
    fact(d, "Scored", str_fmt(d->a, "%lld, held back %lld", (long long)now.n, (long long)held));
    if (now.n)
        fact(d, "Average score", before.n
             ? str_fmt(d->a, "%.*s, %.*s against the time before", STR_ARG(points(d->a, mean_of(now))),
                       STR_ARG(change(d->a, mean_of(now), mean_of(before))))
             : points(d->a, mean_of(now)));
    if (length.n)
        fact(d, "Average length", doc_clock(d->a, (int64_t)mean_of(length) * 1000));
    if (share.n)
        fact(d, "Share of the talk", str_fmt(d->a, "%d %%", (mean_of(share) + 50) / 100));
    fact(d, "Calls with a breach", str_fmt(d->a, "%lld", (long long)breaches));
}

static int64_t wall_day(const struct zone *z, int64_t t)
{
    int64_t wall = z ? zone_wall(z, t) : t;

    return (wall - (wall % DAY + DAY) % DAY) / DAY;
}

/* Monday of the week; day 0 was a Thursday. */
static int64_t monday(int64_t day)
{
    return day - ((day + 3) % 7 + 7) % 7;
}

static struct str day_text(struct arena *a, int64_t day)
{
    int64_t y, m, d;

    time_date(day, &y, &m, &d);
    return str_fmt(a, "%04lld-%02lld-%02lld", (long long)y, (long long)m, (long long)d);
}

static void put_weeks(struct doc *d, const struct agent_facts *f)
{
    const struct zone *z = zone_find(f->zone);
    struct mean week = {0, 0};
    int64_t calls = 0, at = 0;

    part(d, "Week by week");
    for (size_t i = 0; i <= f->n_calls; i++) {
        int64_t now = i < f->n_calls ? monday(wall_day(z, f->calls[i].started_at)) : INT64_MAX;

        if (i && now != at) {
            doc_add(d, (struct doc_block){
                .kind = DOC_BAR, .bp = mean_of(week),
                .text = str_fmt(d->a, "Week of %.*s", STR_ARG(day_text(d->a, at))),
                .more = str_fmt(d->a, "%lld %s, %lld scored", (long long)calls,
                                calls == 1 ? "call" : "calls", (long long)week.n)});
            week = (struct mean){0, 0};
            calls = 0;
        }
        if (i == f->n_calls)
            break;
        at = now;
        calls++;
        if (has_score(&f->calls[i]))
            count_in(&week, f->calls[i].score_bp);
    }
}

static void put_criteria(struct doc *d, const struct agent_facts *f)
{
    size_t n = f->n_criteria < CRITERIA_MAX ? f->n_criteria : CRITERIA_MAX;

    if (!n)
        return;
    part(d, "Question by question, the lowest first");
    for (size_t i = 0; i < n; i++) {
        const struct report_agent_criteria_out *c = &f->criteria[i];
        bool halves = c->early > 0 && c->late > 0;

        doc_add(d, (struct doc_block){
            .kind = DOC_BAR, .text = c->text, .bp = (int32_t)c->mean_bp,
            .more = halves ? str_fmt(d->a, "%lld verdicts, %.*s in the second half", (long long)c->verdicts,
                                     STR_ARG(change(d->a, c->late_bp, c->early_bp)))
                           : str_fmt(d->a, "%lld verdicts", (long long)c->verdicts)});
    }
}

static void put_lowest(struct doc *d, const struct agent_facts *f)
{
    const struct report_agent_calls_out *low[TALK_ABOUT];
    size_t n = 0;

    for (size_t i = 0; i < f->n_calls; i++) {
        const struct report_agent_calls_out *c = &f->calls[i];
        size_t at = n;

        if (!has_score(c) || c->score_bp >= GOOD_BP)
            continue;
        while (at && low[at - 1]->score_bp > c->score_bp)
            at--;
        if (at == TALK_ABOUT)
            continue;
        if (n < TALK_ABOUT)
            n++;
        for (size_t k = n - 1; k > at; k--)
            low[k] = low[k - 1];
        low[at] = c;
    }
    if (!n)
        return;
    part(d, "Calls worth talking about");
    for (size_t i = 0; i < n; i++) {
        char id[UUID_TEXT];

        doc_add(d, (struct doc_block){
            .kind = DOC_ITEM, .text = low[i]->title.n ? low[i]->title : STR("Call"),
            .more = str_fmt(d->a, "%.*s, %.*s", STR_ARG(points(d->a, low[i]->score_bp)),
                            STR_ARG(report_when(d->a, low[i]->started_at, f->zone))),
            .note = str_fmt(d->a, "Call %s", uuid_text(low[i]->id, id).p)});
    }
}

struct doc *report_agent(struct arena *a, const struct agent_facts *f)
{
    const struct zone *z = zone_find(f->zone);
    struct doc *d = doc_new(a, STR("Agent report"),
                            str_fmt(a, "%.*s to %.*s (%.*s)", STR_ARG(day_text(a, wall_day(z, f->from))),
                                    STR_ARG(day_text(a, wall_day(z, f->to - 1))),
                                    STR_ARG(z && f->zone.n ? f->zone : STR("UTC"))), f->to);

    fact(d, "Agent", f->name);
    put_figures(d, f);
    if (!f->n_calls) {
        doc_add(d, (struct doc_block){.kind = DOC_TEXT, .text = STR("There were no calls in this time.")});
        return d;
    }
    put_weeks(d, f);
    put_criteria(d, f);
    put_lowest(d, f);
    return d;
}

static const char *const HEAD[] = {"call", "started_at", "direction", "title", "state", "seconds",
                                   "score", "sentiment_percent", "agent_share_percent", "breaches"};
#define COLUMNS (sizeof HEAD / sizeof *HEAD)

static struct csv_row row_of(struct arena *a, const struct report_agent_calls_out *c)
{
    struct str *cell = ARENA_ARRAY(a, COLUMNS, struct str);
    bool told = has_score(c);
    char id[UUID_TEXT], iso[32];

    cell[0] = str_dup(a, uuid_text(c->id, id));
    cell[1] = str_dup(a, time_iso(c->started_at, iso));
    cell[2] = c->direction;
    cell[3] = c->title.p ? c->title : STR("");
    cell[4] = c->state;
    cell[5] = str_fmt(a, "%lld", (long long)c->duration_s);
    cell[6] = told ? str_fmt(a, "%lld.%02lld", (long long)c->score_bp / 100, (long long)c->score_bp % 100) : STR("");
    cell[7] = told ? str_fmt(a, "%lld", (long long)c->sentiment_bp / 100) : STR("");
    cell[8] = str_fmt(a, "%lld", ((long long)c->agent_share_bp + 50) / 100);
    cell[9] = str_fmt(a, "%lld", (long long)c->breaches);
    return (struct csv_row){COLUMNS, cell};
}

struct report_table report_agent_table(struct arena *a, const struct agent_facts *f)
{
    struct csv_row *rows = ARENA_ARRAY(a, f->n_calls, struct csv_row);

    for (size_t i = 0; i < f->n_calls; i++)
        rows[i] = row_of(a, &f->calls[i]);
    return (struct report_table){HEAD, COLUMNS, rows, f->n_calls};
}

struct str report_table_csv(struct arena *a, const struct report_table *t)
{
    struct buf b = buf_new(a, CSV_MAX);

    for (size_t i = 0; i < t->n_head; i++)
        csv_cell(&b, str_of(t->head[i]), i == 0);
    csv_end_row(&b);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->rows[i].n; k++)
            csv_cell(&b, t->rows[i].cells[k], k == 0);
        csv_end_row(&b);
    }
    return buf_str(&b);
}
