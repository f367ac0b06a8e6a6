/* The same call judged several times: what does not change has no spread, what does is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"
#include "insight/calibration/calibration.h"
#include "insight/scores/card.h"
#include "talk.h"

extern const struct CMUnitTest rerun_tests[];
extern const size_t n_rerun_tests;

static const char TALK[] = "---\nagent: thank you for calling how can i help you today\n"
                           "customer: hello my parcel has not arrived and i need it soon\n"
                           "agent: i will send it again today and you will have it by friday\n";
static const char CARD[] =
    "{\"name\":\"Two\",\"sections\":[{\"name\":\"Only\",\"questions\":["
    "{\"key\":\"opens\",\"text\":\"Opens\",\"weight\":10,\"rule\":{\"said\":[\"thank you\"]}},"
    "{\"key\":\"mood\",\"text\":\"Mood\",\"weight\":10,\"help\":\"As heard\",\"type\":\"scale\","
    "\"levels\":[{\"value\":\"1\",\"text\":\"Bad\",\"points\":0},"
    "{\"value\":\"2\",\"text\":\"Good\",\"points\":60}]}]}]}";

static int turns;

/* Says 1, 2, 1, 2, with the words it rests on. */
static const struct err *waver(struct arena *a, const struct conversation *c,
                               const struct question *q, size_t n, struct verdict *ret)
{
    (void)c;
    for (size_t i = 0; i < n; i++) {
        struct span *s = ARENA_NEW(a, struct span);

        *s = (struct span){0, 0, 1};
        ret[i] = (struct verdict){.key = q[i].key, .answer = ANSWER_VALUE,
                                  .value = turns++ % 2 ? STR("2") : STR("1"),
                                  .reason = STR("heard"), .n_spans = 1, .spans = s};
    }
    return NULL;
}

static void builtin_never_changes(void **state)
{
    struct arena *a = arena_new();
    struct talk *t = talk_read(a, str_of(TALK));
    struct rerun_report r = {0};
    static const char *const SLUGS[] = {"service", "sales", "collections"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct str card =
            talk_file(a, str_c(a, str_fmt(a, "templates/scorecards/%s.json", SLUGS[i])));

        r = (struct rerun_report){0};
        assert_null(rerun_call(a, &(struct rerun_by){.engine = &builtin_engine}, card, &t->c, 20, &r));
        assert_int_equal(r.calls, 1);
        assert_int_equal(r.unstable, 0);
        assert_int_equal(r.spread_bp, 0);
        assert_true(r.n_questions >= 10);
        for (size_t k = 0; k < r.n_questions; k++) {
            assert_int_equal(r.questions[k].unstable, 0);
            assert_int_equal(r.questions[k].spread_bp, 0);
        }
    }
    arena_free(a);
}

static void an_engine_that_wavers_is_found(void **state)
{
    struct arena *a = arena_new();
    struct talk *t = talk_read(a, str_of(TALK));
    struct language_engine engine = {.name = "wavering", .version = "1", .judge = waver};
    struct rerun_report r = {0};

    (void)state;
    turns = 0;
    assert_null(rerun_call(a, &(struct rerun_by){.engine = &engine}, str_of(CARD), &t->c, 4, &r));
    assert_null(rerun_call(a, &(struct rerun_by){.engine = &engine}, str_of(CARD), &t->c, 1, &r)); /* once cannot change */
    assert_int_equal(r.calls, 2);
    assert_int_equal(r.unstable, 1);
    assert_int_equal(r.questions[0].unstable, 0); /* decided by its rule */
    assert_int_equal(r.questions[1].unstable, 1);
    assert_int_equal(r.questions[1].spread_bp, 6000);
    assert_int_equal(r.spread_bp, 3000); /* half of the weight */
    arena_free(a);
}

const struct CMUnitTest rerun_tests[] = {
    cmocka_unit_test(builtin_never_changes),
    cmocka_unit_test(an_engine_that_wavers_is_found),
};
const size_t n_rerun_tests = sizeof rerun_tests / sizeof *rerun_tests;
