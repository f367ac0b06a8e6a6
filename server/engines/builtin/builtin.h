/* The built-in language engine: lexicons, rules and statistics, no network and no model. The same
 * conversation gives the same bytes on every machine. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_BUILTIN_H
#define RINGSIGHT_ENGINES_BUILTIN_BUILTIN_H

#include "engines/language.h"

/* judge: questions without a rule and rules that do not read are "not assessed". */
extern const struct language_engine builtin_engine;

#endif
