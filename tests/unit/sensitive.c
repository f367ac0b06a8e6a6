/* What the detector finds in conversations of tests/unit/sensitive/cases.txt, with recall and precision of
 * each kind, and its parts one by one. `unit sensitive` prints the figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "insight/redaction/redaction.h"
#include "insight/sensitive/sensitive.h"
#include "insight/trackers/trackers.h"
#include "talk.h"

extern const struct CMUnitTest sensitive_tests[];
extern const size_t n_sensitive_tests;

#define WORDS 4000
#define LEAST_RECALL 97    /* percent of labelled words, all kinds */
#define LEAST_PRECISION 95 /* of words found */

/* One conversation and what its words are: 1 + kind, 0: nothing. */
struct labelled {
    struct conversation c;
    uint8_t label[WORDS];
};

static int kind_named(struct str name)
{
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++)
        if (str_is(name, sensitive_name(k)))
            return 1 + (int)k;
    fail_msg("no kind %.*s", STR_ARG(name));
    return 0;
}

static void read_line(struct arena *a, struct str line, struct labelled *x, size_t *io_n)
{
    struct turn *t = (struct turn *)(uintptr_t)&x->c.turns[x->c.n_turns++];
    struct turn_word *words = ARENA_ARRAY(a, 200, struct turn_word);
    struct str rest = line, word;
    int label = 0;

    t->speaker = str_starts(line, STR("agent:")) ? SPEAKER_AGENT : SPEAKER_CUSTOMER;
    t->words = words;
    str_split(&rest, ' ', &word);
    while (str_split(&rest, ' ', &word)) {
        bool ends = false;
        ptrdiff_t bar;

        if (word.n && word.p[0] == '{') {
            bar = str_find(word, STR("|"), 0);
            label = kind_named(str_sub(word, 1, (size_t)bar - 1));
            word = str_sub(word, (size_t)bar + 1, word.n);
        }
        if (word.n && word.p[word.n - 1] == '}') {
            ends = true;
            word.n--;
        }
        words[t->n_words] = (struct turn_word){word, (int32_t)*io_n * 300, (int32_t)*io_n * 300 + 250, 9000};
        t->n_words++;
        x->label[(*io_n)++] = (uint8_t)label;
        label = ends ? 0 : label;
    }
}

struct figures {
    size_t labelled[SENSITIVE_COUNT], hit[SENSITIVE_COUNT], found[SENSITIVE_COUNT];
};

static void look(struct arena *a, const struct labelled *x, size_t words, struct figures *f)
{
    size_t n, at = 0;
    struct sensitive_place *p = sensitive_find(a, &x->c, SENSITIVE_ALL, &n);
    uint8_t *found = ARENA_ARRAY(a, words, uint8_t);

    for (size_t t = 0; t < x->c.n_turns; at += x->c.turns[t++].n_words)
        for (size_t i = 0; i < n; i++)
            if (p[i].at.turn == t)
                for (size_t k = p[i].at.first; k <= p[i].at.last; k++)
                    found[at + k] = (uint8_t)(1 + p[i].kind);
    for (size_t i = 0; i < words; i++) {
        if (x->label[i])
            f->labelled[x->label[i] - 1]++;
        /* Taken out under another name is taken out. */
        if (x->label[i] && found[i])
            f->hit[x->label[i] - 1]++;
        if (found[i])
            f->found[(x->label[i] ? x->label[i] : found[i]) - 1]++;
    }
    for (size_t i = 0, t = 0, k = 0; i < words; i++) {
        while (k == x->c.turns[t].n_words) {
            t++;
            k = 0;
        }
        if (!x->label[i] != !found[i])
            printf("  %s: %.*s (%s)\n", x->label[i] ? "missed" : "too much",
                   STR_ARG(x->c.turns[t].words[k].text),
                   sensitive_name((x->label[i] ? x->label[i] : found[i]) - 1));
        k++;
    }
}

static void read_all(struct arena *a, struct figures *f)
{
    struct str rest = talk_file(a, "tests/unit/sensitive/cases.txt"), line;
    struct labelled *x = NULL;
    size_t words = 0;

    for (;;) {
        bool more = str_split(&rest, '\n', &line);

        if (!x) {
            x = ARENA_NEW(a, struct labelled);
            x->c.turns = ARENA_ARRAY(a, 40, struct turn);
            words = 0;
        }
        if (more && !str_is(line, "---")) {
            if (line.n && line.p[0] != '#')
                read_line(a, line, x, &words);
            continue;
        }
        look(a, x, words, f);
        x = NULL;
        if (!more)
            return;
    }
}

static size_t percent(size_t part, size_t all)
{
    return all ? 100 * part / all : 100;
}

static void labelled_cases(void **state)
{
    struct arena *a = arena_new();
    struct figures f = {{0}, {0}, {0}};
    size_t labelled = 0, hit = 0, found = 0;

    (void)state;
    read_all(a, &f);
    for (enum sensitive_kind k = 0; k < SENSITIVE_COUNT; k++) {
        printf("  %-14s recall %3zu %% of %3zu words, precision %3zu %% of %3zu\n", sensitive_name(k),
               percent(f.hit[k], f.labelled[k]), f.labelled[k], percent(f.hit[k], f.found[k]), f.found[k]);
        labelled += f.labelled[k];
        hit += f.hit[k];
        found += f.found[k];
    }
    printf("  %-14s recall %3zu %% of %3zu words, precision %3zu %% of %3zu\n", "all",
           percent(hit, labelled), labelled, percent(hit, found), found);
    assert_true(percent(hit, labelled) >= LEAST_RECALL);
    assert_true(percent(hit, found) >= LEAST_PRECISION);
    arena_free(a);
}

static void check_digits(void **state)
{
    (void)state;
    assert_true(sensitive_luhn(STR("4111111111111111")));
    assert_false(sensitive_luhn(STR("4111111111111112")));
    assert_false(sensitive_luhn(STR("411111111111111x")));
    assert_true(sensitive_verhoeff(STR("2363"))); /* Verhoeff's own example */
    assert_false(sensitive_verhoeff(STR("2364")));
    assert_true(sensitive_iban(STR("GB29NWBK60161331926819")));
    assert_false(sensitive_iban(STR("GB29NWBK60161331926818")));
    assert_false(sensitive_iban(STR("GB29NWBK6016133192681")));
    assert_false(sensitive_iban(STR("gb29nwbk60161331926819")));
}

static struct redacted redacted_of(struct arena *a, const char *text, const struct redaction_rules *rules)
{
    struct talk *t = talk_read(a, str_of(text));
    struct redacted r;

    assert_null(redact(a, rules, &t->c, false, &r));
    return r;
}

static void d2_12_a_number_spoken_as_words_goes_and_the_rest_stays(void **state)
{
    struct arena *a = arena_new();
    struct redaction_rules rules = {.active = true, .kinds = SENSITIVE_ALL};
    struct redacted r = redacted_of(a,
        "---\nagent: your card number please?\n"
        "customer: sure four one one one one one one one one one one one one one one one. thanks\n", &rules);
    const struct turn *t = &r.talk.turns[1];

    (void)state;
    assert_int_equal(r.n, 1);
    assert_int_equal(t->n_words, 3);
    assert_true(str_is(t->words[0].text, "sure"));
    assert_true(str_is(t->words[1].text, "[card-number]."));
    assert_true(str_is(t->words[2].text, "thanks"));
    assert_true(str_find(r.places[0].words, STR("four one one"), 0) == 0);
    assert_true(r.places[0].mute_from_ms < t->words[1].start_ms);
    assert_true(r.places[0].mute_to_ms > t->words[1].end_ms);
    assert_int_equal(r.talk.turns[0].n_words, 4); /* the question stays as it was */
    arena_free(a);
}

static void a_second_time_changes_nothing(void **state)
{
    struct arena *a = arena_new();
    struct redaction_rules rules = {.active = true, .kinds = SENSITIVE_ALL};
    struct redacted r = redacted_of(a, "---\ncustomer: my card is 4111 1111 1111 1111 and a@b.example\n", &rules);
    struct redacted again;

    (void)state;
    assert_int_equal(r.n, 2);
    assert_null(redact(a, &rules, &r.talk, false, &again));
    assert_int_equal(again.n, 0);
    assert_int_equal(again.talk.turns[0].n_words, r.talk.turns[0].n_words);
    arena_free(a);
}

static void kinds_that_are_off_stay(void **state)
{
    struct arena *a = arena_new();
    struct redaction_rules rules = {.active = true, .kinds = 1u << SENSITIVE_CARD_NUMBER};

    (void)state;
    assert_int_equal(redacted_of(a, "---\ncustomer: my mail is a@b.example\n", &rules).n, 0);
    assert_int_equal(redacted_of(a, "---\ncustomer: 4111 1111 1111 1111\n", &rules).n, 1);
    arena_free(a);
}

static void where_times_are_a_guess_the_turn_is_muted(void **state)
{
    struct arena *a = arena_new();
    struct redaction_rules rules = {.active = true, .kinds = SENSITIVE_ALL};
    struct talk *t = talk_read(a, STR("---\ncustomer: so well my card is 4111 1111 1111 1111 all right\n"));
    struct redacted r;

    (void)state;
    assert_null(redact(a, &rules, &t->c, true, &r));
    assert_true(r.places[0].mute_from_ms < t->c.turns[0].start_ms);
    assert_true(r.places[0].mute_to_ms > t->c.turns[0].end_ms);
    arena_free(a);
}

static const struct redaction_pattern *pattern(struct arena *a, const char *text)
{
    struct redaction_pattern *p = ARENA_NEW(a, struct redaction_pattern);
    struct str s = str_of(text);

    p->name = STR("badge");
    assert_null(tracker_compile(a, TRACKER_PATTERN, STR("anyone"), &s, 1, &p->find));
    return p;
}

static void patterns_of_the_tenant_find_all_or_nothing_passes(void **state)
{
    struct arena *a = arena_new();
    struct redaction_rules rules = {.active = true, .n_patterns = 1, .patterns = pattern(a, "bx\\d+")};
    struct buf b = buf_new(a, 1u << 20);
    struct redacted r;
    struct talk *t;

    (void)state;
    buf_add(&b, STR("---\ncustomer:"));
    for (int i = 0; i < 180; i++) /* more than a tracker tells at a time */
        buf_fmt(&b, " bx%d word", i);
    buf_char(&b, '\n');
    t = talk_read(a, buf_str(&b));
    assert_null(redact(a, &rules, &t->c, false, &r));
    assert_int_equal(r.n, 180);
    rules.patterns = pattern(a, "(a+)+$");
    t = talk_read(a, STR("---\ncustomer: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n"));
    assert_ptr_equal(redact(a, &rules, &t->c, false, &r), E_BAD_INPUT);
    arena_free(a);
}

static void long_talks_take_no_long(void **state)
{
    struct arena *a = arena_new();
    struct turn_word *words = ARENA_ARRAY(a, 60000, struct turn_word);
    struct turn turns[2] = {{SPEAKER_AGENT, 0, 1000, 30000, words}, {SPEAKER_CUSTOMER, 1000, 2000, 30000, words + 30000}};
    struct conversation c = {2000, STR("inbound"), 2, turns};
    int64_t began = time_mono();
    size_t n;

    (void)state;
    for (int i = 0; i < 60000; i++)
        words[i] = (struct turn_word){i % 3 ? STR("one") : STR("uh"), i * 300, i * 300 + 200, 9000};
    sensitive_find(a, &c, SENSITIVE_ALL, &n);
    assert_true(time_mono() - began < 20 * TIME_S);
    arena_free(a);
}

const struct CMUnitTest sensitive_tests[] = {
    cmocka_unit_test(check_digits),
    cmocka_unit_test(labelled_cases),
    cmocka_unit_test(d2_12_a_number_spoken_as_words_goes_and_the_rest_stays),
    cmocka_unit_test(a_second_time_changes_nothing),
    cmocka_unit_test(kinds_that_are_off_stay),
    cmocka_unit_test(where_times_are_a_guess_the_turn_is_muted),
    cmocka_unit_test(patterns_of_the_tenant_find_all_or_nothing_passes),
    cmocka_unit_test(long_talks_take_no_long),
};
const size_t n_sensitive_tests = sizeof sensitive_tests / sizeof *sensitive_tests;
