/* Drop folders: recordings that lie as files somewhere (a folder of this machine, an SFTP server, a
 * bucket) are taken from there, each once, and become calls or join the calls they belong to. A look
 * lists a folder by the clock; a file that stays the same over two looks is taken by a job of its
 * own, then moved to done/ or failed/. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_H

#include "http/http.h"
#include "jobs/jobs.h"

extern const struct feature dropfolders_feature;
extern const struct job_kind dropfolders_jobs[];

#endif
