/* A tenant's language engines in their order, and asking them one after the other from a job. Behind
 * the last stands the built-in engine, which costs nothing and never fails. */
#ifndef RINGSIGHT_INSIGHT_LANGUAGE_H
#define RINGSIGHT_INSIGHT_LANGUAGE_H

#include "db/db.h"
#include "engines/language.h"
#include "engines/model_engine.h"
#include "money/spend/spend.h"

struct feature;
struct job;
extern const struct feature language_feature;

/* One connected engine. */
struct language_line {
    struct uuid id;
    int64_t version;
    const struct model_engine *engine;
    struct str name, state, state_reason; /* "active", "off", "attention" */
    struct str base_url, key, model;
    int64_t context_tokens; /* 0: the engine's own */
    int64_t failures, closed_until; /* in a row; passed over until then, TIME_NONE: not */
    bool priced;
    int64_t micro_in, micro_out; /* today, for a million tokens */
    struct str currency;
};

struct language_plan {
    size_t n; /* maybe none */
    struct language_line *lines;
};

/* Whom to ask, in order, those in "attention" included; switched-off ones are left out. Lives in the
 * connection's arena. E_SEAL, E_GONE: a key does not open. */
const struct err *language_plan_read(struct db *db, struct uuid tenant,
                                     struct language_plan *ret) MUST_USE;
/* The same for one line, whatever its state. E_NOT_FOUND. */
const struct err *language_line_read(struct db *db, struct uuid tenant, struct uuid engine,
                                     struct language_line *ret) MUST_USE;

/* Whom questions are put to first, without its key: for reckoning what they would cost. */
struct language_first {
    bool any; /* false: the built-in engine answers, which costs nothing */
    struct str name, model;
    bool priced;
    int64_t micro_in, micro_out; /* today, for a million tokens */
    struct str currency, since;  /* since: the day from which this price holds, "2026-11-01" */
};
/* Of the open transaction's tenant, which is named: works on the owner's connection too. */
const struct err *language_first(struct db *db, struct language_first *ret) MUST_USE;

/* The queue's gate of the engine that is asked first; STR_NONE where there is none. */
const struct err *language_gate(struct db *db, struct str *ret_gate) MUST_USE;

/* A job's questions about one call. */
struct language_work {
    struct job *job;
    struct language_plan plan;
    struct uuid call, transcript;
    const struct model_wants *wants; /* of analyses; NULL: the product's own */
    struct str repeat; /* names one of several askings of the same: each is asked anew */
    struct spend_bound bound; /* for all of its requests; E_BOUND ends the asking */
    bool only_asked;   /* no built-in engine behind the last: E_UPSTREAM and why */

    /* What became of it. */
    const struct language_line *line; /* that answered last; NULL: the built-in engine */
    struct str engine, engine_version;
    struct str asked; /* JSON: engine, model, prompt, parameters, tokens, raw answers, and who was
                       * passed over and why; STR_NONE where nobody else was asked or passed over */
    int64_t snooze_s; /* with E_UPSTREAM_BUSY */
    int64_t requests; /* in this run of the job */
};

/* As if nothing had been asked yet: before a card, of which rules may decide all. */
void language_begin(struct language_work *w);

/* Both begin with the built-in engine's measures and rules. E_UPSTREAM_BUSY: wait snooze_s; E_UPSTREAM:
 * try again by the queue's rules; E_LOST and the database's errors. All else ends with an answer,
 * of the built-in engine if nobody else gives one. */
const struct err *language_analyse(struct language_work *w, const struct conversation *c,
                                   struct analysis *ret) MUST_USE;
const struct err *language_judge(struct language_work *w, const struct conversation *c,
                                 const struct question *questions, size_t n,
                                 struct verdict *ret_verdicts) MUST_USE;

#endif
