/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_REDACTION_STORE_H
#define RINGSIGHT_INSIGHT_REDACTION_STORE_H

#include "insight/redaction/redaction.h"

/* The list of places, [{"start_ms","end_ms","kind","words"}], of a transcript. E_SEAL, E_GONE. */
const struct err *redaction_open(struct arena *a, struct uuid tenant, struct uuid transcript,
                                 struct str sealed, struct str *ret_json) MUST_USE;

/* Settings as they are stored, read into rules. E_BAD_INPUT with a why that names the pattern. */
const struct err *redaction_rules_of(struct arena *a, struct str kinds, struct str patterns,
                                     struct redaction_rules *ret) MUST_USE;
/* '{card-number,...}' of bits, and a list of names as JSON to bits; E_BAD_INPUT names one that is none. */
struct str redaction_kinds_array(struct arena *a, unsigned kinds);
const struct err *redaction_kinds_read(struct arena *a, struct str list, unsigned *ret) MUST_USE;

/* Adds the job of a run's next step. */
const struct err *redaction_add_step(struct db *db, struct uuid run) MUST_USE;
extern const struct job_kind redaction_jobs[];

#endif
