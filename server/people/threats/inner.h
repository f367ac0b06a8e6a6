/* What the files of threats/ share. */
#ifndef RINGSIGHT_PEOPLE_THREATS_INNER_H
#define RINGSIGHT_PEOPLE_THREATS_INNER_H

#include "http/client.h"
#include "http/http.h"
#include "jobs/jobs.h"

/* Writes down what was counted since; what cannot be written waits, known senders first of all. */
const struct err *threats_write(void) MUST_USE;

/* "192.0.2.0/24": the bits beyond the prefix are zero. */
struct str threats_cidr_text(struct arena *a, struct cidr c);

extern const struct job_kind threats_jobs[];

#endif
