/* Files that are put into a phone system, made for each integration from a template: 3CX's CRM
 * template. Called by routes.c. The result holds secrets and is never logged or kept. */
#include <stdio.h>

#include "core/settings.h"
#include "intake/integrations/store.h"
#include "net/services.h"

#define FILE_MAX (64u << 10)

static const struct err *read_file(struct arena *a, const char *name, struct str *ret)
{
    const char *path = str_fmt(a, "%s/%s", services()->templates_dir, name).p;
    FILE *f = fopen(path, "re");
    char *p;
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "There is no file %s: check the setting templates_dir.", path);
    p = arena_alloc(a, FILE_MAX);
    n = fread(p, 1, FILE_MAX, f);
    fclose(f);
    if (n == FILE_MAX)
        return err_why(a, E_INTERNAL, "The file %s is too large.", path);
    *ret = str_n(p, n);
    return NULL;
}

static void add_escaped(struct buf *b, struct str s)
{
    static const struct {
        char c;
        const char *text;
    } marks[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};

    for (size_t i = 0; i < s.n; i++) {
        size_t k = 0;
        while (k < sizeof marks / sizeof *marks && marks[k].c != s.p[i])
            k++;
        if (k < sizeof marks / sizeof *marks)
            buf_add(b, str_of(marks[k].text));
        else if ((unsigned char)s.p[i] >= ' ')
            buf_char(b, s.p[i]);
    }
}

static bool is_ours(struct str url)
{
    struct str origin = str_of(http_config.settings->public_url);

    return str_starts(url, origin) && str_starts(str_sub(url, origin.n, url.n), STR("/hooks/"));
}

const struct err *setup_file_make(struct arena *a, const struct provider *p, struct str name,
                                  struct str hook_url, const struct json *settings, struct str *ret)
{
    struct buf b = buf_new(a, 4 * FILE_MAX);
    struct str text = STR("");
    size_t at = 0;
    const struct err *e;

    if (!p || !p->setup_file)
        return err_why(a, E_NOT_FOUND, "This phone system takes no file.");
    if (hook_url.n && !is_ours(hook_url))
        return err_why(a, E_BAD_INPUT, "hook_url: give the address as it was shown.");
    e = read_file(a, p->setup_file, &text);
    while (!e && at < text.n) {
        ptrdiff_t open = str_find(text, STR("{{"), at);
        ptrdiff_t close = open < 0 ? -1 : str_find(text, STR("}}"), (size_t)open);
        struct str key;
        if (close < 0) {
            buf_add(&b, str_sub(text, at, text.n));
            break;
        }
        buf_add(&b, str_sub(text, at, (size_t)open - at));
        key = str_sub(text, (size_t)open + 2, (size_t)(close - open) - 2);
        add_escaped(&b, str_is(key, "name")       ? name
                        : str_is(key, "hook_url") ? hook_url
                                                  : json_text(settings, str_c(a, key)));
        at = (size_t)close + 2;
    }
    *ret = buf_str(&b);
    return e;
}
