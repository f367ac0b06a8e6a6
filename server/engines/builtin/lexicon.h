/* The tables of the built-in engine, written for telephone service in plain British and American
 * English. Phrases are written as in phrase.h. A unit test reads every entry. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_LEXICON_H
#define RINGSIGHT_ENGINES_BUILTIN_LEXICON_H

#include <stddef.h>

/* Feeling: weight from -4 (worst) to 4 (best). Longer phrases are tried first. */
struct lexicon_mood {
    const char *phrase;
    int weight;
};

/* A subject of a call: its name as a manager says it, a short form for titles, and its signs. */
struct lexicon_topic {
    const char *name, *title;
    const char *signs[14];
};

/* A thing someone says that becomes a finding. `mark`: among actions, said by the customer; among
 * breaches, no "not" before or in it excuses it ("it is not my problem"); among intents, its votes
 * count twice. */
struct lexicon_finding {
    const char *name;
    int mark;
    const char *signs[14];
};

extern const struct lexicon_mood lexicon_mood[];
extern const size_t lexicon_n_mood;
extern const char *const lexicon_negators[]; /* turn the feeling behind them round */
extern const char *const lexicon_boosters[]; /* one and a half times the feeling */
extern const char *const lexicon_dampers[];  /* half of it */
extern const struct lexicon_topic lexicon_topics[];
extern const size_t lexicon_n_topics;
extern const struct lexicon_finding lexicon_actions[];
extern const size_t lexicon_n_actions;
extern const struct lexicon_finding lexicon_breaches[];
extern const size_t lexicon_n_breaches;
extern const struct lexicon_finding lexicon_emotions[];
extern const size_t lexicon_n_emotions;
extern const struct lexicon_finding lexicon_intents[]; /* in order of weight where votes are equal */
extern const size_t lexicon_n_intents;
extern const struct lexicon_finding lexicon_objections[];
extern const size_t lexicon_n_objections;
extern const struct lexicon_finding lexicon_timelines[]; /* most urgent first */
extern const size_t lexicon_n_timelines;
extern const char *const lexicon_handles[]; /* an agent takes an objection up */
extern const char *const lexicon_leaving[]; /* a customer is about to go */
extern const char *const lexicon_breach_unless[]; /* before a breach: it is none */
extern const char *const lexicon_recorded[];      /* notices that the call is recorded */
extern const char *const lexicon_deadlines[];
extern const char *const lexicon_needs[];      /* a customer says what the call is about */
extern const char *const lexicon_solves[];     /* an agent says what will be done */
extern const char *const lexicon_forms[];      /* said on every call */
extern const char *const lexicon_stop_words[]; /* words that carry no subject */

#define LEXICON_ASK_WHAT                                                                           \
    "what|when|where|which|who|whose|why|how is|are|was|were|do|does|did|can|could|would|will|"    \
    "should|may|much|many|long|often|old|soon|has|have|seems|happened|exactly"
#define LEXICON_ASK_DO                                                                             \
    "can|could|may|might|do|did|does|would|have|has|are|is|will|shall|should|was|were "            \
    "you|i|we|it|that|there|they|this|your|he|she"

#endif
