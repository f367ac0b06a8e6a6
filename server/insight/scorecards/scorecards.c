/* Publishing the scorecards that a new tenant starts with. Called when a tenant is made; never
 * publishes a card whose rules do not read. */
#include "insight/scorecards/scorecards.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "insight/scorecards/queries.h"
#include "insight/scores/scores.h"

#define CARD_MAX_SIZE (1u << 20)
#define CARDS_MAX 100

const struct err *scorecard_newest(struct db *db, struct scorecard *ret)
{
    struct scorecard_newest_out row;
    const struct err *e = q_scorecard_newest(db, &row);

    if (!e)
        *ret = (struct scorecard){row.id, row.name, row.body, row.version};
    return e;
}

static int by_name(const void *x, const void *y)
{
    const struct str *a = x, *b = y;

    return strcmp(a->p, b->p);
}

/* The folder's *.json, in order of their names. */
static const struct err *files_of(struct arena *a, struct str folder, struct str *out,
                                  size_t *ret_n)
{
    DIR *d = opendir(str_c(a, folder));
    struct dirent *f;
    size_t n = 0;

    if (!d)
        return err_why(a, E_INTERNAL,
                       "There is no folder %.*s: check the setting templates_dir.",
                       STR_ARG(folder));
    while ((f = readdir(d)) != NULL)
        if (str_ends(str_of(f->d_name), STR(".json")) && f->d_name[0] != '.' && n < CARDS_MAX)
            out[n++] = str_dup(a, str_of(f->d_name));
    closedir(d);
    qsort(out, n, sizeof *out, by_name);
    *ret_n = n;
    return NULL;
}

static const struct err *read_file(struct arena *a, struct str path, struct str *ret)
{
    FILE *f = fopen(str_c(a, path), "rbe");
    char *p;
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "%.*s cannot be read.", STR_ARG(path));
    p = arena_alloc(a, CARD_MAX_SIZE);
    n = fread(p, 1, CARD_MAX_SIZE, f);
    fclose(f);
    *ret = str_n(p, n);
    return NULL;
}

static const struct err *publish(struct db *db, struct str path)
{
    struct arena *a = db_arena(db);
    const struct json *tree;
    struct card card;
    struct str text, why;
    const struct err *e = read_file(a, path, &text);

    if (e)
        return e;
    e = card_parse(a, text, &card);
    if (e) {
        why = str_dup(a, arena_why(a));
        return err_why(a, e, "%.*s: %.*s", STR_ARG(path), STR_ARG(why));
    }
    e = json_parse(a, text, &tree);
    if (!e)
        e = q_scorecard_publish_first(
            db, (struct scorecard_publish_first_in){uuid_new(), card.name, json_canonical(a, tree)},
            NULL);
    return e;
}

const struct err *scorecards_seed(struct db *db, const char *templates_dir)
{
    struct arena *a = db_arena(db);
    struct str folder = str_fmt(a, "%s/scorecards", templates_dir), names[CARDS_MAX];
    size_t n = 0;
    const struct err *e = files_of(a, folder, names, &n);

    for (size_t i = 0; !e && i < n; i++)
        e = publish(db, str_fmt(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i])));
    return e;
}
