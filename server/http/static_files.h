/* The dashboard's built files, read into memory once at the start and answered from there. A path
 * is looked up in a sorted list and is never handed to the file system, so that no request can
 * leave the folder. */
#ifndef RINGSIGHT_HTTP_STATIC_FILES_H
#define RINGSIGHT_HTTP_STATIC_FILES_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"
#include "http/security.h"

#define STATIC_MAX_BYTES (32u << 20)
#define STATIC_MAX_FILES 4096
#define STATIC_MAX_DEPTH 8

struct static_files; /* read-only after loading: all threads share it */

/* Reads the folder (RINGSIGHT_STATIC, made by `npm run build`) with its .br and .gz variants. Names
 * that start with a dot and everything that is no plain file or folder are left out. If there is
 * no folder or no index.html in it, the set holds one page that says how to build it.
 * E_TOO_LARGE beyond the limits, E_INTERNAL if a file cannot be read; *ret_files lives in `a`. */
const struct err *static_load(struct arena *a, const char *folder,
                              const struct static_files **ret_files) MUST_USE;
/* How many files and bytes, for the start-up log; 0 files if the folder was missing. */
size_t static_count(const struct static_files *files);
size_t static_bytes(const struct static_files *files);

#define STATIC_HEADERS 6

struct static_request {
    struct str method, path; /* path without the query, as sent: percent signs match nothing */
    struct str if_none_match, accept_encoding; /* STR_NONE where missing */
};

struct static_answer {
    int status; /* 200, 304, 404 or 405; the last two have no body and no headers but allow */
    struct answer_header headers[STATIC_HEADERS];
    size_t n_headers;
    struct str body;       /* empty for HEAD and 304 */
    size_t content_length; /* of the full body, for HEAD too */
};

/* What to answer. Pure and without allocation; all strings live as long as the set. Paths without
 * a dot in the last part get index.html, for the pages are routed in the browser, except those
 * that belong to the server (static_is_reserved). */
struct static_answer static_answer(const struct static_files *files,
                                   const struct static_request *rq);

/* True for /api, /hooks, /live, /livez, /readyz, /metrics and what lies below them. */
bool static_is_reserved(struct str path);

#endif
