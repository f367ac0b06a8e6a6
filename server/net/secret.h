/* A secret that the operator keeps outside the settings: in a file for our eyes only, or told by a command. */
#ifndef RINGSIGHT_NET_SECRET_H
#define RINGSIGHT_NET_SECRET_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define SECRET_MAX 1024

/* One line without its end. E_BAD_INPUT names the setting `<name>_file` or `<name>_command` and the cure;
 * exactly one of file and command must be given. A command gets ten seconds. At start, before threads. */
const struct err *secret_read(struct arena *a, const char *name, const char *file, const char *command,
                              struct str *ret) MUST_USE;

#endif
