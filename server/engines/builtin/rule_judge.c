/* Applies a parsed rule to a conversation. Called by builtin.c for every question that has one.
 * What was said is only ever compared with the rule's phrases: no word of a caller can steer it. */
#include <string.h>

#include "engines/builtin/rule.h"
#include "engines/builtin/rule_tree.h"

#define MAX_SPANS 4

/* Spans that overlap or touch become one. */
static void add_span(struct verdict *v, struct span s)
{
    for (size_t i = 0; i < v->n_spans; i++) {
        struct span *x = &v->spans[i];

        if (x->turn != s.turn || s.first > x->last + 1 || x->first > s.last + 1)
            continue;
        x->first = s.first < x->first ? s.first : x->first;
        x->last = s.last > x->last ? s.last : x->last;
        return;
    }
    if (v->n_spans < MAX_SPANS)
        v->spans[v->n_spans++] = s;
}

/* A quote that goes on behind the match does not end in the middle of a thought. */
static bool dangles(struct str w)
{
    static const char *const LOOSE[] = {
        "i",  "you", "we",   "this", "the", "a",   "an",   "and", "to",   "how",  "at",    "on",
        "in", "my",  "your", "of",   "is",  "for", "that", "it",  "with", "will", "would", "but"};

    for (size_t i = 0; i < sizeof LOOSE / sizeof *LOOSE; i++)
        if (str_case_eq(w, str_of(LOOSE[i])))
            return true;
    return false;
}

/* A match may run over the edge of a turn: one span for each turn. */
static void cite(const struct court *c, struct verdict *v, const struct hit *x)
{
    const struct token *t = x->lane->t;
    struct span s = {t[x->from].turn, t[x->from].word, t[x->from].word};
    const struct clause *rest;

    for (size_t i = x->from; i <= x->to; i++) {
        if (t[i].turn != s.turn) {
            add_span(v, s);
            s = (struct span){t[i].turn, t[i].word, t[i].word};
        }
        s.last = t[i].word;
    }
    rest = heard_clause(c->h, s.turn, s.last);
    for (int32_t k = 0; rest && k < x->quote && s.last < rest->last; k++)
        s.last++;
    while (s.last > t[x->to].word && dangles(c->h->c->turns[s.turn].words[s.last].text))
        s.last--;
    add_span(v, s);
}

static struct verdict verdict_new(const struct court *c, enum answer answer)
{
    return (struct verdict){.answer = answer,
                            .by_rule = true,
                            .reason = STR(""),
                            .spans = ARENA_ARRAY(c->a, MAX_SPANS, struct span)};
}

static struct str where(const struct court *c, const struct said *s)
{
    const char *by = s->by == SPEAKER_AGENT      ? " by the agent"
                     : s->by == SPEAKER_CUSTOMER ? " by the customer"
                                                 : "";

    if (s->first_s)
        return str_fmt(c->a, " in the first %d seconds", (int)s->first_s);
    if (s->last_s)
        return str_fmt(c->a, " in the last %d seconds", (int)s->last_s);
    return str_of(by);
}

/* "Own name not said in the first 30 seconds (rule)" */
static struct str sentence(const struct court *c, const struct rule *r, const char *verb,
                           struct str tail)
{
    bool named = r->name.n > 0;

    return str_fmt(c->a, "%.*s%s%s%.*s (rule)", STR_ARG(r->name), named ? " " : "",
                   named                           ? verb
                   : strcmp(verb, "not said") == 0 ? "Not said"
                                                   : "Said",
                   STR_ARG(tail));
}

static struct str at_clock(const struct court *c, int32_t ms)
{
    return str_fmt(c->a, " at %.*s", STR_ARG(heard_clock(c->a, ms)));
}

/* How many turns of the answering side begin after the question's turn, up to the answer's. */
static int64_t turns_between(const struct court *c, const struct hit *from, const struct hit *to)
{
    size_t i = from->lane->t[from->to].turn, end = to->lane->t[to->from].turn;
    enum speaker who = c->h->c->turns[end].speaker;
    int64_t n = 0;

    for (i++; i <= end; i++)
        n += c->h->c->turns[i].speaker == who && c->h->c->turns[i].n_words > 0 &&
             !heard_is_nod(c->h->c, i);
    return n;
}

static const struct hit *answer_to(const struct court *c, const struct rule *r,
                                   const struct hit *question, const struct hits *answers)
{
    for (size_t i = 0; i < answers->n; i++) {
        const struct hit *x = &answers->h[i];

        if (hit_start(x) >= hit_start(question) && turns_between(c, question, x) <= r->within_turns)
            return x;
    }
    return NULL;
}

static struct verdict judge_after(const struct court *c, const struct rule *r,
                                  const struct hits *said)
{
    struct hits asked = rule_search(c, r->after);
    struct verdict v = verdict_new(c, ANSWER_NO);
    const struct hit *open = NULL, *first = NULL;
    size_t answered = 0;

    for (size_t i = 0; i < asked.n; i++) {
        const struct hit *x = answer_to(c, r, &asked.h[i], said);

        if (!x) {
            open = open ? open : &asked.h[i];
            continue;
        }
        first = first ? first : x;
        answered++;
        cite(c, &v, x);
    }
    if (asked.n == 0) {
        v.answer = ANSWER_NA;
        v.reason = STR("The occasion did not arise (rule)");
    } else if (answered == asked.n || (answered && !r->each)) {
        v.answer = ANSWER_YES;
        v.reason = sentence(c, r, "said", at_clock(c, hit_start(first)));
    } else {
        v.answer = answered ? ANSWER_PARTLY : ANSWER_NO;
        v.reason =
            sentence(c, r, "not said",
                     str_fmt(c->a, " within %d turns of the words at %.*s", (int)r->within_turns,
                             STR_ARG(heard_clock(c->a, open ? hit_start(open) : 0))));
        if (!answered)
            cite(c, &v, open);
    }
    return v;
}

static struct verdict judge_said(const struct court *c, const struct rule *r)
{
    struct hits said = rule_search(c, &r->said), later = {0, NULL};
    struct verdict v = verdict_new(c, ANSWER_NO);

    if (r->after)
        return judge_after(c, r, &said);
    if (r->before)
        later = rule_search(c, r->before);
    for (size_t i = 0; i < said.n; i++)
        cite(c, &v, &said.h[i]);
    if (said.n == 0) {
        v.reason = sentence(c, r, "not said", where(c, &r->said));
    } else if (said.n < (size_t)r->at_least) {
        v.reason = str_fmt(c->a, "%.*s%s %zu of %d times (rule)", STR_ARG(r->name),
                           r->name.n ? " said" : "Said", said.n, (int)r->at_least);
    } else if (later.n && hit_start(&later.h[0]) < hit_start(&said.h[0])) {
        v.answer = ANSWER_PARTLY;
        v.reason =
            str_fmt(c->a, "%.*s%s only at %.*s, after the words at %.*s (rule)", STR_ARG(r->name),
                    r->name.n ? " said" : "Said", STR_ARG(heard_clock(c->a, hit_start(&said.h[0]))),
                    STR_ARG(heard_clock(c->a, hit_start(&later.h[0]))));
    } else {
        v.answer = ANSWER_YES;
        v.reason = sentence(c, r, "said", at_clock(c, hit_start(&said.h[0])));
    }
    return v;
}

static struct verdict judge_not_said(const struct court *c, const struct rule *r)
{
    struct hits said = rule_search(c, &r->said);
    struct verdict v = verdict_new(c, said.n ? ANSWER_NO : ANSWER_YES);

    for (size_t i = 0; i < said.n; i++)
        cite(c, &v, &said.h[i]);
    v.reason = said.n ? sentence(c, r, "said", at_clock(c, hit_start(&said.h[0])))
                      : sentence(c, r, "not said", where(c, &r->said));
    return v;
}

static struct str amount(const struct court *c, const struct measure *m, int64_t v)
{
    if (m->unit == UNIT_SHARE)
        return str_fmt(c->a, "%lld %%", (long long)((v + 50) / 100));
    if (m->unit == UNIT_CLOCK)
        return heard_clock(c->a, v > INT32_MAX ? INT32_MAX : (int32_t)v);
    return str_fmt(c->a, "%lld", (long long)v);
}

static struct verdict judge_measure(const struct court *c, const struct rule *r)
{
    struct verdict v = verdict_new(c, ANSWER_NOT_ASSESSED);
    const char *base = (const char *)c->m + r->measure->offset;
    int32_t value;
    struct str bound = STR("");

    if (r->measure->both_sides &&
        (c->h->lane[SPEAKER_AGENT].n == 0 || c->h->lane[SPEAKER_CUSTOMER].n == 0)) {
        v.reason = STR("The two sides are not told apart, or only one speaks (rule)");
        return v;
    }
    memcpy(&value, base, sizeof value);
    v.measured = value;
    v.answer = value >= r->min && value <= r->max                 ? ANSWER_YES
               : value >= r->partly_min && value <= r->partly_max ? ANSWER_PARTLY
                                                                  : ANSWER_NO;
    if (value > r->max)
        bound = str_fmt(c->a, ", at most %.*s", STR_ARG(amount(c, r->measure, r->max)));
    else if (value < r->min)
        bound = str_fmt(c->a, ", at least %.*s", STR_ARG(amount(c, r->measure, r->min)));
    v.reason = str_fmt(c->a, "%s: %.*s%.*s (rule)", r->measure->text,
                       STR_ARG(amount(c, r->measure, value)), STR_ARG(bound));
    return v;
}

static struct verdict judge(const struct court *c, const struct rule *r);

struct tally {
    size_t counted, yes, partly;
    struct str reasons;         /* of the children that hold, joined */
    struct verdict best, worst; /* the first child with the highest, and with the lowest answer */
};

/* "One (rule)" and "Two (rule)" make "One; Two (rule)". */
static struct str join(const struct court *c, struct str x, struct str y)
{
    struct str tail = STR(" (rule)");

    if (x.n == 0)
        return y;
    if (str_ends(x, tail))
        x = str_sub(x, 0, x.n - tail.n);
    return str_fmt(c->a, "%.*s; %.*s", STR_ARG(x), STR_ARG(y));
}

static int rank(enum answer a)
{
    return a == ANSWER_YES ? 2 : a == ANSWER_PARTLY ? 1 : 0;
}

/* Judges all children; the evidence of those that hold goes to v. */
static struct tally ask_children(const struct court *c, const struct rule *r, struct verdict *v)
{
    struct tally t = {0};

    for (size_t i = 0; i < r->n_children; i++) {
        struct verdict child = judge(c, r->children[i]);

        if (child.answer == ANSWER_NA || child.answer == ANSWER_NOT_ASSESSED) {
            v->answer = child.answer;
            v->reason = child.reason;
            continue;
        }
        if (t.counted == 0 || rank(child.answer) > rank(t.best.answer))
            t.best = child;
        if (t.counted == 0 || rank(child.answer) < rank(t.worst.answer))
            t.worst = child;
        t.counted++;
        t.yes += child.answer == ANSWER_YES;
        t.partly += child.answer == ANSWER_PARTLY;
        if (rank(child.answer))
            t.reasons = join(c, t.reasons, child.reason);
        for (size_t k = 0; rank(child.answer) && k < child.n_spans; k++)
            add_span(v, child.spans[k]);
    }
    return t;
}

static struct verdict judge_group(const struct court *c, const struct rule *r)
{
    struct verdict v = verdict_new(c, ANSWER_NA);
    struct tally t = ask_children(c, r, &v);

    if (t.counted == 0)
        return v;
    if (r->kind == RULE_ANY) {
        if (r->name.n && t.best.answer == ANSWER_NO)
            t.best.reason = sentence(c, r, "not said", STR(""));
        return t.best;
    }
    if (r->kind == RULE_NONE) {
        if (t.yes + t.partly) {
            t.best.answer = ANSWER_NO;
            return t.best;
        }
        v.n_spans = 0;
        v.answer = ANSWER_YES;
        v.reason = sentence(c, r, "not said", STR(""));
        return v;
    }
    v.reason = t.worst.reason;
    v.answer = t.worst.answer;
    if (t.worst.answer == ANSWER_YES)
        v.reason = t.reasons;
    if (t.worst.answer == ANSWER_NO && r->partly_from && t.yes + t.partly >= (size_t)r->partly_from)
        v.answer = ANSWER_PARTLY;
    else if (t.worst.answer == ANSWER_NO)
        v.n_spans = 0; /* a "no" shows what is missing, not what is there */
    return v;
}

static bool right_direction(const struct court *c, const struct rule *r)
{
    for (size_t i = 0; i < r->n_directions; i++)
        if (str_eq(r->directions[i], c->h->c->direction))
            return true;
    return r->n_directions == 0;
}

static struct verdict judge(const struct court *c, const struct rule *r)
{
    struct verdict v;

    if (!right_direction(c, r)) {
        v = verdict_new(c, ANSWER_NA);
        v.reason = STR("Does not apply to calls of this direction (rule)");
        return v;
    }
    if (r->when) {
        v = judge(c, r->when);
        if (!rank(v.answer)) {
            v.answer = ANSWER_NA;
            v.n_spans = 0;
            v.reason = str_fmt(c->a, "Does not apply: %.*s", STR_ARG(v.reason));
            return v;
        }
    }
    if (r->kind == RULE_SAID)
        v = judge_said(c, r);
    else if (r->kind == RULE_NOT_SAID)
        v = judge_not_said(c, r);
    else if (r->kind == RULE_MEASURE)
        v = judge_measure(c, r);
    else
        v = judge_group(c, r);
    if (v.answer == ANSWER_NO && r->partly) {
        struct verdict second = judge(c, r->partly);

        if (rank(second.answer)) {
            second.answer = ANSWER_PARTLY;
            second.reason = v.reason;
            return second;
        }
    }
    return v;
}

void rule_judge(struct arena *a, const struct rule *r, const struct heard *h,
                const struct analysis *m, struct verdict *ret_verdict)
{
    struct court c = {a, h, m};
    struct str key = ret_verdict->key;

    *ret_verdict = judge(&c, r);
    ret_verdict->key = key;
}
