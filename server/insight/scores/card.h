/* A scorecard as the arithmetic needs it, read from JSON such as templates/scorecards/service.json:
 *   {"name": "...", "sections": [{"name": "Opening", "questions": [
 *       {"key": "greeting", "text": "...", "weight": 10, "auto_fail": false, "rule": {...}}]}]}
 * A question without a rule is left to an engine with a model. Pure: no database, no HTTP. */
#ifndef RINGSIGHT_INSIGHT_SCORES_CARD_H
#define RINGSIGHT_INSIGHT_SCORES_CARD_H

#include "engines/language.h"

struct card_question {
    struct str key, text;
    size_t section;
    int32_t weight;  /* 0..1000 points; 0 never moves the score, but may fail the call */
    bool auto_fail;  /* a "no" makes the whole score 0 */
    struct str rule; /* canonical JSON, STR_NONE without */
};

struct card {
    struct str name;
    size_t n_sections, n_questions;
    struct str *sections;
    struct card_question *questions; /* in order of their sections */
};

/* Reads and checks a card, its rules too. E_BAD_INPUT; the why begins with the field:
 * "sections[1].questions[0].weight: ...". */
const struct err *card_parse(struct arena *a, struct str text, struct card *ret_card) MUST_USE;

/* The card's questions in the form engines take, in its order. */
struct question *card_questions(struct arena *a, const struct card *card);

#endif
