/* Scores: a call judged by a scorecard, with the evidence under every verdict. Everything that a
 * score rests on is stored with it, so that it can be derived again to the byte. */
#ifndef RINGSIGHT_INSIGHT_SCORES_H
#define RINGSIGHT_INSIGHT_SCORES_H

#include "db/db.h"
#include "insight/scores/arith.h"
#include "insight/scores/write.h"

struct feature;
extern const struct feature scores_feature;

/* Asks for verdicts and writes them down as they will be stored (claims_json). What a rule decides
 * the built-in engine answers; only the rest is put to another engine. Errors of the engine. */
const struct err *score_ask(struct arena *a, const struct language_engine *engine,
                            const struct card *card, const struct conversation *c,
                            struct str *ret_raw) MUST_USE;

/* The same, where the rest is put to a tenant's engines from a job. Errors of language_judge. */
struct language_work;
const struct err *score_ask_work(struct language_work *w, const struct card *card,
                                 const struct conversation *c, struct str *ret_raw) MUST_USE;

/* What of a card an engine would be asked about a call: rules decide the rest. Tokens of one asking, as
 * model_tokens counts; those of the answer are what answers mostly have. Pure. */
struct score_size {
    int64_t questions, in_tokens, out_tokens;
    int64_t most_in, most_out; /* about as many as a request reserves before its answer is known */
};
const struct err *score_size(struct arena *a, const struct card *card, const struct conversation *c,
                             struct score_size *ret) MUST_USE;

/* From what a score pins to the score, when it is made and whenever it is replayed: the card's
 * JSON, the conversation, the raw verdicts. *ret_body is what is stored beside the figures,
 * {"criteria":[...],"sections":[...]} in canonical form. E_BAD_INPUT for a card, E_BAD_PAYLOAD for
 * verdicts that do not read. */
const struct err *score_derive(struct arena *a, struct str card, const struct conversation *c,
                               struct str raw, struct score *ret_score,
                               struct str *ret_body) MUST_USE;

/* The same under the gate that a stored score pins, in basis points. */
const struct err *score_derive_at(struct arena *a, struct str card, const struct conversation *c,
                                  struct str raw, int32_t gate_bp, struct score *ret_score,
                                  struct str *ret_body) MUST_USE;

/* Which stored scores are derived anew: a zero id, TIME_NONE and STR_NONE do not bind. */
struct replay {
    struct uuid score, call;
    struct str scope;     /* whose calls, as req_scope; STR_NONE: all of the tenant's */
    int64_t since, until; /* made from, made before */
    struct uuid after;    /* in and out: the last one looked at */
};
/* One score, derived anew from what it pins: transcript, card version, gate, raw verdicts. */
struct replayed {
    struct uuid score, call;
    struct str engine;  /* with its version */
    struct str differs; /* what is not as stored, or why it cannot be derived; "" if all is */
};
#define REPLAY_PART 50
/* The next scores of the open transaction's tenant, at most REPLAY_PART; fewer are the last. Works on
 * the application's connection and on the owner's. Results in the connection's arena. */
const struct err *scores_replay(struct db *db, struct replay *io, struct replayed **ret,
                                size_t *ret_n) MUST_USE;

/* Stores what a person answered, as `claims_json`, and lets the call show it. The answers are judged
 * like any others, but a person may score what the machine finds too uncertain. */
struct human_score {
    struct uuid call, transcript, scorecard, account;
    struct str card, raw; /* the version's JSON, the answers */
    const struct conversation *talk;
    struct str hash; /* of the transcript */
};
const struct err *score_put_human(struct db *db, const struct human_score *in,
                                  struct uuid *ret_id) MUST_USE;
/* The score no longer counts; the call shows the next that does, or none. E_CONFLICT if it was
 * voided before. */
const struct err *score_void(struct db *db, struct uuid score, struct uuid call,
                             struct str reason) MUST_USE;

#endif
