/* The built-in language engine: lexicons, rules and statistics, no network and no model. The same
 * conversation gives the same bytes on every machine. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_BUILTIN_H
#define RINGSIGHT_ENGINES_BUILTIN_BUILTIN_H

#include "engines/language.h"

/* judge: questions without a rule and rules that do not read are "not assessed". */
extern const struct language_engine builtin_engine;

/* The intents the engine knows, from 0, in the order in which ties are decided; NULL beyond them. */
const char *builtin_intent(size_t k);
/* The votes of each in a conversation, as prospect.h counts them; ret_votes has room for all. */
void builtin_intent_votes(struct arena *a, const struct conversation *c, int32_t *ret_votes);

#endif
