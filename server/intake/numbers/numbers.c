/* Numbers in one form, for the fold and for the walk over old calls when the tenant's region
 * changes. Knows no HTTP. */
#include "intake/numbers/inner.h"

#include "core/phone.h"
#include "intake/numbers/queries.h"
#include "jobs/jobs.h"

const struct err *numbers_of_tenant(struct db *db, struct numbers *ret)
{
    struct numbers_facts_out row;
    const struct err *e = q_numbers_facts(db, &row);

    if (e)
        return e;
    ret->region = row.region.n ? row.region : phone_region_of_zone(db_arena(db), row.zone);
    ret->many_systems = row.systems > 1;
    return NULL;
}

struct number_forms number_forms(struct arena *a, struct str sent, struct str region)
{
    struct number_forms f;

    if (phone_normal(a, sent, region, &f.e164) == PHONE_WITHHELD)
        f.tail = STR("");
    else
        f.tail = phone_tail(a, f.e164.n ? f.e164 : sent);
    return f;
}

const struct err *numbers_look(struct db *db, struct uuid call)
{
    char id[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "numbers.link", .object = call,
        .args = str_fmt(db_arena(db), "{\"call\":\"%s\"}", uuid_text(call, id).p)});
}

const struct err *numbers_recording(struct db *db, struct uuid call)
{
    struct link_has_out row;
    const struct err *e = q_link_has(db, (struct link_has_in){call}, &row);

    return !e && row.linked ? numbers_look(db, call) : e;
}

const struct err *numbers_again(struct db *db, struct uuid after)
{
    char id[UUID_TEXT];

    return job_add(db, &(struct job_new){
        .kind = "numbers.again",
        .args = uuid_is_zero(after) ? STR("{}")
                                    : str_fmt(db_arena(db), "{\"after\":\"%s\"}",
                                              uuid_text(after, id).p)});
}
