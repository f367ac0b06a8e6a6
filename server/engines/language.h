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

enum answer {
    ANSWER_NOT_ASSESSED = 0,
    ANSWER_YES,
    ANSWER_PARTLY,
    ANSWER_NO,
    ANSWER_NA,
    ANSWER_VALUE /* one of the question's choices, or a number: verdict.value */
};

/* One of the answers to a question that is not asked for yes or no. */
struct choice {
    struct str value, text;
};

/* One question of a scorecard, in the form an engine needs. `rule` is the JSON of a rule that code
 * decides, NULL where a model must. With choices the answer is one of them; `number`: a whole
 * number; else yes, partly or no. */
struct question {
    struct str key, text;
    struct str rule;
    struct str help; /* what to look for, STR_NONE without */
    bool number;
    size_t n_choices;
    const struct choice *choices;
};

struct verdict {
    struct str key;
    enum answer answer;
    bool by_rule;
    int64_t measured; /* by a rule that measures: what it found */
    struct str value; /* with ANSWER_VALUE */
    struct str reason; /* one sentence */
    size_t n_spans;
    struct span *spans;
};

enum sentiment { SENTIMENT_NEUTRAL = 0, SENTIMENT_POSITIVE, SENTIMENT_NEGATIVE, SENTIMENT_MIXED };

enum level { LEVEL_NONE = 0, LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH, LEVEL_URGENT };

/* A topic, an action item, an emotion, an objection, a risk ... with its evidence. What a kind has
 * no use for stays empty. */
struct finding {
    struct str name;
    struct str detail;
    struct str owner;  /* of an action: "AGENT" or "CUSTOMER" */
    struct str due;    /* of an action: when, as it was said */
    struct str state;  /* of an objection: "HANDLED" or "OPEN" */
    enum level level;  /* priority of an action; size of a risk */
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

    struct str detailed;         /* the summary at length, in order of time */
    struct str sentiment_reason; /* one sentence */
    struct str primary_intent, secondary_intent; /* "NEW_INQUIRY", "COMPLAINT" ...; STR_NONE */
    struct str timeline;         /* "IMMEDIATE", "1_MONTH" ... "1_YEAR"; STR_NONE: not said */
    size_t n_emotions, n_moments, n_objections, n_fields;
    struct finding *emotions;   /* in order of time: the emotional journey */
    struct finding *moments;    /* in order of time */
    struct finding *objections; /* of the customer */
    struct finding *fields;     /* what the customer told: name is the field's key, detail its value */
    /* One of each; a name of STR_NONE: there is none. */
    struct finding next_action, follow_up;
    struct finding churn_risk, deal_risk, urgency; /* LEVEL_NONE: cannot be told */
    int32_t lead_quality;  /* 0..100; -1: this was no prospect's call */
    int32_t conversion_bp; /* 0..10000; -1 likewise */
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
