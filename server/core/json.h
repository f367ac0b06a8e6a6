/* Reading JSON strictly (over jansson, which is included nowhere else) and writing it as text.
 * A tree belongs to the arena it was parsed in. */
#ifndef RINGSIGHT_CORE_JSON_H
#define RINGSIGHT_CORE_JSON_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"
#include "core/uuid.h"

struct json; /* one value of a tree */

enum json_kind { J_NULL, J_BOOL, J_INT, J_REAL, J_TEXT, J_LIST, J_OBJECT };

/* Limits of what we read. Depth counts nested lists and objects. */
#define JSON_MAX_DEPTH 32
#define JSON_MAX_SIZE (4u << 20)

/* Parses one whole document: UTF-8, no doubled keys, nothing behind it, within the limits.
 * E_BAD_PAYLOAD with line and reason in the arena's why. */
const struct err *json_parse(struct arena *a, struct str text,
                             const struct json **ret_tree) MUST_USE;
/* Like json_parse, but takes the first document of *rest and moves *rest behind it, for
 * newline-separated or concatenated documents. */
const struct err *json_parse_next(struct arena *a, struct str *rest,
                                  const struct json **ret_tree) MUST_USE;

enum json_kind json_kind(const struct json *v); /* NULL counts as J_NULL */
const struct json *json_get(const struct json *object, const char *key); /* NULL if missing */
size_t json_count(const struct json *list_or_object);
const struct json *json_at(const struct json *list, size_t i);
/* Walks an object's members in document order: start with *it = NULL; false at the end. */
bool json_next(const struct json *object, void **it, struct str *ret_key,
               const struct json **ret_value);
/* The text of a string value, else STR_NONE. Lives as long as the tree. */
struct str json_str(const struct json *v);
/* Shorthand: the text under key, STR_NONE if missing or not a string. */
struct str json_text(const struct json *object, const char *key);
/* The integer, or a string that is one; else `otherwise`. */
int64_t json_int(const struct json *object, const char *key, int64_t otherwise);
double json_number(const struct json *object, const char *key, double otherwise);
bool json_yes(const struct json *object, const char *key);
/* The value as compact JSON text with sorted keys: equal values give equal bytes. */
struct str json_canonical(struct arena *a, const struct json *v);

/* Writing: a cursor over a buf that places the commas.
 *   jw_open(&w, '{'); jw_key(&w, "id"); jw_uuid(&w, id); jw_close(&w, '}');  */
struct jw {
    struct buf b;
    bool comma;
};

struct jw jw_new(struct arena *a);
void jw_open(struct jw *w, char bracket);
void jw_close(struct jw *w, char bracket);
void jw_key(struct jw *w, const char *key);
void jw_key_str(struct jw *w, struct str key);
void jw_text(struct jw *w, struct str s); /* STR_NONE writes null; bad UTF-8 becomes U+FFFD */
void jw_int(struct jw *w, int64_t i);
void jw_bool(struct jw *w, bool yes);
void jw_null(struct jw *w);
void jw_uuid(struct jw *w, struct uuid u); /* zero writes null */
void jw_time(struct jw *w, int64_t t);     /* TIME_NONE writes null */
void jw_raw(struct jw *w, struct str json); /* already JSON; STR_NONE writes null */
struct str jw_done(struct jw *w);
/* s with quotes and escapes appended to b. */
void json_quote(struct buf *b, struct str s);

#endif
