/* What the customer told of themselves, as it was said: name, mail, phone, budget, place,
 * requirements, timeline. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_TOLD_H
#define RINGSIGHT_ENGINES_BUILTIN_TOLD_H

#include "engines/builtin/heard.h"

/* Fills in fields (name: the key, detail: the value, spans: where) and timeline, from the customer's
 * words, or everybody's where no side is known. Numbers spoken in words are written in digits
 * ("oh seven seven" is 077), mail addresses put together ("ann at example dot com"). Budget, place,
 * requirements and timeline only of a prospect: others mean something else by such words. */
void told(struct arena *a, const struct heard *h, bool prospect, struct analysis *ret);

/* "NEEDS_TO_THINK" as "needs to think". */
struct str told_words(struct arena *a, struct str name);

#endif
