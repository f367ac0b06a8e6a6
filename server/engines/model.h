/* What language models behind an HTTP API have in common: a call put to them as data, the questions,
 * the JSON schema that their answer must have, and reading it. Pure: no network, no clock. The
 * vendors' forms are in engines/openai and engines/anthropic. */
#ifndef RINGSIGHT_ENGINES_MODEL_H
#define RINGSIGHT_ENGINES_MODEL_H

#include "core/json.h"
#include "engines/language.h"

/* The version of the prompts below: raise it when a word of them changes, for scores pin it. */
#define MODEL_PROMPT_VERSION "2"

/* An answer of a model is read up to this size; spans and findings beyond their number are cut. */
#define MODEL_MAX_ANSWER (1u << 20)
#define MODEL_MAX_SPANS 5
#define MODEL_MAX_FINDINGS 12

/* What an analysis looks for beside what it always does. */
struct model_want {
    struct str name, about; /* the name is what the answer calls it */
    size_t n_choices;
    const struct str *choices; /* of its value */
};
struct model_wants {
    size_t n_fields, n_intents; /* either may be none */
    const struct model_want *fields, *intents;
};
/* Of the product: what a tenant that has edited nothing gets. */
extern const struct model_wants model_wants_default;

/* One request to a model, whatever the vendor. */
struct model_ask {
    struct str system, user;
    struct str schema_name; /* [A-Za-z0-9_-]{1,64} */
    struct str schema;      /* strict: every object closed, every property required */
    int32_t max_tokens;     /* of the answer */
    bool plain;             /* without temperature and seed, for models that refuse them */
};

enum model_end {
    MODEL_DONE = 0,
    MODEL_CUT,     /* the answer reached max_tokens: what is there is half and must not be read */
    MODEL_REFUSED, /* the model or a filter of its vendor would not answer */
    MODEL_FULL     /* call and answer together do not fit into the model's context */
};

/* What came back. Tokens are -1 where the vendor does not say. */
struct model_reply {
    struct str text; /* the answer itself, JSON as the schema says */
    enum model_end end;
    struct str refusal; /* in the vendor's words; STR_NONE */
    struct str model;   /* that answered, as the vendor names it; it may be a dated version */
    int64_t in_tokens, out_tokens;
};

/* How many tokens a text costs at most, for languages written in any script: one per three bytes,
 * rounded up. Vendors' own counts differ; this one errs upwards for English by a third. */
int64_t model_tokens(struct str text);

/* The turns from..to-1 of a conversation as JSON: {"direction":...,"turns":[{"turn":0,
 * "speaker":"agent","at":"0:05","words":"..."}]}. What was said stays inside JSON strings. */
struct str model_call(struct arena *a, const struct conversation *c, size_t from, size_t to);

/* A stretch of a conversation: from word from_word of turn `from` up to before word to_word of turn
 * `to`. Turns keep their numbers. */
struct model_part {
    size_t from, from_word, to, to_word;
};
struct model_part model_whole(const struct conversation *c);
struct str model_call_part(struct arena *a, const struct conversation *c, struct model_part p);
/* A conversation in parts of at most so many tokens each, as model_tokens counts; between turns
 * where it can be. At least one. */
size_t model_parts(struct arena *a, const struct conversation *c, int64_t tokens,
                   struct model_part **ret);

/* The same as the two below, of a part of the call. */
struct model_ask model_ask_verdicts_part(struct arena *a, const struct conversation *c,
                                         struct model_part p, const struct question *questions,
                                         size_t n);
struct model_ask model_ask_analysis_part(struct arena *a, const struct conversation *c,
                                         struct model_part p, const struct model_wants *wants);
/* Asks for the answer on the whole call, given the answers on its parts (JSON, in order of time). */
struct model_ask model_ask_verdicts_merge(struct arena *a, const struct question *questions,
                                          size_t n, const struct str *answers, size_t n_answers);
struct model_ask model_ask_analysis_merge(struct arena *a, const struct model_wants *wants,
                                          const struct str *answers, size_t n_answers);
/* Verdicts in the form of an answer, to be merged: quotations that are nowhere are left out. */
struct str model_verdicts_json(struct arena *a, const struct conversation *c,
                               const struct verdict *v, size_t n);

/* Asks for a verdict on each question. Two calls with equal input give equal bytes. */
struct model_ask model_ask_verdicts(struct arena *a, const struct conversation *c,
                                    const struct question *questions, size_t n);
/* Asks for the analysis that no statistics can give: title, summary, mood, topics, actions. */
struct model_ask model_ask_analysis(struct arena *a, const struct conversation *c,
                                    const struct model_wants *wants);

/* Reads an answer to model_ask_verdicts: one verdict per question, in their order. A question that
 * the model left out is "not assessed" with that reason; keys that nobody asked for are ignored; of
 * two the first counts. A quotation is looked up in the turn it names, then in the turns beside
 * it; where it is nowhere the span lies outside the transcript, so that the verdict is
 * unsupported. E_BAD_PAYLOAD where the text is not of the schema's form. */
const struct err *model_read_verdicts(struct arena *a, const struct conversation *c,
                                      const struct question *questions, size_t n, struct str text,
                                      struct verdict *ret_verdicts) MUST_USE;

/* Reads an answer to model_ask_analysis into *ret: its texts and findings; measures and breaches
 * stay as they are. Findings whose words are not in the call lose the span. Numbers are put within
 * their bounds. E_BAD_PAYLOAD as above. */
const struct err *model_read_analysis(struct arena *a, const struct conversation *c,
                                      struct str text, struct analysis *ret) MUST_USE;

/* Looks words up in turn `turn` and, failing that, in the two turns on either side; case and
 * punctuation do not count. False and a span outside the transcript if they are not there. */
bool model_locate(struct arena *a, const struct conversation *c, int64_t turn, struct str words,
                  struct span *ret);

#endif
