/* Cards as rows and back. Called by files.c. Leaves it to card_parse to judge what was read. */
#include "insight/scorecards/table.h"

enum column {
    CARD = 0, DESCRIPTION, SECTION, SECTION_WEIGHT, KEY, QUESTION, HELP, TYPE, WEIGHT, DECIDED_BY,
    AUTO_FAIL, NA, PARTLY, COMMENT, IF_QUESTION, IF_IS, ANSWERS, RULE
};

const char *const TABLE_NAMES[TABLE_COLUMNS] = {
    "card", "description", "section", "section_weight", "key", "question", "help", "type",
    "weight", "decided_by", "auto_fail", "na", "partly", "comment", "if_question", "if_is",
    "answers", "rule"};

/* Members of a question that are a text or a number, true or false, as they are. */
static const struct {
    enum column column;
    const char *member;
    enum json_kind kind;
} PLAIN[] = {
    {KEY, "key", J_TEXT},           {QUESTION, "text", J_TEXT},
    {HELP, "help", J_TEXT},         {TYPE, "type", J_TEXT},
    {WEIGHT, "weight", J_INT},      {DECIDED_BY, "decided_by", J_TEXT},
    {AUTO_FAIL, "auto_fail", J_BOOL}, {NA, "na", J_BOOL},
    {PARTLY, "partly", J_BOOL},     {COMMENT, "comment", J_BOOL},
};
#define N_PLAIN (sizeof PLAIN / sizeof *PLAIN)

static struct str cell_of(struct arena *a, const struct json *o, const char *key)
{
    const struct json *v = json_get(o, key);

    if (json_kind(v) == J_TEXT)
        return json_str(v);
    return json_kind(v) == J_NULL ? STR("") : json_canonical(a, v);
}

/* Lines where they can be, JSON where a value would break them. */
static struct str levels_cell(struct arena *a, const struct json *levels)
{
    struct buf b = buf_new(a, 1u << 16);
    struct jw bare = jw_new(a);
    bool lines = true;

    jw_open(&bare, '[');
    for (size_t i = 0; i < json_count(levels); i++) {
        const struct json *l = json_at(levels, i);
        struct str value = json_text(l, "value"), text = cell_of(a, l, "text");

        lines = lines && str_find(value, STR("|"), 0) < 0 && str_find(value, STR("\n"), 0) < 0 &&
                str_find(text, STR("\n"), 0) < 0 && str_eq(str_trim(value), value) &&
                str_eq(str_trim(text), text) && value.n && value.p[0] != '[';
        buf_fmt(&b, "%s%.*s | %lld | %.*s", i ? "\n" : "", STR_ARG(value),
                (long long)json_int(l, "points", 0), STR_ARG(text));
        jw_open(&bare, '{');
        jw_key(&bare, "value");
        jw_text(&bare, value);
        jw_key(&bare, "points");
        jw_int(&bare, json_int(l, "points", 0));
        jw_key(&bare, "text");
        jw_text(&bare, text);
        jw_close(&bare, '}');
    }
    jw_close(&bare, ']');
    return lines ? buf_str(&b) : jw_done(&bare);
}

static struct str bands_cell(struct arena *a, const struct json *bands)
{
    struct buf b = buf_new(a, 1u << 14);

    for (size_t i = 0; i < json_count(bands); i++) {
        const struct json *x = json_at(bands, i);

        buf_fmt(&b, "%s%lld..%lld | %lld", i ? "\n" : "", (long long)json_int(x, "from", 0),
                (long long)json_int(x, "to", 0), (long long)json_int(x, "points", 0));
    }
    return b.n ? buf_str(&b) : STR("");
}

static struct str rule_cell(struct arena *a, const struct json *q)
{
    const struct json *levels = json_get(q, "levels");
    struct jw w = jw_new(a);
    bool any = false;

    if (json_get(q, "rule"))
        return json_canonical(a, json_get(q, "rule"));
    jw_open(&w, '[');
    for (size_t i = 0; i < json_count(levels); i++) {
        const struct json *rule = json_get(json_at(levels, i), "rule");

        any = any || rule;
        jw_raw(&w, rule ? json_canonical(a, rule) : STR_NONE);
    }
    jw_close(&w, ']');
    return any ? jw_done(&w) : STR("");
}

static void put_question(struct arena *a, const struct json *q, struct str *cells)
{
    const struct json *on = json_get(q, "if");
    struct buf is = buf_new(a, 1u << 12);

    for (size_t i = 0; i < N_PLAIN; i++)
        cells[PLAIN[i].column] = cell_of(a, q, PLAIN[i].member);
    cells[IF_QUESTION] = cell_of(a, on, "question");
    for (size_t i = 0; i < json_count(json_get(on, "is")); i++)
        buf_fmt(&is, "%s%.*s", i ? "\n" : "", STR_ARG(json_str(json_at(json_get(on, "is"), i))));
    cells[IF_IS] = is.n ? buf_str(&is) : STR("");
    cells[ANSWERS] = json_get(q, "levels") ? levels_cell(a, json_get(q, "levels"))
                                           : bands_cell(a, json_get(q, "bands"));
    cells[RULE] = rule_cell(a, q);
}

const struct err *table_of_card(struct arena *a, struct str body, struct csv_row **ret_rows,
                                size_t *ret_n)
{
    const struct json *card, *sections;
    struct csv_row *rows = ARENA_ARRAY(a, 200, struct csv_row);
    size_t n = 0;
    const struct err *e = json_parse(a, body, &card);

    if (e)
        return e;
    sections = json_get(card, "sections");
    for (size_t i = 0; i < json_count(sections); i++) {
        const struct json *s = json_at(sections, i), *questions = json_get(s, "questions");

        for (size_t k = 0; k < json_count(questions) && n < 200; k++) {
            struct str *cells = ARENA_ARRAY(a, TABLE_COLUMNS, struct str);

            cells[CARD] = n ? STR("") : cell_of(a, card, "name");
            cells[DESCRIPTION] = n ? STR("") : cell_of(a, card, "description");
            cells[SECTION] = cell_of(a, s, "name");
            cells[SECTION_WEIGHT] = cell_of(a, s, "weight");
            put_question(a, json_at(questions, k), cells);
            rows[n++] = (struct csv_row){TABLE_COLUMNS, cells};
        }
    }
    *ret_rows = rows;
    *ret_n = n;
    return NULL;
}

/* ---- and back ---- */

struct reader {
    struct arena *a;
    struct jw w;
    int at[TABLE_COLUMNS]; /* which cell, -1 for none */
    size_t row;            /* as a spreadsheet counts */
};

static const struct err *bad(struct reader *r, const char *column, const char *what)
{
    return err_why(r->a, E_BAD_PAYLOAD, "Row %zu, column %s: %s.", r->row, column, what);
}

static struct str get(const struct reader *r, const struct csv_row *row, enum column c)
{
    return r->at[c] >= 0 && (size_t)r->at[c] < row->n ? row->cells[r->at[c]] : STR("");
}

static const struct err *head(struct reader *r, const struct csv_row *row)
{
    for (size_t c = 0; c < TABLE_COLUMNS; c++)
        r->at[c] = -1;
    for (size_t i = 0; i < row->n; i++) {
        struct str name = str_trim(row->cells[i]);
        size_t c = 0;

        while (c < TABLE_COLUMNS && !str_case_eq(name, str_of(TABLE_NAMES[c])))
            c++;
        if (c < TABLE_COLUMNS)
            r->at[c] = (int)i;
        else if (name.n)
            return bad(r, str_c(r->a, name), "there is no such column");
    }
    if (r->at[SECTION] < 0 || r->at[KEY] < 0 || r->at[QUESTION] < 0 || r->at[WEIGHT] < 0)
        return err_why(r->a, E_BAD_PAYLOAD,
                       "The first row names the columns; section, key, question and weight are needed.");
    return NULL;
}

/* A number stays a number; whatever else stands there card_parse will name. */
static void put_int(struct reader *r, struct str cell)
{
    int64_t n;

    if (str_to_int(str_trim(cell), &n))
        jw_int(&r->w, n);
    else
        jw_text(&r->w, cell);
}

static const struct err *put_plain(struct reader *r, const struct csv_row *row)
{
    for (size_t i = 0; i < N_PLAIN; i++) {
        struct str cell = get(r, row, PLAIN[i].column), trimmed = str_trim(cell);
        bool yes = str_case_eq(trimmed, STR("true")) || str_case_eq(trimmed, STR("yes"));

        if (!trimmed.n)
            continue;
        jw_key(&r->w, PLAIN[i].member);
        if (PLAIN[i].kind == J_INT)
            put_int(r, cell);
        else if (PLAIN[i].kind == J_TEXT)
            jw_text(&r->w, cell);
        else if (yes || str_case_eq(trimmed, STR("false")) || str_case_eq(trimmed, STR("no")))
            jw_bool(&r->w, yes);
        else
            return bad(r, PLAIN[i].member, "true or false");
    }
    return NULL;
}

static void put_if(struct reader *r, const struct csv_row *row)
{
    struct str question = str_trim(get(r, row, IF_QUESTION)), is = get(r, row, IF_IS), part;

    if (!question.n)
        return;
    jw_key(&r->w, "if");
    jw_open(&r->w, '{');
    jw_key(&r->w, "question");
    jw_text(&r->w, question);
    jw_key(&r->w, "is");
    jw_open(&r->w, '[');
    while (str_split(&is, '\n', &part))
        if (str_trim(part).n)
            jw_text(&r->w, str_trim(part));
    jw_close(&r->w, ']');
    jw_close(&r->w, '}');
}

static const struct err *put_band(struct reader *r, struct str line)
{
    struct str range, rest = line;
    ptrdiff_t dots;

    str_split(&rest, '|', &range);
    dots = str_find(range, STR(".."), 0);
    if (dots < 1)
        return bad(r, "answers", "a band is written from..to | points");
    jw_open(&r->w, '{');
    jw_key(&r->w, "from");
    put_int(r, str_sub(range, 0, (size_t)dots));
    jw_key(&r->w, "to");
    put_int(r, str_sub(range, (size_t)dots + 2, range.n));
    jw_key(&r->w, "points");
    put_int(r, rest);
    jw_close(&r->w, '}');
    return NULL;
}

static void put_rule(struct reader *r, const struct json *rule)
{
    if (json_kind(rule) == J_NULL)
        return;
    jw_key(&r->w, "rule");
    jw_raw(&r->w, json_canonical(r->a, rule));
}

static const struct err *put_level(struct reader *r, struct str line, const struct json *rule)
{
    struct str value, points, rest = line;

    str_split(&rest, '|', &value);
    if (!str_split(&rest, '|', &points))
        return bad(r, "answers", "a level is written value | points | text");
    jw_open(&r->w, '{');
    jw_key(&r->w, "value");
    jw_text(&r->w, str_trim(value));
    jw_key(&r->w, "points");
    put_int(r, points);
    jw_key(&r->w, "text");
    jw_text(&r->w, str_trim(rest).n ? str_trim(rest) : STR(""));
    put_rule(r, rule);
    jw_close(&r->w, '}');
    return NULL;
}

static const struct err *put_levels_json(struct reader *r, struct str cell,
                                         const struct json *rules)
{
    const struct json *list, *value;
    const struct err *e = json_parse(r->a, cell, &list);

    if (e || json_kind(list) != J_LIST)
        return bad(r, "answers", "this is not a list of levels");
    for (size_t i = 0; i < json_count(list); i++) {
        struct str key;
        void *it = NULL;

        jw_open(&r->w, '{');
        while (json_next(json_at(list, i), &it, &key, &value)) {
            jw_key_str(&r->w, key);
            jw_raw(&r->w, json_canonical(r->a, value));
        }
        put_rule(r, json_at(rules, i));
        jw_close(&r->w, '}');
    }
    return NULL;
}

static const struct err *put_answers(struct reader *r, const struct csv_row *row)
{
    struct str cell = str_trim(get(r, row, ANSWERS)), rule = str_trim(get(r, row, RULE)), line;
    bool bands = str_is(str_trim(get(r, row, TYPE)), "number");
    const struct json *tree = NULL, *rules = NULL;
    size_t n = 0;
    const struct err *e = NULL;

    if (rule.n && json_parse(r->a, rule, &tree))
        return bad(r, "rule", "this is not JSON");
    if (json_kind(tree) == J_LIST)
        rules = tree;
    else
        put_rule(r, tree);
    if (!cell.n)
        return NULL;
    jw_key(&r->w, bands ? "bands" : "levels");
    jw_open(&r->w, '[');
    if (cell.p[0] == '[')
        e = put_levels_json(r, cell, rules);
    else
        while (!e && str_split(&cell, '\n', &line))
            if (str_trim(line).n) {
                e = bands ? put_band(r, str_trim(line))
                          : put_level(r, str_trim(line), json_at(rules, n));
                n++;
            }
    jw_close(&r->w, ']');
    return e;
}

static const struct err *put_row(struct reader *r, const struct csv_row *row, struct str *io_section)
{
    struct str section = get(r, row, SECTION), weight = get(r, row, SECTION_WEIGHT);
    const struct err *e;

    if (!io_section->p || (section.n && !str_eq(section, *io_section))) {
        if (io_section->p) {
            jw_close(&r->w, ']');
            jw_close(&r->w, '}');
        }
        *io_section = section.n ? section : STR("");
        jw_open(&r->w, '{');
        jw_key(&r->w, "name");
        jw_text(&r->w, *io_section);
        if (str_trim(weight).n) {
            jw_key(&r->w, "weight");
            put_int(r, weight);
        }
        jw_key(&r->w, "questions");
        jw_open(&r->w, '[');
    }
    jw_open(&r->w, '{');
    e = put_plain(r, row);
    put_if(r, row);
    if (!e)
        e = put_answers(r, row);
    jw_close(&r->w, '}');
    return e;
}

const struct err *table_to_card(struct arena *a, const struct csv_row *rows, size_t n,
                                struct str *ret_body)
{
    struct reader r = {.a = a, .w = jw_new(a), .row = 1};
    struct str section = STR_NONE;
    const struct err *e;

    if (n < 2)
        return err_why(a, E_BAD_PAYLOAD, "The file has no rows below the names of its columns.");
    e = head(&r, &rows[0]);
    if (e)
        return e;
    jw_open(&r.w, '{');
    jw_key(&r.w, "name");
    jw_text(&r.w, get(&r, &rows[1], CARD).n ? get(&r, &rows[1], CARD) : STR("Imported scorecard"));
    if (str_trim(get(&r, &rows[1], DESCRIPTION)).n) {
        jw_key(&r.w, "description");
        jw_text(&r.w, get(&r, &rows[1], DESCRIPTION));
    }
    jw_key(&r.w, "sections");
    jw_open(&r.w, '[');
    for (size_t i = 1; !e && i < n; i++) {
        r.row = i + 1;
        e = put_row(&r, &rows[i], &section);
    }
    jw_close(&r.w, ']');
    jw_close(&r.w, '}');
    jw_close(&r.w, ']');
    jw_close(&r.w, '}');
    if (!e)
        *ret_body = jw_done(&r.w);
    return e;
}
