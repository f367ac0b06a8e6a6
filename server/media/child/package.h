/* The parts of an XLSX file by their names: a ZIP archive in memory, read through libzip. */
#ifndef RINGSIGHT_MEDIA_CHILD_PACKAGE_H
#define RINGSIGHT_MEDIA_CHILD_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

#include "media/child/xlsx.h"

/* Once, before the sandbox: libzip turns each entry's date into local time, whose zone is a file. */
void package_prepare(void);

/* Reads the first sheet of the file p[0..n); see xlsx_read. */
enum wire_reason package_read(const uint8_t *p, size_t n, xlsx_put_fn *put, void *ctx);

#endif
