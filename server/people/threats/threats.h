/* Who tries doors: failed sign-ins (they stand in the audit log), refused hooks by network (counted in memory, written
 * down added up by the hour), and networks that a tenant lets in no more, by hand or by itself. */
#ifndef RINGSIGHT_PEOPLE_THREATS_H
#define RINGSIGHT_PEOPLE_THREATS_H

#include "http/http.h"

/* reason: "signature", "source" or "flood". Any thread; asks nobody. What does not fit is not counted. */
void threats_hook_refused(struct uuid tenant, struct uuid integration, const char *reason, struct str client);
/* A hook was taken: the service itself never blocks its sender's network for that tenant. */
void threats_hook_taken(struct uuid tenant, struct str client);

/* For the process that answers requests: a thread that reads the blocks each second and writes the counts down. */
const struct err *threats_start(struct arena *a) MUST_USE;
void threats_stop(void);

extern const struct feature threats_feature;

#endif
