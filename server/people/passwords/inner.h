/* What the files of passwords/ share. */
#ifndef RINGSIGHT_PEOPLE_PASSWORDS_INNER_H
#define RINGSIGHT_PEOPLE_PASSWORDS_INNER_H

#include "jobs/jobs.h"
#include "people/passwords/passwords.h"

#define PASSWORDS_ASK "passwords.ask"
#define PASSWORDS_CHANGED "passwords.changed"

extern const struct job_kind passwords_jobs[];

#endif
