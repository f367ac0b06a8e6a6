/* Phrases with gaps, matched on tokens. Written as words between blanks:
 *
 *   call            this word                     record*      any word that begins so (3+ letters)
 *   call|line       one of several                please?      may be missing (also a|b?)
 *   ~3              up to three words may lie     _            any one word
 *                   between its neighbours        #            any number, in digits or words
 *
 * "call|line ~4 record*" fits "this call is being recorded" and "the line may be record it".
 * Case and punctuation do not count; short forms are the same as long ones ("i'll" = "i will").
 * At most 16 words and, over the whole phrase, 32 words of gap. A phrase begins and ends with a
 * word that must be there. Matching takes time linear in the text whatever the phrase. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_PHRASE_H
#define RINGSIGHT_ENGINES_BUILTIN_PHRASE_H

#include "engines/builtin/heard.h"

#define PHRASE_MAX_WORDS 16
#define PHRASE_MAX_GAP 32
#define PHRASE_MAX_ALTS 24

struct phrase;

/* `gap` is allowed between any two words that have no ~N of their own. E_BAD_INPUT with the reason
 * in the arena's why (the caller names the field). */
const struct err *phrase_parse(struct arena *a, struct str text, int gap,
                               const struct phrase **ret_phrase) MUST_USE;

/* Our own tables: a phrase that does not parse never matches (a unit test reads them all). */
const struct phrase *phrase_of(struct arena *a, const char *text);

/* How many tokens the shortest match that begins at token i takes; 0 if there is none. */
size_t phrase_at(const struct phrase *p, const struct lane *l, size_t i);

/* True for "12", "twelve", "hundred". */
bool phrase_is_number(struct str token);

#endif
