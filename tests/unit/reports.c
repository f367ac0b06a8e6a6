/* Reports: what is in one, that nothing said in a call breaks out of it, that the same facts give the
 * same bytes, and that it stays within bounds. PDFs are read by the tools of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/crypto.h"
#include "core/time.h"
#include "insight/reports/agent.h"
#include "insight/reports/call.h"
#include "insight/reports/clip.h"
#include "insight/reports/mailed.h"
#include "insight/reports/pack.h"

extern const struct CMUnitTest reports_tests[];
extern const size_t n_reports_tests;

#define CASES RINGSIGHT_SOURCE_DIR "/tests/unit/reports/"

static int set_up(void **state)
{
    *state = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static struct str slurp(struct arena *a, FILE *f)
{
    struct buf b = buf_new(a, 32u << 20);
    char part[65536];
    size_t n;

    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)))
        buf_add(&b, str_n(part, n));
    return b.n ? buf_str(&b) : STR("");
}

static struct str file_of(struct arena *a, const char *name)
{
    FILE *f = fopen(str_c(a, str_fmt(a, CASES "%s", name)), "rbe");
    struct str s = slurp(a, f);

    fclose(f);
    return s;
}

static struct report_call_out scored(struct arena *a)
{
    struct report_call_out row = {
        .direction = STR("inbound"), .customer = STR("Ruth Marlow"), .agent_name = STR("Mia Patel"),
        .duration_s = 184, .title = STR("Refund of a double charge"), .state = STR("scored"),
        .speech = STR("pocketsphinx"), .confidence_bp = 8712, .analysis = file_of(a, "analysis.json"),
        .moods = STR("[{\"ms\":0,\"bp\":-4200},{\"ms\":9000,\"bp\":null},{\"ms\":21000,\"bp\":-6000},"
                     "{\"ms\":60000,\"bp\":1500},{\"ms\":170000,\"bp\":5200}]"),
        .score_state = STR("scored"), .score_bp = 6250, .card = STR("Support"), .card_version = 3,
        .sections = STR("[{\"name\":\"Opening\",\"score_bp\":10000,\"weight\":2},"
                        "{\"name\":\"Solving\",\"score_bp\":5000,\"weight\":6},"
                        "{\"name\":\"Selling\",\"score_bp\":null,\"weight\":1}]"),
        .criteria = file_of(a, "criteria.json"), .mode = STR("decide"), .engine = STR("builtin")};

    assert_true(time_parse(STR("2026-07-26T14:05:00Z"), &row.started_at));
    assert_true(uuid_parse(STR("01980000-0000-7000-8000-000000000001"), &row.id));
    assert_true(uuid_parse(STR("01980000-0000-7000-8000-000000000002"), &row.score_id));
    return row;
}

static struct doc *doc_of(struct arena *a, const struct report_call_out *row)
{
    struct doc *d;

    assert_null(report_call(a, row, STR("Europe/London"), &d));
    return d;
}

static struct str pdf_of(const struct doc *d)
{
    struct str bytes;
    const struct err *e = doc_pdf(d, &bytes);

    if (e)
        fail_msg("%s: %.*s", e->code, STR_ARG(arena_why(d->a)));
    return bytes;
}

/* What another program says of these bytes. */
static struct str told(struct arena *a, struct str pdf, const char *command, const char *more)
{
    char path[] = "/tmp/ringsight-report-XXXXXX";
    int fd = mkstemp(path);
    struct str out;
    FILE *p;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, pdf.p, pdf.n), (ssize_t)pdf.n);
    close(fd);
    p = popen(str_c(a, str_fmt(a, "%s %s %s 2>&1", command, path, more)), "re");
    out = slurp(a, p);
    assert_int_equal(pclose(p), 0);
    unlink(path);
    return out;
}

static bool has(struct str s, const char *what)
{
    return str_find(s, str_of(what), 0) >= 0;
}

#define HAS(s, what)                                                                               \
    do {                                                                                           \
        if (!has(s, what))                                                                         \
            fail_msg("missing: %s\nin:\n%.*s", what, STR_ARG(s));                                  \
    } while (0)
#define HAS_NOT(s, what)                                                                           \
    do {                                                                                           \
        if (has(s, what))                                                                          \
            fail_msg("unwanted: %s\nin:\n%.*s", what, STR_ARG(s));                                 \
    } while (0)

/* WRITE_GOLDEN=1 writes the files anew; look at the difference before keeping it. */
static void golden(struct arena *a, const char *name, struct str got)
{
    if (getenv("WRITE_GOLDEN")) {
        FILE *f = fopen(str_c(a, str_fmt(a, CASES "%s", name)), "wbe");

        assert_non_null(f);
        assert_int_equal(fwrite(got.p, 1, got.n, f), got.n);
        fclose(f);
    }
    if (!str_eq(got, file_of(a, name)))
        fail_msg("%s differs; now it is:\n%.*s", name, STR_ARG(got));
}

static void markdown_is_as_it_was(void **state)
{
    struct arena *a = *state;
    struct report_call_out row = scored(a);

    golden(a, "scored.md", doc_markdown(doc_of(a, &row)));
    row.score_state = STR("held");
    row.reason = STR("The transcript is too uncertain to score.");
    row.score_bp = 0;
    golden(a, "held.md", doc_markdown(doc_of(a, &row)));
}

static void no_score_says_why(void **state)
{
    struct arena *a = *state;
    struct report_call_out row = {.direction = STR("outbound"), .customer = STR("+441632960111"),
                                  .state_reason = STR("The recording is missing.")};
    struct str md = doc_markdown(doc_of(a, &row));

    HAS(md, "The recording is missing.");
    row.blind = true;
    HAS(doc_markdown(doc_of(a, &row)), "once you have submitted your answers");
    row = scored(a);
    row.void_reason = STR("Wrong customer.");
    HAS(doc_markdown(doc_of(a, &row)), "voided and counts nowhere. Wrong customer.");
    row.void_reason = STR_NONE;
    row.mode = STR("suggest");
    HAS(doc_markdown(doc_of(a, &row)), "This score is a suggestion");
}

static void words_stay_words(void **state)
{
    struct arena *a = *state;
    struct doc *d = doc_new(a, STR("# <b>T</b>"), STR("1. [a](javascript:b) `c` *d*"), 0);
    struct str md;

    doc_add(d, (struct doc_block){.kind = DOC_TEXT, .text = STR("- one\n## two\r\n<script>x</script> | y")});
    doc_add(d, (struct doc_block){.kind = DOC_QUOTE, .text = STR("a\n\n> b"), .more = STR("Agent")});
    doc_add(d, (struct doc_block){.kind = DOC_TEXT, .text = STR("\xff\xfe ok \xe2\x80\xae rtl \xc2\x85 \xed\xa0\x80.")});
    md = doc_markdown(d);
    HAS(md, "# # &lt;b>T&lt;/b>\n");
    HAS(md, "1\\. \\[a\\](javascript:b) \\`c\\` \\*d\\*");
    HAS(md, "\\- one ## two &lt;script>x&lt;/script> \\| y");
    HAS(md, "  > 0:00 Agent: “a > b”\n");
    HAS(md, "�� ok rtl ���.");
    assert_true(str_utf8(md));
}

/* Any bytes at all: what comes out is one line of UTF-8, and both writers live. */
static void any_bytes(void **state)
{
    struct arena *a = *state;
    struct doc *d = doc_new(a, STR("Any"), STR(""), 0);
    uint32_t seed = 1;

    for (int i = 0; i < 3000; i++) {
        char raw[64];
        struct str clean;

        for (size_t k = 0; k < sizeof raw; k++) {
            seed = seed * 1664525 + 1013904223;
            raw[k] = (char)(uint8_t)(seed >> (i % 2 ? 24 : 26));
            if (i % 3 == 0 && k % 4 == 0)
                raw[k] = (char)(0xe0 + (seed >> 28));
        }
        clean = doc_clean(a, str_n(raw, sizeof raw));
        assert_true(str_utf8(clean));
        assert_true(str_find(clean, STR("\n"), 0) < 0);
        if (i % 10 == 0)
            doc_add(d, (struct doc_block){.kind = (enum doc_kind)(DOC_PART + i / 10 % 8),
                                          .text = str_n(raw, 64), .more = str_n(raw, 40), .ms = i});
    }
    assert_true(str_utf8(doc_markdown(d)));
    HAS(told(a, pdf_of(d), "qpdf --check", ""), "No syntax or stream encoding errors");
}

static void pdf_is_stable_and_sound(void **state)
{
    struct arena *a = *state;
    struct report_call_out row = scored(a);
    struct str one = pdf_of(doc_of(a, &row)), two, text;

    row.customer = STR("Somebody Else");
    pdf_of(doc_of(a, &row)); /* what was written between must not show */
    row.customer = STR("Ruth Marlow");
    two = pdf_of(doc_of(a, &row));
    assert_true(str_eq(one, two));
    assert_true(str_starts(one, STR("%PDF-1.5")));
    HAS(told(a, one, "qpdf --check", ""), "No syntax or stream encoding errors");
    text = told(a, one, "pdftotext -layout", "-");
    HAS(text, "Coaching report");
    HAS(text, "Ruth Marlow");
    HAS(text, "26 July 2026, 15:05 (Europe/London)");
    HAS(text, "I was charged twice for the same month");
    HAS(told(a, one, "pdfinfo -isodates", ""), "CreationDate:    2026-07-26T14:05:00Z");
}

/* The bytes themselves, where libraries and fonts are those of Debian 12. */
static void pdf_is_as_it_was(void **state)
{
    struct arena *a = *state;
    struct report_call_out row = scored(a);
    struct hash h = crypto_sha256(pdf_of(doc_of(a, &row)));
    FILE *p = popen("dpkg-query -W -f '${Package} ${Version}\\n' libcairo2 libpango-1.0-0 libfreetype6 "
                    "libharfbuzz0b fonts-noto-core zlib1g libfribidi0 2>&1", "re");
    struct str got = slurp(a, p);

    pclose(p);
    got = str_fmt(a, "%.*s%.*s\n", STR_ARG(got), STR_ARG(crypto_hex(a, str_n(h.b, sizeof h.b))));
    if (!getenv("WRITE_GOLDEN")) {
        struct str kept = file_of(a, "scored.pdf.sha256");

        if (!str_eq(str_sub(got, 0, got.n - 65), str_sub(kept, 0, kept.n - 65))) {
            print_message("other libraries than the golden hash was made with: not compared\n");
            skip();
        }
    }
    golden(a, "scored.pdf.sha256", got);
}

static void right_to_left(void **state)
{
    struct arena *a = *state;
    struct report_call_out row = scored(a);
    struct str text, fonts;

    row.customer = STR("فاطمة الزهراء");
    row.agent_name = STR("דוד כהן");
    row.criteria = file_of(a, "arabic.json");
    text = told(a, pdf_of(doc_of(a, &row)), "pdftotext -layout", "-");
    HAS(text, "فاطمة");
    HAS(text, "דוד");
    HAS(text, "مرحبا");
    fonts = told(a, pdf_of(doc_of(a, &row)), "pdffonts", "");
    HAS(fonts, "NotoSansArabic");
    HAS(fonts, "NotoSansHebrew");
}

static void long_calls_stay_within_bounds(void **state)
{
    struct arena *a = *state;
    struct doc *d = doc_new(a, STR("Long"), STR(""), 0);
    char *word = arena_alloc(a, 100000);
    struct doc_point *points = ARENA_ARRAY(a, 20000, struct doc_point);
    clock_t began = clock();
    struct str pdf;

    memset(word, 'w', 100000);
    for (int32_t i = 0; i < 20000; i++)
        points[i] = (struct doc_point){i * 720, i % 7 * 1000 - 3000};
    doc_add(d, (struct doc_block){.kind = DOC_MOOD, .points = points, .n_points = 20000});
    assert_int_equal(d->blocks[0].n_points, DOC_MAX_POINTS);
    for (int i = 0; i < 5000; i++)
        doc_add(d, (struct doc_block){.kind = DOC_QUOTE, .text = str_n(word, 100000), .more = STR("Agent"),
                                      .ms = i * 2880});
    assert_int_equal(d->n, DOC_MAX_BLOCKS);
    assert_true(d->blocks[1].text.n < DOC_MAX_TEXT + 8);
    assert_true(doc_markdown(d).n < (6u << 20));
    pdf = pdf_of(d);
    HAS(told(a, pdf, "pdfinfo", ""), "Pages:           60");
    HAS(told(a, pdf, "pdftotext -f 60 -l 60", "-"), "has no more pages than this");
    assert_true(pdf.n < (2u << 20));
    assert_true((clock() - began) / CLOCKS_PER_SEC < 30);
}

static struct report_agent_calls_out call_at(struct arena *a, const char *when, const char *title, int64_t bp)
{
    struct report_agent_calls_out c = {.title = str_of(title), .direction = STR("inbound"),
                                       .state = bp < 0 ? STR("held") : STR("scored"), .duration_s = 120,
                                       .score_bp = bp, .sentiment_bp = -2500, .agent_share_bp = 5500};

    assert_true(time_parse(str_of(when), &c.started_at));
    c.id.b[15] = (uint8_t)(bp / 100 + 1);
    (void)a;
    return c;
}

static struct agent_facts weeks(struct arena *a)
{
    static struct report_agent_calls_out calls[5], before[1];
    static const struct report_agent_criteria_out criteria[] = {
        {STR("Support"), STR("closes"), STR("Asks whether anything is left"), 4, 2500, 2, 0, 2, 5000},
        {STR("Support"), STR("greets"), STR("Greets by name"), 4, 10000, 0, 0, 4, 10000},
    };
    struct agent_facts f = {.name = STR("Mia Patel"), .zone = STR("Europe/London"), .n_calls = 5,
                            .n_before = 1, .n_criteria = 2, .calls = calls, .before = before,
                            .criteria = criteria};

    calls[0] = call_at(a, "2026-07-05T22:30:00Z", "Sunday still", 4000);
    calls[1] = call_at(a, "2026-07-05T23:30:00Z", "Monday here already", 6000);
    calls[2] = call_at(a, "2026-07-08T10:00:00Z", "=cmd()", 8000);
    calls[3] = call_at(a, "2026-07-09T10:00:00Z", "Held", -1);
    calls[4] = call_at(a, "2026-07-14T10:00:00Z", "Best", 10000);
    before[0] = call_at(a, "2026-06-14T10:00:00Z", "Before", 5000);
    assert_true(time_parse(STR("2026-07-01T00:00:00+01:00"), &f.from));
    assert_true(time_parse(STR("2026-08-01T00:00:00+01:00"), &f.to));
    return f;
}

static void weeks_of_an_agent(void **state)
{
    struct arena *a = *state;
    struct agent_facts f = weeks(a);
    struct str md = doc_markdown(report_agent(a, &f));

    golden(a, "agent.md", md);
    golden(a, "agent.csv", report_table_csv(a, &(struct report_table[]){report_agent_table(a, &f)}[0]));
    HAS(md, "**Average score**: 70 of 100, +20 against the time before");
    HAS(md, "Week of 2026-06-29: **40 of 100** (1 call, 1 scored)"); /* by the clocks of the tenant */
    HAS(md, "Week of 2026-07-06: **70 of 100** (3 calls, 2 scored)");
    HAS(told(a, pdf_of(report_agent(a, &f)), "pdftotext -layout", "-"), "Calls worth talking about");
    f.n_calls = f.n_before = f.n_criteria = 0;
    HAS(doc_markdown(report_agent(a, &f)), "There were no calls in this time.");
}

static void clips(void **state)
{
    struct arena *a = *state;
    int16_t left[] = {1, -2, 300}, right[] = {-1, 2, -300};
    struct media_pcm pcm = {{left, right}, 3};
    struct str wav = clip_wav(a, &pcm, 2);
    struct turn_word words[] = {{STR("before"), 100, 200, 1}, {STR("in"), 1000, 1200, 1},
                                {STR("side"), 1900, 2400, 1}, {STR("after"), 2000, 2300, 1}};
    struct turn turns[] = {{SPEAKER_AGENT, 100, 2400, 4, words}, {SPEAKER_CUSTOMER, 5000, 5200, 1, words}};
    struct conversation c = {.n_turns = 2, .turns = turns};
    struct doc *d = doc_new(a, STR("Clip"), STR(""), 0);

    assert_int_equal(wav.n, 44 + 12);
    assert_memory_equal(wav.p + 22, "\2\0\x80\x3e\0\0\0\xfa\0\0\4\0\x10\0data\x0c\0\0\0\1\0\xff\xff\xfe\xff\2\0", 30);
    clip_words(d, &c, 1000, 2000);
    assert_int_equal(d->n, 1);
    assert_true(str_is(d->blocks[0].text, "in side"));
    assert_int_equal(d->blocks[0].ms, 1000);
}

static void archives(void **state)
{
    struct arena *a = *state;
    struct str made[2], listed;
    struct hash h[2];

    for (int i = 0; i < 2; i++) {
        struct pack *p;
        char *all = arena_alloc(a, 4096);
        int64_t n;
        size_t got;

        assert_null(pack_new(a, &p));
        assert_null(pack_add(p, STR("a.md"), STR("one"), INT64_C(1767225600) * TIME_S));
        assert_null(pack_add(p, STR("b.pdf"), STR("two"), INT64_C(1767225600) * TIME_S));
        assert_null(pack_done(p, &n, &h[i]));
        assert_null(pack_read(p, 0, all, 4096, &got));
        assert_int_equal(got, n);
        made[i] = str_n(all, got);
        assert_null(pack_read(p, n - 4, all + got, 100, &got));
        assert_int_equal(got, 4);
        assert_memory_equal(all + n, all + n - 4, 4);
        assert_null(pack_read(p, n, all, 0, &got));
        assert_int_equal(got, 0);
    }
    assert_true(str_eq(made[0], made[1]));
    assert_memory_equal(h[0].b, h[1].b, sizeof h[0].b);
    listed = told(a, made[0], "unzip -t", "");
    HAS(listed, "No errors detected");
    HAS(told(a, made[0], "unzip -l", ""), "b.pdf");
}

/* What a plan reports on, by the zone's clock, also when that is moved (8 March 2026 in Chicago, 29 March in London). */
static void days_of_a_plan(void **state)
{
    static const struct {
        const char *every, *zone, *now, *since, *until;
    } SPANS[] = {
        {"day", "", "2026-05-02T07:00:00Z", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"},
        {"day", "America/Chicago", "2026-03-09T12:00:00Z", "2026-03-08T06:00:00Z", "2026-03-09T05:00:00Z"},
        {"day", "Asia/Kathmandu", "2026-05-01T18:14:59Z", "2026-04-29T18:15:00Z", "2026-04-30T18:15:00Z"},
        {"day", "Asia/Kathmandu", "2026-05-01T18:15:00Z", "2026-04-30T18:15:00Z", "2026-05-01T18:15:00Z"},
        {"week", "Europe/London", "2026-03-30T06:00:00Z", "2026-03-23T00:00:00Z", "2026-03-29T23:00:00Z"},
        {"month", "", "2026-01-15T07:00:00Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"},
        {"month", "", "2028-03-01T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
        {"month", "Europe/London", "2026-04-28T06:00:00Z", "2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof SPANS / sizeof *SPANS; i++) {
        int64_t now, since, until;
        char one[32], two[32];

        assert_true(time_parse(str_of(SPANS[i].now), &now));
        report_span(str_of(SPANS[i].every), zone_find(str_of(SPANS[i].zone)), now, &since, &until);
        if (!str_eq(time_iso(since, one), str_of(SPANS[i].since)) || !str_eq(time_iso(until, two), str_of(SPANS[i].until)))
            fail_msg("%s %s at %s: %s to %s", SPANS[i].every, SPANS[i].zone, SPANS[i].now, time_iso(since, one).p,
                     time_iso(until, two).p);
    }
}

static void sums_of_many_agents(void **state)
{
    struct report_overview_out rows[] = {
        {.name = STR("Low"), .calls = 3, .before = 1, .scored = 2, .mean_bp = 4000, .before_bp = 5000, .moody = 1, .mood_bp = -5000},
        {.name = STR_NONE, .calls = 2, .before = 0, .scored = 0, .mean_bp = SQL_NULL, .before_bp = SQL_NULL, .mood_bp = SQL_NULL},
        {.name = STR("High"), .calls = 1, .before = 3, .scored = 1, .mean_bp = 10000, .before_bp = 9000, .breached = 1, .moody = 3,
         .mood_bp = 1000}};
    struct overview o = {.zone = STR(""), .about = STR("All"), .to = 86400 * TIME_S, .n = 3, .agents = rows};
    struct overview_sums s = overview_sum(&o);
    struct report_table t = report_overview_table(*state, &o);

    assert_int_equal(s.calls, 6);
    assert_int_equal(s.mean_bp, 6000);
    assert_int_equal(s.before_bp, 8000);
    assert_int_equal(s.mood_bp, -500);
    assert_true(str_is(report_mean(*state, 6000, 8000), "60 of 100, \xe2\x88\x92" "20 against the time before"));
    assert_true(str_is(report_mean(*state, 6000, 6010), "60 of 100, the same against the time before"));
    assert_true(str_is(report_mean(*state, -1, 8000), "none"));
    HAS(report_table_csv(*state, &t), "No known agent,2,0,0,,,0,0,,0");
    HAS(doc_markdown(report_overview(*state, &o)), "Low");
}

const struct CMUnitTest reports_tests[] = {
    T(days_of_a_plan), T(sums_of_many_agents),
    T(markdown_is_as_it_was), T(no_score_says_why), T(words_stay_words), T(any_bytes), T(pdf_is_stable_and_sound),
    T(pdf_is_as_it_was), T(right_to_left), T(long_calls_stay_within_bounds),
    T(weeks_of_an_agent), T(clips), T(archives),
};
const size_t n_reports_tests = sizeof reports_tests / sizeof *reports_tests;
