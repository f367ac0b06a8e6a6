/* A loaded rerun, for the files that judge and reckon. */
#ifndef RINGSIGHT_INSIGHT_CALIBRATION_RERUN_INT_H
#define RINGSIGHT_INSIGHT_CALIBRATION_RERUN_INT_H

#include "insight/calibration/calibration.h"
#include "insight/calibration/queries.h"
#include "insight/transcripts/transcripts.h"

struct rerun {
    struct str card;
    int64_t times;
    size_t n;
    struct transcript *talks;
    const struct rerun_calls_out *calls; /* of the talks */
};

#endif
