/* Tags: words that people put on calls, to find them and to have them scored by cards that ask for them.
 * A tag is kept in lower case, its blanks single: "Price  Query" and "price query" are one. */
#ifndef RINGSIGHT_INSIGHT_TAGS_H
#define RINGSIGHT_INSIGHT_TAGS_H

#include "http/http.h"

#define TAG_MAX 40    /* letters of one */
#define CALL_TAGS 20  /* of a call */
#define TAGS_MAX 500  /* of a tenant */

/* The tag as it is kept, in the arena; empty if nothing is left of it, STR_NONE if it is too long. */
struct str tag_of(struct arena *a, struct str text);

/* After a call was given a tag: scores it, if that makes a card take it that has not scored its transcript
 * yet. All cards that take the call judge it then. Calls without a transcript wait for theirs. */
const struct err *tag_follow(struct db *db, struct uuid call) MUST_USE;

extern const struct feature tags_feature;

#endif
