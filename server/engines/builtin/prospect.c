/* Intents, objections, what the customer told, risks and the next step. Called by builtin.c after
 * mood and findings. Every figure is counted from what was said by the formulas of prospect.h. */
#include "engines/builtin/prospect.h"

#include "engines/builtin/builtin.h"
#include "engines/builtin/findings.h"
#include "engines/builtin/lexicon.h"
#include "engines/builtin/signs.h"
#include "engines/builtin/told.h"

#define MAX_OBJECTIONS 8
#define ANSWER_TURNS 3
#define UPSET 1500

/* ---- intents ---- */

static int32_t votes_for(struct arena *a, const struct heard *h, const struct lexicon_finding *kind)
{
    static const int32_t VOTES[3] = {2, 2, 3};
    struct signs s = signs_new(a, kind->signs, SIGNS_MAX);
    int32_t votes = 0;

    for (int who = 0; who < 3; who++) {
        const struct lane *l = &h->lane[who];

        for (size_t i = 0; i < l->n;) {
            size_t n = signs_at(&s, l, i);

            votes += n ? VOTES[who] : 0;
            i += n ? n : 1;
        }
    }
    return kind->mark ? votes * 2 : votes;
}

const char *builtin_intent(size_t k)
{
    return k < lexicon_n_intents ? lexicon_intents[k].name : NULL;
}

void builtin_intent_votes(struct arena *a, const struct conversation *c, int32_t *ret_votes)
{
    struct heard h = heard_new(a, c);

    for (size_t k = 0; k < lexicon_n_intents; k++)
        ret_votes[k] = votes_for(a, &h, &lexicon_intents[k]);
}

static void find_intents(struct arena *a, const struct heard *h, struct analysis *ret)
{
    int32_t best = 0, second = 0;

    for (size_t k = 0; k < lexicon_n_intents; k++) {
        int32_t votes = votes_for(a, h, &lexicon_intents[k]);
        struct str name = str_of(lexicon_intents[k].name);

        if (votes > best) {
            second = best;
            ret->secondary_intent = ret->primary_intent;
            best = votes;
            ret->primary_intent = name;
        } else if (votes > second) {
            second = votes;
            ret->secondary_intent = name;
        }
    }
    if (second * 3 < best)
        ret->secondary_intent = STR_NONE;
}

static bool wants(const struct analysis *r, const char *intent)
{
    return str_is(r->primary_intent, intent) || str_is(r->secondary_intent, intent);
}

/* ---- objections ---- */

static bool handled(const struct heard *h, const struct signs *handles, size_t turn)
{
    const struct lane *l = &h->lane[SPEAKER_AGENT];
    size_t turns = 0, seen = turn;

    for (size_t i = 0; i < l->n; i++) {
        if (l->t[i].turn <= turn)
            continue;
        if (l->t[i].turn != seen) {
            seen = l->t[i].turn;
            if (++turns > ANSWER_TURNS)
                return false;
        }
        if (signs_at(handles, l, i))
            return true;
    }
    return false;
}

static void find_objections(struct arena *a, const struct heard *h, struct analysis *ret)
{
    struct signs handles = signs_new(a, lexicon_handles, SIGNS_MAX);
    const struct lane *l = &h->lane[SPEAKER_CUSTOMER];

    ret->objections = ARENA_ARRAY(a, MAX_OBJECTIONS, struct finding);
    for (size_t k = 0; k < lexicon_n_objections && ret->n_objections < MAX_OBJECTIONS; k++) {
        struct signs s = signs_new(a, lexicon_objections[k].signs, SIGNS_MAX);
        struct finding f = {.name = str_of(lexicon_objections[k].name)};

        for (size_t i = 0; i < l->n;) {
            size_t n = signs_at(&s, l, i);

            if (n)
                finding_cite(a, &f, signs_span(l, i, n));
            i += n ? n : 1;
        }
        if (!f.n_spans)
            continue;
        f.state = handled(h, &handles, f.spans[f.n_spans - 1].turn) ? STR("HANDLED") : STR("OPEN");
        f.detail = str_fmt(a, "At %.*s: “%.*s”", STR_ARG(heard_clock(a, finding_start(h->c, &f))),
                           STR_ARG(heard_words(a, h->c, f.spans[0])));
        ret->objections[ret->n_objections++] = f;
    }
    findings_sort(h->c, ret->objections, ret->n_objections);
}

static int32_t open_objections(const struct analysis *r)
{
    int32_t n = 0;

    for (size_t i = 0; i < r->n_objections; i++)
        n += str_is(r->objections[i].state, "OPEN");
    return n;
}

/* ---- risks ---- */

static void find_churn(struct arena *a, const struct heard *h, struct analysis *ret)
{
    struct signs s = signs_new(a, lexicon_leaving, SIGNS_MAX);
    const struct lane *l = &h->lane[SPEAKER_CUSTOMER];
    struct finding f = {.name = STR("CHURN")};

    if (!l->n)
        return; /* nobody known to be the customer spoke */
    for (size_t i = 0; i < l->n;) {
        size_t n = signs_at(&s, l, i);

        if (n)
            finding_cite(a, &f, signs_span(l, i, n));
        i += n ? n : 1;
    }
    if (f.n_spans) {
        f.level = ret->sentiment_end_bp >= UPSET ? LEVEL_MEDIUM : LEVEL_HIGH;
        f.detail = str_fmt(a, "The customer speaks of leaving at %.*s",
                           STR_ARG(heard_clock(a, finding_start(h->c, &f))));
    } else if (ret->sentiment_end_bp <= -UPSET || (wants(ret, "COMPLAINT") && ret->sentiment_bp < 0)) {
        f.level = LEVEL_MEDIUM;
        f.detail = STR("The customer is unhappy at the end");
    } else {
        f.level = LEVEL_LOW;
        f.detail = STR("Nothing points to it");
    }
    ret->churn_risk = f;
}

static bool is_prospect(const struct heard *h, const struct analysis *r)
{
    if (str_is(h->c->direction, "internal"))
        return false; /* colleagues buy nothing */
    return str_is(r->primary_intent, "NEW_INQUIRY") || str_is(r->primary_intent, "BOOKING") ||
           str_is(r->primary_intent, "RENEWAL");
}

static void find_deal_risk(struct arena *a, const struct heard *h, struct analysis *ret)
{
    int32_t open = open_objections(ret);

    if (!is_prospect(h, ret))
        return;
    ret->deal_risk = (struct finding){
        .name = STR("DEAL"),
        .level = open > 1 ? LEVEL_HIGH : open || !ret->follow_up.name.p ? LEVEL_MEDIUM : LEVEL_LOW,
        .detail = open ? str_fmt(a, "%d %s open", (int)open, open == 1 ? "objection" : "objections")
                  : !ret->follow_up.name.p ? STR("No next step is agreed")
                                           : STR("A next step is agreed and no objection is open")};
    for (size_t i = 0; i < ret->n_objections; i++)
        if (str_is(ret->objections[i].state, "OPEN"))
            finding_cite(a, &ret->deal_risk, ret->objections[i].spans[0]);
}

static void find_urgency(struct analysis *ret)
{
    bool emergency = false;

    for (size_t i = 0; i < ret->n_topics; i++)
        emergency = emergency || str_is(ret->topics[i].name, "Damage or emergency") ||
                    str_is(ret->topics[i].name, "Fraud and security");
    ret->urgency = (struct finding){.name = STR("PRIORITY"), .level = LEVEL_LOW,
                                    .detail = STR("Nothing was left open")};
    if (ret->follow_up.name.p) {
        ret->urgency.level = LEVEL_MEDIUM;
        ret->urgency.detail = STR("Something was promised");
    }
    if (emergency || ret->churn_risk.level == LEVEL_MEDIUM) {
        ret->urgency.level = LEVEL_HIGH;
        ret->urgency.detail = emergency ? STR("Damage, fraud or an emergency is the subject")
                                        : ret->churn_risk.detail;
    }
    if (ret->churn_risk.level == LEVEL_HIGH) {
        ret->urgency.level = LEVEL_URGENT;
        ret->urgency.detail = ret->churn_risk.detail;
    }
}

/* ---- what follows ---- */

/* The agent's promise with the first date, else the first promise. */
static const struct finding *promise_of(const struct analysis *r)
{
    const struct finding *first = NULL;

    for (size_t i = 0; i < r->n_actions; i++) {
        const struct finding *f = &r->actions[i];

        if (!str_is(f->owner, "AGENT"))
            continue;
        if (f->due.n)
            return f;
        first = first ? first : f;
    }
    return first;
}

static void find_follow_up(struct analysis *ret)
{
    const struct finding *p = promise_of(ret);

    if (!p)
        return;
    ret->follow_up = *p;
    ret->follow_up.detail = p->name;
    ret->follow_up.name = STR("FOLLOW_UP");
}

static void find_next_action(struct arena *a, const struct heard *h, struct analysis *ret)
{
    const struct finding *p = promise_of(ret);
    struct finding f = {.name = STR("NEXT_BEST_ACTION"), .level = ret->urgency.level};

    if (ret->churn_risk.level == LEVEL_HIGH) {
        f.detail = STR("Have somebody who may decide call the customer back before they leave.");
        f.n_spans = ret->churn_risk.n_spans;
        f.spans = ret->churn_risk.spans;
    } else if (open_objections(ret) && is_prospect(h, ret)) {
        for (size_t i = 0; i < ret->n_objections && !f.n_spans; i++)
            if (str_is(ret->objections[i].state, "OPEN")) {
                f.detail = str_fmt(a, "Answer the open objection: %.*s.",
                                   STR_ARG(told_words(a, ret->objections[i].name)));
                f.n_spans = ret->objections[i].n_spans;
                f.spans = ret->objections[i].spans;
            }
    } else if (p) {
        f.detail = p->due.n ? str_fmt(a, "Keep the promise: %.*s, %.*s.",
                                      STR_ARG(str_lower(a, p->name)), STR_ARG(p->due))
                            : str_fmt(a, "Keep the promise: %.*s.", STR_ARG(str_lower(a, p->name)));
        f.n_spans = p->n_spans;
        f.spans = p->spans;
    } else {
        return;
    }
    ret->next_action = f;
}

static bool knows(const struct analysis *r, const char *key)
{
    for (size_t i = 0; i < r->n_fields; i++)
        if (str_is(r->fields[i].name, key))
            return true;
    return false;
}

static int32_t within(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

static void find_lead(const struct heard *h, struct analysis *ret)
{
    int32_t open = open_objections(ret), q = 25;
    bool next = ret->follow_up.name.p != NULL;

    ret->lead_quality = ret->conversion_bp = -1;
    if (!is_prospect(h, ret))
        return;
    q += knows(ret, "name") ? 15 : 0;
    q += knows(ret, "mail") || knows(ret, "phone") ? 15 : 0;
    q += knows(ret, "budget") ? 15 : 0;
    q += ret->timeline.p ? 10 : 0;
    q += str_is(ret->timeline, "IMMEDIATE") ? 5 : 0;
    q += next ? 15 : 0;
    ret->lead_quality = within(q - 10 * open, 0, 100);
    ret->conversion_bp =
        within(80 * ret->lead_quality + (next ? 1000 : 0) - 1000 * open, 200, 9500);
}

void prospect(struct arena *a, const struct heard *h, struct analysis *ret)
{
    find_intents(a, h, ret);
    find_objections(a, h, ret);
    told(a, h, is_prospect(h, ret), ret);
    find_follow_up(ret);
    find_churn(a, h, ret);
    find_deal_risk(a, h, ret);
    find_urgency(ret);
    find_lead(h, ret);
    find_next_action(a, h, ret);
}
