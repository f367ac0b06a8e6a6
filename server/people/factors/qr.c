/* A text as a QR code (ISO/IEC 18004), drawn as one SVG path. Knows no database and no HTTP. */
#include "people/factors/inner.h"

#include <qrencode.h>

#define PATH_MAX_BYTES 65536

static void draw(struct buf *b, const unsigned char *modules, int size)
{
    for (int y = 0; y < size; y++)
        for (int x = 0, run; x < size; x += run + 1) {
            for (run = 0; x + run < size && (modules[y * size + x + run] & 1); run++)
                ;
            if (run)
                buf_fmt(b, "M%d %dh%dv1h-%dz", x, y, run, run);
        }
}

const struct err *qr_make(struct arena *a, struct str text, struct qr *ret)
{
    struct buf b = buf_new(a, PATH_MAX_BYTES);
    QRcode *code = QRcode_encodeString8bit(str_c(a, text), 0, QR_ECLEVEL_M);

    if (!code)
        return err_why(a, E_TOO_LARGE, "The text does not fit a QR code.");
    draw(&b, code->data, code->width);
    ret->size = code->width;
    ret->path = buf_str(&b);
    QRcode_free(code);
    return NULL;
}
