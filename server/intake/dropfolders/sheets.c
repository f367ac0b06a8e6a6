/* Sheets of a drop folder, see sheets.h. Called by looks, inside `work`. */
#include "intake/dropfolders/sheets.h"

#include <stdlib.h>
#include <string.h>

#include "media/media.h"

#define FAULTS_SHOWN 20

void sheets_seen(struct sheets *s, const struct drop_entry *entry)
{
    if (s->n == SHEETS_MAX) {
        s->more = true;
        return;
    }
    s->at[s->n++] = (struct lying_sheet){.entry = *entry};
}

static int by_name(const void *x, const void *y)
{
    const struct lying_sheet *p = x, *q = y;
    size_t n = p->entry.name.n < q->entry.name.n ? p->entry.name.n : q->entry.name.n;
    int by = n ? memcmp(p->entry.name.p, q->entry.name.p, n) : 0;

    return by ? by : p->entry.name.n < q->entry.name.n ? -1 : p->entry.name.n > q->entry.name.n;
}

static bool lay_still(const struct lying_sheet *l, const struct drop_sheets_known_out *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(known[i].name, l->entry.name))
            return known[i].still && known[i].size == (int64_t)l->entry.size &&
                   str_eq(known[i].stamp, l->entry.stamp);
    return false;
}

_Static_assert(SHEET_MAX_BYTES == MEDIA_SHEET_MAX_BYTES, "XLSX may have what CSV may");

static const struct err *collect(void *buf, struct str bytes)
{
    buf_add(buf, bytes);
    return NULL;
}

/* Into lines that are read like CSV. */
static const struct err *unpack(struct job *job, struct str *bytes, struct sheet *sheet)
{
    const struct err *e = media_sheet(job->a, *bytes, bytes);

    if (e == E_BAD_MEDIA)
        sheet->problem = arena_why(job->a);
    else if (e == E_CRASHED || e == E_TIMEOUT)
        sheet->problem = str_fmt(job->a, "It cannot be read: save it as CSV. (%.*s)",
                                 STR_ARG(arena_why(job->a)));
    else
        return e;
    return NULL;
}

static const struct err *understand(struct job *job, const struct drop_folder_read_out *folder,
                                    struct str bytes, struct lying_sheet *l)
{
    const struct err *e = NULL;

    l->sheet.problem = STR_NONE;
    if (sheet_is_xlsx(l->entry.name))
        e = unpack(job, &bytes, &l->sheet);
    if (!e && !l->sheet.problem.p)
        sheet_read(job->a, bytes, folder->zone, &l->sheet);
    return e;
}

/* One that is gone again or cannot be read says so on the page and holds its files back. */
static const struct err *read_one(struct job *job, const struct drop_folder_read_out *folder,
                                  const struct drop_source *source, struct lying_sheet *l)
{
    struct buf *b = ARENA_NEW(job->a, struct buf);
    int64_t modified;
    const struct err *e;

    *b = buf_new(job->a, SHEET_MAX_BYTES + 1);
    e = source->kind->read(source->self, job->a, l->entry.name, SHEET_MAX_BYTES, collect, b, &modified);
    l->still = true;
    if (e == E_TOO_LARGE)
        l->sheet.problem = STR("It is larger than 5 MB: split it.");
    else if (e == E_NOT_FOUND || e == E_FORBIDDEN)
        l->sheet.problem = drop_why(job, e);
    else if (e)
        return e;
    else
        return understand(job, folder, buf_str(b), l);
    return NULL;
}

const struct err *sheets_read(struct job *job, const struct drop_folder_read_out *folder,
                              const struct drop_source *source, struct sheets *s)
{
    struct drop_sheets_known_out *known;
    size_t n = 0;
    struct db *db;
    const struct err *e = s->n ? job_read_begin(job, &db) : NULL;

    if (e || !s->n)
        return e;
    e = q_drop_sheets_known(db, (struct drop_sheets_known_in){folder->id, folder->stable_s}, &known, &n);
    job_read_end(job, db);
    qsort(s->at, s->n, sizeof *s->at, by_name);
    for (size_t i = 0; i < s->n && !e; i++)
        if (lay_still(&s->at[i], known, n))
            e = read_one(job, folder, source, &s->at[i]);
    return e;
}

static size_t folder_length(struct str path)
{
    size_t n = path.n;

    while (n > 0 && path.p[n - 1] != '/')
        n--;
    return n;
}

static bool side_by_side(struct str x, struct str y)
{
    size_t n = folder_length(x), m = folder_length(y);

    return str_eq(str_sub(x, 0, n), str_sub(y, 0, m));
}

static void hold(struct beside *b, const char *held, struct str reason)
{
    b->row = NULL;
    b->held = held;
    b->reason = reason;
}

static void say_one(const struct lying_sheet *l, struct arena *a, struct str key, struct beside *b)
{
    const struct sheet_row *row = l->still ? sheet_find(&l->sheet, key) : NULL;

    if (!l->still) {
        hold(b, "sheet", str_fmt(a, "It waits for %.*s, which is still being written.",
                                 STR_ARG(l->entry.name)));
    } else if (l->sheet.problem.p) {
        hold(b, "row", str_fmt(a, "%.*s: %.*s", STR_ARG(l->entry.name), STR_ARG(l->sheet.problem)));
    } else if (row && row->wrong.p) {
        hold(b, "row", str_fmt(a, "%.*s, row %zu: %.*s", STR_ARG(l->entry.name), row->row,
                               STR_ARG(row->wrong)));
    } else if (row) {
        b->row = row;
        b->sheet = l->entry.name;
        if (b->held && !strcmp(b->held, "row")) /* a later sheet says it better */
            b->held = NULL;
    }
}

void sheets_say(const struct sheets *s, struct arena *a, struct str file, struct beside *ret)
{
    struct str key = s->n ? sheet_key(a, file) : STR("");

    *ret = (struct beside){.sheet = STR_NONE, .reason = STR_NONE};
    for (size_t i = 0; i < s->n; i++)
        if (side_by_side(s->at[i].entry.name, file))
            say_one(&s->at[i], a, key, ret);
    if (!ret->held)
        ret->reason = STR_NONE;
    else
        ret->row = NULL;
}

static void write_faults(const struct sheet *sheet, struct jw *w)
{
    size_t shown = 0;

    jw_open(w, '[');
    for (size_t i = 0; i < sheet->n && shown < FAULTS_SHOWN; i++) {
        if (!sheet->rows[i].wrong.p)
            continue;
        shown++;
        jw_open(w, '{');
        jw_key(w, "row");
        jw_int(w, (int64_t)sheet->rows[i].row);
        jw_key(w, "file");
        jw_text(w, sheet->rows[i].file);
        jw_key(w, "why");
        jw_text(w, sheet->rows[i].wrong);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

void sheets_write(const struct sheets *s, struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < s->n; i++) {
        const struct lying_sheet *l = &s->at[i];
        jw_open(w, '{');
        jw_key(w, "name");
        jw_text(w, l->entry.name);
        jw_key(w, "read");
        jw_bool(w, l->still);
        jw_key(w, "rows");
        jw_int(w, (int64_t)l->sheet.n);
        jw_key(w, "wrong");
        jw_int(w, (int64_t)l->sheet.n_wrong);
        jw_key(w, "problem");
        jw_text(w, l->sheet.problem);
        jw_key(w, "faults");
        write_faults(&l->sheet, w);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

struct str sheets_rows(const struct sheets *s)
{
    struct jw w = jw_new(s->a);

    jw_open(&w, '[');
    for (size_t i = 0; i < s->n; i++) {
        jw_open(&w, '{');
        jw_key(&w, "id");
        jw_uuid(&w, uuid_new());
        jw_key(&w, "name");
        jw_text(&w, s->at[i].entry.name);
        jw_key(&w, "size");
        jw_int(&w, (int64_t)s->at[i].entry.size);
        jw_key(&w, "stamp");
        jw_text(&w, s->at[i].entry.stamp);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return jw_done(&w);
}
