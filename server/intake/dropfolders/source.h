/* Where the files of a drop folder lie: one interface, three kinds. All calls block and are made in
 * jobs only. Names are relative to the folder, with '/' between their parts. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_SOURCE_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_SOURCE_H

#include "core/json.h"
#include "jobs/jobs.h"
#include "net/http_out.h"

#define DROP_DONE "done"
#define DROP_FAILED "failed"

struct drop_entry {
    struct str name; /* of list: in its folder; of drop_list: from the drop folder on */
    uint64_t size;
    struct str stamp;  /* changes when the file does */
    int64_t modified;  /* TIME_NONE where the source does not tell */
    bool folder;
    bool sheet; /* of drop_list: a sheet, no recording */
};

typedef void drop_each(void *ctx, const struct drop_entry *entry);

/* One kind of source. E_NOT_FOUND, E_FORBIDDEN, E_UPSTREAM_AUTH (settings are wrong), E_UPSTREAM,
 * E_TIMEOUT, E_LOST, each with a sentence. */
struct drop_kind {
    /* What lies right in the folder: "" or "a/b". */
    const struct err *(*list)(void *self, struct arena *a, struct str folder, drop_each *each,
                              void *ctx);
    const struct err *(*read)(void *self, struct arena *a, struct str name, size_t max_bytes,
                              http_sink *sink, void *arg, int64_t *ret_modified);
    /* Makes the folder it goes to and replaces nothing. E_NOT_FOUND: it is not there (any more);
     * E_CONFLICT: something is there under the new name, or may be. */
    const struct err *(*move)(void *self, struct arena *a, struct str from, struct str to);
    const struct err *(*note)(void *self, struct arena *a, struct str name, struct str text);
};

struct drop_source {
    const struct drop_kind *kind;
    void *self;
};

struct drop_folder_read_out;

/* Opens a folder's source for a job; it is closed with the job's arena. E_BAD_INPUT with a sentence
 * for settings that cannot be used. */
const struct err *drop_source_open(struct job *job, const struct drop_folder_read_out *row,
                                   int64_t deadline, struct drop_source *ret) MUST_USE;

/* All files that might be recordings, and sheets, in all folders below, at most DROP_LIST_MAX: not those that are
 * still being sent by the look of their names, and not done/ and failed/. *ret_more: there are more. */
#define DROP_LIST_MAX 20000
const struct err *drop_list(const struct drop_source *s, struct arena *a, drop_each *each, void *ctx,
                            bool *ret_more) MUST_USE;
/* Whether a name is one to take: neither hidden, nor half-sent, nor a note or list beside it. */
bool drop_name_fits(struct str name);

/* The three kinds. */
const struct err *drop_local_open(struct arena *a, struct str slug, const struct json *settings,
                                  struct drop_source *ret) MUST_USE;
const struct err *drop_sftp_open(struct job *job, const struct json *settings, int64_t deadline,
                                 struct drop_source *ret) MUST_USE;
const struct err *drop_bucket_open(struct job *job, const struct json *settings,
                                   struct drop_source *ret) MUST_USE;

/* A path is one of the tenant's: equal to or below one that the operator names (settings drop_folders
 * and sftp_inbox). *ret_root is that one. E_FORBIDDEN with the cure. */
const struct err *drop_local_root(struct arena *a, struct str slug, struct str path,
                                  struct str *ret_root, struct str *ret_below) MUST_USE;

/* Settings as one object, secrets opened. */
const struct err *drop_settings(struct arena *a, struct uuid tenant, struct uuid folder,
                                struct str settings, struct str sealed,
                                const struct json **ret) MUST_USE;
const struct err *drop_seal(struct arena *a, struct uuid tenant, struct uuid folder,
                            struct str secret, struct str *ret_sealed) MUST_USE;

#endif
