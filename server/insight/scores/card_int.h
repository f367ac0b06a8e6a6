/* Shared by card.c, which reads cards, and card_question.c, which reads their questions. */
#ifndef RINGSIGHT_INSIGHT_SCORES_CARD_INT_H
#define RINGSIGHT_INSIGHT_SCORES_CARD_INT_H

#include "core/json.h"
#include "insight/scores/card.h"

#define CARD_MAX_QUESTIONS 100

struct card_reader {
    struct arena *a;
    struct card *card;
};

/* E_BAD_INPUT with "field.key: what". */
const struct err *card_bad(struct card_reader *r, struct str field, const char *key,
                           const char *what);
/* Refuses members that are not in keys (ends with NULL). */
const struct err *card_only(struct card_reader *r, const struct json *o, struct str field,
                            const char *const *keys) MUST_USE;
const struct err *card_text(struct card_reader *r, const struct json *o, struct str field,
                            const char *key, size_t most, struct str *ret_text) MUST_USE;
/* A whole number from least to most under key. */
const struct err *card_number(struct card_reader *r, const struct json *o, struct str field,
                              const char *key, int64_t least, int64_t most,
                              int64_t *ret_n) MUST_USE;

/* Reads one question and adds it to the card. */
const struct err *card_read_question(struct card_reader *r, const struct json *o, struct str field,
                                     size_t section) MUST_USE;
/* Reads the condition of a question once all are there. */
const struct err *card_read_condition(struct card_reader *r, const struct json *o,
                                      struct str field, size_t question) MUST_USE;

#endif
