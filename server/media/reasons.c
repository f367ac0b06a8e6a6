/* Sentences for refused recordings and sheets and names of codecs. Called by collect.c. The decoder sends
 * numbers only: a taken-over decoder can choose a sentence but not write one. */
#include "media/reasons.h"

#define ANEW "open it in a spreadsheet program and save it as XLSX or CSV anew"
#define TAKEN "send WAV, MP3, Ogg/Opus, FLAC, M4A, AMR or WebM"

static const char *const sentences[WIRE_REASONS] = {
    [WIRE_EMPTY] = "The file is empty.",
    [WIRE_TEXT] = "This is not an audio file: it begins like text.",
    [WIRE_WEB_PAGE] = "This is not an audio file: it begins like a web page, perhaps a sign-in or "
                      "error page that was saved in place of the recording.",
    [WIRE_JSON] = "This is not an audio file: it begins like JSON, perhaps an error message that "
                  "was saved in place of the recording.",
    [WIRE_XML] = "This is not an audio file: it begins like XML, perhaps an error message that "
                 "was saved in place of the recording.",
    [WIRE_UNKNOWN] = "This is not an audio file of a kind we know: " TAKEN ".",
    [WIRE_IS_AMR_CHANNELS] = "This is an AMR file with several channels, which is not supported: "
                             "send one file a channel, or WAV with two.",
    [WIRE_IS_WMA] = "This is a Windows Media file, which is not supported: " TAKEN ".",
    [WIRE_IS_AIFF] = "This is an AIFF file, which is not supported: " TAKEN ".",
    [WIRE_IS_AU] = "This is a Sun AU file, which is not supported: " TAKEN ".",
    [WIRE_IS_ZIP] = "This is a ZIP archive: unpack it and send the recordings one by one.",
    [WIRE_IS_GZIP] = "This is a gzip archive: unpack it and send the recordings one by one.",
    [WIRE_IS_PDF] = "This is not an audio file: it is a PDF document.",
    [WIRE_IS_PICTURE] = "This is not an audio file: it is a picture.",
    [WIRE_IS_OTHER_RIFF] = "This is a RIFF file but not WAV audio: " TAKEN ".",
    [WIRE_IS_OTHER_OGG] = "This is an Ogg file that does not hold Opus audio: " TAKEN ".",
    [WIRE_BAD_HEADER] = "The file begins like audio, but its header is damaged or cut off.",
    [WIRE_WAV_CODEC] = "The WAV file is in a coding that is not supported (format %u): PCM, float, "
                       "mu-law, A-law and GSM are.",
    [WIRE_MP4_CODEC] = "The MP4 or M4A file holds no sound in AAC or AMR: " TAKEN ".",
    [WIRE_WEBM_CODEC] = "The WebM or Matroska file holds no sound in Opus: " TAKEN ".",
    [WIRE_MP4_CUT] = "The MP4 or M4A file has no table of contents, which often comes last: it was "
                     "cut off, or is damaged.",
    [WIRE_MP4_BIG] = "The MP4 or M4A file is larger than %u MB: send the sound alone, without "
                     "pictures, or as WAV, MP3 or Ogg/Opus.",
    [WIRE_NO_SOUND] = "The file holds a header but no sound.",
    [WIRE_DAMAGED] = "The file begins like audio, but no sound in it can be decoded.",
    [WIRE_CHANNELS] = "The file has %u channels: recordings may have one or two.",
    [WIRE_BAD_RATE] = "The file says it has %u samples per second: 4,000 to 192,000 are possible.",
    [WIRE_TOO_LONG] = "The recording is longer than 4 hours, which is the limit.",
    [WIRE_NO_MEMORY] = "The file asks for more memory than a recording may take.",
    [WIRE_NOT_ENCODED] = "The sound could be decoded, but not written as Opus.",
    [WIRE_SHEET_NOT_XLSX] = "This is no XLSX file: " ANEW ".",
    [WIRE_SHEET_LOCKED] = "This is an XLS file, or one behind a password: save it as XLSX without a password, or "
                          "as CSV.",
    [WIRE_SHEET_DAMAGED] = "The XLSX file is damaged: " ANEW ".",
    [WIRE_SHEET_DOCTYPE] = "The XLSX file has a document type, which no spreadsheet program writes: " ANEW ".",
    [WIRE_SHEET_BIG] = "The XLSX file unpacks to too much: save the columns that matter as CSV.",
    [WIRE_SHEET_ROWS] = "It has more than 20,000 rows: split it.",
    [WIRE_SHEET_COLUMNS] = "It has more than 100 columns: leave only those that matter.",
};

static const char *const codecs[WIRE_CODECS] = {
    [WIRE_CODEC_PCM_U8] = "pcm_u8",   [WIRE_CODEC_PCM_S16] = "pcm_s16",
    [WIRE_CODEC_PCM_S24] = "pcm_s24", [WIRE_CODEC_PCM_S32] = "pcm_s32",
    [WIRE_CODEC_PCM_F32] = "pcm_f32", [WIRE_CODEC_PCM_F64] = "pcm_f64",
    [WIRE_CODEC_MULAW] = "mulaw",     [WIRE_CODEC_ALAW] = "alaw",
    [WIRE_CODEC_MP3] = "mp3",         [WIRE_CODEC_OPUS] = "opus",
    [WIRE_CODEC_FLAC] = "flac",       [WIRE_CODEC_GSM] = "gsm",
    [WIRE_CODEC_AAC] = "aac",         [WIRE_CODEC_AMR_NB] = "amr_nb",
    [WIRE_CODEC_AMR_WB] = "amr_wb",
};

static const struct {
    const char *format, *type;
} containers[WIRE_CONTAINERS] = {
    [WIRE_IN_WAV] = {"wav", "audio/wav"},   [WIRE_IN_MP3] = {"mp3", "audio/mpeg"},
    [WIRE_IN_OGG] = {"ogg", "audio/ogg"},   [WIRE_IN_FLAC] = {"flac", "audio/flac"},
    [WIRE_IN_MP4] = {"mp4", "audio/mp4"},   [WIRE_IN_AAC] = {"aac", "audio/aac"},
    [WIRE_IN_AMR] = {"amr", "audio/amr"},   [WIRE_IN_WEBM] = {"webm", "audio/webm"},
};

struct str reason_sentence(struct arena *a, const struct wire_refused *refused)
{
    struct str sentence, mark = STR("%u");
    ptrdiff_t at;

    if (refused->reason >= WIRE_REASONS || !sentences[refused->reason])
        return STR_NONE;
    sentence = str_of(sentences[refused->reason]);
    at = str_find(sentence, mark, 0);
    if (at < 0)
        return sentence;
    return str_fmt(a, "%.*s%u%s", (int)at, sentence.p, refused->detail,
                   sentence.p + (size_t)at + mark.n);
}

bool reason_format(const struct wire_format *f, struct media_info *ret)
{
    if (f->codec >= WIRE_CODECS || !codecs[f->codec] || f->container >= WIRE_CONTAINERS ||
        !containers[f->container].format)
        return false;
    ret->codec = codecs[f->codec];
    ret->format = containers[f->container].format;
    ret->type = containers[f->container].type;
    return true;
}
