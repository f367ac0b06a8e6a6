/* A scorecard as the arithmetic needs it, read from JSON such as templates/scorecards/service.json:
 *   {"name": "...", "description": "...", "sections": [{"name": "Opening", "weight": 20, "questions": [
 *       {"key": "greeting", "text": "...", "weight": 10, "rule": {...}}]}]}
 * A question may carry
 *   type        "yes_no" (if left out), "scale", "choice" or "number"
 *   levels      of a scale or choice, 2 to 12: [{"value": "1", "text": "anchor", "points": 0,
 *               "rule": {...}}]; points 0..100. With rules, the first level whose rule holds is the
 *               answer, and the one level without a rule, the last, is what remains
 *   bands       of a number, in order: [{"from": 0, "to": 30, "points": 100}]; both ends count,
 *               outside of all bands are 0 points
 *   rule        of a yes_no question; of a number, one that measures
 *   decided_by  "rule", "model" or "human"; if left out, by the rule where there is one, else by a
 *               model
 *   help        what to look for
 *   partly, na  false: this answer is not taken
 *   auto_fail   true: an answer worth nothing makes the whole score 0
 *   comment     true: a person who answers must say why
 *   if          {"question": "key", "is": ["yes", ...]}: applies only then; else it is N/A
 * Section weights, where given, are given for all: then the score is the weighted mean of the
 * sections, else of the questions. Pure: no database, no HTTP. */
#ifndef RINGSIGHT_INSIGHT_SCORES_CARD_H
#define RINGSIGHT_INSIGHT_SCORES_CARD_H

#include "engines/language.h"

#define CARD_NO_QUESTION SIZE_MAX
#define CARD_MAX_POINTS 100

enum card_type { CARD_YES_NO = 0, CARD_SCALE, CARD_CHOICE, CARD_NUMBER };
enum card_by { CARD_BY_RULE = 0, CARD_BY_MODEL, CARD_BY_HUMAN };

struct card_level {
    struct str value, text;
    int32_t points_bp;
    struct str rule; /* canonical JSON, STR_NONE without */
};

struct card_band {
    int64_t from, to;
    int32_t points_bp;
};

struct card_question {
    struct str key, text;
    struct str help; /* STR_NONE without */
    size_t section;
    enum card_type type;
    enum card_by by;
    int32_t weight;  /* 0..1000 points; 0 never moves the score, but may fail the call */
    bool auto_fail;  /* an answer worth nothing makes the whole score 0 */
    bool no_partly, no_na, comment;
    struct str rule; /* canonical JSON, STR_NONE without */
    size_t n_levels, n_bands, n_is;
    struct card_level *levels;
    struct card_band *bands;
    size_t if_question; /* index, CARD_NO_QUESTION without a condition */
    struct str *is;     /* answers of that question under which this one applies */
};

struct card {
    struct str name;
    size_t n_sections, n_questions;
    struct str *sections;
    int32_t *section_weights;        /* NULL where questions alone weigh */
    struct card_question *questions; /* in order of their sections */
};

/* Conditions that lead back to their own question: none of them could ever be answered. */
extern const struct err E_CARD_CYCLE[1];

/* Reads and checks a card, its rules too. E_BAD_INPUT or E_CARD_CYCLE; the why begins with the
 * field: "sections[1].questions[0].weight: ...". */
const struct err *card_parse(struct arena *a, struct str text, struct card *ret_card) MUST_USE;

/* Whether each question says what is to be observed: a rule, a description, or an example for every
 * level. E_BAD_INPUT, with the why as above. What is not so may be drafted but not published. */
const struct err *card_check_observable(struct arena *a, const struct card *card) MUST_USE;

/* The card's questions in the form engines take, in its order. */
struct question *card_questions(struct arena *a, const struct card *card);

/* The level of this value; NULL if there is none. */
const struct card_level *card_level_of(const struct card_question *q, struct str value);
/* "yes_no", "scale", "choice", "number" */
const char *card_type_name(enum card_type t);
/* "rule", "model", "human" */
const char *card_by_name(enum card_by by);

#endif
