/* The sheets of a drop folder within one look: which lie there, which have lain still long enough to be
 * read, and what they say of each recording beside them. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_SHEETS_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_SHEETS_H

#include "intake/dropfolders/inner.h"
#include "intake/dropfolders/sheet.h"

#define DROP_SHEETS 2 /* value of the setting `sidecar` */
#define SHEETS_MAX 50 /* in all of a drop folder */

struct lying_sheet {
    struct drop_entry entry;
    bool still; /* it was read */
    struct sheet sheet;
};

struct sheets {
    struct arena *a;
    size_t n;
    bool more; /* there are more than SHEETS_MAX: the rest is not read */
    struct lying_sheet at[SHEETS_MAX];
};

/* What sheets say of a file: its row, or why it has to wait. */
struct beside {
    const struct sheet_row *row; /* NULL: none; its facts may be used */
    struct str sheet;            /* its sheet's name */
    const char *held;            /* "sheet", "row" or NULL: it need not wait */
    struct str reason;
};

void sheets_seen(struct sheets *s, const struct drop_entry *entry);

/* Reads those that have not changed for as long as a recording must lie still. */
const struct err *sheets_read(struct job *job, const struct drop_folder_read_out *folder,
                              const struct drop_source *source, struct sheets *s) MUST_USE;

/* A sheet speaks of the files of its own folder; of two that do, the later by name counts. */
void sheets_say(const struct sheets *s, struct arena *a, struct str file, struct beside *ret);

/* For the folder's page: [{name, rows, wrong, problem, waits, faults: [{row, file, why}]}]. */
void sheets_write(const struct sheets *s, struct jw *w);
/* For drop_sheets_seen. */
struct str sheets_rows(const struct sheets *s);

#endif
