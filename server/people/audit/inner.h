/* What the files of audit/ share. */
#ifndef RINGSIGHT_PEOPLE_AUDIT_INNER_H
#define RINGSIGHT_PEOPLE_AUDIT_INNER_H

#include "http/http.h"
#include "jobs/jobs.h"

#define AUDIT_CHAIN "audit.chain"

extern const struct job_kind audit_jobs[];

/* ---- the service's own log, platform.c ---- */
extern const struct field platform_list_in[];
const struct err *platform_list(struct req *rq);
const struct err *platform_file(struct req *rq);
const struct err *platform_verify(struct req *rq);

/* ---- what both logs' pages share, routes.c ---- */
struct audit_state;
struct audit_times {
    int64_t from, to;
};
extern const struct field audit_times_in[]; /* struct audit_times */
const struct err *audit_show_state(struct req *rq, const struct audit_state *s);
/* The head of a file; rows follow, then audit_file_send. */
#define AUDIT_ROWS_MAX 20000
struct buf audit_file_begin(struct req *rq);
struct audit_line {
    int64_t number; /* SQL_NULL: none yet */
    int64_t at;
    struct str kind, actor, act, objects, given, address, hash;
    struct uuid id, request;
};
void audit_file_row(struct buf *b, struct arena *a, const struct audit_line *l);
const struct err *audit_file_send(struct req *rq, struct buf *b);

#endif
