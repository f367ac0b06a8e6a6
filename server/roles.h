/* What `ringsight ROLE` runs. Each returns the exit code. */
#ifndef RINGSIGHT_ROLES_H
#define RINGSIGHT_ROLES_H

#include "core/arena.h"
#include "core/err.h"
#include "core/settings.h"

int role_all(struct arena *a, struct settings *s, int argc, char **argv);
int role_web(struct arena *a, struct settings *s, int argc, char **argv);
int role_worker(struct arena *a, struct settings *s, int argc, char **argv);
int role_cdr(struct arena *a, struct settings *s, int argc, char **argv);
int role_migrate(struct arena *a, struct settings *s, int argc, char **argv);
int role_openapi(struct arena *a, struct settings *s, int argc, char **argv);
int role_admin(struct arena *a, struct settings *s, int argc, char **argv);
int role_check(struct arena *a, struct settings *s, int argc, char **argv);

/* Prints an error for a person at a terminal; returns 1. */
int role_fail(struct arena *a, const struct err *e);

#endif
