/* Counts and times of a conversation. Called for every analysis and before rules are judged.
 * Trusts no time of the transcript: words may overlap, run backwards or past the end. */
#include "engines/builtin/measure.h"

#include <stdlib.h>

#include "engines/builtin/lexicon.h"
#include "engines/builtin/phrase.h"

struct stretch {
    int32_t from, to;
};

struct stretches {
    size_t n;
    struct stretch *s;
    int64_t total;
};

static int by_start(const void *x, const void *y)
{
    const struct stretch *a = x, *b = y;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

/* The union of stretches, those closer than `bridge` joined. */
static void join(struct stretches *io, int32_t bridge)
{
    size_t n = 0;

    if (io->n)
        qsort(io->s, io->n, sizeof *io->s, by_start);
    for (size_t i = 0; i < io->n; i++) {
        struct stretch s = io->s[i];

        if (n && (int64_t)s.from - io->s[n - 1].to < bridge) {
            if (s.to > io->s[n - 1].to)
                io->s[n - 1].to = s.to;
        } else {
            io->s[n++] = s;
        }
    }
    io->n = n;
    io->total = 0;
    for (size_t i = 0; i < n; i++)
        io->total += (int64_t)io->s[i].to - io->s[i].from;
}

static struct stretches talk_of(struct arena *a, const struct conversation *c, unsigned speakers)
{
    struct stretches out = {0};
    size_t room = 0;

    for (size_t i = 0; i < c->n_turns; i++)
        room += c->turns[i].n_words;
    out.s = ARENA_ARRAY(a, room, struct stretch);
    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t w = 0; w < c->turns[i].n_words; w++) {
            const struct turn_word *x = &c->turns[i].words[w];

            if ((speakers >> c->turns[i].speaker & 1) && x->start_ms >= 0 &&
                x->end_ms > x->start_ms)
                out.s[out.n++] = (struct stretch){x->start_ms, x->end_ms};
        }
    join(&out, MEASURE_BRIDGE_MS);
    return out;
}

static int64_t common(const struct stretches *x, const struct stretches *y)
{
    int64_t sum = 0;
    size_t i = 0, k = 0;

    while (i < x->n && k < y->n) {
        int32_t from = x->s[i].from > y->s[k].from ? x->s[i].from : y->s[k].from;
        int32_t to = x->s[i].to < y->s[k].to ? x->s[i].to : y->s[k].to;

        if (to > from)
            sum += (int64_t)to - from;
        if (x->s[i].to < y->s[k].to)
            i++;
        else
            k++;
    }
    return sum;
}

static int32_t fit(int64_t v)
{
    return v < 0 ? 0 : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

static bool speaks(const struct conversation *c, size_t turn)
{
    return c->turns[turn].n_words > 0 && !heard_is_nod(c, turn);
}

static int32_t turn_from(const struct turn *t)
{
    return t->words[0].start_ms;
}

static int32_t turn_to(const struct turn *t)
{
    return t->words[t->n_words - 1].end_ms;
}

static int32_t interruptions(const struct conversation *c, enum speaker by, enum speaker of)
{
    const struct turn *open = NULL; /* the other's turn that reaches furthest so far */
    int32_t n = 0;

    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        if (!speaks(c, i))
            continue;
        if (t->speaker == of && (!open || turn_to(t) > turn_to(open)))
            open = t;
        if (t->speaker == by && open &&
            (int64_t)turn_from(t) - turn_from(open) >= MEASURE_CUT_IN_MS &&
            (int64_t)turn_to(open) - turn_from(t) >= MEASURE_CUT_OFF_MS)
            n++;
    }
    return n;
}

static int32_t longest_monologue(const struct conversation *c)
{
    int64_t best = 0, from = 0, to = 0;
    enum speaker who = SPEAKER_UNKNOWN;

    for (size_t i = 0; i < c->n_turns; i++) {
        const struct turn *t = &c->turns[i];

        if (!speaks(c, i) || t->speaker == SPEAKER_UNKNOWN)
            continue;
        if (t->speaker != who || turn_from(t) - to > HEARD_BREAK_MS)
            from = turn_from(t);
        who = t->speaker;
        to = turn_to(t);
        if (to - from > best)
            best = to - from;
    }
    return fit(best);
}

static int32_t pace(size_t words, int64_t talk_ms)
{
    return talk_ms < 2000 ? 0 : fit((int64_t)words * 60000 / talk_ms);
}

static int32_t questions(struct arena *a, const struct heard *h)
{
    const struct lane *l = &h->lane[SPEAKER_AGENT];
    const struct phrase *openings[2] = {phrase_of(a, LEXICON_ASK_WHAT),
                                        phrase_of(a, LEXICON_ASK_DO)};
    int32_t marks = 0, opened = 0;

    for (int s = 0; s < 3; s++)
        for (size_t i = 0; i < h->lane[s].n; i++)
            marks += h->lane[s].t[i].ask;
    if (marks) {
        marks = 0;
        for (size_t i = 0; i < l->n; i++)
            marks += l->t[i].ask;
        return marks;
    }
    for (size_t i = 0; i < l->n;) {
        size_t n = phrase_at(openings[0], l, i);

        n = n ? n : phrase_at(openings[1], l, i);
        opened += n > 0;
        i += n ? n + 2 : 1; /* "what can i" is one question, not two */
    }
    return opened;
}

void measure(struct arena *a, const struct heard *h, struct analysis *ret)
{
    const struct conversation *c = h->c;
    struct stretches agent = talk_of(a, c, 1u << SPEAKER_AGENT);
    struct stretches customer = talk_of(a, c, 1u << SPEAKER_CUSTOMER);
    struct stretches all = talk_of(a, c, 7u);
    int64_t talk = agent.total + customer.total, longest = 0;

    for (size_t i = 1; i < all.n; i++)
        if ((int64_t)all.s[i].from - all.s[i - 1].to > longest)
            longest = (int64_t)all.s[i].from - all.s[i - 1].to;
    ret->agent_talk_ms = fit(agent.total);
    ret->customer_talk_ms = fit(customer.total);
    ret->silence_ms = fit(c->duration_ms - all.total);
    ret->overlap_ms = fit(common(&agent, &customer));
    ret->agent_share_bp = talk ? fit((agent.total * 10000 + talk / 2) / talk) : 0;
    ret->longest_silence_ms = fit(longest);
    ret->longest_monologue_ms = longest_monologue(c);
    ret->interruptions_by_agent = interruptions(c, SPEAKER_AGENT, SPEAKER_CUSTOMER);
    ret->interruptions_by_customer = interruptions(c, SPEAKER_CUSTOMER, SPEAKER_AGENT);
    ret->agent_wpm = pace(h->n_words[SPEAKER_AGENT], agent.total);
    ret->customer_wpm = pace(h->n_words[SPEAKER_CUSTOMER], customer.total);
    ret->questions_by_agent = questions(a, h);
}
