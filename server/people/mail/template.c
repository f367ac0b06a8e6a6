/* Mails from templates. Called by this folder's job. A template is our own file; the facts are what
 * people typed, so they are never taken for markup, and never for a line or header of their own. */
#include <stdio.h>
#include <string.h>

#include "people/mail/inner.h"

#define OUT_MAX (256u << 10)

static void put_escaped(struct buf *b, char c, bool html)
{
    if ((unsigned char)c < ' ' || c == 0x7f)
        buf_char(b, ' ');
    else if (html && c == '&')
        buf_fmt(b, "&amp;");
    else if (html && c == '<')
        buf_fmt(b, "&lt;");
    else if (html && c == '>')
        buf_fmt(b, "&gt;");
    else if (html && c == '"')
        buf_fmt(b, "&quot;");
    else if (html && c == '\'')
        buf_fmt(b, "&#39;");
    else
        buf_char(b, c);
}

static const struct mail_fact *find(const struct mail_fact *facts, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(name, facts[i].name))
            return &facts[i];
    return NULL;
}

const struct err *mail_fill(struct arena *a, struct str template, const struct mail_fact *facts, size_t n,
                            bool html, struct str *ret)
{
    struct buf b = buf_new(a, OUT_MAX);
    size_t at = 0;

    while (at < template.n) {
        ptrdiff_t open = str_find(template, STR("{{"), at), close;
        const struct mail_fact *f;

        if (open < 0)
            break;
        buf_add(&b, str_sub(template, at, (size_t)open - at));
        close = str_find(template, STR("}}"), (size_t)open);
        if (close < 0)
            return err_why(a, E_INTERNAL, "A mail's template has a {{ without its }}.");
        f = find(facts, n, str_sub(template, (size_t)open + 2, (size_t)(close - open) - 2));
        if (!f)
            return err_why(a, E_INTERNAL, "A mail's template asks for {{%.*s}}, which is not told.",
                           STR_ARG(str_sub(template, (size_t)open + 2, (size_t)(close - open) - 2)));
        for (size_t i = 0; i < f->value.n; i++)
            put_escaped(&b, f->value.p[i], html);
        at = (size_t)close + 2;
    }
    buf_add(&b, str_sub(template, at, template.n));
    if (b.over)
        return err_why(a, E_TOO_LARGE, "A mail from this template would be too large.");
    *ret = buf_str(&b);
    return NULL;
}

static const struct err *read(struct arena *a, const char *folder, struct str name, const char *end,
                              struct str *ret)
{
    const char *path = str_fmt(a, "%s/mail/%.*s.%s", folder, STR_ARG(name), end).p;
    FILE *f = fopen(path, "re");
    char *p;
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "There is no file %s: check the setting templates_dir.", path);
    p = arena_alloc(a, MAIL_TEMPLATE_MAX);
    n = fread(p, 1, MAIL_TEMPLATE_MAX, f);
    fclose(f);
    *ret = str_n(p, n);
    return NULL;
}

const struct err *mail_write(struct arena *a, const char *templates_dir, struct str name,
                             const struct mail_fact *facts, size_t n, struct mail_written *ret)
{
    struct str text, html, first;
    const struct err *e = read(a, templates_dir, name, "txt", &text);

    if (!e)
        e = read(a, templates_dir, name, "html", &html);
    if (e)
        return e;
    if (!str_split(&text, '\n', &first) || !str_starts(first, STR("Subject: ")))
        return err_why(a, E_INTERNAL, "The template %.*s.txt does not begin with its subject.", STR_ARG(name));
    e = mail_fill(a, str_sub(first, 9, first.n), facts, n, false, &ret->subject);
    if (!e)
        e = mail_fill(a, str_trim(text), facts, n, false, &ret->text);
    if (!e)
        e = mail_fill(a, html, facts, n, true, &ret->html);
    return e;
}
