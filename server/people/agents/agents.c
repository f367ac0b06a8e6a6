/* Creating and changing agents. Called by routes.c and `ringsight admin`. Knows no HTTP. */
#include "people/agents/agents.h"

#include "people/agents/queries.h"
#include "people/members/members.h"

/* The table's own checks, in words. */
static const struct err *worded(struct db *db, const struct err *e)
{
    if (e == E_CONFLICT)
        return err_why(db_arena(db), e,
                       "Another agent has this extension, or is linked to this person already.");
    if (e == E_BAD_INPUT)
        return err_why(db_arena(db), e,
                       "An agent has a name of 1 to 120 and an extension of 1 to 64 characters.");
    return e;
}

static const struct err *account_of(struct db *db, struct str email, struct uuid *ret)
{
    *ret = (struct uuid){{0}};
    return str_trim(email).n ? member_account(db, email, ret) : NULL;
}

const struct err *agent_create(struct db *db, const struct agent_fields *in, struct uuid *ret_id)
{
    struct agent_insert_in row = {.id = uuid_new(), .name = str_trim(in->name),
                                  .extension = str_trim(in->extension)};
    const struct err *e = account_of(db, in->email, &row.account);

    if (!e)
        e = worded(db, q_agent_insert(db, row, NULL));
    if (!e)
        *ret_id = row.id;
    return e;
}

const struct err *agent_change(struct db *db, struct uuid id, int64_t version,
                               const struct agent_fields *in)
{
    struct agent_update_in row = {.agent = id, .version = version, .link = in->email.p != NULL};
    int64_t n = 0;
    const struct err *e = account_of(db, in->email, &row.account);

    row.name = in->name.p ? str_trim(in->name) : STR_NONE;
    row.extension = in->extension.p ? str_trim(in->extension) : STR_NONE;
    if (!e)
        e = worded(db, q_agent_update(db, row, &n));
    return !e && !n ? E_STALE : e;
}
