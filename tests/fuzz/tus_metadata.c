/* Upload-Metadata, and with the same bytes the names made from it: what is read is UTF-8, a refusal
 * has its sentence, a file's name is harmless in a header. */
#include <stdlib.h>
#include <string.h>

#include "intake/recordings/rules.h"
#include "intake/uploads/metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str s)
{
    if (s.p && (!s.n || !str_utf8(s)))
        abort();
}

static void check_name(struct arena *a, struct str name, struct str title)
{
    struct str got = recording_file_name(a, name, title, STR("audio/wav"));

    if (got.n < 5 || got.n > 84 || !str_ends(got, STR(".wav")))
        abort();
    for (size_t i = 0; i < got.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", got.p[i]) ||
            !got.p[i])
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str s = str_n(data, size);
    struct metadata m;
    const struct err *e = metadata_parse(a, s, &m);

    if (e && (e != E_BAD_REQUEST || !arena_why(a).n))
        abort();
    if (!e) {
        check_text(m.filename);
        check_text(m.filetype);
        check_text(m.agent);
        check_text(m.direction);
        check_text(m.started_at);
        check_name(a, STR("x"), m.filename);
    }
    check_name(a, s, STR_NONE);
    arena_free(a);
    return 0;
}
