/* What the files of this feature share. */
#ifndef RINGSIGHT_INSIGHT_CUSTOMERS_STORE_H
#define RINGSIGHT_INSIGHT_CUSTOMERS_STORE_H

#include "jobs/jobs.h"
#include "insight/customers/record.h"

struct req;
extern const struct job_kind customers_jobs[];

/* The fields in force for the open transaction's tenant. */
const struct err *customers_fields(struct db *db, struct customer_fields *ret) MUST_USE;

/* What a contact's calls told; `scope` as in req_scope. */
const struct err *customers_heard(struct db *db, struct uuid contact, struct str scope,
                                  struct customer_heard **ret, size_t *ret_n) MUST_USE;

/* Adds the job that reads the calls of the last `days` days again. */
const struct err *customers_add_past(struct db *db, int64_t days) MUST_USE;

/* What the handlers below take. */
struct value_fields {
    struct str value;
    struct uuid call;
};

/* Handlers of contact_routes.c. */
const struct err *contact_values(struct req *rq);
const struct err *contact_value_write(struct req *rq);
const struct err *contact_value_free(struct req *rq);

#endif
