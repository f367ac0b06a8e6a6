/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_LANGUAGE_STORE_H
#define RINGSIGHT_INSIGHT_LANGUAGE_STORE_H

#include "http/http.h"
#include "insight/language/language.h"
#include "jobs/jobs.h"

extern const struct job_kind language_jobs[];

/* The engine of that kind; NULL if there is none. */
const struct model_engine *language_engine_find(struct str kind);

/* Sealed under the tenant's key, bound to its row. STR_NONE stays so. */
const struct err *language_key_seal(struct arena *a, struct uuid tenant, struct uuid engine,
                                    struct str key, struct str *ret_sealed) MUST_USE;

/* Inside a job's work, for one line and call: who pays and where answers stay. `keeps` false: nothing
 * is kept. hex of what was found or kept, parted by commas, in *pieces. */
struct language_till {
    struct model_meter meter;
    struct model_shelf shelf;
    struct job *job;
    const struct language_line *line;
    struct uuid call, transcript, spend;
    int64_t *number;
    struct spend_bound bound;
    struct buf pieces;
};
void language_till_open(struct language_till *t, struct job *job, const struct language_line *line,
                        struct uuid call, struct uuid transcript, int64_t *number);
/* The run for a line, with its till. */
struct model_run language_run_of(const struct language_line *line, struct language_till *t);

/* Inside a job's work, what became of asking a line: it answered, failed, wants to be left alone for
 * wait_s, or needs an admin. */
const struct err *language_answered(struct job *job, const struct language_line *line) MUST_USE;
const struct err *language_failed(struct job *job, const struct language_line *line,
                                  int64_t wait_s) MUST_USE;
const struct err *language_attention(struct job *job, const struct language_line *line,
                                     struct str reason) MUST_USE;

#endif
