/* Emotions by lexicon_emotions and the key moments of a call. Called by builtin.c after mood,
 * findings and prospect. Cites what it found and infers nothing beyond it. */
#include "engines/builtin/feelings.h"

#include "engines/builtin/lexicon.h"
#include "engines/builtin/signs.h"

#define MAX_EMOTIONS 12
#define MAX_MOMENTS 8
#define SAME_FEELING_MS 30000
#define STRONG_TURN 3500 /* a turn's mood from which it is worth hearing */
#define MOMENT_WORDS 16

static const char *const SIDES[] = {"Said", "Agent", "Customer"};

/* The same feeling of the same side a moment ago: one more place of it. */
static struct finding *going_on(const struct heard *h, struct analysis *r, const char *name,
                                enum speaker who, int32_t at)
{
    const struct conversation *c = h->c;

    for (size_t i = 0; i < r->n_emotions; i++) {
        struct finding *f = &r->emotions[i];
        const struct span *last = &f->spans[f->n_spans - 1];

        if (str_is(f->name, name) && c->turns[last->turn].speaker == who &&
            at - c->turns[last->turn].words[last->last].end_ms < SAME_FEELING_MS)
            return f;
    }
    return NULL;
}

static void find_emotion(struct arena *a, const struct heard *h, enum speaker who,
                         const struct lexicon_finding *kind, const struct signs *unless,
                         struct analysis *ret)
{
    struct signs s = signs_new(a, kind->signs, SIGNS_MAX);
    const struct lane *l = &h->lane[who];

    for (size_t i = 0; i < l->n;) {
        size_t n = signs_at(&s, l, i);
        struct finding *f;

        if (n && !signs_excused(unless, l, i, 1)) {
            f = going_on(h, ret, kind->name, who, l->t[i].start_ms);
            if (!f && ret->n_emotions < MAX_EMOTIONS) {
                f = &ret->emotions[ret->n_emotions++];
                f->name = str_of(kind->name);
                f->owner = who == SPEAKER_AGENT ? STR("AGENT") : STR("CUSTOMER");
                f->detail = str_fmt(a, "%s at %.*s", SIDES[who],
                                    STR_ARG(heard_clock(a, l->t[i].start_ms)));
            }
            if (f)
                finding_cite(a, f, signs_span(l, i, n));
        }
        i += n ? n : 1;
    }
}

static void find_emotions(struct arena *a, const struct heard *h, struct analysis *ret)
{
    static const char *const UNLESS[] = {"not", "never", "no", NULL};
    struct signs unless = signs_new(a, UNLESS, 3), none = {0};

    ret->emotions = ARENA_ARRAY(a, MAX_EMOTIONS, struct finding);
    /* The customer first: theirs must not be crowded out. */
    for (int who = SPEAKER_CUSTOMER; who >= 0; who--)
        for (size_t k = 0; k < lexicon_n_emotions; k++) {
            /* "not good enough" has its own "not". */
            bool own = str_is(str_of(lexicon_emotions[k].name), "DISAPPOINTMENT") ||
                       str_is(str_of(lexicon_emotions[k].name), "CONFUSION") ||
                       str_is(str_of(lexicon_emotions[k].name), "FRUSTRATION");
            find_emotion(a, h, (enum speaker)who, &lexicon_emotions[k], own ? &none : &unless, ret);
        }
    findings_sort(h->c, ret->emotions, ret->n_emotions);
}

/* ---- moments ---- */

static struct span opening_of(const struct conversation *c, size_t turn)
{
    size_t n = c->turns[turn].n_words;

    return (struct span){turn, 0, (n < MOMENT_WORDS ? n : MOMENT_WORDS) - 1};
}

static void add_moment(struct arena *a, const struct heard *h, const char *name, struct span s,
                       struct analysis *ret)
{
    struct finding f = {.name = str_of(name)};

    for (size_t i = 0; i < ret->n_moments; i++)
        if (ret->moments[i].spans[0].turn == s.turn)
            return; /* one moment has one name */
    if (ret->n_moments == MAX_MOMENTS)
        return;
    finding_cite(a, &f, s);
    f.detail = heard_clock(a, finding_start(h->c, &f));
    ret->moments[ret->n_moments++] = f;
}

/* The customer's turn (anybody's where no side is known) of the lowest or highest mood. */
static bool strongest(const struct heard *h, const struct analysis *r, int sign, size_t *ret_turn)
{
    enum speaker who = h->lane[SPEAKER_CUSTOMER].n ? SPEAKER_CUSTOMER : SPEAKER_UNKNOWN;
    int32_t best = STRONG_TURN - 1;

    for (size_t i = 0; i < h->c->n_turns; i++)
        if (h->c->turns[i].speaker == who && h->c->turns[i].n_words &&
            r->turn_sentiment_bp[i] * sign > best) {
            best = r->turn_sentiment_bp[i] * sign;
            *ret_turn = i;
        }
    return best >= STRONG_TURN;
}

static void first_of(struct arena *a, const struct heard *h, const char *name,
                     const struct finding *f, size_t n, struct analysis *ret)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].n_spans) {
            add_moment(a, h, name, f[i].spans[0], ret);
            return;
        }
}

static void find_moments(struct arena *a, const struct heard *h, struct analysis *ret)
{
    size_t turn;

    ret->moments = ARENA_ARRAY(a, MAX_MOMENTS, struct finding);
    for (size_t i = 0; i < ret->n_breaches; i++)
        if (ret->breaches[i].n_spans)
            add_moment(a, h, "Breach", ret->breaches[i].spans[0], ret);
    first_of(a, h, "Risk of leaving", &ret->churn_risk, ret->churn_risk.level > LEVEL_LOW, ret);
    first_of(a, h, "First objection", ret->objections, ret->n_objections, ret);
    if (strongest(h, ret, -1, &turn))
        add_moment(a, h, "Most upset", opening_of(h->c, turn), ret);
    if (strongest(h, ret, 1, &turn))
        add_moment(a, h, "Most pleased", opening_of(h->c, turn), ret);
    for (size_t i = 0; i < ret->n_actions; i++)
        if (ret->actions[i].due.n && str_is(ret->actions[i].owner, "AGENT")) {
            add_moment(a, h, "Promise with a date", ret->actions[i].spans[0], ret);
            break;
        }
    findings_sort(h->c, ret->moments, ret->n_moments);
}

static struct str reason_of(struct arena *a, const struct analysis *r)
{
    const struct finding *first = NULL, *last = NULL;

    for (size_t i = 0; i < r->n_emotions; i++) {
        if (!str_is(r->emotions[i].owner, "CUSTOMER"))
            continue;
        first = first ? first : &r->emotions[i];
        last = &r->emotions[i];
    }
    if (!first)
        return r->sentiment == SENTIMENT_NEUTRAL ? STR("No strong feeling is put into words.")
                                                 : STR("By the words used over the whole call.");
    if (str_eq(first->name, last->name))
        return str_fmt(a, "The customer puts %.*s into words.",
                       STR_ARG(str_lower(a, first->name)));
    return str_fmt(a, "The customer goes from %.*s to %.*s.", STR_ARG(str_lower(a, first->name)),
                   STR_ARG(str_lower(a, last->name)));
}

void feelings(struct arena *a, const struct heard *h, struct analysis *ret)
{
    find_emotions(a, h, ret);
    find_moments(a, h, ret);
    ret->sentiment_reason = reason_of(a, ret);
}
