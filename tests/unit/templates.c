/* The scorecards that come with the product: each reads, can be published, and its rules decide its
 * own sample conversations, tests/unit/conversations/<slug>/NAME.txt, as written down in them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engines/builtin/builtin.h"
#include "insight/scores/scores.h"
#include "talk.h"

extern const struct CMUnitTest templates_tests[];
extern const size_t n_templates_tests;

static const char *const SLUGS[] = {"collections", "insurance", "real-estate", "sales", "service",
                                    "support"};
#define N_SLUGS (sizeof SLUGS / sizeof *SLUGS)

static struct card *template_of(struct arena *a, const char *slug, struct str *ret_text)
{
    struct card *card = ARENA_NEW(a, struct card);

    *ret_text = talk_file(a, str_c(a, str_fmt(a, "templates/scorecards/%s.json", slug)));
    if (card_parse(a, *ret_text, card) || card_check_observable(a, card))
        fail_msg("%s: %.*s", slug, STR_ARG(arena_why(a)));
    return card;
}

static void every_template_is_known_and_sound(void **state)
{
    struct arena *a = arena_new();
    DIR *d = opendir(RINGSIGHT_SOURCE_DIR "/templates/scorecards");
    struct dirent *e;
    size_t n = 0;

    (void)state;
    assert_non_null(d);
    while ((e = readdir(d)))
        n += str_ends(str_of(e->d_name), STR(".json"));
    closedir(d);
    assert_int_equal(n, N_SLUGS);
    for (size_t i = 0; i < N_SLUGS; i++) {
        struct str text;
        struct card *card = template_of(a, SLUGS[i], &text);

        assert_in_range(card->n_questions, 10, 30);
    }
    arena_free(a);
}

static struct str said_of(struct arena *a, const struct mark *m)
{
    (void)a;
    if (m->unsupported)
        return STR("unsupported");
    if (m->off)
        return STR("off");
    return m->claim.answer == ANSWER_VALUE ? m->claim.value : str_of(answer_name(m->claim.answer));
}

static void check(struct arena *a, const char *name, const struct score *s,
                  const struct expectation *e)
{
    int64_t least = 0, most = 0;
    struct str rest = e->value, part;

    if (str_is(e->what, "score")) {
        assert_true(str_split(&rest, '.', &part) && str_to_int(part, &least));
        assert_true(str_to_int(str_sub(rest, 1, rest.n), &most));
        if (s->score_bp < least || s->score_bp > most)
            fail_msg("%s: score %d, not %.*s", name, s->score_bp, STR_ARG(e->value));
        return;
    }
    for (size_t i = 0; i < s->n_marks; i++) {
        struct str got = said_of(a, &s->marks[i]);

        if (!str_eq(s->marks[i].question->key, e->what))
            continue;
        if (!str_eq(got, e->value))
            fail_msg("%s: %.*s is %.*s, not %.*s: %.*s", name, STR_ARG(e->what), STR_ARG(got),
                     STR_ARG(e->value), STR_ARG(s->marks[i].claim.reason));
        return;
    }
    fail_msg("%s: no question %.*s", name, STR_ARG(e->what));
}

/* Judges one sample; every question that a rule decides must be expected in words. */
static void sample(struct arena *a, const char *slug, const char *name, struct str *io_seen)
{
    struct str text, raw, body;
    struct card *card = template_of(a, slug, &text);
    struct talk *t = talk_load(a, str_c(a, str_fmt(a, "%s/%s.txt", slug, name)));
    struct score s;

    assert_null(score_ask(a, &builtin_engine, card, &t->c, &raw));
    assert_null(score_derive(a, text, &t->c, raw, &s, &body));
    for (size_t i = 0; i < s.n_marks; i++) {
        const struct card_question *q = s.marks[i].question;
        bool expected = q->by != CARD_BY_RULE;

        for (size_t k = 0; k < t->n_expect; k++)
            expected = expected || str_eq(t->expect[k].what, q->key);
        if (getenv("SHOW"))
            print_message("%s/%s expect %.*s %.*s   # %.*s\n", slug, name, STR_ARG(q->key),
                          STR_ARG(said_of(a, &s.marks[i])), STR_ARG(s.marks[i].claim.reason));
        else if (!expected)
            fail_msg("%s/%s: what is %.*s?", slug, name, STR_ARG(q->key));
        io_seen[i] = str_fmt(a, "%.*s,%.*s", STR_ARG(io_seen[i]), STR_ARG(said_of(a, &s.marks[i])));
    }
    if (getenv("SHOW"))
        print_message("%s/%s score %d\n", slug, name, s.score_bp);
    for (size_t k = 0; k < t->n_expect && !getenv("SHOW"); k++)
        check(a, str_c(a, str_fmt(a, "%s/%s", slug, name)), &s, &t->expect[k]);
}

/* A rule that says the same of a good and a bad call decides nothing. */
static void rules_decide_their_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SLUGS; i++) {
        struct arena *a;
        struct str seen[100] = {{0}}, text;
        struct card *card;

        if (strcmp(SLUGS[i], "service") == 0)
            continue; /* builtin.c judges its conversations */
        a = arena_new();
        card = template_of(a, SLUGS[i], &text);
        sample(a, SLUGS[i], "good", seen);
        sample(a, SLUGS[i], "bad", seen);
        for (size_t k = 0; k < card->n_questions; k++) {
            struct str rest = seen[k], good, bad;

            if (card->questions[k].by != CARD_BY_RULE)
                continue;
            str_split(&rest, ',', &good);
            str_split(&rest, ',', &good);
            str_split(&rest, ',', &bad);
            if (str_eq(good, bad))
                fail_msg("%s: %.*s is %.*s whatever is said", SLUGS[i],
                         STR_ARG(card->questions[k].key), STR_ARG(good));
        }
        arena_free(a);
    }
}

const struct CMUnitTest templates_tests[] = {
    cmocka_unit_test(every_template_is_known_and_sound),
    cmocka_unit_test(rules_decide_their_samples),
};
const size_t n_templates_tests = sizeof templates_tests / sizeof *templates_tests;
