/* Drafting, publishing and archiving cards, and the templates they begin with. Private to this
 * folder; runs in the caller's transaction. */
#ifndef RINGSIGHT_INSIGHT_SCORECARDS_EDIT_H
#define RINGSIGHT_INSIGHT_SCORECARDS_EDIT_H

#include "db/db.h"

/* The version is published or archived already: it stays as it is. */
extern const struct err E_NOT_DRAFT[1];
/* Only what is published can be archived. */
extern const struct err E_NOT_PUBLISHED[1];

/* A new card's first draft. Errors of card_parse. */
const struct err *card_draft_new(struct db *db, struct str body, struct uuid account,
                                 struct uuid *ret_id) MUST_USE;
/* The draft of the card that this is a version of: the one there is, or a new one like it. */
const struct err *card_draft_of(struct db *db, struct uuid version, struct uuid account,
                                struct uuid *ret_id) MUST_USE;
/* Saves a draft. E_STALE if somebody else saved it meanwhile, E_NOT_DRAFT, errors of card_parse. */
const struct err *card_change(struct db *db, struct uuid draft, int64_t revision,
                              struct str body) MUST_USE;
const struct err *card_drop(struct db *db, struct uuid draft) MUST_USE;
/* Publishes a draft in place of the version published so far. Also refused: what does not say what
 * is to be heard (card_check_observable), E_CONFLICT for another card's name. */
const struct err *card_publish(struct db *db, struct uuid draft, int64_t revision) MUST_USE;
/* Takes a card out of use. */
const struct err *card_archive(struct db *db, struct uuid version) MUST_USE;

struct template {
    struct str slug, body; /* body: canonical JSON */
};

/* The templates <templates_dir>/scorecards/<slug>.json by name, checked. E_INTERNAL if folder or file cannot
 * be read, E_BAD_INPUT with file and field of one that does not read. */
const struct err *templates_read(struct arena *a, const char *templates_dir,
                                 struct template **ret, size_t *ret_n) MUST_USE;
/* One of them; E_NOT_FOUND. */
const struct err *template_read(struct arena *a, const char *templates_dir, struct str slug,
                                struct template *ret) MUST_USE;

#endif
