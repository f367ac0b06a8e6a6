/* The engines that this installation has; features.c fills the lists in, the one in use first. */
#ifndef RINGSIGHT_ENGINES_ENGINES_H
#define RINGSIGHT_ENGINES_ENGINES_H

#include "engines/language.h"
#include "engines/model_engine.h"
#include "engines/speech.h"

extern const struct speech_engine *const speech_engines[];     /* ends with NULL */
extern const struct language_engine *const language_engines[]; /* ends with NULL */
/* Language models of others, of which a tenant connects what it wants. */
extern const struct model_engine *const model_engines[];       /* ends with NULL */

#endif
