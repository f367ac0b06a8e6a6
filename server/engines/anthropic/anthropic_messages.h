/* Anthropic's messages API. Pure parts; the vendor's SDK types are the source (version 2023-06-01,
 * structured output by output_config.format). */
#ifndef RINGSIGHT_ENGINES_ANTHROPIC_MESSAGES_H
#define RINGSIGHT_ENGINES_ANTHROPIC_MESSAGES_H

#include "engines/model_engine.h"

extern const struct model_engine anthropic_engine;

/* The body of POST {base}/v1/messages. */
struct str anthropic_body(struct arena *a, const struct model_ask *ask, struct str model);

/* Reads a 2xx answer. E_BAD_PAYLOAD where it is not of the documented form. */
const struct err *anthropic_read(struct arena *a, struct str body, struct model_reply *ret) MUST_USE;

#endif
