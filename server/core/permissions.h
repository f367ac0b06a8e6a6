/* What a role may do. Names are stored (role.permissions) and shown; bits are checked. */
#ifndef RINGSIGHT_CORE_PERMISSIONS_H
#define RINGSIGHT_CORE_PERMISSIONS_H

#include "core/str.h"

#define PERMISSIONS(X)                                                                             \
    X(CALLS_READ, "calls.read")                                                                    \
    X(CALLS_WRITE, "calls.write")                                                                  \
    X(RECORDINGS_LISTEN, "recordings.listen")                                                      \
    X(UPLOADS_WRITE, "uploads.write")                                                              \
    X(SCORECARDS_READ, "scorecards.read")                                                          \
    X(SCORECARDS_WRITE, "scorecards.write")                                                        \
    X(SCORECARDS_PUBLISH, "scorecards.publish")                                                    \
    X(REVIEWS_WRITE, "reviews.write")                                                              \
    X(REVIEWS_RESOLVE, "reviews.resolve")                                                          \
    X(REVIEWS_ANSWER, "reviews.answer")                                                            \
    X(INTEGRATIONS_READ, "integrations.read")                                                      \
    X(INTEGRATIONS_WRITE, "integrations.write")                                                    \
    X(PEOPLE_READ, "people.read")                                                                  \
    X(PEOPLE_WRITE, "people.write")                                                                \
    X(API_KEYS_WRITE, "api_keys.write")                                                            \
    X(AUDIT_READ, "audit.read")                                                                    \
    X(JOBS_READ, "jobs.read")                                                                      \
    X(JOBS_WRITE, "jobs.write")                                                                    \
    X(RETENTION_WRITE, "retention.write")                                                          \
    X(ORIGINALS_READ, "originals.read")                                                            \
    X(WEBHOOKS_WRITE, "webhooks.write")

enum permission_number {
#define X(name, text) name##_NUMBER,
    PERMISSIONS(X)
#undef X
    PERMISSION_COUNT
};

/* A route's `who`: exactly one of these. Zero is no permission and is refused at start-up. */
enum permission {
#define X(name, text) name = 1 << name##_NUMBER,
    PERMISSIONS(X)
#undef X
    SIGNED_IN = 1 << 28, /* any session or key of a tenant */
    PUBLIC = 1 << 29,    /* no identity asked for */
    SUPER_ADMIN = 1 << 30
};

/* One role that each new tenant starts with. */
struct role_default {
    const char *slug, *name, *scope;
    uint32_t permissions;
};
extern const struct role_default role_defaults[]; /* ends with slug == NULL */

/* Bits of PostgreSQL's text array "{calls.read,...}"; unknown names are ignored. */
uint32_t permissions_of(struct str array);
const char *permission_name(enum permission_number n);

#endif
