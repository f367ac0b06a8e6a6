/* multipart/form-data, read after RFC 7578 and RFC 2046 section 5.1. Strict in what parts one field
 * from the next, for a form misread is worse than one refused. Called through form.h. Pure. */
#include "providers/form.h"

#define MAX_BOUNDARY 70 /* RFC 2046 */

/* The value of a parameter behind a header's first part: name=token or name="quoted". A quote
 * within is sent as %22 (RFC 7578) and stays so: none of the names that we look for has one. */
static struct str parameter(struct str header, const char *name)
{
    struct str key, value, skipped;

    str_split(&header, ';', &skipped);
    while (str_split(&header, '=', &key) && header.p) {
        if (str_starts(header, STR("\""))) {
            header = str_sub(header, 1, header.n);
            str_split(&header, '"', &value);
            if (!header.p)
                return STR_NONE;
            str_split(&header, ';', &skipped);
        } else {
            str_split(&header, ';', &value);
        }
        if (str_case_eq(str_trim(key), str_of(name)))
            return str_trim(value);
    }
    return STR_NONE;
}

/* The name that a part's header lines give it; STR_NONE if none. */
static struct str name_of(struct str head)
{
    struct str line, key;

    while (str_split(&head, '\n', &line)) {
        struct str value = line;
        if (str_split(&value, ':', &key) && value.p &&
            str_case_eq(str_trim(key), STR("content-disposition")))
            return parameter(value, "name");
    }
    return STR_NONE;
}

/* One part without its delimiters: header lines, a blank line, the value. */
static const struct err *take_part(struct arena *a, struct str part, struct form *ret)
{
    ptrdiff_t blank = str_find(part, STR("\r\n\r\n"), 0);
    struct str name;

    if (blank < 0)
        return err_why(a, E_BAD_PAYLOAD, "Part %zu of the multipart form has no blank line.",
                       ret->n + 1);
    name = name_of(str_sub(part, 0, (size_t)blank));
    if (!name.p)
        return err_why(a, E_BAD_PAYLOAD, "Part %zu of the multipart form has no name.", ret->n + 1);
    return form_add(a, ret, name, str_sub(part, (size_t)blank + 4, part.n));
}

/* Where the next delimiter begins and ends, from `from` on; false if there is none. What merely
 * begins like one is content: behind a delimiter its line ends, or "--" ends the form. */
static bool next_delimiter(struct str s, struct str delimiter, size_t from, size_t *ret_at,
                           size_t *ret_end)
{
    ptrdiff_t hit;

    for (; (hit = str_find(s, delimiter, from)) >= 0; from = (size_t)hit + 1) {
        size_t end = (size_t)hit + delimiter.n;
        struct str rest = str_sub(s, end, s.n);
        if (!str_starts(rest, STR("--")) && !str_starts(rest, STR("\r\n")))
            continue;
        *ret_at = (size_t)hit;
        *ret_end = end;
        return true;
    }
    return false;
}

const struct err *form_multipart(struct arena *a, struct str type, struct str body,
                                 struct form *ret)
{
    struct str boundary = parameter(type, "boundary"), delimiter, all;
    struct buf b = buf_new(a, body.n + 2);
    const struct err *e = NULL;
    size_t at, end, begin;

    if (!boundary.n || boundary.n > MAX_BOUNDARY)
        return err_why(a, E_BAD_PAYLOAD,
                       "The multipart form's content type names no boundary of 1 to %d characters.",
                       MAX_BOUNDARY);
    /* A line break belongs to each delimiter, but the first may stand at the very start. */
    buf_add(&b, STR("\r\n"));
    buf_add(&b, body);
    all = buf_str(&b);
    delimiter = str_fmt(a, "\r\n--%.*s", STR_ARG(boundary));
    if (!next_delimiter(all, delimiter, 0, &at, &end))
        return err_why(a, E_BAD_PAYLOAD, "The multipart form's boundary is not in the body.");
    while (!e && !str_starts(str_sub(all, end, 2), STR("--"))) {
        begin = end;
        if (!next_delimiter(all, delimiter, begin, &at, &end))
            return err_why(a, E_BAD_PAYLOAD, "The multipart form is cut off: its end is missing.");
        e = take_part(a, str_sub(all, begin, at - begin), ret);
    }
    return e;
}
