/* Putting asks to a language model over HTTP: long calls in parts, cut answers with more room, every
 * request reserved and settled by a meter, answers kept on a shelf. The vendors fill in a
 * `struct model_engine`. */
#ifndef RINGSIGHT_ENGINES_MODEL_ENGINE_H
#define RINGSIGHT_ENGINES_MODEL_ENGINE_H

#include "engines/ask.h"
#include "engines/model.h"

#define MODEL_HEADERS 4

/* A vendor. Pure. */
struct model_engine {
    const char *name;    /* "anthropic" */
    const char *title;   /* as people know it */
    const char *version; /* changes when results may change */
    const char *notice;
    const char *default_url, *path;
    const char *models; /* "a|b" to choose from, the first unless another is given */
    const char *key_label;
    bool key_required;
    int64_t context_tokens, answer_tokens; /* of a call and its answer; the most of an answer */
    struct str params; /* JSON: what a score pins besides model and prompt */
    struct str (*body)(struct arena *a, const struct model_ask *ask, struct str model);
    const struct err *(*read)(struct arena *a, struct str body, struct model_reply *ret);
    size_t (*headers)(struct arena *a, struct str key, struct http_header ret[MODEL_HEADERS]);
};

/* Who pays. Both run outside any transaction. */
struct model_meter {
    void *ctx;
    /* Before a request of at most so many tokens. E_CAPPED: it must not be made. */
    const struct err *(*before)(void *ctx, int64_t in_tokens, int64_t out_tokens);
    /* After it: tokens, -1 where the vendor does not say; or that it was not billed; or that nobody
     * knows, for no answer came. */
    const struct err *(*after)(void *ctx, bool billed, int64_t in_tokens, int64_t out_tokens);
};

/* Where answers stay, so that a job that is done again neither pays nor sends twice. */
struct model_shelf {
    void *ctx;
    const struct err *(*find)(void *ctx, struct arena *a, const struct hash *piece,
                              struct model_reply *ret, bool *ret_found);
    const struct err *(*keep)(void *ctx, const struct hash *piece, struct str request_id,
                              const struct model_reply *reply);
};

/* One engine at work on one call. */
struct model_run {
    const struct model_engine *engine;
    struct speech_ask ask; /* http, base_url, key, model, deadline, cancelled, once */
    int64_t context_tokens; /* 0: the engine's own */
    const struct model_meter *meter; /* may be NULL */
    const struct model_shelf *shelf; /* may be NULL */
    const struct model_wants *wants; /* of analyses; NULL: the product's own */
    struct str repeat; /* names a repetition: what is kept under another name is no answer to it */

    /* Filled in. */
    struct str model; /* that answered, as the vendor names it */
    int64_t in_tokens, out_tokens, requests, from_shelf;
    bool plain;    /* the model takes no temperature: params do not hold */
    int64_t parts; /* in how many the call was given: 1 unless it was long */
    /* In tokens: an ask's data without the call; the last ask that was too large; its call. */
    int64_t bare, too_large, too_large_call;
};

/* The model's name as it is sent. */
struct str model_run_model(const struct model_run *run);

/* An upper bound of what a text costs in tokens, for reservations: a token has at least one byte, and
 * two where it is plain ASCII. */
int64_t model_tokens_most(struct str text);

/* Errors of ask_send; E_CAPPED of the meter; E_BAD_PAYLOAD for an answer that is not of the schema's
 * form; E_TOO_LARGE where the call cannot be made small enough; E_UPSTREAM with ask.final where the
 * model refuses, or its answer is cut even with all the room there is. *x keeps what it has. */
const struct err *model_run_analysis(struct arena *a, struct model_run *run,
                                     const struct conversation *c, struct analysis *x) MUST_USE;
const struct err *model_run_verdicts(struct arena *a, struct model_run *run,
                                     const struct conversation *c, const struct question *questions,
                                     size_t n, struct verdict *ret_verdicts) MUST_USE;

#endif
