/* The fonts of reports: a fixed list of Debian's files and a configuration of our own, so that what
 * else is installed on a machine changes no byte. Called under the lock of pdf.c only. */
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <unistd.h>

#include "insight/reports/page_int.h"

static const char configuration[] =
    "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\"><fontconfig>"
    "<match target=\"font\"><edit name=\"hinting\" mode=\"assign\"><bool>false</bool></edit>"
    "<edit name=\"autohint\" mode=\"assign\"><bool>false</bool></edit></match></fontconfig>";

#define NOTO "/usr/share/fonts/truetype/noto/NotoSans"
/* In the order in which they are looked through. */
static const char *const needed[] = {
    NOTO "-Regular.ttf", NOTO "-Bold.ttf", NOTO "-Italic.ttf",
    NOTO "Arabic-Regular.ttf", NOTO "Arabic-Bold.ttf", NOTO "Hebrew-Regular.ttf", NOTO "Hebrew-Bold.ttf",
};
static const char *const welcome[] = {
    NOTO "Devanagari-Regular.ttf", NOTO "Devanagari-Bold.ttf", NOTO "Bengali-Regular.ttf",
    NOTO "Tamil-Regular.ttf", NOTO "Telugu-Regular.ttf", NOTO "Gujarati-Regular.ttf",
    NOTO "Gurmukhi-Regular.ttf", NOTO "Kannada-Regular.ttf", NOTO "Malayalam-Regular.ttf",
    NOTO "Sinhala-Regular.ttf", NOTO "Thai-Regular.ttf", NOTO "Lao-Regular.ttf",
    NOTO "Khmer-Regular.ttf", NOTO "Myanmar-Regular.ttf", NOTO "Armenian-Regular.ttf",
    NOTO "Georgian-Regular.ttf", NOTO "Ethiopic-Regular.ttf", NOTO "Symbols-Regular.ttf",
    NOTO "Symbols2-Regular.ttf",
    "/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf",
};

static PangoFontMap *map; /* as long as the process */

static const struct err *build(struct arena *a)
{
    FcConfig *config = FcConfigCreate();
    PangoFontMap *made;

    if (!config || !FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)configuration, FcTrue))
        return err_why(a, E_INTERNAL, "The fonts of reports cannot be set up.");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (access(needed[i], R_OK) || !FcConfigAppFontAddFile(config, (const FcChar8 *)needed[i]))
            return err_why(a, E_INTERNAL, "The font %s is missing: install the package fonts-noto-core.",
                           needed[i]);
    for (size_t i = 0; i < sizeof welcome / sizeof *welcome; i++)
        if (!access(welcome[i], R_OK))
            FcConfigAppFontAddFile(config, (const FcChar8 *)welcome[i]);
    FcConfigSetCurrent(config); /* before Pango would read the machine's */
    made = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!made)
        return err_why(a, E_INTERNAL, "The fonts of reports cannot be set up.");
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(made), config);
    FcConfigDestroy(config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(made), 72); /* points */
    map = made;
    return NULL;
}

const struct err *page_fonts(struct arena *a, PangoFontMap **ret)
{
    const struct err *e = map ? NULL : build(a);

    *ret = map;
    return e;
}
