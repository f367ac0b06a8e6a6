/* Conversations written by hand, tests/unit/conversations/NAME.txt, as the engine gets them.
 *
 *   # a comment
 *   direction: inbound          duration: 95 (seconds; default: a second after the last word)
 *   confidence: 9000            of every word (default 9000)
 *   expect greeting yes         the verdict of the default scorecard; also na, unsupported ...
 *   expect score 8200..9500     bounds of the score in basis points, or one number
 *   expect state scored         also not_scorable, no_speech, held
 *   expect sentiment POSITIVE
 *   expect breach NAME          a breach of this name; "expect breach none"
 *   expect topic NAME           expect action NAME           expect title TEXT
 *   expect intent NAME          expect emotion NAME          expect moment NAME
 *   expect objection NAME HANDLED    also OPEN
 *   expect field KEY VALUE      expect timeline NAME         expect churn LEVEL
 *   expect urgency LEVEL        expect lead 0..100           expect follow_up yes (or no)
 *   ---
 *   agent: words in lower case ...      follows 0.4 s after the line before
 *   customer 12.5: words                begins at 12.5 s, whoever is speaking
 *   unknown: words                      "|" inside a line is a pause of 1 s
 *
 * Every word takes 300 ms and 50 ms follow. */
#ifndef RINGSIGHT_TESTS_UNIT_TALK_H
#define RINGSIGHT_TESTS_UNIT_TALK_H

#include "engines/language.h"

#define TALK_MAX_EXPECT 40

struct expectation {
    struct str what, value;
};

struct talk {
    struct conversation c;
    struct turn *turns; /* c.turns, to be changed by tests */
    size_t n_expect;
    struct expectation expect[TALK_MAX_EXPECT];
};

/* Reads tests/unit/conversations/NAME; fails the test if it is not there or malformed. */
struct talk *talk_load(struct arena *a, const char *name);
/* The same from text. */
struct talk *talk_read(struct arena *a, struct str text);
/* All file names, sorted, with their number. */
const char **talk_names(struct arena *a, size_t *ret_n);
/* A whole file under RINGSIGHT_SOURCE_DIR. */
struct str talk_file(struct arena *a, const char *path);

#endif
