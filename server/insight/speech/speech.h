/* A tenant's speech engines in their order, what they are to expect (hints) and how what they heard
 * is corrected. Without any engine the offline one is used. */
#ifndef RINGSIGHT_INSIGHT_SPEECH_H
#define RINGSIGHT_INSIGHT_SPEECH_H

#include "db/db.h"
#include "engines/speech.h"

struct feature;
struct job;
extern const struct feature speech_feature;

/* One connected engine. */
struct speech_line {
    struct uuid id; /* zero: the offline engine that nobody chose */
    int64_t version;
    const struct speech_engine *engine;
    struct str name, state; /* "active", "off", "attention" */
    struct str base_url, key, model, language;
};

/* "heard" is replaced by "written" before anything is made of the words. */
struct speech_correction {
    struct str heard, written;
};

struct speech_plan {
    size_t n; /* at least one */
    struct speech_line *lines;
    size_t n_hints;
    struct str *hints;
    size_t n_corrections;
    struct speech_correction *corrections;
};

/* What to transcribe with, in order, those in "attention" included; switched-off ones are left
 * out. Lives in the connection's arena. E_SEAL, E_GONE: a key does not open. */
const struct err *speech_plan_read(struct db *db, struct uuid tenant,
                                   struct speech_plan *ret) MUST_USE;
/* The same for one line, whatever its state. E_NOT_FOUND. */
const struct err *speech_line_read(struct db *db, struct uuid tenant, struct uuid engine,
                                   struct speech_line *ret) MUST_USE;

/* The ask for a line, everything else left to the caller. */
struct speech_ask speech_ask_of(const struct speech_line *line);

/* Inside a job's work: answers kept for a recording and an engine. Lives in the job's arena. */
const struct speech_shelf *speech_shelf_of(struct job *job, struct uuid recording,
                                           struct uuid engine);
/* Inside a job's work: the engine needs an admin, who sees the reason; nothing is asked of it until
 * its settings are saved. Not if they were saved since they were read. */
const struct err *speech_attention(struct job *job, const struct speech_line *line,
                                   struct str reason) MUST_USE;
/* Inside store: what was kept for a recording is not needed any more. */
const struct err *speech_shelf_clear(struct db *db, struct uuid recording) MUST_USE;

/* What so much sound costs today, in millionths of the currency, rounded up; false: no price. */
const struct err *speech_cost(struct db *db, struct uuid engine, int64_t ms, bool *ret_known,
                              int64_t *ret_micro, struct str *ret_currency) MUST_USE;

/* The engine of that kind; NULL if there is none. */
const struct speech_engine *speech_engine_find(struct str kind);

#endif
