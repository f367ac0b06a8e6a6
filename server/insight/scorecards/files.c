/* Cards as files and back. Called by the routes. */
#include "insight/scorecards/files.h"

#include "core/yaml.h"
#include "insight/scorecards/table.h"
#include "insight/sheets/sheets.h"

static struct str csv_of(struct arena *a, const struct csv_row *rows, size_t n)
{
    struct buf b = buf_new(a, JSON_MAX_SIZE);

    for (size_t c = 0; c < TABLE_COLUMNS; c++)
        csv_cell(&b, str_of(TABLE_NAMES[c]), c == 0);
    csv_end_row(&b);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < rows[i].n; c++)
            csv_cell(&b, rows[i].cells[c], c == 0);
        csv_end_row(&b);
    }
    return buf_str(&b);
}

const struct err *file_write(struct arena *a, struct str format, struct str body,
                             struct card_file *ret)
{
    const struct json *tree;
    struct csv_row *rows;
    size_t n;
    const struct err *e = json_parse(a, body, &tree);

    if (e)
        return e;
    if (str_is(format, "json")) {
        *ret = (struct card_file){json_canonical(a, tree), STR("application/json")};
        return NULL;
    }
    if (str_is(format, "yaml")) {
        ret->type = STR("application/yaml");
        return yaml_of(a, tree, &ret->bytes);
    }
    e = table_of_card(a, body, &rows, &n);
    if (e)
        return e;
    if (str_is(format, "csv")) {
        *ret = (struct card_file){csv_of(a, rows, n), STR("text/csv; charset=utf-8")};
        return NULL;
    }
    ret->type = STR("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    return xlsx_write(a, "Scorecard", TABLE_NAMES, TABLE_COLUMNS, rows, n, &ret->bytes);
}

const struct err *file_read(struct arena *a, struct str format, struct str text,
                            struct str *ret_body)
{
    const struct json *tree;
    struct csv_row *rows;
    struct str json = text;
    size_t n;
    const struct err *e = NULL;

    if (str_is(format, "csv")) {
        e = csv_parse(a, text, &rows, &n);
        if (!e)
            e = table_to_card(a, rows, n, &json);
    } else if (str_is(format, "yaml")) {
        e = yaml_to_json(a, text, &json);
    }
    if (!e)
        e = json_parse(a, json, &tree);
    if (!e)
        *ret_body = json_canonical(a, tree);
    return e;
}
