/* The built-in language engine. Called by the jobs that analyse and judge a transcript, and before
 * any other engine for the questions that a rule decides. Uses no clock, no chance, no floating
 * point: the result depends on the conversation alone. Raise `version` when a table or a rule
 * changes what comes out. */
#include "engines/builtin/builtin.h"

#include "engines/builtin/feelings.h"
#include "engines/builtin/findings.h"
#include "engines/builtin/measure.h"
#include "engines/builtin/mood.h"
#include "engines/builtin/prospect.h"
#include "engines/builtin/rule.h"
#include "engines/builtin/summary.h"

static const struct err *analyse(struct arena *a, const struct conversation *c,
                                 struct analysis *ret_analysis)
{
    struct heard h = heard_new(a, c);
    struct analysis out = {0};

    measure(a, &h, &out);
    mood(a, &h, &out);
    findings(a, &h, &out);
    prospect(a, &h, &out);
    feelings(a, &h, &out);
    summarise(a, &h, &out);
    *ret_analysis = out;
    return NULL;
}

static struct verdict not_assessed(struct str key, struct str reason)
{
    return (struct verdict){.key = key, .answer = ANSWER_NOT_ASSESSED, .reason = reason};
}

static const struct err *judge(struct arena *a, const struct conversation *c,
                               const struct question *questions, size_t n,
                               struct verdict *ret_verdicts)
{
    struct heard h = heard_new(a, c);
    struct analysis measures = {0};

    measure(a, &h, &measures);
    for (size_t i = 0; i < n; i++) {
        const struct rule *rule;

        ret_verdicts[i] = not_assessed(questions[i].key,
                                       STR("No rule decides this, and the built-in engine has no "
                                           "other means"));
        if (!questions[i].rule.p)
            continue;
        if (rule_parse(a, questions[i].rule, &rule)) {
            ret_verdicts[i].reason =
                str_fmt(a, "The rule cannot be read: %.*s", STR_ARG(arena_why(a)));
            continue;
        }
        rule_judge(a, rule, &h, &measures, &ret_verdicts[i]);
    }
    return NULL;
}

const struct language_engine builtin_engine = {
    .name = "builtin",
    .version = "2",
    .notice =
        "Word lists, rules and statistics for English calls. Works offline and gives the same "
        "result every time; it decides scorecard questions that have a rule and leaves the "
        "others unassessed.",
    .analyse = analyse,
    .judge = judge,
};
