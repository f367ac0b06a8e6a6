/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_SPEECH_STORE_H
#define RINGSIGHT_INSIGHT_SPEECH_STORE_H

#include "http/http.h"
#include "insight/speech/speech.h"
#include "jobs/jobs.h"

extern const struct job_kind speech_jobs[];

/* Sealed under the tenant's key, bound to its row. STR_NONE stays so. */
const struct err *speech_key_seal(struct arena *a, struct uuid tenant, struct uuid engine,
                                  struct str key, struct str *ret_sealed) MUST_USE;
const struct err *speech_key_open(struct arena *a, struct uuid tenant, struct uuid engine,
                                  struct str sealed, struct str *ret_key) MUST_USE;

/* Handlers of words.c. */
extern const struct field speech_word_in[], speech_correction_in[];
const struct err *speech_word_add(struct req *rq) MUST_USE;
const struct err *speech_correction_add(struct req *rq) MUST_USE;

/* Words as they are compared: lower case (ASCII), blanks squeezed, punctuation at the ends gone. */
struct str speech_folded(struct arena *a, struct str s);

#endif
