/* Webhooks to customers' own systems (Standard Webhooks 1.0): what happens is told in the transaction of its
 * cause, and sent, signed, by jobs that try again for about three days. Events hold ids, times and figures,
 * never what was said. */
#ifndef RINGSIGHT_PEOPLE_WEBHOOKS_H
#define RINGSIGHT_PEOPLE_WEBHOOKS_H

#include "http/http.h"

extern const struct feature webhooks_feature;

/* Events, and what `object` is of each. */
#define WEBHOOK_CALL_RECEIVED "call.received"       /* the call */
#define WEBHOOK_CALL_UPDATED "call.updated"         /* the call */
#define WEBHOOK_RECORDING_READY "recording.ready"   /* the recording */
#define WEBHOOK_TRANSCRIPT_READY "transcript.ready" /* the call */
#define WEBHOOK_CALL_SCORED "call.scored"           /* the call */
#define WEBHOOK_REVIEW_COMPLETED "review.completed" /* the review */
#define WEBHOOK_TASK_CREATED "task.created"         /* the task */
#define WEBHOOK_TASK_DONE "task.done"               /* the task */

/* Tells the endpoints of the open transaction's tenant that want to know, in one statement; does nothing where
 * there are none. The object must be as it is to be told. E_*: of the database. */
const struct err *webhook_tell(struct db *db, const char *type, struct uuid object) MUST_USE;

#endif
