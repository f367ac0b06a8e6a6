/* Drafts, versions and their states. Called by routes.c, in the request's transaction. Knows no
 * HTTP and trusts no body: every card is read before it is stored. */
#include "insight/scorecards/edit.h"

#include "core/json.h"
#include "insight/calibration/calibration.h"
#include "insight/scorecards/queries.h"
#include "insight/scores/scores.h"

const struct err E_NOT_DRAFT[1] = {
    {"not_draft", 409, "This version is published: make a draft of it to change it"}};
const struct err E_NOT_PUBLISHED[1] = {
    {"not_published", 409, "Only a published scorecard can be archived"}};

const struct err *card_draft_new(struct db *db, struct str body, struct uuid account,
                                 struct uuid *ret_id)
{
    struct uuid id = uuid_new();
    struct card card;
    const struct err *e = card_parse(db_arena(db), body, &card);

    if (!e)
        e = q_scorecard_draft(db, (struct scorecard_draft_in){.id = id, .card = id,
                                                              .name = card.name, .body = body,
                                                              .account = account}, NULL);
    if (!e)
        *ret_id = id;
    return e;
}

const struct err *card_draft_of(struct db *db, struct uuid version, struct uuid account,
                                struct uuid *ret_id)
{
    struct scorecard_load_out of;
    struct scorecard_draft_of_out draft;
    const struct err *e = q_scorecard_load(db, (struct scorecard_load_in){version}, &of);

    if (e)
        return e;
    e = q_scorecard_draft_of(db, (struct scorecard_draft_of_in){of.card_id}, &draft);
    if (!e) {
        *ret_id = draft.id;
        return NULL;
    }
    if (e != E_NOT_FOUND)
        return e;
    *ret_id = uuid_new();
    return q_scorecard_draft(db, (struct scorecard_draft_in){.id = *ret_id, .card = of.card_id,
                                                             .name = of.name, .body = of.body,
                                                             .account = account}, NULL);
}

const struct err *card_change(struct db *db, struct uuid draft, int64_t revision, struct str body)
{
    struct scorecard_load_out of;
    struct card card;
    int64_t n = 0;
    const struct err *e = q_scorecard_load(db, (struct scorecard_load_in){draft}, &of);

    if (!e && !str_is(of.state, "draft"))
        return E_NOT_DRAFT;
    if (!e)
        e = card_parse(db_arena(db), body, &card);
    if (!e)
        e = q_scorecard_change(
            db, (struct scorecard_change_in){draft, revision, card.name, body}, &n);
    return !e && !n ? E_STALE : e;
}

const struct err *card_drop(struct db *db, struct uuid draft)
{
    struct scorecard_load_out of;
    const struct err *e = q_scorecard_load(db, (struct scorecard_load_in){draft}, &of);

    if (!e && !str_is(of.state, "draft"))
        return E_NOT_DRAFT;
    return e ? e : q_scorecard_drop(db, (struct scorecard_drop_in){draft}, NULL);
}

const struct err *card_publish(struct db *db, struct uuid draft, int64_t revision)
{
    struct arena *a = db_arena(db);
    struct scorecard_load_out of;
    struct card card;
    int64_t n = 0;
    const struct err *e = q_scorecard_load(db, (struct scorecard_load_in){draft}, &of);

    if (!e && !str_is(of.state, "draft"))
        return E_NOT_DRAFT;
    if (!e)
        e = card_parse(a, of.body, &card);
    if (!e)
        e = card_check_observable(a, &card);
    if (!e && of.revision != revision)
        return E_STALE;
    if (!e)
        e = calibration_may_publish(db, draft);
    if (!e)
        e = q_scorecard_replace(db, (struct scorecard_replace_in){of.card_id}, NULL);
    if (!e)
        e = q_scorecard_publish(db, (struct scorecard_publish_in){draft, revision}, &n);
    if (e == E_CONFLICT)
        return err_why(a, e, "name: another published scorecard is called “%.*s”",
                       STR_ARG(card.name));
    return !e && !n ? E_STALE : e;
}

const struct err *card_archive(struct db *db, struct uuid version)
{
    struct scorecard_load_out of;
    const struct err *e = q_scorecard_load(db, (struct scorecard_load_in){version}, &of);

    if (!e && !str_is(of.state, "published"))
        return E_NOT_PUBLISHED;
    return e ? e : q_scorecard_archive(db, (struct scorecard_archive_in){version}, NULL);
}
