/* Writes analyses and scores. Called by the jobs that store them and by replay, which compares
 * bytes. Writes the transcript's words, never an engine's quotation of them. */
#include "insight/scores/write.h"

const char *sentiment_name(enum sentiment s)
{
    static const char *const NAMES[] = {"NEUTRAL", "POSITIVE", "NEGATIVE", "MIXED"};

    return NAMES[s];
}

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_int(struct jw *w, const char *key, int64_t i)
{
    jw_key(w, key);
    jw_int(w, i);
}

static void put_bool(struct jw *w, const char *key, bool yes)
{
    jw_key(w, key);
    jw_bool(w, yes);
}

/* Below zero stands for "none". */
static void put_bp(struct jw *w, const char *key, int32_t bp)
{
    jw_key(w, key);
    if (bp < 0)
        jw_null(w);
    else
        jw_int(w, bp);
}

static void put_span(struct arena *a, struct jw *w, const struct conversation *c, struct span s)
{
    const struct turn *t = s.turn < c->n_turns ? &c->turns[s.turn] : NULL;

    if (!t || s.first > s.last || s.last >= t->n_words)
        return;
    jw_open(w, '{');
    put_int(w, "turn", (int64_t)s.turn);
    put_int(w, "first", (int64_t)s.first);
    put_int(w, "last", (int64_t)s.last);
    put_int(w, "start_ms", t->words[s.first].start_ms);
    put_int(w, "end_ms", t->words[s.last].end_ms);
    put_text(w, "speaker", str_of(speaker_name(t->speaker)));
    put_text(w, "words", evidence_words(a, c, s));
    jw_close(w, '}');
}

static const char *level_name(enum level l)
{
    static const char *const NAMES[] = {"NONE", "LOW", "MEDIUM", "HIGH", "URGENT"};

    return NAMES[l];
}

static void put_finding(struct arena *a, struct jw *w, const struct conversation *c,
                        const struct finding *f)
{
    jw_open(w, '{');
    put_text(w, "name", f->name);
    put_text(w, "detail", f->detail);
    put_text(w, "owner", f->owner);
    put_text(w, "due", f->due);
    put_text(w, "state", f->state);
    put_text(w, "level", f->level ? str_of(level_name(f->level)) : STR_NONE);
    jw_key(w, "spans");
    jw_open(w, '[');
    for (size_t k = 0; k < f->n_spans; k++)
        put_span(a, w, c, f->spans[k]);
    jw_close(w, ']');
    jw_close(w, '}');
}

static void put_findings(struct arena *a, struct jw *w, const struct conversation *c,
                         const char *key, const struct finding *f, size_t n)
{
    jw_key(w, key);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        put_finding(a, w, c, &f[i]);
    jw_close(w, ']');
}

/* null where there is none. */
static void put_single(struct arena *a, struct jw *w, const struct conversation *c,
                       const char *key, const struct finding *f)
{
    jw_key(w, key);
    if (f->name.p)
        put_finding(a, w, c, f);
    else
        jw_null(w);
}

static void put_prospect(struct arena *a, struct jw *w, const struct conversation *c,
                         const struct analysis *x)
{
    put_text(w, "primary_intent", x->primary_intent);
    put_text(w, "secondary_intent", x->secondary_intent);
    put_text(w, "timeline", x->timeline);
    put_findings(a, w, c, "emotions", x->emotions, x->n_emotions);
    put_findings(a, w, c, "moments", x->moments, x->n_moments);
    put_findings(a, w, c, "objections", x->objections, x->n_objections);
    put_findings(a, w, c, "fields", x->fields, x->n_fields);
    put_single(a, w, c, "next_action", &x->next_action);
    put_single(a, w, c, "follow_up", &x->follow_up);
    put_single(a, w, c, "churn_risk", &x->churn_risk);
    put_single(a, w, c, "deal_risk", &x->deal_risk);
    put_single(a, w, c, "urgency", &x->urgency);
    put_bp(w, "lead_quality", x->lead_quality);
    put_bp(w, "conversion_bp", x->conversion_bp);
}

struct str analysis_json(struct arena *a, struct str engine, struct str engine_version,
                         const struct conversation *c, const struct analysis *x)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    put_text(&w, "engine", engine);
    put_text(&w, "engine_version", engine_version);
    put_text(&w, "title", x->title);
    put_text(&w, "summary", x->summary);
    put_text(&w, "detailed", x->detailed);
    put_text(&w, "sentiment", str_of(sentiment_name(x->sentiment)));
    put_int(&w, "sentiment_bp", x->sentiment_bp);
    put_int(&w, "sentiment_start_bp", x->sentiment_start_bp);
    put_int(&w, "sentiment_end_bp", x->sentiment_end_bp);
    put_text(&w, "sentiment_reason", x->sentiment_reason);
    put_findings(a, &w, c, "topics", x->topics, x->n_topics);
    put_findings(a, &w, c, "actions", x->actions, x->n_actions);
    put_findings(a, &w, c, "breaches", x->breaches, x->n_breaches);
    put_int(&w, "agent_talk_ms", x->agent_talk_ms);
    put_int(&w, "customer_talk_ms", x->customer_talk_ms);
    put_int(&w, "silence_ms", x->silence_ms);
    put_int(&w, "overlap_ms", x->overlap_ms);
    put_int(&w, "agent_share_bp", x->agent_share_bp);
    put_int(&w, "longest_monologue_ms", x->longest_monologue_ms);
    put_int(&w, "longest_silence_ms", x->longest_silence_ms);
    put_int(&w, "interruptions_by_agent", x->interruptions_by_agent);
    put_int(&w, "interruptions_by_customer", x->interruptions_by_customer);
    put_int(&w, "agent_wpm", x->agent_wpm);
    put_int(&w, "customer_wpm", x->customer_wpm);
    put_int(&w, "questions_by_agent", x->questions_by_agent);
    put_prospect(a, &w, c, x);
    jw_close(&w, '}');
    return jw_done(&w);
}

/* What only newer cards have stands only there: scores of older ones keep their bytes. */
static void put_kind(struct jw *w, const struct mark *m)
{
    const struct card_question *q = m->question;
    const struct card_level *level = card_level_of(q, m->claim.value);

    if (q->type != CARD_YES_NO)
        put_text(w, "type", str_of(card_type_name(q->type)));
    if (m->claim.answer == ANSWER_VALUE) {
        put_text(w, "value", m->claim.value);
        put_text(w, "label", level && level->text.n ? level->text : m->claim.value);
    }
    if (q->by == CARD_BY_HUMAN)
        put_text(w, "decided_by", STR("human"));
    if (m->claim.by_person)
        put_bool(w, "by_person", true);
    if (m->off)
        put_bool(w, "off", true);
}

static void put_mark(struct arena *a, struct jw *w, const struct card *card,
                     const struct conversation *c, const struct mark *m, bool figures)
{
    const char *answer = m->unsupported ? "unsupported" : answer_name(m->claim.answer);

    jw_open(w, '{');
    put_text(w, "key", m->question->key);
    put_text(w, "section", card->sections[m->question->section]);
    put_text(w, "text", m->question->text);
    put_int(w, "weight", m->question->weight);
    put_bool(w, "auto_fail", m->question->auto_fail);
    put_text(w, "answer", str_of(answer));
    put_kind(w, m);
    put_bool(w, "by_rule", m->claim.by_rule);
    put_text(w, "reason", m->claim.reason);
    put_bp(w, "points_bp", figures && m->counts ? m->points_bp : -1);
    jw_key(w, "spans");
    jw_open(w, '[');
    for (size_t i = 0; !m->unsupported && i < m->claim.n_spans; i++)
        put_span(a, w, c, m->claim.spans[i].span);
    jw_close(w, ']');
    jw_close(w, '}');
}

struct str score_sections_json(struct arena *a, const struct score *s)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < s->n_sections; i++) {
        jw_open(&w, '{');
        put_text(&w, "name", s->sections[i].name);
        put_bp(&w, "score_bp", s->sections[i].score_bp);
        put_int(&w, "weight", s->sections[i].weight);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}

struct str score_criteria_json(struct arena *a, const struct card *card,
                               const struct conversation *c, const struct score *s)
{
    struct jw w = jw_new(a);

    jw_open(&w, '[');
    for (size_t i = 0; i < s->n_marks; i++)
        put_mark(a, &w, card, c, &s->marks[i], s->state == SCORE_SCORED);
    jw_close(&w, ']');
    return jw_done(&w);
}

static void put_outcome(struct jw *w, const struct score *s)
{
    put_bp(w, "score_bp", s->score_bp);
    put_text(w, "state", str_of(score_state_name(s->state)));
    put_text(w, "reason", s->reason);
    put_bool(w, "auto_fail", s->auto_fail);
}

struct str score_try_json(struct arena *a, const struct card *card, const struct conversation *c,
                          const struct score *s)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    put_outcome(&w, s);
    jw_key(&w, "sections");
    jw_raw(&w, score_sections_json(a, s));
    jw_key(&w, "criteria");
    jw_raw(&w, score_criteria_json(a, card, c, s));
    jw_close(&w, '}');
    return jw_done(&w);
}

struct str score_json(struct arena *a, const struct score_head *head, const struct card *card,
                      const struct conversation *c, const struct score *s)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, head->id);
    put_outcome(&w, s);
    jw_key(&w, "scorecard");
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, head->card_id);
    put_text(&w, "name", card->name);
    put_int(&w, "version", head->card_version);
    jw_close(&w, '}');
    put_text(&w, "engine", head->engine);
    put_text(&w, "engine_version", head->engine_version);
    jw_key(&w, "created_at");
    jw_time(&w, head->created_at);
    put_bp(&w, "team_average_bp", head->team_average_bp);
    jw_key(&w, "sections");
    jw_raw(&w, score_sections_json(a, s));
    jw_key(&w, "criteria");
    jw_raw(&w, score_criteria_json(a, card, c, s));
    jw_close(&w, '}');
    return jw_done(&w);
}
