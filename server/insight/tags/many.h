/* Tags of many calls in one act, and judging those that a card takes by them. Private to this folder. */
#ifndef RINGSIGHT_INSIGHT_TAGS_MANY_H
#define RINGSIGHT_INSIGHT_TAGS_MANY_H

#include "http/http.h"
#include "jobs/jobs.h"

#define MANY_CALLS 1000
#define MANY_TAGS CALL_TAGS
#define TAGS_FOLLOW "tags.follow"

extern const struct field tags_many_in[];
const struct err *tags_many(struct req *rq) MUST_USE;
extern const struct job_kind tags_jobs[];

#endif
