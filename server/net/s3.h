/* A bucket of any S3-compatible store: put, get, delete, list, copy, each signed (AWS Signature
 * Version 4) and tried again with back-off where the store is busy or the connection broke. Calls
 * block: only for jobs, worker threads and stream pulls. The guard decides on the address like for
 * any outgoing call, under the use that is given. */
#ifndef RINGSIGHT_NET_S3_H
#define RINGSIGHT_NET_S3_H

#include "net/http_out.h"

/* A bucket and what proves who we are. Texts are borrowed. */
struct s3 {
    const struct http_client *http;
    const char *use;       /* selects the allowances: "s3", "dropfolder" */
    struct str endpoint;   /* "https://s3.eu-central-1.amazonaws.com", no path */
    struct str region;     /* "eu-central-1"; stores without regions take "us-east-1" */
    struct str bucket;
    struct str prefix;     /* in front of every key: "" or "folder/" */
    bool path_style;       /* https://host/bucket/key instead of https://bucket.host/key */
    struct str id, secret; /* access key */
    bool (*cancelled)(void *arg); /* as in http_request */
    void *cancelled_arg;
};

struct s3_object {
    uint64_t size; /* of the whole object */
    struct str etag, modified; /* as the store says them */
};

/* E_BAD_INPUT, with the setting's name and the cure, for what can be no bucket. `plain_http` where
 * an allowance may let http pass. */
const struct err *s3_check(const struct s3 *s, struct arena *a) MUST_USE;

/* Reads "access_key_id = …" and "secret_access_key = …" (also as AWS's own files spell them) from a
 * file that others may not read. E_BAD_INPUT. */
const struct err *s3_read_keys(struct arena *a, const char *file, struct str *ret_id,
                               struct str *ret_secret) MUST_USE;

/* All of them: E_NOT_FOUND; E_UPSTREAM_AUTH for a refused key or signature; E_UPSTREAM_BUSY,
 * E_UPSTREAM, E_TIMEOUT after some tries; E_ADDRESS_REFUSED; E_LOST when cancelled. The sentence
 * names the bucket and what the store said. */

/* Bytes `offset` to `offset + n - 1` (fewer at the end; n == 0: all to the end) to the sink. A
 * connection that breaks is taken up where it broke. Of an empty object nothing is sunk. */
const struct err *s3_get(const struct s3 *s, struct arena *a, struct str key, uint64_t offset,
                         uint64_t n, http_sink *sink, void *arg, struct s3_object *ret) MUST_USE;
/* What there is of a key without its bytes. */
const struct err *s3_head(const struct s3 *s, struct arena *a, struct str key,
                          struct s3_object *ret) MUST_USE;
/* Puts the first `size` bytes of the file, whose SHA-256 the store checks, and asks back whether
 * all of it is there. */
const struct err *s3_put(const struct s3 *s, struct arena *a, struct str key, int fd,
                         uint64_t size) MUST_USE;
/* Puts a few bytes. */
const struct err *s3_put_bytes(const struct s3 *s, struct arena *a, struct str key,
                               struct str bytes) MUST_USE;
/* NULL too if there was none. */
const struct err *s3_delete(const struct s3 *s, struct arena *a, struct str key) MUST_USE;
/* Within the bucket; at most 5 GB. */
const struct err *s3_copy(const struct s3 *s, struct arena *a, struct str from,
                          struct str to) MUST_USE;

/* One thing below a prefix: an object, or (folder) what the delimiter folds up, its name ending in
 * '/'. The key is without s->prefix. Texts live until the callback returns. */
struct s3_entry {
    struct str key, modified, etag;
    uint64_t size;
    bool folder;
};

/* Tells what lies right below `under` ("" or "a/b/"), page by page, in order of names. */
const struct err *s3_list(const struct s3 *s, struct arena *a, struct str under,
                          void (*each)(void *ctx, const struct s3_entry *entry),
                          void *ctx) MUST_USE;

/* Of this folder and its tests: the text of an XML element, entities resolved; STR_NONE if there is
 * none from *at on, which moves behind it. Knows no attributes and no nesting of equal names. */
struct str s3_xml(struct arena *a, struct str xml, const char *name, size_t *at);

#endif
