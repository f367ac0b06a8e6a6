/* Turns checked claims into a score. Called by the scoring job and by replay. Never asks an engine
 * for a sum and never lets a claim count whose words are not in the transcript. */
#include "insight/scores/arith.h"

struct speech {
    int64_t words, talk_ms, confidence, side[3];
};

struct sum {
    int64_t weight, points; /* of what counts */
    int64_t applies;        /* weight of all but N/A */
};

const char *score_state_name(enum score_state s)
{
    static const char *const NAMES[] = {"scored", "not_scorable", "no_speech", "held"};

    return NAMES[s];
}

static struct speech listen(const struct conversation *c)
{
    struct speech out = {0};

    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t w = 0; w < c->turns[i].n_words; w++) {
            const struct turn_word *x = &c->turns[i].words[w];

            out.words++;
            out.side[c->turns[i].speaker]++;
            out.confidence += x->confidence;
            if (x->end_ms > x->start_ms)
                out.talk_ms += (int64_t)x->end_ms - x->start_ms;
        }
    return out;
}

static const struct claim *find(const struct claim *claims, size_t n, struct str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(claims[i].key, key))
            return &claims[i];
    return NULL;
}

/* Empty if every cited span holds, else what is wrong with the first that does not. */
static struct str fault(struct arena *a, const struct conversation *c, const struct claim *x)
{
    bool holds = x->answer == ANSWER_YES || x->answer == ANSWER_PARTLY;

    /* Rules may rest on absence or on a measure, which code can derive again; a model may not. */
    if (holds && x->n_spans == 0 && !x->by_rule)
        return STR("No words are cited for this verdict");
    for (size_t i = 0; i < x->n_spans; i++)
        if (!evidence_holds(a, c, &x->spans[i]))
            return str_fmt(a, "The cited words are not in the transcript there: “%.*s”",
                           STR_ARG(x->spans[i].words));
    return STR("");
}

static struct mark mark_of(struct arena *a, const struct card_question *q,
                           const struct conversation *c, const struct claim *claim)
{
    struct mark m = {.question = q};
    struct str why;

    m.claim = (struct claim){.key = q->key, .reason = STR("The engine gave no verdict")};
    if (!claim)
        return m;
    m.claim = *claim;
    why = fault(a, c, claim);
    if (why.n) {
        m.unsupported = true;
        m.claim.reason = why;
        return m;
    }
    m.counts =
        claim->answer == ANSWER_YES || claim->answer == ANSWER_PARTLY || claim->answer == ANSWER_NO;
    m.points_bp = claim->answer == ANSWER_YES      ? SCORE_POINTS
                  : claim->answer == ANSWER_PARTLY ? SCORE_POINTS / 2
                                                   : 0;
    return m;
}

static void add(struct sum *s, const struct mark *m)
{
    if (m->unsupported || m->claim.answer != ANSWER_NA)
        s->applies += m->question->weight;
    if (!m->counts)
        return;
    s->weight += m->question->weight;
    s->points += (int64_t)m->question->weight * m->points_bp;
}

static int32_t mean(const struct sum *s)
{
    return s->weight ? (int32_t)((s->points + s->weight / 2) / s->weight) : -1;
}

static void add_sections(struct arena *a, const struct card *card, struct score *io)
{
    io->n_sections = card->n_sections;
    io->sections = ARENA_ARRAY(a, card->n_sections, struct section_score);
    for (size_t s = 0; s < card->n_sections; s++) {
        struct sum sum = {0};
        int32_t weight = 0;

        for (size_t i = 0; i < io->n_marks; i++) {
            if (io->marks[i].question->section != s)
                continue;
            weight += io->marks[i].question->weight;
            add(&sum, &io->marks[i]);
        }
        io->sections[s] = (struct section_score){card->sections[s], weight, mean(&sum)};
    }
}

static void settle(struct arena *a, struct score *io)
{
    struct sum all = {0};
    const struct mark *failed = NULL;

    for (size_t i = 0; i < io->n_marks; i++) {
        const struct mark *m = &io->marks[i];

        add(&all, m);
        if (!failed && m->counts && m->question->auto_fail && m->claim.answer == ANSWER_NO)
            failed = m;
    }
    if (failed) {
        io->auto_fail = true;
        io->score_bp = 0;
        io->reason =
            str_fmt(a, "Auto-fail: “%.*s” is answered no.", STR_ARG(failed->question->text));
    } else if (all.weight == 0 || all.weight * 2 < all.applies) {
        io->state = SCORE_NOT_SCORABLE;
        io->reason = STR("Too few questions could be assessed to score.");
    } else {
        io->score_bp = mean(&all);
    }
}

/* Says so where the call must not be scored at all. */
static bool unfit(const struct speech *s, struct score *io)
{
    bool told_apart = s->side[SPEAKER_AGENT] + s->side[SPEAKER_CUSTOMER] > s->side[SPEAKER_UNKNOWN];

    io->state = SCORE_NOT_SCORABLE;
    if (s->words == 0) {
        io->state = SCORE_NO_SPEECH;
        io->reason = STR("No speech in the recording.");
    } else if (s->words < SCORE_LEAST_WORDS || s->talk_ms < SCORE_LEAST_TALK_MS) {
        io->reason = STR("Too little speech to score.");
    } else if (told_apart && (s->side[SPEAKER_AGENT] < SCORE_LEAST_SIDE_WORDS ||
                              s->side[SPEAKER_CUSTOMER] < SCORE_LEAST_SIDE_WORDS)) {
        io->reason = STR("Only one side speaks: nothing to score.");
    } else {
        io->state = SCORE_SCORED;
        return false;
    }
    return true;
}

struct score score_compute(struct arena *a, const struct card *card, const struct conversation *c,
                           const struct claim *claims, size_t n, int32_t gate_bp)
{
    struct speech s = listen(c);
    struct score out = {.score_bp = -1, .reason = STR_NONE, .n_marks = card->n_questions};
    bool silent = unfit(&s, &out);

    out.confidence_bp = s.words ? (int32_t)((s.confidence + s.words / 2) / s.words) : 0;
    out.marks = ARENA_ARRAY(a, card->n_questions, struct mark);
    for (size_t i = 0; i < card->n_questions; i++) {
        const struct card_question *q = &card->questions[i];

        out.marks[i] = mark_of(a, q, c, silent ? NULL : find(claims, n, q->key));
        if (silent)
            out.marks[i].claim.reason = out.reason;
    }
    if (!silent && out.confidence_bp < gate_bp) {
        out.state = SCORE_HELD;
        out.reason = STR("Transcript too uncertain to score. Listen, or send to review.");
    }
    if (out.state == SCORE_SCORED)
        settle(a, &out);
    add_sections(a, card, &out);
    for (size_t i = 0; out.state != SCORE_SCORED && i < out.n_sections; i++)
        out.sections[i].score_bp = -1;
    return out;
}
