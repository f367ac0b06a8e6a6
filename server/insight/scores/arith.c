/* Turns checked claims into a score. Called by the scoring job and by replay. Never asks an engine
 * for a sum and never lets a claim count whose words are not in the transcript. */
#include "insight/scores/arith.h"

struct speech {
    int64_t words, talk_ms, confidence, side[3];
};

struct sum {
    int64_t weight, points; /* of what counts */
    int64_t applies;        /* weight of all that should */
};

/* Marks while conditions are being looked up. */
enum condition { NOT_LOOKED_UP = 0, MET, NOT_MET, NOT_KNOWN };

struct conditions {
    struct arena *a;
    struct mark *marks;
    const struct card *card;
    enum condition *found;
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

/* Whether the answer says that something is there, which words must then show. */
static bool asserts(const struct claim *x, int32_t points_bp)
{
    return x->answer == ANSWER_YES || x->answer == ANSWER_PARTLY ||
           (x->answer == ANSWER_VALUE && points_bp > 0);
}

/* Two fields that say different things cannot both be true, and we do not choose. */
static bool contradicts(const struct claim *x)
{
    return x->value.p && x->answer != ANSWER_VALUE && !str_is(x->value, answer_name(x->answer));
}

/* Empty if every cited span holds, else what is wrong with the first that does not. */
static struct str fault(struct arena *a, const struct conversation *c, const struct claim *x,
                        int32_t points_bp)
{
    if (contradicts(x))
        return str_fmt(a, "The verdict contradicts itself: “%s” and “%.*s”", answer_name(x->answer),
                       STR_ARG(x->value));
    /* Rules may rest on absence or on a measure, which code can derive again, and people answer for
     * themselves; a model may not. */
    if (asserts(x, points_bp) && x->n_spans == 0 && !x->by_rule && !x->by_person)
        return STR("No words are cited for this verdict");
    for (size_t i = 0; i < x->n_spans; i++)
        if (!evidence_holds(a, c, &x->spans[i]))
            return str_fmt(a, "The cited words are not in the transcript there: “%.*s”",
                           STR_ARG(x->spans[i].words));
    return STR("");
}

static int32_t points_of_number(const struct card_question *q, struct str value)
{
    int64_t n;

    if (!value.p || !str_to_int(value, &n))
        return -1;
    for (size_t i = 0; i < q->n_bands; i++)
        if (n >= q->bands[i].from && n <= q->bands[i].to)
            return q->bands[i].points_bp;
    return 0;
}

/* What the answer is worth; -1 where it is worth nothing or none that the question takes. */
static int32_t points_of(const struct card_question *q, const struct claim *x)
{
    const struct card_level *level;

    if (q->type == CARD_YES_NO)
        return x->answer == ANSWER_YES                       ? SCORE_POINTS
               : x->answer == ANSWER_PARTLY && !q->no_partly ? SCORE_POINTS / 2
               : x->answer == ANSWER_NO                      ? 0
                                                             : -1;
    if (x->answer != ANSWER_VALUE)
        return -1;
    if (q->type == CARD_NUMBER)
        return points_of_number(q, x->value);
    level = card_level_of(q, x->value);
    return level ? level->points_bp : -1;
}

static bool taken(const struct card_question *q, const struct claim *x, int32_t points_bp)
{
    return points_bp >= 0 || x->answer == ANSWER_NOT_ASSESSED ||
           (x->answer == ANSWER_NA && !q->no_na);
}

static struct mark mark_of(struct arena *a, const struct card_question *q,
                           const struct conversation *c, const struct claim *claim)
{
    struct mark m = {.question = q};
    int32_t points;
    struct str why;

    m.claim = (struct claim){.key = q->key, .reason = STR("The engine gave no verdict")};
    if (q->by == CARD_BY_HUMAN)
        m.claim.reason = STR("Only people answer this");
    if (!claim || (q->by == CARD_BY_HUMAN && !claim->by_person))
        return m;
    points = points_of(q, claim);
    if (!taken(q, claim, points)) {
        m.claim.reason = str_fmt(a, "“%.*s” is no answer to this question",
                                 STR_ARG(claim->answer == ANSWER_VALUE
                                             ? claim->value
                                             : str_of(answer_name(claim->answer))));
        return m;
    }
    m.claim = *claim;
    why = fault(a, c, claim, points);
    if (why.n) {
        m.unsupported = true;
        m.claim.reason = why;
        return m;
    }
    m.counts = points >= 0;
    m.points_bp = points >= 0 ? points : 0;
    return m;
}

static struct str answer_text(const struct mark *m)
{
    return m->claim.answer == ANSWER_VALUE ? m->claim.value
                                           : str_of(answer_name(m->claim.answer));
}

/* Marks one question, after the one it hangs on, as its condition has it. The chain is short: a
 * card has at most a hundred questions, and they do not go in circles. */
static enum condition look_up(struct conditions *x, size_t i)
{
    const struct card_question *q = &x->card->questions[i];
    struct mark *m = &x->marks[i], *on;
    enum condition c = MET;

    if (x->found[i] != NOT_LOOKED_UP)
        return x->found[i];
    if (q->if_question != CARD_NO_QUESTION) {
        on = &x->marks[q->if_question];
        c = look_up(x, q->if_question);
        if (c == MET && (on->unsupported || on->claim.answer == ANSWER_NOT_ASSESSED))
            c = NOT_KNOWN;
        else if (c == MET) {
            c = NOT_MET;
            for (size_t k = 0; k < q->n_is; k++)
                c = str_eq(q->is[k], answer_text(on)) ? MET : c;
        }
        if (c != MET) {
            *m = (struct mark){.question = q, .off = c == NOT_MET};
            m->claim = (struct claim){
                .key = q->key, .answer = c == NOT_MET ? ANSWER_NA : ANSWER_NOT_ASSESSED};
            m->claim.reason = str_fmt(x->a, c == NOT_MET ? "Does not apply after the answer to “%.*s”"
                                                         : "It is not known whether this applies: "
                                                           "“%.*s” has no answer that counts",
                                      STR_ARG(on->question->text));
        }
    }
    return x->found[i] = c;
}

static void look_up_all(struct arena *a, const struct card *card, struct score *io)
{
    struct conditions x = {a, io->marks, card, ARENA_ARRAY(a, card->n_questions, enum condition)};

    for (size_t i = 0; i < card->n_questions; i++)
        look_up(&x, i);
}

static bool applies(const struct mark *m)
{
    bool left_to_people = m->question->by == CARD_BY_HUMAN && !m->claim.by_person;

    return m->unsupported || (m->claim.answer != ANSWER_NA && !left_to_people);
}

static void add(struct sum *s, const struct mark *m)
{
    if (applies(m))
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

static struct sum sum_of_section(const struct score *s, size_t section)
{
    struct sum sum = {0};

    for (size_t i = 0; i < s->n_marks; i++)
        if (s->marks[i].question->section == section)
            add(&sum, &s->marks[i]);
    return sum;
}

static void add_sections(struct arena *a, const struct card *card, struct score *io)
{
    io->n_sections = card->n_sections;
    io->sections = ARENA_ARRAY(a, card->n_sections, struct section_score);
    for (size_t s = 0; s < card->n_sections; s++) {
        struct sum sum = sum_of_section(io, s);
        int32_t weight = 0;

        for (size_t i = 0; i < io->n_marks; i++)
            if (io->marks[i].question->section == s)
                weight += io->marks[i].question->weight;
        if (card->section_weights)
            weight = card->section_weights[s];
        io->sections[s] = (struct section_score){card->sections[s], weight, mean(&sum)};
    }
}

/* The marks' sum, or the sections', each of which then counts by its weight as far as its own
 * questions count (in basis points). */
static struct sum sum_of_all(const struct card *card, const struct score *s)
{
    struct sum all = {0};

    for (size_t i = 0; i < s->n_marks && !card->section_weights; i++)
        add(&all, &s->marks[i]);
    for (size_t k = 0; card->section_weights && k < card->n_sections; k++) {
        struct sum own = sum_of_section(s, k);
        int64_t w = card->section_weights[k];

        all.applies += own.applies ? w * SCORE_POINTS : 0;
        all.weight += own.applies ? w * SCORE_POINTS * own.weight / own.applies : 0;
    }
    return all;
}

/* Of the sections that have a score. */
static int32_t mean_of_sections(const struct card *card, const struct score *s)
{
    struct sum all = {0};

    for (size_t k = 0; k < card->n_sections; k++) {
        struct sum own = sum_of_section(s, k);

        if (!own.weight)
            continue;
        all.weight += card->section_weights[k];
        all.points += (int64_t)card->section_weights[k] * mean(&own);
    }
    return mean(&all);
}

static struct str failed_text(struct arena *a, const struct mark *m)
{
    const struct card_level *level = card_level_of(m->question, m->claim.value);

    if (m->question->type == CARD_YES_NO)
        return str_fmt(a, "Auto-fail: “%.*s” is answered no.", STR_ARG(m->question->text));
    return str_fmt(a, "Auto-fail: “%.*s” is answered “%.*s”.", STR_ARG(m->question->text),
                   STR_ARG(level && level->text.n ? level->text : m->claim.value));
}

static void settle(struct arena *a, const struct card *card, struct score *io)
{
    struct sum all = sum_of_all(card, io);
    const struct mark *failed = NULL;

    for (size_t i = 0; i < io->n_marks && !failed; i++) {
        const struct mark *m = &io->marks[i];

        if (m->counts && m->question->auto_fail && m->points_bp == 0)
            failed = m;
    }
    if (failed) {
        io->auto_fail = true;
        io->score_bp = 0;
        io->reason = failed_text(a, failed);
        return;
    }
    if (all.weight > 0 && all.weight * 2 >= all.applies)
        io->score_bp = card->section_weights ? mean_of_sections(card, io) : mean(&all);
    if (io->score_bp < 0) {
        io->state = SCORE_NOT_SCORABLE;
        io->reason = STR("Too few questions could be assessed to score.");
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
    if (!silent)
        look_up_all(a, card, &out);
    if (!silent && out.confidence_bp < gate_bp) {
        out.state = SCORE_HELD;
        out.reason = STR("Transcript too uncertain to score. Listen, or send to review.");
    }
    if (out.state == SCORE_SCORED)
        settle(a, card, &out);
    add_sections(a, card, &out);
    for (size_t i = 0; out.state != SCORE_SCORED && i < out.n_sections; i++)
        out.sections[i].score_bp = -1;
    return out;
}
