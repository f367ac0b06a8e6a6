/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_CALIBRATION_INNER_H
#define RINGSIGHT_INSIGHT_CALIBRATION_INNER_H

#include "insight/calibration/calibration.h"
#include "insight/scores/scores.h"
#include "jobs/jobs.h"

/* The report as the contract's "agreement", and as a table: one line for the scores, each question and
 * each pair of raters. */
struct str agree_json(struct arena *a, const struct agree_report *r);
struct str agree_csv(struct arena *a, const struct agree_report *r);

/* One row of past scores. */
struct past_row {
    int64_t row;         /* of the file, from 1 */
    struct str call, rater;
    int32_t score_bp;    /* -1: none given */
    struct str answers;  /* claims_json */
};
#define PAST_MAX_ROWS 2000
#define PAST_MAX_FAULTS 10
struct past_faults {
    size_t n;
    struct str v[PAST_MAX_FAULTS]; /* sentences that begin with the row */
};
/* Reads a table with the columns call, rater, score (0 to 100) and one for each question that has
 * answers, under its key; columns may be missing, but for call and rater. E_BAD_INPUT with the faults. */
const struct err *past_read(struct arena *a, const struct card *card, struct str text,
                            struct past_row **ret, size_t *ret_n,
                            struct past_faults *io_faults) MUST_USE;

extern const struct job_kind calibration_jobs[];

#endif
