/* A pattern and a file's name, parted by a line end: both are others' texts. With the same bytes the
 * lines of an SFTP server's listing. */
#include <stdlib.h>

#include "intake/dropfolders/pattern.h"
#include "net/sftp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct str part, struct str whole)
{
    if (part.p && (part.p < whole.p || part.p + part.n > whole.p + whole.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str path = str_n(data, size), pattern = STR_NONE;
    struct sftp_entry entry;
    struct name_facts f;

    if (sftp_line(a, path, &entry) && (!entry.name.n || str_find(entry.name, STR("/"), 0) >= 0))
        abort();
    str_split(&path, '\n', &pattern);
    if (path.p && !pattern_check(a, pattern) && pattern_read(a, pattern, path, STR("UTC"), &f)) {
        inside(f.agent, path);
        inside(f.number, path);
        inside(f.id, path);
    }
    arena_free(a);
    return 0;
}
