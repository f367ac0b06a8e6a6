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
#define UPLOADS_OPEN_MAX 2000     /* not complete, of one tenant */
#define UPLOADS_OPEN_BYTES ((int64_t)100 << 30) /* what they will be together */
#define UPLOADS_KNOWN_MAX 500     /* hashes in one question */

/* Inside a job's `work`: gives the bytes of a complete upload to the sink, in order. E_GONE if it
 * or a part of it is not there, else the sink's or the store's error. */
const struct err *upload_bytes(struct job *job, struct uuid upload, http_sink *sink,
                               void *arg) MUST_USE;

/* In the transaction that stores the joined bytes: forgets the parts and adds a job that deletes
 * them once this is committed. */
const struct err *upload_parts_done(struct db *db, struct uuid upload) MUST_USE;

/* Of this folder. known.c: which of the caller's files are here already; E_UPLOAD_KNOWN with a sentence
 * and the header Ringsight-Call where one that is to be begun is. */
extern const struct err E_UPLOAD_KNOWN[1];
extern const struct field upload_known_fields[];
const struct err *upload_check_known(struct req *rq, struct str sha256) MUST_USE;
const struct err *upload_known(struct req *rq) MUST_USE;
/* call.c: an upload that is complete becomes a call, or the recording of one. */
struct upload_get_out;
const struct err *upload_make_call(struct req *rq, const struct upload_get_out *row,
                                   struct uuid *ret_call) MUST_USE;

#endif
