/* The scorecards that a tenant starts with: each file of <templates>/scorecards, published. */
#include <glob.h>
#include <stdio.h>

#include "core/json.h"
#include "platform/tenancy/inner.h"
#include "platform/tenancy/queries.h"

#define CARD_MAX (1u << 20)

static const struct err *read_file(struct arena *a, const char *path, struct str *ret)
{
    FILE *f = fopen(path, "re");
    struct buf b = buf_new(a, CARD_MAX);
    char part[4096];
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "The scorecard %s cannot be read.", path);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_add(&b, str_n(part, n));
    fclose(f);
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *add(struct db *db, const char *path)
{
    struct arena *a = db_arena(db);
    const struct json *tree;
    struct str text, name;
    const struct err *e = read_file(a, path, &text);

    if (!e && json_parse(a, text, &tree))
        e = err_why(a, E_INTERNAL, "%s: %.*s", path, STR_ARG(arena_why(a)));
    if (e)
        return e;
    name = json_text(tree, "name");
    if (!name.n || !json_count(json_get(tree, "sections")))
        return err_why(a, E_INTERNAL, "%s: a scorecard has a name and sections.", path);
    return q_scorecard_default(db, (struct scorecard_default_in){uuid_new(), name, text}, NULL);
}

const struct err *tenancy_scorecards(struct db *db, const char *templates_dir)
{
    struct str pattern = str_fmt(db_arena(db), "%s/scorecards/*.json", templates_dir);
    const struct err *e = NULL;
    glob_t found;

    if (glob(pattern.p, 0, NULL, &found) != 0)
        return err_why(db_arena(db), E_INTERNAL,
                       "There are no scorecards in %s/scorecards: check the setting templates_dir.",
                       templates_dir);
    for (size_t i = 0; i < found.gl_pathc && !e; i++)
        e = add(db, found.gl_pathv[i]);
    globfree(&found);
    return e;
}
