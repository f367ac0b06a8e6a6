/* Extractive summary: clauses weighted by how often their content words occur in the call and by
 * the turns of phrase that state a need or a solution. Called by builtin.c, last. */
#include "engines/builtin/summary.h"

#include <stdlib.h>
#include <string.h>

#include "engines/builtin/findings.h"
#include "engines/builtin/lexicon.h"
#include "engines/builtin/phrase.h"
#include "engines/builtin/told.h"

#define QUOTE_WORDS 22
#define LEAST_WORDS 4
#define LITTLE 25 /* words below which a call has no subject worth a name */
#define FEELING 1500

struct counts {
    size_t n;
    struct str *sorted; /* all content words of the call, repeats included */
};

struct pick {
    int64_t score;
    struct span span;
    bool cut;
};

static const struct {
    const char *action, *outcome;
} OUTCOMES[] = {
    {"Refund", "refund promised"},
    {"Arrange visit or replacement", "visit or replacement arranged"},
    {"Change the record", "change made"},
    {"Call back", "call back promised"},
    {"Send by e-mail", "e-mail promised"},
    {"Send", "something to be sent"},
    {"Open a case", "case opened"},
    {"Pass on", "passed on"},
    {"Check", "to be checked"},
};

static const char *const DAYS[] = {"monday", "tuesday",  "wednesday", "thursday",
                                   "friday", "saturday", "sunday"};

static int compare(struct str x, struct str y)
{
    size_t n = x.n < y.n ? x.n : y.n;
    int d = n ? memcmp(x.p, y.p, n) : 0;

    return d ? d : x.n < y.n ? -1 : x.n > y.n;
}

static int by_text(const void *x, const void *y)
{
    return compare(*(const struct str *)x, *(const struct str *)y);
}

static bool carries(struct str t)
{
    if (t.n < 3 || phrase_is_number(t))
        return false;
    for (const char *const *w = lexicon_stop_words; *w; w++)
        if (str_is(t, *w))
            return false;
    return true;
}

static struct counts count(struct arena *a, const struct heard *h)
{
    struct counts out = {0};

    out.sorted = ARENA_ARRAY(a, h->lane[0].n + h->lane[1].n + h->lane[2].n, struct str);
    for (int who = 0; who < 3; who++)
        for (size_t i = 0; i < h->lane[who].n; i++)
            if (carries(h->lane[who].t[i].t))
                out.sorted[out.n++] = h->lane[who].t[i].t;
    if (out.n)
        qsort(out.sorted, out.n, sizeof *out.sorted, by_text);
    return out;
}

/* How often a word occurs, at most 5. */
static int64_t often(const struct counts *c, struct str t)
{
    size_t lo = 0, hi = c->n;
    int64_t n = 0;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (compare(c->sorted[mid], t) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < c->n && n < 5 && str_eq(c->sorted[lo], t); lo++)
        n++;
    return n;
}

static bool signs_at(const struct phrase *const *signs, const struct lane *l, size_t i)
{
    for (; *signs; signs++)
        if (phrase_at(*signs, l, i))
            return true;
    return false;
}

static const struct phrase **signs_of(struct arena *a, const char *const *list)
{
    const struct phrase **out;
    size_t n = 0, k = 0;

    while (list[n])
        n++;
    out = ARENA_ARRAY(a, n + 1, const struct phrase *);
    for (size_t i = 0; i < n; i++) {
        out[k] = phrase_of(a, list[i]);
        k += out[k] != NULL;
    }
    return out;
}

/* Weighs tokens from..to of a lane, which make up clause c. */
static struct pick weigh(const struct counts *words, const struct phrase *const *signs,
                         const struct lane *l, size_t from, size_t to, const struct clause *c)
{
    struct pick p = {.span = {c->turn, c->first, c->last}};
    int64_t sum = 0;
    bool told = false;

    for (size_t i = from; i < to; i++) {
        if (!told && signs_at(signs, l, i)) {
            told = true;
            /* In a long clause the quote begins where it comes to the point. */
            if (c->last - c->first >= QUOTE_WORDS)
                p.span.first = l->t[i].word;
        }
        if (carries(l->t[i].t))
            sum += often(words, l->t[i].t) * 10;
    }
    if (p.span.last - p.span.first >= QUOTE_WORDS) {
        p.span.last = p.span.first + QUOTE_WORDS - 1;
        p.cut = true;
    }
    if (told)
        sum += 60;
    p.score = sum * 100 / ((int64_t)(to - from) + 8);
    return p;
}

/* Set phrases tell nothing of this call. */
static bool is_form(const struct phrase *const *forms, const struct lane *l, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (signs_at(forms, l, i))
            return true;
    return false;
}

static struct pick best_clause(struct arena *a, const struct heard *h, const struct counts *words,
                               enum speaker who, const char *const *signs)
{
    const struct phrase **table = signs_of(a, signs), **forms = signs_of(a, lexicon_forms);
    const struct lane *l = &h->lane[who];
    struct pick best = {0};
    size_t from = 0;

    for (size_t i = 0; i < h->n_clauses; i++) {
        const struct clause *c = &h->clauses[i];
        struct pick p;
        size_t to;

        if (c->speaker != who)
            continue;
        for (to = from; to < l->n && l->t[to].turn == c->turn && l->t[to].word <= c->last;)
            to++;
        if (c->last + 1 >= c->first + LEAST_WORDS && to > from && !is_form(forms, l, from, to)) {
            p = weigh(words, table, l, from, to, c);
            /* What a call is about is mostly said early, what comes of it late. */
            if ((i < h->n_clauses / 2) == (who != SPEAKER_AGENT))
                p.score = p.score * 3 / 2;
            if (p.score > best.score)
                best = p;
        }
        from = to;
    }
    return best;
}

static struct str lower_first(struct arena *a, struct str s)
{
    struct str out = str_dup(a, s);
    char *p = arena_alloc(a, s.n + 1);

    if (s.n == 0)
        return out;
    memcpy(p, s.p, s.n);
    if (p[0] >= 'A' && p[0] <= 'Z')
        p[0] = (char)(p[0] - 'A' + 'a');
    return str_n(p, s.n);
}

/* "by friday" becomes "by Friday". */
static struct str tidy(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.n + 1);

    memcpy(p, s.p, s.n);
    for (size_t i = 0; i < sizeof DAYS / sizeof *DAYS; i++) {
        ptrdiff_t at = str_find(s, str_of(DAYS[i]), 0);

        if (at >= 0)
            p[at] = (char)(p[at] - 'a' + 'A');
    }
    while (s.n && (p[s.n - 1] == '.' || p[s.n - 1] == ',' || p[s.n - 1] == '?'))
        s.n--;
    return str_n(p, s.n);
}

static struct str subject(const struct analysis *r, size_t i)
{
    size_t k = i < r->n_topics ? findings_topic(r->topics[i].name) : lexicon_n_topics;

    return k < lexicon_n_topics ? str_of(lexicon_topics[k].title) : STR("");
}

static struct str title(struct arena *a, const struct heard *h, const struct analysis *r)
{
    size_t words = h->n_words[0] + h->n_words[1] + h->n_words[2];

    if (words == 0)
        return STR("No speech");
    if (r->n_topics == 0)
        return words < LITTLE ? STR("Very short call") : STR("General enquiry");
    if (r->n_topics == 1)
        return subject(r, 0);
    return str_fmt(a, "%.*s, %.*s", STR_ARG(subject(r, 0)), STR_ARG(lower_first(a, subject(r, 1))));
}

/* The weightiest promise of the agent, with its deadline. */
static void add_outcome(struct arena *a, const struct heard *h, const struct analysis *r,
                        struct buf *out)
{
    for (size_t k = 0; k < sizeof OUTCOMES / sizeof *OUTCOMES; k++)
        for (size_t i = 0; i < r->n_actions; i++) {
            struct str due;

            if (!str_is(r->actions[i].name, OUTCOMES[k].action))
                continue;
            due = findings_deadline(a, h, r->actions[i].spans[0]);
            buf_fmt(out, "; %s", OUTCOMES[k].outcome);
            if (due.p && due.n)
                buf_fmt(out, " %.*s", STR_ARG(tidy(a, due)));
            return;
        }
    if (h->n_words[0] + h->n_words[1] + h->n_words[2] >= LITTLE * 2)
        buf_add(out, STR("; no next step agreed"));
}

static struct str in_short(struct arena *a, const struct heard *h, const struct analysis *r)
{
    struct buf b = buf_new(a, 4096);

    if (r->n_topics == 0)
        buf_add(&b, title(a, h, r));
    else
        buf_add(&b, subject(r, 0));
    if (r->n_topics > 1)
        buf_fmt(&b, " and %.*s", STR_ARG(lower_first(a, subject(r, 1))));
    add_outcome(a, h, r, &b);
    if (r->sentiment_start_bp <= -FEELING && r->sentiment_end_bp >= FEELING)
        buf_add(&b, STR("; customer upset at first, content at the end"));
    else if (r->sentiment_end_bp <= -FEELING && r->sentiment_bp < 0)
        buf_add(&b, STR("; customer left unhappy"));
    buf_char(&b, '.');
    return buf_str(&b);
}

static void quote(struct arena *a, const struct heard *h, const struct pick *p, const char *who,
                  struct buf *out)
{
    struct str words = heard_words(a, h->c, p->span);

    if (p->score > 0)
        buf_fmt(out, " %s: “%.*s%s”.", who, STR_ARG(words), p->cut ? " …" : "");
}

/* "Refund (agent, by Friday); check (agent)" */
static void add_actions(struct arena *a, const struct analysis *r, struct buf *out)
{
    for (size_t i = 0; i < r->n_actions; i++) {
        const struct finding *f = &r->actions[i];

        buf_fmt(out, "%s%.*s (%.*s", i ? "; " : " To do: ", STR_ARG(lower_first(a, f->name)),
                STR_ARG(str_lower(a, f->owner)));
        if (f->due.n)
            buf_fmt(out, ", %.*s", STR_ARG(tidy(a, f->due)));
        buf_char(out, ')');
    }
    if (r->n_actions)
        buf_char(out, '.');
}

static void add_objections(struct arena *a, const struct analysis *r, struct buf *out)
{
    for (size_t i = 0; i < r->n_objections; i++) {
        const struct finding *f = &r->objections[i];

        buf_fmt(out, "%s%.*s (%s)", i ? "; " : " Objections: ",
                STR_ARG(told_words(a, f->name)), str_is(f->state, "OPEN") ? "open" : "taken up");
    }
    if (r->n_objections)
        buf_char(out, '.');
}

static struct str in_detail(struct arena *a, const struct heard *h, const struct analysis *r)
{
    struct buf b = buf_new(a, 16384);
    int32_t minutes = (h->last_ms - h->first_ms + 30000) / 60000;

    buf_add(&b, r->summary);
    add_objections(a, r, &b);
    add_actions(a, r, &b);
    if (r->n_breaches)
        buf_fmt(&b, " Breaches: %d, the first: %.*s.", (int)r->n_breaches,
                STR_ARG(lower_first(a, r->breaches[0].name)));
    buf_fmt(&b, " Mood: %.*s", STR_ARG(r->sentiment_reason));
    if (r->agent_talk_ms + r->customer_talk_ms > 0)
        buf_fmt(&b, " The agent spoke %d %% of the time in a talk of %d %s.",
                (int)((r->agent_share_bp + 50) / 100), (int)(minutes ? minutes : 1),
                minutes > 1 ? "minutes" : "minute");
    return buf_str(&b);
}

void summarise(struct arena *a, const struct heard *h, struct analysis *ret)
{
    struct buf b = buf_new(a, 16384);
    struct counts words = count(a, h);
    struct pick p;

    ret->title = title(a, h, ret);
    if (h->n_words[0] + h->n_words[1] + h->n_words[2] == 0) {
        ret->summary = ret->detailed = STR("No speech in the recording.");
        return;
    }
    buf_add(&b, in_short(a, h, ret));
    p = best_clause(a, h, &words, SPEAKER_CUSTOMER, lexicon_needs);
    quote(a, h, &p, "Customer", &b);
    p = best_clause(a, h, &words, SPEAKER_AGENT, lexicon_solves);
    quote(a, h, &p, "Agent", &b);
    p = best_clause(a, h, &words, SPEAKER_UNKNOWN, lexicon_needs);
    quote(a, h, &p, "Said", &b);
    ret->summary = buf_str(&b);
    ret->detailed = in_detail(a, h, ret);
}
