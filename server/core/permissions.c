/* Permission names and the roles a tenant starts with. */
#include "core/permissions.h"

static const char *const names[PERMISSION_COUNT] = {
#define X(name, text) [name##_NUMBER] = text,
    PERMISSIONS(X)
#undef X
};

#define READ_ALL (CALLS_READ | SCORECARDS_READ | PEOPLE_READ | RECORDINGS_LISTEN)
#define RUN_ALL (CALLS_WRITE | UPLOADS_WRITE | INTEGRATIONS_READ | JOBS_READ | QUALITY_ALL)
#define QUALITY_ALL (SCORECARDS_WRITE | SCORECARDS_PUBLISH | REVIEW | REVIEWS_RESOLVE)
#define REVIEW (REVIEWS_WRITE | REVIEWS_ANSWER)
#define ADMIN_ALL                                                                                  \
    (INTEGRATIONS_WRITE | PEOPLE_WRITE | API_KEYS_WRITE | JOBS_WRITE | AUDIT_READ | RETENTION_WRITE | \
     WEBHOOKS_WRITE)

const struct role_default role_defaults[] = {
    {"owner", "Owner", "all", READ_ALL | RUN_ALL | ADMIN_ALL | ORIGINALS_READ},
    {"admin", "Admin", "all", READ_ALL | RUN_ALL | ADMIN_ALL},
    {"manager", "Manager", "all", READ_ALL | RUN_ALL},
    {"supervisor", "Supervisor", "all", READ_ALL | CALLS_WRITE | REVIEW},
    {"qa_analyst", "QA analyst", "all", READ_ALL | CALLS_WRITE | SCORECARDS_WRITE | REVIEW},
    {"agent", "Agent", "own", CALLS_READ | SCORECARDS_READ | RECORDINGS_LISTEN | REVIEWS_ANSWER},
    {"viewer", "Viewer", "all", CALLS_READ | SCORECARDS_READ},
    {0},
};

const char *permission_name(enum permission_number n)
{
    return n < PERMISSION_COUNT ? names[n] : "";
}

uint32_t permissions_of(struct str array)
{
    struct str part;
    uint32_t bits = 0;

    if (array.n < 2)
        return 0;
    array = str_sub(array, 1, array.n - 2);
    while (str_split(&array, ',', &part))
        for (int i = 0; i < PERMISSION_COUNT; i++)
            if (str_is(part, names[i]))
                bits |= 1u << i;
    return bits;
}
