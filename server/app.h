/* Puts the parts of a process together: services, helpers' paths, live push, checks at start. */
#ifndef RINGSIGHT_APP_H
#define RINGSIGHT_APP_H

#include "core/settings.h"
#include "db/db.h"

const struct err *app_init(struct arena *a, const struct settings *s) MUST_USE;
/* Live push is a server of its own on a unix socket; called before http_serve. */
const struct err *app_start_live(struct arena *a, const struct settings *s) MUST_USE;
/* E_FORBIDDEN when the connection's role could pass by row security. */
const struct err *app_check_role(struct arena *a, struct db *db) MUST_USE;
/* Tries what the service depends on and prints a line for each; the number of failures. */
int app_check(struct arena *a, const struct settings *s);

#endif
