/* A sheet that lies beside recordings and says of each file whose call it is: CSV, or the lines of an
 * XLSX file (media_sheet). Pure: bytes in, rows out. Its columns are known by their names, as those of the upload page are (static/app/pages/uploads/
 * sheet.ts): file, agent, date, time, direction, number; and the phone system's id of the call. */
#ifndef RINGSIGHT_INTAKE_DROPFOLDERS_SHEET_H
#define RINGSIGHT_INTAKE_DROPFOLDERS_SHEET_H

#include "intake/dropfolders/pattern.h"

#define SHEET_MAX_BYTES (5u << 20)

struct sheet_row {
    struct str key;  /* sheet_key of the file it speaks of */
    size_t row;      /* as a spreadsheet counts: the columns' names are in row 1 */
    struct str file; /* as written */
    struct name_facts facts;
    struct str wrong; /* a sentence with the cure; STR_NONE where all can be read */
};

struct sheet {
    struct str problem; /* why none of it can be used, with the cure; else STR_NONE */
    size_t n, n_wrong;
    struct sheet_row *rows; /* by key, then row */
};

/* The zone is that of dates which name none. */
void sheet_read(struct arena *a, struct str bytes, struct str zone, struct sheet *ret);

/* How files are looked for: without folders and ending, in small letters. */
struct str sheet_key(struct arena *a, struct str path);

/* The last row of that key; NULL if there is none. */
const struct sheet_row *sheet_find(const struct sheet *s, struct str key);

/* Whether a file of this name is a sheet, and one to be unpacked first. */
bool sheet_name(struct str name);
bool sheet_is_xlsx(struct str name);

#endif
