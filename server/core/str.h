/* A string is a pointer and a length; it owns nothing. p == NULL means "no value", which is not
 * the same as the empty string. Bytes may be anything unless a function says UTF-8. */
#ifndef RINGSIGHT_CORE_STR_H
#define RINGSIGHT_CORE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct arena;

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){("" literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(s). Cuts at 2 GB. */
#define STR_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

/* A view of a C string; NULL gives STR_NONE. */
struct str str_of(const char *c);
struct str str_n(const void *p, size_t n);
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *c);
/* ASCII case ignored. */
bool str_case_eq(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Position of the needle from `from` on, or -1. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
/* s without ASCII blanks at both ends. */
struct str str_trim(struct str s);
/* The part from `from` on, at most n bytes; out of range gives an empty part. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Splits off the text before the next `sep` and moves *rest behind it; false at the end. */
bool str_split(struct str *rest, char sep, struct str *ret_part);
/* Whole-string decimal number, no blanks, no overflow; false and untouched otherwise. */
bool str_to_int(struct str s, int64_t *ret);
/* True if s is well-formed UTF-8 (no surrogates, no overlong forms) without NUL. */
bool str_utf8(struct str s);
/* Characters of UTF-8 text, as PostgreSQL's length() counts them. */
size_t str_letters(struct str s);

/* Copies into the arena; the copy also ends in NUL. */
struct str str_dup(struct arena *a, struct str s);
const char *str_c(struct arena *a, struct str s);
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str str_vfmt(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
struct str str_lower(struct arena *a, struct str s);

/* A growing string in an arena with a ceiling: beyond it `over` is set and nothing is added. */
struct buf {
    struct arena *a;
    char *p;
    size_t n, cap, max;
    bool over;
};

struct buf buf_new(struct arena *a, size_t max);
void buf_add(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct str buf_str(const struct buf *b);

#endif
