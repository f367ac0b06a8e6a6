/* What people typed on its way into a mail: as an address, as a name and subject in headers, as a fact in a
 * template, and as a template. Headers stay headers, HTML stays ours. */
#include <stdlib.h>
#include <string.h>

#include "net/mail_message.h"
#include "people/mail/inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nine headers and their folded lines, ASCII alone, each short enough for RFC 5322. */
static void check_head(struct str m)
{
    struct str head = str_sub(m, 0, (size_t)str_find(m, STR("\r\n\r\n"), 0)), line;
    size_t lines = 0;

    while (str_split(&head, '\n', &line)) {
        lines += line.n && line.p[0] != ' ';
        if (line.n > 998)
            abort();
        for (size_t i = 0; i < line.n; i++)
            if ((line.p[i] < ' ' || line.p[i] > '~') && !(line.p[i] == '\r' && (i + 1 == line.n)))
                abort();
    }
    if (lines != 9)
        abort();
}

static void check_fill(struct arena *a, struct str s)
{
    const struct mail_fact facts[] = {{"name", s}};
    struct str out;

    if (!mail_fill(a, STR("<p>{{name}}</p>"), facts, 1, true, &out))
        for (size_t i = 3; i + 4 < out.n; i++)
            if (out.p[i] == '<' || out.p[i] == '>' || out.p[i] == '"' || (unsigned char)out.p[i] < ' ')
                abort();
    (void)!mail_fill(a, s, facts, 1, false, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_n(data, size), out;
    struct arena *a = arena_new();

    if (!mail_message_write(a, &(struct mail_message){
            .from = STR("from@b.example"), .from_name = s, .to = mail_address_ok(s) ? s : STR("to@c.example"),
            .to_name = s, .subject = s, .text = s, .html = s, .id = STR("1@b.example")}, &out))
        check_head(out);
    check_fill(a, s);
    arena_free(a);
    return 0;
}
