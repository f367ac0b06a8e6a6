/* Puts people's and the machine's answers side by side. Called by the routes and by the gate. Asks no
 * engine but the rules, and those only for drafts, which have no scores yet. */
#include "engines/builtin/builtin.h"
#include "insight/calibration/inner.h"
#include "insight/calibration/queries.h"
#include "insight/transcripts/transcripts.h"

#define MAX_PEOPLE 50
#define MAX_RATERS 100

/* One call as rated. */
struct rated_call {
    struct rating machine; /* n == 0: none */
    size_t n;
    struct rating *people;
};

struct reading {
    struct arena *a;    /* what is kept */
    struct arena *part; /* of the call at hand: transcripts are large */
    struct db *db;
    struct str body; /* of the version */
    struct card card;
    struct agree_report *r;
    size_t n;
    struct rated_call *calls;
    size_t n_people;
    struct str people[MAX_PEOPLE];
};

static struct str label_of(struct arena *a, const struct mark *m)
{
    if (m->unsupported || m->claim.answer == ANSWER_NOT_ASSESSED)
        return STR_NONE;
    return m->claim.answer == ANSWER_VALUE ? str_dup(a, m->claim.value)
                                           : str_of(answer_name(m->claim.answer));
}

/* What does not read (E_BAD_PAYLOAD, E_BAD_INPUT) is no rating. The machine's answers count where it
 * scored the call; a person may have answered a few questions only. */
static const struct err *rate(struct reading *x, const struct conversation *talk, struct str raw,
                              int32_t gate_bp, bool person, struct rating *io)
{
    struct rated *answers;
    struct str body;
    struct score s;
    const struct err *e = score_derive_at(x->part, x->body, talk, raw, gate_bp, &s, &body);

    if (e)
        return e->status < 500 ? NULL : e;
    answers = ARENA_ARRAY(x->a, s.n_marks, struct rated);
    for (size_t i = 0; i < s.n_marks; i++) /* the marks are the card's questions in their order */
        answers[i] = (struct rated){x->card.questions[i].key, label_of(x->a, &s.marks[i]),
                                    s.marks[i].counts ? s.marks[i].points_bp : -1};
    io->score_bp = s.score_bp;
    io->answers = answers;
    io->n = person || s.state == SCORE_SCORED ? s.n_marks : 0;
    return NULL;
}

static void know(struct reading *x, struct str rater)
{
    for (size_t i = 0; i < x->n_people; i++)
        if (str_eq(x->people[i], rater))
            return;
    if (x->n_people < MAX_PEOPLE)
        x->people[x->n_people++] = rater;
}

static const struct err *rate_people(struct reading *x, const struct conversation *talk,
                                     struct str text, struct uuid call, struct rated_call *io)
{
    const struct json *list;
    const struct err *e = json_parse(x->part, text, &list);

    if (e)
        return e;
    io->people = ARENA_ARRAY(x->a, json_count(list), struct rating);
    for (size_t i = 0; !e && i < json_count(list); i++) {
        const struct json *o = json_at(list, i);
        struct rating *p = &io->people[io->n];
        int64_t given = json_int(o, "score_bp", -1);

        *p = (struct rating){.rater = str_dup(x->a, json_text(o, "rater")), .call = call,
                             .score_bp = -1};
        e = rate(x, talk, json_canonical(x->part, json_get(o, "answers")), 0, true, p);
        if (given >= 0)
            p->score_bp = (int32_t)given;
        io->n++;
        know(x, p->rater);
    }
    return e;
}

static const struct err *read_call(struct reading *x, const struct agree_calls_out *row)
{
    struct rated_call *c = &x->calls[x->n];
    struct transcript t;
    struct str raw = row->machine;
    const struct err *e = transcript_load(x->db, row->transcript_id, &t);

    if (e)
        return e;
    c->machine = (struct rating){.rater = STR(""), .call = row->call_id, .score_bp = -1};
    if (x->r->tried)
        e = score_ask(x->part, &builtin_engine, &x->card, &t.talk, &raw);
    if (!e && raw.p)
        e = rate(x, &t.talk, raw, x->r->tried ? SCORE_GATE_BP : (int32_t)row->gate_bp, false,
                 &c->machine);
    if (!e)
        e = rate_people(x, &t.talk, row->people, row->call_id, c);
    if (!e && !c->machine.n)
        x->r->no_machine++;
    x->n += !e;
    return e;
}

static const struct err *read_apart(struct reading *x, const struct agree_calls_out *row)
{
    const struct err *e;

    x->part = arena_new();
    db_use_arena(x->db, x->part);
    e = read_call(x, row);
    if (e)
        arena_set_why(x->a, str_dup(x->a, arena_why(x->part)));
    db_use_arena(x->db, x->a);
    arena_free(x->part);
    return e;
}

/* Every call that both rated; first == "" is the machine. */
static size_t pair(const struct reading *x, struct str first, struct str second,
                   struct rating_pair *out)
{
    size_t n = 0;

    for (size_t i = 0; i < x->n; i++) {
        const struct rated_call *c = &x->calls[i];
        const struct rating *a = first.n || !c->machine.n ? NULL : &c->machine, *b = NULL;

        for (size_t k = 0; k < c->n; k++) {
            if (first.n && str_eq(c->people[k].rater, first))
                a = &c->people[k];
            if (str_eq(c->people[k].rater, second))
                b = &c->people[k];
        }
        if (a && b)
            out[n++] = (struct rating_pair){a, b};
    }
    return n;
}

static void compare_raters(struct reading *x, struct rating_pair *room)
{
    struct agree_report *r = x->r;

    r->raters = ARENA_ARRAY(x->a, MAX_RATERS, struct agree_raters);
    for (size_t i = 0; i <= x->n_people; i++)
        for (size_t k = i; k < x->n_people && r->n_raters < MAX_RATERS; k++) {
            struct str first = i ? x->people[i - 1] : STR("");
            size_t n = pair(x, first, x->people[k], room);

            if (n)
                r->raters[r->n_raters++] =
                    (struct agree_raters){first, x->people[k], agree_of_raters(room, n)};
        }
}

static void compare(struct reading *x)
{
    struct agree_report *r = x->r;
    struct rating_pair *pairs;
    size_t n = 0, most = 1;

    for (size_t i = 0; i < x->n; i++)
        most += x->calls[i].n;
    pairs = ARENA_ARRAY(x->a, most, struct rating_pair);
    compare_raters(x, pairs);
    for (size_t i = 0; i < x->n; i++)
        for (size_t k = 0; x->calls[i].machine.n && k < x->calls[i].n; k++)
            pairs[n++] = (struct rating_pair){&x->calls[i].machine, &x->calls[i].people[k]};
    r->scores = agree_on_scores(pairs, n);
    r->n_questions = x->card.n_questions;
    r->questions = ARENA_ARRAY(x->a, r->n_questions, struct agree_question);
    for (size_t i = 0; i < r->n_questions; i++) {
        const struct card_question *q = &x->card.questions[i];

        r->questions[i] = (struct agree_question){
            q->key, q->text, agree_on_question(x->a, pairs, n, q->key)};
    }
}

static const struct err *begin(struct db *db, const struct agree_ask *ask, struct reading *ret)
{
    struct agree_card_out card;
    const struct err *e = q_agree_card(db, (struct agree_card_in){ask->scorecard}, &card);

    if (e)
        return e;
    *ret->r = (struct agree_report){.name = card.name, .state = card.state,
                                    .version = card.version,
                                    .tried = str_is(card.state, "draft")};
    ret->body = card.body;
    return card_parse(ret->a, card.body, &ret->card);
}

const struct err *agree_report(struct db *db, const struct agree_ask *ask,
                               struct agree_report *ret)
{
    struct reading x = {.a = db_arena(db), .db = db, .r = ret};
    struct agree_calls_out *rows;
    size_t n = 0;
    const struct err *e = begin(db, ask, &x);

    if (!e)
        e = q_agree_calls(db, (struct agree_calls_in){ask->scorecard, ask->calibration, ask->scope,
                                                      ask->me, AGREE_MAX_CALLS}, &rows, &n);
    if (e)
        return e;
    x.calls = ARENA_ARRAY(x.a, n, struct rated_call);
    for (size_t i = 0; !e && i < n; i++) {
        if (rows[i].kept_back)
            ret->kept_back++;
        else
            e = read_apart(&x, &rows[i]);
    }
    ret->calls = x.n;
    if (!e)
        compare(&x);
    return e;
}
