/* Past scores of people, from a table. Called by the routes. Pure: whether the calls exist the caller
 * looks up. */
#include "core/csv.h"
#include "insight/calibration/inner.h"

enum column { CALL = -4, RATER = -3, SCORE = -2, NOTHING = -1 }; /* from 0: a question */

struct reader {
    struct arena *a;
    const struct card *card;
    struct past_faults *faults;
    size_t n_columns;
    int columns[CSV_MAX_CELLS];
};

static const struct err *fault(struct reader *r, struct str why)
{
    if (r->faults->n < PAST_MAX_FAULTS)
        r->faults->v[r->faults->n++] = why;
    return E_BAD_INPUT;
}

static int column_of(const struct card *card, struct str name)
{
    if (str_case_eq(name, STR("call")))
        return CALL;
    if (str_case_eq(name, STR("rater")))
        return RATER;
    if (str_case_eq(name, STR("score")))
        return SCORE;
    for (size_t i = 0; i < card->n_questions; i++)
        if (str_case_eq(name, card->questions[i].key))
            return (int)i;
    return NOTHING;
}

static const struct err *head(struct reader *r, const struct csv_row *row)
{
    bool call = false, rater = false;
    const struct err *e = NULL;

    r->n_columns = row->n;
    for (size_t i = 0; i < row->n; i++) {
        struct str name = str_trim(row->cells[i]);

        r->columns[i] = column_of(r->card, name);
        call |= r->columns[i] == CALL;
        rater |= r->columns[i] == RATER;
        if (r->columns[i] == NOTHING)
            e = fault(r, str_fmt(r->a, "Row 1: “%.*s” is neither call, rater, score nor the key of a "
                                       "question of this card.", STR_ARG(name)));
    }
    if (!call || !rater)
        e = fault(r, STR("Row 1: the columns call and rater are needed."));
    return e;
}

/* Points from 0 to 100 with at most two decimals, as basis points. */
static bool read_score(struct str s, int32_t *ret)
{
    struct str rest = s, whole, part;
    int64_t n, hundredths = 0;

    if (!str_split(&rest, '.', &whole) || !str_to_int(whole, &n) || n < 0 || n > 100)
        return false;
    if (whole.n < s.n) {
        part = str_sub(s, whole.n + 1, s.n);
        if (part.n < 1 || part.n > 2 || !str_to_int(part, &hundredths) || hundredths < 0)
            return false;
        hundredths *= part.n == 1 ? 10 : 1;
    }
    *ret = (int32_t)(n * 100 + hundredths);
    return *ret <= SCORE_POINTS;
}

static bool read_answer(const struct card_question *q, struct str cell, struct claim *ret)
{
    static const enum answer ALL[] = {ANSWER_YES, ANSWER_PARTLY, ANSWER_NO, ANSWER_NA};
    int64_t n;

    *ret = (struct claim){.key = q->key, .by_person = true, .reason = STR("")};
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
        if (str_case_eq(cell, str_of(answer_name(ALL[i]))))
            ret->answer = ALL[i];
    if (ret->answer == ANSWER_NA)
        return !q->no_na;
    if (q->type == CARD_YES_NO)
        return ret->answer != ANSWER_NOT_ASSESSED && (ret->answer != ANSWER_PARTLY || !q->no_partly);
    ret->answer = ANSWER_VALUE;
    ret->value = cell;
    if (q->type == CARD_NUMBER)
        return str_to_int(cell, &n);
    for (size_t i = 0; i < q->n_levels; i++)
        if (str_eq(cell, q->levels[i].value) || str_case_eq(cell, q->levels[i].text)) {
            ret->value = q->levels[i].value;
            return true;
        }
    return false;
}

static const struct err *read_row(struct reader *r, const struct csv_row *row, struct past_row *io)
{
    struct claim *claims = ARENA_ARRAY(r->a, row->n, struct claim);
    const struct err *e = NULL;
    size_t n = 0;

    io->score_bp = -1;
    for (size_t i = 0; i < row->n && i < r->n_columns; i++) {
        struct str cell = str_trim(row->cells[i]);
        int column = r->columns[i];

        if (!cell.n)
            continue;
        if (column == CALL)
            io->call = cell;
        else if (column == RATER)
            io->rater = cell;
        else if (column == SCORE ? !read_score(cell, &io->score_bp)
                                 : !read_answer(&r->card->questions[column], cell, &claims[n++]))
            e = fault(r, str_fmt(r->a, "Row %lld: “%.*s” is no %s%.*s.", (long long)io->row,
                                 STR_ARG(cell), column == SCORE ? "score from 0 to 100" : "answer to ",
                                 STR_ARG(column == SCORE ? STR("") : r->card->questions[column].key)));
    }
    if (!io->call.n || !io->rater.n || io->rater.n > 100)
        e = fault(r, str_fmt(r->a, "Row %lld: call and rater (at most 100 bytes) are needed.",
                             (long long)io->row));
    else if (!e && !n && io->score_bp < 0)
        e = fault(r, str_fmt(r->a, "Row %lld: it has neither a score nor an answer.",
                             (long long)io->row));
    io->answers = claims_json(r->a, claims, n);
    return e;
}

const struct err *past_read(struct arena *a, const struct card *card, struct str text,
                            struct past_row **ret, size_t *ret_n, struct past_faults *io_faults)
{
    struct reader r = {.a = a, .card = card, .faults = io_faults};
    struct csv_row *rows;
    size_t n;
    const struct err *e = csv_parse(a, text, &rows, &n), *bad;

    if (e)
        return fault(&r, str_dup(a, arena_why(a)));
    if (n < 2 || n > PAST_MAX_ROWS + 1)
        return fault(&r, STR("Give a row of column names and 1 to 2,000 rows behind it."));
    e = head(&r, &rows[0]);
    if (e)
        return e;
    *ret = ARENA_ARRAY(a, n - 1, struct past_row);
    *ret_n = n - 1;
    for (size_t i = 1; i < n; i++) {
        (*ret)[i - 1].row = (int64_t)i + 1;
        bad = read_row(&r, &rows[i], &(*ret)[i - 1]);
        e = bad ? bad : e;
    }
    return e;
}
