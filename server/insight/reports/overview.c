/* Agents side by side. Integers only: the same rows give the same report. Called for reports by mail. */
#include "insight/reports/overview.h"

#include "core/time.h"
#include "core/zone.h"

#define DAY (86400 * TIME_S)

struct str report_days(struct arena *a, int64_t from, int64_t to, struct str zone)
{
    const struct zone *z = zone_find(zone);
    int64_t one = (z ? zone_wall(z, from) : from) / DAY, two = (z ? zone_wall(z, to - 1) : to - 1) / DAY;
    int64_t y, m, d, yy, mm, dd;

    time_date(one, &y, &m, &d);
    time_date(two, &yy, &mm, &dd);
    return str_fmt(a, "%04lld-%02lld-%02lld%s%s (%.*s)", (long long)y, (long long)m, (long long)d, one == two ? "" : " to ",
                   one == two ? "" : str_fmt(a, "%04lld-%02lld-%02lld", (long long)yy, (long long)mm, (long long)dd).p,
                   STR_ARG(z && zone.n ? zone : STR("UTC")));
}

struct str report_mean(struct arena *a, int32_t mean_bp, int32_t before_bp)
{
    int by = (mean_bp + 50) / 100 - (before_bp + 50) / 100;

    if (mean_bp < 0)
        return STR("none");
    if (before_bp < 0)
        return str_fmt(a, "%d of 100", (mean_bp + 50) / 100);
    return str_fmt(a, "%d of 100, %s against the time before", (mean_bp + 50) / 100,
                   by ? str_fmt(a, "%s%d", by > 0 ? "+" : "−", by > 0 ? by : -by).p : "the same");
}

static int64_t weighed(int64_t sum, int64_t n)
{
    return (sum + (sum < 0 ? -n : n) / 2) / n;
}

struct overview_sums overview_sum(const struct overview *o)
{
    struct overview_sums s = {.mean_bp = -1, .before_bp = -1, .mood_bp = INT32_MIN};
    int64_t points = 0, was = 0, was_n = 0, mood = 0, moody = 0;

    for (size_t i = 0; i < o->n; i++) {
        const struct report_overview_out *r = &o->agents[i];

        s.calls += r->calls;
        s.before += r->before;
        s.scored += r->scored;
        s.held += r->held;
        s.breached += r->breached;
        points += r->scored ? r->mean_bp * r->scored : 0;
        if (r->before_bp != SQL_NULL) { /* each mean weighs as many calls as there were */
            was += r->before_bp * r->before;
            was_n += r->before;
        }
        if (r->moody) {
            mood += r->mood_bp * r->moody;
            moody += r->moody;
        }
    }
    if (s.scored)
        s.mean_bp = (int32_t)weighed(points, s.scored);
    if (was_n)
        s.before_bp = (int32_t)weighed(was, was_n);
    if (moody)
        s.mood_bp = (int32_t)weighed(mood, moody);
    return s;
}

static void fact(struct doc *d, const char *name, struct str value)
{
    doc_add(d, (struct doc_block){.kind = DOC_FACT, .text = str_of(name), .more = value});
}

static struct str name_of(const struct report_overview_out *r)
{
    return r->name.n ? r->name : STR("No known agent");
}

struct doc *report_overview(struct arena *a, const struct overview *o)
{
    struct overview_sums s = overview_sum(o);
    struct doc *d = doc_new(a, STR("Calls and scores"), report_days(a, o->from, o->to, o->zone), o->to);

    fact(d, "Of", o->about);
    fact(d, "Calls", str_fmt(a, "%lld, before %lld", (long long)s.calls, (long long)s.before));
    fact(d, "Scored", str_fmt(a, "%lld, held back %lld", (long long)s.scored, (long long)s.held));
    fact(d, "Average score", report_mean(a, s.mean_bp, s.before_bp));
    fact(d, "Calls with a breach", str_fmt(a, "%lld", (long long)s.breached));
    if (!s.calls) {
        doc_add(d, (struct doc_block){.kind = DOC_TEXT, .text = STR("There were no calls in this time.")});
        return d;
    }
    doc_add(d, (struct doc_block){.kind = DOC_PART, .text = STR("Agent by agent, the lowest first")});
    for (size_t i = 0; i < o->n; i++) {
        const struct report_overview_out *r = &o->agents[i];

        if (r->calls)
            doc_add(d, (struct doc_block){
                .kind = DOC_BAR, .text = name_of(r), .bp = r->scored ? (int32_t)r->mean_bp : -1,
                .more = str_fmt(a, "%lld %s, %lld scored%s", (long long)r->calls, r->calls == 1 ? "call" : "calls",
                                (long long)r->scored,
                                r->breached ? str_fmt(a, ", %lld with a breach", (long long)r->breached).p : "")});
    }
    return d;
}

static struct str hundredth(struct arena *a, int64_t n, int64_t bp)
{
    return n ? str_fmt(a, "%s%lld.%02lld", bp < 0 ? "-" : "", (long long)(bp < 0 ? -bp : bp) / 100,
                       (long long)(bp < 0 ? -bp : bp) % 100) : STR("");
}

struct report_table report_overview_table(struct arena *a, const struct overview *o)
{
    static const char *const head[] = {"agent", "calls", "calls_before", "scored", "score", "score_before", "held",
                                       "with_a_breach", "sentiment_percent", "seconds"};
    struct csv_row *rows = ARENA_ARRAY(a, o->n, struct csv_row);
    size_t columns = sizeof head / sizeof *head;

    for (size_t i = 0; i < o->n; i++) {
        const struct report_overview_out *r = &o->agents[i];
        struct str *c = ARENA_ARRAY(a, columns, struct str);

        c[0] = name_of(r);
        c[1] = str_fmt(a, "%lld", (long long)r->calls);
        c[2] = str_fmt(a, "%lld", (long long)r->before);
        c[3] = str_fmt(a, "%lld", (long long)r->scored);
        c[4] = hundredth(a, r->scored, r->mean_bp);
        c[5] = hundredth(a, r->before_bp != SQL_NULL, r->before_bp);
        c[6] = str_fmt(a, "%lld", (long long)r->held);
        c[7] = str_fmt(a, "%lld", (long long)r->breached);
        c[8] = hundredth(a, r->moody, r->mood_bp);
        c[9] = str_fmt(a, "%lld", (long long)r->seconds);
        rows[i] = (struct csv_row){columns, c};
    }
    return (struct report_table){head, columns, rows, o->n};
}
