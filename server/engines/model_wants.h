/* How the wants of an analysis stand in a request. Private to this folder. */
#ifndef RINGSIGHT_ENGINES_MODEL_WANTS_H
#define RINGSIGHT_ENGINES_MODEL_WANTS_H

#include "engines/model.h"

/* "fields":[{"name","about","choices"}],"intents":[...] into an open object. */
void model_wants_put(struct jw *w, const struct model_wants *x);
/* JSON schemas of a field's name, and of an intent, which may be null. */
struct str model_wants_field(struct arena *a, const struct model_wants *x);
struct str model_wants_intent(struct arena *a, const struct model_wants *x);

#endif
