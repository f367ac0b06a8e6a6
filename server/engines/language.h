/* The interface of language engines: a transcript in, an analysis and verdicts out. What an engine
 * answers is a claim: insight/ checks that cited words are there and does all arithmetic. */
#ifndef RINGSIGHT_ENGINES_LANGUAGE_H
#define RINGSIGHT_ENGINES_LANGUAGE_H

#include "core/arena.h"
#include "core/err.h"

enum speaker { SPEAKER_UNKNOWN = 0, SPEAKER_AGENT, SPEAKER_CUSTOMER };

struct turn_word {
    struct str text;
    int32_t start_ms, end_ms, confidence; /* confidence 0..10000 */
};

struct turn {
    enum speaker speaker;
    int32_t start_ms, end_ms;
    size_t n_words;
    const struct turn_word *words;
};

/* Turns in order of start_ms (then speaker). */
struct conversation {
    int32_t duration_ms;
    struct str direction; /* "inbound", "outbound", ... */
    size_t n_turns;
    const struct turn *turns;
};

/* Words first..last (inclusive) of one turn. */
struct span {
    size_t turn, first, last;
};

enum answer { ANSWER_NOT_ASSESSED = 0, ANSWER_YES, ANSWER_PARTLY, ANSWER_NO, ANSWER_NA };

/* One question of a scorecard, in the form an engine needs. `rule` is the JSON of a rule that code
 * decides, NULL where a model must. */
struct question {
    struct str key, text;
    struct str rule;
};

struct verdict {
    struct str key;
    enum answer answer;
    bool by_rule;
    struct str reason; /* one sentence */
    size_t n_spans;
    struct span *spans;
};

enum sentiment { SENTIMENT_NEUTRAL = 0, SENTIMENT_POSITIVE, SENTIMENT_NEGATIVE, SENTIMENT_MIXED };

struct finding { /* a topic, an action item, a compliance breach ... with its evidence */
    struct str name;
    struct str detail;
    size_t n_spans;
    struct span *spans;
};

/* Shares and sentiments in basis points (sentiment -10000..10000), times in milliseconds. */
struct analysis {
    struct str title;      /* a few words */
    struct str summary;    /* up to three sentences */
    enum sentiment sentiment;
    int32_t sentiment_bp, sentiment_start_bp, sentiment_end_bp;
    int32_t *turn_sentiment_bp; /* one for each turn */
    size_t n_topics, n_actions, n_breaches;
    struct finding *topics, *actions, *breaches;
    int32_t agent_talk_ms, customer_talk_ms, silence_ms, overlap_ms;
    int32_t agent_share_bp; /* of all talk */
    int32_t longest_monologue_ms, longest_silence_ms;
    int32_t interruptions_by_agent, interruptions_by_customer;
    int32_t agent_wpm, customer_wpm;
    int32_t questions_by_agent;
};

struct language_engine {
    const char *name, *version, *notice;
    /* E_UPSTREAM* for engines that call others. Strings live in the arena. */
    const struct err *(*analyse)(struct arena *a, const struct conversation *c,
                                 struct analysis *ret_analysis);
    /* One verdict per question, in their order. */
    const struct err *(*judge)(struct arena *a, const struct conversation *c,
                               const struct question *questions, size_t n,
                               struct verdict *ret_verdicts);
};

#endif
