/* Uploads: recordings that people or other programs bring themselves, by tus 1.0.0 (core, creation,
 * termination; https://tus.io/protocols/resumable-upload). Each part is a sealed object; where the
 * next one goes on stands in the row and moves by compare-and-set. A complete upload is a call of
 * the tenant's integration "upload". */
#ifndef RINGSIGHT_INTAKE_UPLOADS_H
#define RINGSIGHT_INTAKE_UPLOADS_H

#include "http/http.h"
#include "jobs/jobs.h"
#include "net/http_out.h"

extern const struct feature uploads_feature;
extern const struct job_kind uploads_jobs[];

#define UPLOAD_MAX ((int64_t)512 << 20)
#define UPLOAD_PART_MAX ((int64_t)8 << 20)
#define UPLOAD_PARTS_MAX 4096 /* 512 MB in parts of 128 KB */
#define UPLOAD_KEPT_S (2 * 86400) /* an upload that is not complete by then is dropped */

/* Inside a job's `work`: gives the bytes of a complete upload to the sink, in order. E_GONE if it
 * or a part of it is not there, else the sink's or the store's error. */
const struct err *upload_bytes(struct job *job, struct uuid upload, http_sink *sink,
                               void *arg) MUST_USE;

/* In the transaction that stores the joined bytes: forgets the parts and adds a job that deletes
 * them once this is committed. */
const struct err *upload_parts_done(struct db *db, struct uuid upload) MUST_USE;

#endif
