/* OpenAI's chat completions and whatever speaks the same form (hosted, or a vLLM, llama.cpp or Ollama
 * server in the house). Pure parts; PROVIDERS and the vendor's openapi.yaml are the source. */
#ifndef RINGSIGHT_ENGINES_OPENAI_CHAT_H
#define RINGSIGHT_ENGINES_OPENAI_CHAT_H

#include "engines/model_engine.h"

extern const struct model_engine openai_chat_engine;

/* The body of POST {base}/chat/completions: json_schema in strict form, temperature 0 and a seed, so
 * that a server that can repeat itself does. */
struct str openai_chat_body(struct arena *a, const struct model_ask *ask, struct str model);

/* Reads a 2xx answer. E_BAD_PAYLOAD where it is not of the documented form. */
const struct err *openai_chat_read(struct arena *a, struct str body,
                                   struct model_reply *ret) MUST_USE;

#endif
