/* Answers the dashboard's files from memory. Called by the HTTP glue: static_load at the start,
 * static_answer on the event loops. Must not touch the file system after the start. */
#include "http/static_files.h"

#include <stdlib.h>
#include <string.h>

#include "core/crypto.h"
#include "http/range.h"
#include "http/static_read.h"

enum coding { PLAIN = 0, BR, GZ, CODINGS };

static const struct {
    const char *suffix, *name;
    unsigned accept;
} codings[CODINGS] = {
    [PLAIN] = {"", NULL, 0},
    [BR] = {".br", "br", ACCEPT_BR},
    [GZ] = {".gz", "gzip", ACCEPT_GZIP},
};

struct entry {
    struct str path; /* "/assets/index-BkYz1a2b.js" */
    struct str type, cache;
    struct {
        struct str bytes, etag; /* bytes.p NULL: there is no such variant */
    } as[CODINGS];
};

struct static_files {
    struct entry *entries; /* sorted by path */
    size_t n, bytes, read;
    const struct entry *index;
};

static const struct {
    const char *suffix, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
};

static const char missing_page[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<title>Ringsight: dashboard not built</title></head>\n<body><h1>The dashboard is not "
    "built</h1>"
    "\n<p>The server runs, and its API answers under <code>/api/v1</code>, but the folder with the "
    "dashboard's files is not there. Build it from the repository root:</p>\n"
    "<pre>cd static\nnpm ci\nnpm run build</pre>\n"
    "<p>then start the server again. <code>deploy/up</code> does all of this. If the files lie "
    "elsewhere, name their folder in <code>RINGSIGHT_STATIC</code>.</p></body></html>\n";

static struct str last_part(struct str path)
{
    size_t n = path.n;

    while (n > 0 && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n - n);
}

static struct str type_of(struct str path)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_ends(path, str_of(types[i].suffix)))
            return str_of(types[i].type);
    return STR("application/octet-stream");
}

static bool is_hash_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

/* Vite names built files "<name>-<8 of the URL alphabet>.<ext>" and puts them under assets/. */
static bool is_hashed(struct str path)
{
    struct str name = last_part(path);

    if (!str_starts(path, STR("/assets/")))
        return false;
    for (size_t dot = 10; dot < name.n; dot++) {
        size_t i = dot - 8;
        if (name.p[dot] != '.' || name.p[i - 1] != '-')
            continue;
        while (i < dot && is_hash_char(name.p[i]))
            i++;
        if (i == dot)
            return true;
    }
    return false;
}

static int compare(struct str a, struct str b)
{
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

    return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_path(const void *a, const void *b)
{
    return compare(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static struct entry *find(const struct static_files *files, struct str path)
{
    struct entry key = {.path = path};

    if (files->n == 0 || path.n == 0)
        return NULL;
    return bsearch(&key, files->entries, files->n, sizeof(key), by_path);
}

/* A variant has other bytes and hence, the tag being strong, another tag. */
static void set_variant(struct arena *a, struct entry *e, enum coding coding, struct str bytes)
{
    struct hash hash = crypto_sha256(bytes);
    struct str hex = crypto_hex(a, str_n(hash.b, 12));

    e->as[coding].bytes = bytes;
    e->as[coding].etag = str_fmt(a, "\"%.*s%s%s\"", STR_ARG(hex), coding == PLAIN ? "" : "-",
                                 coding == PLAIN ? "" : codings[coding].name);
}

static void add_entry(struct arena *a, struct static_files *files, struct str path,
                      struct str bytes)
{
    struct entry *e = &files->entries[files->n++];

    e->path = path;
    e->type = type_of(path);
    e->cache = is_hashed(path) ? STR("public, max-age=31536000, immutable") : STR("no-cache");
    set_variant(a, e, PLAIN, bytes);
}

/* The coding that a file name announces if the plain file is there too. */
static enum coding coding_of(const struct static_file *file)
{
    for (size_t c = PLAIN + 1; c < CODINGS; c++)
        if (str_ends(file->path, str_of(codings[c].suffix)))
            return (enum coding)c;
    return PLAIN;
}

const struct err *static_load(struct arena *a, const char *folder,
                              const struct static_files **ret_files)
{
    struct static_files *files = ARENA_NEW(a, struct static_files);
    struct static_list list = {0};
    const struct err *e = static_read(a, folder, &list);

    if (e)
        return e;
    files->entries = ARENA_ARRAY(a, list.n + 1, struct entry);
    for (size_t i = 0; i < list.n; i++)
        if (coding_of(&list.v[i]) == PLAIN)
            add_entry(a, files, list.v[i].path, list.v[i].bytes);
    qsort(files->entries, files->n, sizeof(*files->entries), by_path);
    for (size_t i = 0; i < list.n; i++) {
        enum coding c = coding_of(&list.v[i]);
        struct str path = list.v[i].path;
        struct entry *plain = find(files, str_sub(path, 0, path.n - strlen(codings[c].suffix)));
        if (c != PLAIN && plain)
            set_variant(a, plain, c, list.v[i].bytes);
    }
    files->read = files->n;
    files->bytes = list.bytes;
    files->index = find(files, STR("/index.html"));
    if (!files->index) {
        files->n = files->read = 0;
        add_entry(a, files, STR("/index.html"), str_of(missing_page));
        files->index = &files->entries[0];
    }
    *ret_files = files;
    return NULL;
}

size_t static_count(const struct static_files *files)
{
    return files->read;
}

size_t static_bytes(const struct static_files *files)
{
    return files->bytes;
}

bool static_is_reserved(struct str path)
{
    static const char *const roots[] = {"/api", "/hooks", "/live", "/livez", "/readyz", "/metrics"};

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        size_t n = strlen(roots[i]);
        if (str_starts(path, str_of(roots[i])) && (path.n == n || path.p[n] == '/'))
            return true;
    }
    return false;
}

static const struct entry *choose(const struct static_files *files, struct str path)
{
    const struct entry *e;

    if (path.n == 0 || path.p[0] != '/' || static_is_reserved(path))
        return NULL;
    e = find(files, path);
    if (e)
        return e;
    return str_find(last_part(path), STR("."), 0) < 0 ? files->index : NULL;
}

static void add_header(struct static_answer *out, const char *name, struct str value)
{
    out->headers[out->n_headers++] = (struct answer_header){name, value};
}

static enum coding best_coding(const struct entry *e, struct str accept_encoding)
{
    unsigned accepted = accept_encodings(accept_encoding);

    for (size_t c = PLAIN + 1; c < CODINGS; c++)
        if (e->as[c].bytes.p && (accepted & codings[c].accept))
            return (enum coding)c;
    return PLAIN;
}

struct static_answer static_answer(const struct static_files *files,
                                   const struct static_request *rq)
{
    struct static_answer out = {0};
    const struct entry *e = choose(files, rq->path);
    bool head = str_is(rq->method, "HEAD");
    enum coding c;

    out.body = STR("");
    out.status = 404;
    if (!e)
        return out;
    if (!head && !str_is(rq->method, "GET")) {
        out.status = 405;
        add_header(&out, "allow", STR("GET, HEAD"));
        return out;
    }
    c = best_coding(e, rq->accept_encoding);
    add_header(&out, "etag", e->as[c].etag);
    add_header(&out, "cache-control", e->cache);
    add_header(&out, "vary", STR("accept-encoding"));
    out.status = 304;
    if (etag_matches(rq->if_none_match, e->as[c].etag))
        return out;
    out.status = 200;
    add_header(&out, "content-type", e->type);
    if (c != PLAIN)
        add_header(&out, "content-encoding", str_of(codings[c].name));
    out.content_length = e->as[c].bytes.n;
    if (!head)
        out.body = e->as[c].bytes;
    return out;
}
