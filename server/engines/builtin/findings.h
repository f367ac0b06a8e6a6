/* Topics, action items and breaches of a call, each with the words it rests on. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_FINDINGS_H
#define RINGSIGHT_ENGINES_BUILTIN_FINDINGS_H

#include "engines/builtin/heard.h"

/* Below these, a missing recording notice is not called a breach. */
#define FINDINGS_NOTICE_AGENT_WORDS 15
#define FINDINGS_NOTICE_CUSTOMER_WORDS 3
#define FINDINGS_NOTICE_CONFIDENCE 5000 /* mean of the words */
#define FINDINGS_NOTICE_WORDS 40

/* Fills in topics (at most 5, weightiest first), actions (at most 8, in order of time) and
 * breaches (in order of the table, then "Recording notice missing"). Details quote the transcript:
 * "Agent: “i will send you the letter by friday”, due by friday". */
void findings(struct arena *a, const struct heard *h, struct analysis *ret);

/* The place of a topic in lexicon_topics, by its name; lexicon_n_topics if it is not there. */
size_t findings_topic(struct str name);

/* The first deadline ("by friday", "within two days") within a span, as words; STR_NONE if none. */
struct str findings_deadline(struct arena *a, const struct heard *h, struct span within);

#endif
