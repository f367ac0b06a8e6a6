/* Trackers: whole words, endings, sides, patterns, and patterns that would never end. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "insight/trackers/trackers.h"
#include "talk.h"

extern const struct CMUnitTest trackers_tests[];
extern const size_t n_trackers_tests;

static const char TALK[] =
    "---\nagent: i can guarantee that your Card-Number, is safe\n"
    "customer: guaranteed? my card number is four four and my scorecard numbers are fine\n"
    "agent: caf\xc3\xa9 au lait\n";

static struct tracker_hits find(struct arena *a, enum tracker_kind kind, const char *speaker,
                                const char *pattern)
{
    struct talk *t = talk_read(a, str_of(TALK));
    struct str p = str_of(pattern);
    const struct tracker *tracker;

    if (tracker_compile(a, kind, str_of(speaker), &p, 1, &tracker))
        fail_msg("%.*s", STR_ARG(arena_why(a)));
    return tracker_find(a, tracker, &t->c);
}

static int count(enum tracker_kind kind, const char *speaker, const char *pattern)
{
    struct arena *a = arena_new();
    int n = find(a, kind, speaker, pattern).count;

    arena_free(a);
    return n;
}

static void phrases_are_whole_words(void **state)
{
    (void)state;
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "card number"), 2);
    assert_int_equal(count(TRACKER_PHRASE, "agent", "CARD NUMBER"), 1);
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "card numb*"), 2); /* no scorecard */
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "guarantee"), 1);
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "guarantee*"), 2);
    assert_int_equal(count(TRACKER_PHRASE, "customer", "guarantee"), 0);
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "CAF\xc3\x89"), 1);
    assert_int_equal(count(TRACKER_PHRASE, "anyone", "(?!card)"), 2); /* signs stand for nothing */
}

static void spans_are_words_of_the_transcript(void **state)
{
    struct arena *a = arena_new();
    struct tracker_hits h = find(a, TRACKER_PHRASE, "customer", "card number");

    (void)state;
    assert_int_equal(h.n_spans, 1);
    assert_int_equal(h.spans[0].turn, 1);
    assert_int_equal(h.spans[0].first, 2);
    assert_int_equal(h.spans[0].last, 3);
    arena_free(a);
}

static void patterns_are_perls(void **state)
{
    (void)state;
    assert_int_equal(count(TRACKER_PATTERN, "anyone", "\\bfour (four|five)\\b"), 1);
    assert_int_equal(count(TRACKER_PATTERN, "anyone", "x*"), 0); /* takes nothing: marks nothing */
    assert_int_equal(count(TRACKER_PATTERN, "anyone", "guarantee"), 2);
}

static void bad_ones_say_where(void **state)
{
    static const char *const BAD[] = {"", "(", "[z-a]", "\\C", "a{99999}", "(?C1"};
    struct arena *a = arena_new();
    const struct tracker *t;
    struct str none = STR("...");

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct str p = str_of(BAD[i]);

        assert_ptr_equal(tracker_compile(a, TRACKER_PATTERN, STR("anyone"), &p, 1, &t), E_BAD_INPUT);
        assert_true(str_starts(arena_why(a), STR("Number 1")));
    }
    assert_ptr_equal(tracker_compile(a, TRACKER_PHRASE, STR("anyone"), &none, 1, &t), E_BAD_INPUT);
    assert_ptr_equal(tracker_compile(a, TRACKER_PHRASE, STR("anyone"), &none, 0, &t), E_BAD_INPUT);
    arena_free(a);
}

/* A pattern that backtracks for ever is stopped and says so. */
static void costly_patterns_are_stopped(void **state)
{
    struct arena *a = arena_new();
    struct buf b = buf_new(a, 8192);
    struct str p = STR("(a+)+$");
    const struct tracker *t;
    struct tracker_hits h;
    struct talk *talk;

    (void)state;
    buf_add(&b, STR("---\nagent: "));
    for (int i = 0; i < 60; i++)
        buf_char(&b, 'a');
    buf_add(&b, STR("b\n"));
    talk = talk_read(a, buf_str(&b));
    assert_null(tracker_compile(a, TRACKER_PATTERN, STR("anyone"), &p, 1, &t));
    h = tracker_find(a, t, &talk->c);
    assert_true(h.stopped);
    assert_int_equal(h.count, 0);
    arena_free(a);
}

const struct CMUnitTest trackers_tests[] = {
    cmocka_unit_test(phrases_are_whole_words),
    cmocka_unit_test(spans_are_words_of_the_transcript),
    cmocka_unit_test(patterns_are_perls),
    cmocka_unit_test(bad_ones_say_where),
    cmocka_unit_test(costly_patterns_are_stopped),
};
const size_t n_trackers_tests = sizeof trackers_tests / sizeof *trackers_tests;
