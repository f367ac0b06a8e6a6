/* What the jobs of this folder share. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_INNER_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_INNER_H

#include "intake/dropfolders/dropfolders.h"
#include "intake/dropfolders/queries.h"
#include "intake/dropfolders/source.h"

/* Adds the job that looks into a folder; the other because somebody asks, so that one which runs
 * already does not count; `only` just tells what is there. */
const struct err *drop_add_look(struct db *db, struct uuid folder, int delay_s) MUST_USE;
const struct err *drop_look_now(struct db *db, struct uuid folder, bool only) MUST_USE;
/* Adds the job that takes a file, an old one at low priority. */
const struct err *drop_add_take(struct db *db, struct uuid file, bool old) MUST_USE;
/* Adds the job that moves a file to where those of its state lie. */
const struct err *drop_add_settle(struct db *db, struct uuid file) MUST_USE;

/* Reads a folder inside `work`. */
const struct err *drop_read_folder(struct job *job, struct uuid folder,
                                   struct drop_folder_read_out *ret) MUST_USE;
/* A setting of a folder that is a number. */
int64_t drop_setting(struct arena *a, struct str settings, const char *name, int64_t otherwise);
/* The sentence of the job's last error. */
struct str drop_why(struct job *job, const struct err *e);

/* The parts of the jobs: look.c, take.c, settle.c. */
enum job_result drop_look_work(struct job *job, void **ret_product);
const struct err *drop_look_store(struct job *job, void *product) MUST_USE;
enum job_result drop_take_work(struct job *job, void **ret_product);
const struct err *drop_take_store(struct job *job, void *product) MUST_USE;
const struct err *drop_take_dead(struct job *job, struct str reason) MUST_USE;
enum job_result drop_settle_work(struct job *job, void **ret_product);
const struct err *drop_settle_store(struct job *job, void *product) MUST_USE;
const struct err *drop_settle_dead(struct job *job, struct str reason) MUST_USE;

#endif
