/* The scorecards that come with the product, read from the templates folder whenever they are asked
 * for. Called by the routes and when a tenant is made. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "insight/scorecards/edit.h"
#include "insight/scores/scores.h"

#define CARD_MAX_SIZE (1u << 20)
#define CARDS_MAX 100

static int by_name(const void *x, const void *y)
{
    const struct str *a = x, *b = y;

    return strcmp(a->p, b->p);
}

/* The folder's *.json without the ending, in order of their names. */
static const struct err *slugs_of(struct arena *a, struct str folder, struct str *out,
                                  size_t *ret_n)
{
    DIR *d = opendir(str_c(a, folder));
    struct dirent *f;
    size_t n = 0;

    if (!d)
        return err_why(a, E_INTERNAL,
                       "There is no folder %.*s: check the setting templates_dir.",
                       STR_ARG(folder));
    while ((f = readdir(d)) != NULL) {
        struct str name = str_of(f->d_name);

        if (str_ends(name, STR(".json")) && name.p[0] != '.' && n < CARDS_MAX)
            out[n++] = str_dup(a, str_sub(name, 0, name.n - 5));
    }
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

static const struct err *read_one(struct arena *a, struct str folder, struct str slug,
                                  struct template *ret)
{
    struct str path = str_fmt(a, "%.*s/%.*s.json", STR_ARG(folder), STR_ARG(slug)), text, why;
    const struct json *tree;
    struct card card;
    const struct err *e = read_file(a, path, &text);

    if (e)
        return e;
    e = card_parse(a, text, &card);
    if (!e)
        e = card_check_observable(a, &card);
    if (e) {
        why = str_dup(a, arena_why(a));
        return err_why(a, e, "%.*s: %.*s", STR_ARG(path), STR_ARG(why));
    }
    e = json_parse(a, text, &tree);
    if (!e)
        *ret = (struct template){slug, json_canonical(a, tree)};
    return e;
}

const struct err *templates_read(struct arena *a, const char *templates_dir, struct template **ret,
                                 size_t *ret_n)
{
    struct str folder = str_fmt(a, "%s/scorecards", templates_dir), slugs[CARDS_MAX];
    struct template *out = ARENA_ARRAY(a, CARDS_MAX, struct template);
    size_t n = 0;
    const struct err *e = slugs_of(a, folder, slugs, &n);

    for (size_t i = 0; !e && i < n; i++)
        e = read_one(a, folder, slugs[i], &out[i]);
    *ret = out;
    *ret_n = n;
    return e;
}

const struct err *template_read(struct arena *a, const char *templates_dir, struct str slug,
                                struct template *ret)
{
    struct str folder = str_fmt(a, "%s/scorecards", templates_dir), slugs[CARDS_MAX];
    size_t n = 0;
    const struct err *e = slugs_of(a, folder, slugs, &n);

    for (size_t i = 0; !e && i < n; i++) /* only names that the folder has make a path */
        if (str_eq(slugs[i], slug))
            return read_one(a, folder, slugs[i], ret);
    return e ? e : E_NOT_FOUND;
}
