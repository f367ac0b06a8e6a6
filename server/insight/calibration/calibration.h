/* Calibration: how far the machine agrees with people, and people with each other, by scorecard and
 * question. Sets of calls that several people score, past scores of people from elsewhere, and the
 * agreement that a card must reach before it is published. */
#ifndef RINGSIGHT_INSIGHT_CALIBRATION_H
#define RINGSIGHT_INSIGHT_CALIBRATION_H

#include "db/db.h"
#include "insight/calibration/agree.h"
#include "insight/language/language.h"
#include "money/spend/spend.h"

struct feature;
extern const struct feature calibration_feature;

/* At most so many calls are compared, the newest. */
#define AGREE_MAX_CALLS 200

/* A draft does not pass its card's gate. */
extern const struct err E_DISAGREES[1];

struct agree_ask {
    struct uuid scorecard;   /* the version whose machine scores are compared */
    struct uuid calibration; /* only calls of this set; zero: of all */
    struct str scope;        /* as req_scope */
    struct uuid me;          /* calls that this account still reviews stay out; zero: none do */
};

struct agree_question {
    struct str key, text;
    struct agreement figures;
};

struct agree_raters {
    struct str first, second; /* "" is the machine */
    struct agreement figures;
};

struct agree_report {
    struct str name, state;
    int64_t version;
    bool tried;          /* of a draft: the machine's answers were made now, by rules alone */
    size_t calls;        /* that people scored */
    size_t kept_back;    /* the asker still reviews them */
    size_t no_machine;   /* the machine has not scored them by this version, or could not */
    struct agreement scores; /* machine less person */
    size_t n_questions, n_raters;
    struct agree_question *questions; /* machine and people, in the card's order */
    struct agree_raters *raters;      /* the machine with each person, then people with each other */
};

/* People's answers are put through this version's arithmetic, whichever version they answered: what
 * is compared differs by the answers alone. E_NOT_FOUND without such a version. */
const struct err *agree_report(struct db *db, const struct agree_ask *ask,
                               struct agree_report *ret) MUST_USE;

/* Whether the card of this draft has a gate and the draft passes it. E_DISAGREES with the figures
 * and what to do, behind "agreement: ". */
const struct err *calibration_may_publish(struct db *db, struct uuid draft) MUST_USE;

/* ---- the same calls again ---- */

#define RERUN_MAX 20

struct language_engine;
struct conversation;

struct rerun_question {
    struct str key, text;
    int64_t unstable;  /* calls in which the answer changed from run to run */
    int32_t spread_bp; /* most that its points moved within one call */
};

struct rerun_report {
    struct str engine;       /* that judged what no rule decides; STR_NONE before the first call */
    int64_t calls, unstable; /* judged; in which any answer or the score changed */
    int32_t spread_bp;       /* most that the score moved within one call */
    size_t n_questions;
    struct rerun_question *questions;
};

/* What is rerun: one call, or the newest that the machine judged by this version. */
struct rerun_ask {
    struct uuid scorecard, call; /* call zero: the newest */
    struct str scope;
    int64_t times, calls;
    int64_t most_micro;          /* to be spent at most, in `currency`; STR_NONE: the engine has no price */
    struct str currency;
};

/* Reads the card and the calls of the open transaction, whose tenant is looked into; the runs come
 * after it, for an engine may take its time. E_NOT_FOUND without card or call. */
struct rerun;
const struct err *rerun_load(struct db *db, const struct rerun_ask *ask,
                             struct rerun **ret) MUST_USE;
/* What the runs would cost, before they are asked for. */
struct rerun_estimate {
    struct language_first by;  /* whom the questions are put to */
    struct spend_left left;
    int64_t calls, seconds;    /* of sound */
    int64_t requests, in_tokens, out_tokens; /* 0 where rules decide all, or the built-in engine */
    int64_t micro, most_call;  /* about; for the dearest call alone. 0 where there is no price */
    int64_t most_micro;        /* micro, and what one request reserves before its answer is known: within it all gets done */
    bool fits;                 /* within the caps, as far as prices tell */
};
/* Of a loaded rerun, in its transaction. */
const struct err *rerun_reckon(struct db *db, const struct rerun *r, struct rerun_estimate *ret) MUST_USE;
/* The same as the contract's "rerun_estimate", and as one sentence. */
struct str rerun_estimate_json(struct arena *a, const struct rerun_estimate *x);
struct str rerun_estimate_text(struct arena *a, const struct rerun_estimate *x);

/* Has a worker do the runs by the tenant's first engine, and tells under which id. */
const struct err *rerun_queue(struct db *db, const struct rerun_ask *ask, struct uuid account,
                              struct uuid *ret_id) MUST_USE;
/* Goes on with a stopped one, under a higher bound; answers that were paid for are not asked for again. E_NOT_FOUND;
 * E_CONFLICT: it is not stopped; E_BAD_INPUT: no higher bound. */
const struct err *rerun_go_on(struct db *db, struct uuid scorecard, struct uuid id, int64_t most_micro) MUST_USE;
/* What became of that: "queued", "done" with the report, "failed" or "stopped" with why. E_NOT_FOUND. */
struct rerun_end {
    struct str state, reason, report;
};
const struct err *rerun_look(struct db *db, struct uuid id, struct rerun_end *ret) MUST_USE;

/* Who judges: an engine, or a tenant's engines from a job, each time anew. */
struct rerun_by {
    const struct language_engine *engine; /* NULL: work */
    struct language_work *work;
    struct str name; /* tells this rerun from others */
};
/* The runs. Errors of the engine. */
const struct err *rerun_run(struct arena *a, const struct rerun_by *by, struct rerun *r,
                            struct rerun_report *ret) MUST_USE;
/* One call, by its transcript; adds to the report, which begins zeroed. */
const struct err *rerun_call(struct arena *a, const struct rerun_by *by, struct str card,
                             const struct conversation *talk, int64_t times,
                             struct rerun_report *io) MUST_USE;
/* {"engine","calls","unstable","spread_bp","questions":[{"key","text","unstable","spread_bp"}]} */
struct str rerun_json(struct arena *a, const struct rerun_report *r);
/* The version by which the machine judged last (this call, where one is given). E_NOT_FOUND. */
const struct err *rerun_card(struct db *db, struct uuid call, struct uuid *ret) MUST_USE;

#endif
