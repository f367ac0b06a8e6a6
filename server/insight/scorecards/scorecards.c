/* Cards as the rest of the house asks for them: those that take a call, and the one that a new
 * tenant starts with. Never publishes a card whose rules do not read. */
#include "insight/scorecards/scorecards.h"

#include "core/json.h"
#include "insight/scorecards/assign.h"
#include "insight/scorecards/edit.h"
#include "insight/scorecards/queries.h"
#include "insight/scores/scores.h"

static const struct err *add_if_taken(struct db *db, const struct scorecards_live_out *row,
                                      const struct assign_call *call, struct scorecard *out,
                                      size_t *io_n)
{
    struct arena *a = db_arena(db);
    const struct json *rules;
    struct assigned how;
    const struct err *e = json_parse(a, row->rules, &rules);

    if (e)
        return e;
    how = assign_call(a, rules, row->card_id, call);
    if (how.takes)
        out[(*io_n)++] = (struct scorecard){
            .id = row->id, .card = row->card_id, .name = row->name, .body = row->body,
            .version = row->version, .mode = row->mode, .rule = how.rule, .quota = how.quota,
            .per = how.per};
    return NULL;
}

const struct err *scorecards_for_call(struct db *db, struct uuid call, struct uuid transcript,
                                      struct scorecard **ret, size_t *ret_n)
{
    struct assignment_facts_out f;
    struct scorecards_live_out *rows;
    struct assign_call c;
    size_t n = 0;
    const struct err *e =
        q_assignment_facts(db, (struct assignment_facts_in){call, transcript}, &f);

    *ret_n = 0;
    if (!e)
        e = q_scorecards_live(db, &rows, &n);
    if (e)
        return e;
    c = (struct assign_call){.id = call, .integration = f.integration_id, .agent = f.agent_id,
                             .queue = f.queue, .direction = f.direction, .language = f.language,
                             .seconds = f.seconds, .teams = f.teams, .tags = f.tags};
    *ret = ARENA_ARRAY(db_arena(db), n, struct scorecard);
    for (size_t i = 0; !e && i < n; i++)
        e = add_if_taken(db, &rows[i], &c, *ret, ret_n);
    return e;
}

const struct err *scorecard_has_room(struct db *db, const struct scorecard *card, struct uuid call,
                                     bool *ret_room)
{
    struct assignment_lock_out lock;
    struct assignment_used_out used;
    const struct err *e = NULL;

    *ret_room = true;
    if (!card->quota)
        return NULL;
    e = q_assignment_lock(db, (struct assignment_lock_in){card->card}, &lock);
    if (!e)
        e = q_assignment_used(db, (struct assignment_used_in){card->card, call, str_of(card->per)},
                              &used);
    if (!e)
        *ret_room = used.used < card->quota;
    return e;
}

const struct err *scorecards_seed(struct db *db, const char *templates_dir)
{
    struct arena *a = db_arena(db);
    struct scorecard_publish_first_out row;
    struct template t;
    struct card card;
    const struct err *e = template_read(a, templates_dir, STR("service"), &t);

    if (!e)
        e = card_parse(a, t.body, &card);
    if (!e)
        e = q_scorecard_publish_first(
            db, (struct scorecard_publish_first_in){uuid_new(), card.name, t.body}, &row);
    if (e == E_NOT_FOUND)
        return NULL; /* it has one of this name */
    if (!e)
        e = q_scorecard_assign_first(
            db, (struct scorecard_assign_first_in){row.id, STR("[{}]")}, NULL);
    return e;
}
