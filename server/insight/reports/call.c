/* The report of a call: facts, summary, feelings, moments, talk, next steps, what it rests on. The
 * score and all that follows from it is in verdicts.c. */
#include "insight/reports/call.h"

#include "core/time.h"
#include "core/zone.h"

#define MOST 40 /* findings of one kind */

struct str report_when(struct arena *a, int64_t t, struct str zone)
{
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                                         "August", "September", "October", "November", "December"};
    const struct zone *z = zone_find(zone);
    int64_t wall = z ? zone_wall(z, t) : t, days = wall / (86400 * TIME_S), y, m, d, minutes;

    if (wall % (86400 * TIME_S) < 0)
        days--;
    minutes = (wall - days * 86400 * TIME_S) / (60 * TIME_S);
    time_date(days, &y, &m, &d);
    return str_fmt(a, "%lld %s %lld, %02lld:%02lld (%.*s)", (long long)d, months[m - 1], (long long)y,
                   (long long)minutes / 60, (long long)minutes % 60,
                   STR_ARG(z && zone.n ? zone : STR("UTC")));
}

struct str report_spoken(struct arena *a, struct str name)
{
    struct buf b = buf_new(a, 4096);

    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] >= 'a' && name.p[i] <= 'z')
            return name;
    for (size_t i = 0; i < name.n && i < 4000; i++) {
        char c = name.p[i];

        buf_char(&b, c == '_' ? ' ' : i && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    return b.n ? buf_str(&b) : STR("");
}

void report_quotes(struct doc *d, const struct json *of, size_t most)
{
    const struct json *spans = json_get(of, "spans");
    size_t n = json_count(spans);

    for (size_t i = 0; i < n && i < most; i++) {
        const struct json *s = json_at(spans, i);
        struct str who = json_text(s, "speaker");

        doc_add(d, (struct doc_block){
            .kind = DOC_QUOTE, .text = json_text(s, "words"), .ms = (int32_t)json_int(s, "start_ms", 0),
            .more = str_is(who, "agent") ? STR("Agent") : str_is(who, "customer") ? STR("Customer")
                                                                                  : STR("Speaker")});
    }
}

static void fact(struct doc *d, const char *name, struct str value)
{
    if (value.n)
        doc_add(d, (struct doc_block){.kind = DOC_FACT, .text = str_of(name), .more = value});
}

static void part(struct doc *d, const char *title)
{
    doc_add(d, (struct doc_block){.kind = DOC_PART, .text = str_of(title)});
}

static void text(struct doc *d, struct str s)
{
    if (s.n)
        doc_add(d, (struct doc_block){.kind = DOC_TEXT, .text = s});
}

static void put_facts(struct doc *d, const struct report_call_out *row, struct str zone)
{
    fact(d, "Agent", row->agent_name.n ? row->agent_name : STR("Not known"));
    fact(d, "Customer", row->customer);
    fact(d, "When", report_when(d->a, row->started_at, zone));
    fact(d, "Direction", str_is(row->direction, "inbound")    ? STR("Inbound")
                         : str_is(row->direction, "outbound") ? STR("Outbound") : STR("Internal"));
    if (row->duration_s > 0)
        fact(d, "Length", doc_clock(d->a, row->duration_s * 1000));
    fact(d, "Queue", row->queue);
    if (row->card.n)
        fact(d, "Scorecard", str_fmt(d->a, "%.*s, version %lld", STR_ARG(row->card),
                                     (long long)row->card_version));
}

static void put_findings(struct doc *d, const char *title, const struct json *list)
{
    size_t n = json_count(list);

    if (!n)
        return;
    part(d, title);
    for (size_t i = 0; i < n && i < MOST; i++) {
        const struct json *f = json_at(list, i);
        struct str state = json_text(f, "state"), detail = json_text(f, "detail");

        if (state.n)
            detail = str_fmt(d->a, "%.*s%s%s", STR_ARG(detail), detail.n ? " — " : "",
                             str_is(state, "OPEN") ? "not taken up" : "taken up");
        doc_add(d, (struct doc_block){.kind = DOC_ITEM, .text = report_spoken(d->a, json_text(f, "name")),
                                      .more = detail});
        report_quotes(d, f, 2);
    }
    if (n > MOST)
        text(d, str_fmt(d->a, "And %zu more, which the page of the call shows.", n - MOST));
}

static void put_line(struct doc *d, const struct json *moods)
{
    size_t n = json_count(moods), kept = 0;
    struct doc_point *points = ARENA_ARRAY(d->a, n, struct doc_point);

    for (size_t i = 0; i < n; i++) {
        int64_t bp = json_int(json_at(moods, i), "bp", INT32_MAX);

        if (bp >= -10000 && bp <= 10000)
            points[kept++] =
                (struct doc_point){(int32_t)json_int(json_at(moods, i), "ms", 0), (int32_t)bp};
    }
    if (kept > 1)
        doc_add(d, (struct doc_block){.kind = DOC_MOOD, .points = points, .n_points = kept});
}

static void put_feelings(struct doc *d, const struct json *x, const struct json *moods)
{
    struct str mood = json_text(x, "sentiment"), why = json_text(x, "sentiment_reason");

    if (!mood.n)
        return;
    part(d, "How the customer felt");
    text(d, str_fmt(d->a, "%.*s%s%.*s", STR_ARG(report_spoken(d->a, mood)), why.n ? ". " : ".",
                    STR_ARG(why)));
    put_line(d, moods);
    for (size_t i = 0; i < json_count(json_get(x, "emotions")) && i < MOST; i++) {
        const struct json *f = json_at(json_get(x, "emotions"), i);

        doc_add(d, (struct doc_block){.kind = DOC_ITEM, .text = report_spoken(d->a, json_text(f, "name")),
                                      .more = json_text(f, "detail")});
        report_quotes(d, f, 1);
    }
}

static void put_talk(struct doc *d, const struct json *x)
{
    int64_t share = json_int(x, "agent_share_bp", -1);

    if (share < 0 || share > 10000 ||
        json_int(x, "agent_talk_ms", 0) + json_int(x, "customer_talk_ms", 0) <= 0)
        return;
    part(d, "Who spoke");
    doc_add(d, (struct doc_block){.kind = DOC_SHARE, .bp = (int32_t)share});
    fact(d, "Longest speech", doc_clock(d->a, json_int(x, "longest_monologue_ms", 0)));
    fact(d, "Longest silence", doc_clock(d->a, json_int(x, "longest_silence_ms", 0)));
    fact(d, "Interruptions", str_fmt(d->a, "%lld by the agent, %lld by the customer",
                                     (long long)json_int(x, "interruptions_by_agent", 0),
                                     (long long)json_int(x, "interruptions_by_customer", 0)));
    fact(d, "Pace", str_fmt(d->a, "agent %lld words a minute, customer %lld",
                            (long long)json_int(x, "agent_wpm", 0),
                            (long long)json_int(x, "customer_wpm", 0)));
    fact(d, "Agent’s questions", str_fmt(d->a, "%lld", (long long)json_int(x, "questions_by_agent", 0)));
}

static void put_steps(struct doc *d, const struct json *x)
{
    const struct json *actions = json_get(x, "actions"), *next = json_get(x, "next_action");
    size_t n = json_count(actions);

    if (!n && json_kind(next) != J_OBJECT)
        return;
    part(d, "Next steps");
    for (size_t i = 0; i < n && i < MOST; i++) {
        const struct json *f = json_at(actions, i);
        struct str owner = json_text(f, "owner"), due = json_text(f, "due");

        doc_add(d, (struct doc_block){
            .kind = DOC_ITEM, .text = report_spoken(d->a, json_text(f, "name")), .more = json_text(f, "detail"),
            .note = str_fmt(d->a, "%.*s%s%.*s", STR_ARG(report_spoken(d->a, owner)),
                            owner.n && due.n ? ", " : "", STR_ARG(due))});
        report_quotes(d, f, 1);
    }
    if (json_kind(next) == J_OBJECT) {
        doc_add(d, (struct doc_block){.kind = DOC_ITEM, .text = report_spoken(d->a, json_text(next, "name")),
                                      .more = json_text(next, "detail"), .note = STR("Next best action")});
        report_quotes(d, next, 1);
    }
}

static void put_basis(struct doc *d, const struct report_call_out *row, const struct json *x)
{
    char id[UUID_TEXT];

    part(d, "What this rests on");
    fact(d, "Call", uuid_text(row->id, id));
    if (row->speech.n)
        fact(d, "Transcript", str_fmt(d->a, "%.*s, heard with a confidence of %lld %%", STR_ARG(row->speech),
                                      (long long)(row->confidence_bp + 50) / 100));
    if (json_text(x, "engine").n)
        fact(d, "Analysis", str_fmt(d->a, "%.*s %.*s", STR_ARG(json_text(x, "engine")),
                                    STR_ARG(json_text(x, "engine_version"))));
    if (!uuid_is_zero(row->score_id))
        fact(d, "Score", str_fmt(d->a, "%s, by %.*s", uuid_text(row->score_id, id).p,
                                 STR_ARG(row->reviewer.n ? row->reviewer : row->engine)));
    text(d, STR("Every quote was checked against the transcript. Times are from the beginning of the "
                "recording."));
}

static const struct err *parsed(struct arena *a, struct str s, const struct json **ret)
{
    *ret = NULL;
    return s.n ? json_parse(a, s, ret) : NULL;
}

const struct err *report_call(struct arena *a, const struct report_call_out *row, struct str zone,
                              struct doc **ret)
{
    struct doc *d = doc_new(a, STR("Coaching report"), row->title.n ? row->title : STR("Call"),
                            row->started_at);
    const struct json *x, *moods, *sections, *criteria;
    const struct err *e = parsed(a, row->analysis, &x);

    if (!e)
        e = parsed(a, row->moods, &moods);
    if (!e)
        e = parsed(a, row->sections, &sections);
    if (!e)
        e = parsed(a, row->criteria, &criteria);
    if (e)
        return e;
    put_facts(d, row, zone);
    if (json_text(x, "summary").n || json_text(x, "detailed").n) {
        part(d, "In short");
        text(d, json_text(x, "summary"));
        if (!str_eq(json_text(x, "detailed"), json_text(x, "summary")))
            text(d, json_text(x, "detailed"));
    }
    report_score(d, row, sections, criteria, x);
    report_verdicts(d, criteria);
    put_feelings(d, x, moods);
    put_findings(d, "Key moments", json_get(x, "moments"));
    put_findings(d, "Objections", json_get(x, "objections"));
    put_findings(d, "Breaches", json_get(x, "breaches"));
    put_talk(d, x);
    put_steps(d, x);
    put_basis(d, row, x);
    *ret = d;
    return NULL;
}
