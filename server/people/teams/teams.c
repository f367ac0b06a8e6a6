/* Who is in a team and who leads it. Called by routes.c. Knows no HTTP. */
#include "people/teams/teams.h"

#include "people/teams/queries.h"

/* A JSON list of ids as PostgreSQL's array, each once. */
static const struct err *ids_of(struct arena *a, struct str text, size_t max, struct str *ret, size_t *ret_n)
{
    const struct json *list;
    struct buf b = buf_new(a, 64 + max * UUID_TEXT);
    struct uuid id;
    char out[UUID_TEXT];
    const struct err *e = json_parse(a, text, &list);

    if (e)
        return e;
    if (json_count(list) > max)
        return err_why(a, E_BAD_INPUT, "Give at most %zu.", max);
    buf_char(&b, '{');
    for (size_t i = 0; i < json_count(list); i++) {
        if (!uuid_parse(json_str(json_at(list, i)), &id))
            return err_why(a, E_BAD_INPUT, "Number %zu is no id.", i + 1);
        buf_fmt(&b, "%s%s", i ? "," : "", uuid_text(id, out).p);
    }
    buf_char(&b, '}');
    *ret = buf_str(&b);
    *ret_n = json_count(list);
    return NULL;
}

const struct err *team_set_agents(struct db *db, struct uuid team, struct str list)
{
    struct arena *a = db_arena(db);
    struct team_agents_unknown_out odd;
    struct str ids;
    size_t n;
    const struct err *e = ids_of(a, list, TEAM_AGENTS_MAX, &ids, &n);

    if (!e)
        e = q_team_agents_unknown(db, (struct team_agents_unknown_in){ids}, &odd);
    if (!e && odd.n)
        return err_why(a, E_BAD_INPUT, "Number %lld is no agent of yours.", (long long)odd.n);
    return e ? e : q_team_agents_put(db, (struct team_agents_put_in){team, ids}, NULL);
}

const struct err *team_set_leads(struct db *db, struct uuid team, struct str list)
{
    struct arena *a = db_arena(db);
    struct team_leads_unfit_out odd;
    struct str ids;
    size_t n;
    const struct err *e = ids_of(a, list, TEAM_LEADS_MAX, &ids, &n);

    if (!e)
        e = q_team_leads_unfit(db, (struct team_leads_unfit_in){ids}, &odd);
    if (!e && odd.n)
        return odd.name.p ? err_why(a, E_BAD_INPUT, "%.*s sees own calls only: give a role that sees more first.",
                                    STR_ARG(odd.name))
                          : err_why(a, E_BAD_INPUT, "Number %lld is no member of yours.", (long long)odd.n);
    return e ? e : q_team_leads_put(db, (struct team_leads_put_in){team, ids}, NULL);
}
