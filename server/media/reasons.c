/* Sentences for refused recordings and names of codecs. Called by collect.c. The decoder sends
 * numbers only: a taken-over decoder can choose a sentence but not write one. */
#include "media/reasons.h"

#define TAKEN "send WAV, MP3, Ogg/Opus or FLAC"

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
    [WIRE_IS_MP4] = "This is an MP4 or M4A file, which is not supported: " TAKEN ".",
    [WIRE_IS_WEBM] = "This is a WebM or Matroska file, which is not supported: " TAKEN ".",
    [WIRE_IS_AMR] = "This is an AMR file, which is not supported: " TAKEN ".",
    [WIRE_IS_AAC] = "This is an AAC file, which is not supported: " TAKEN ".",
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
                       "mu-law and A-law are.",
    [WIRE_NO_SOUND] = "The file holds a header but no sound.",
    [WIRE_DAMAGED] = "The file begins like audio, but no sound in it can be decoded.",
    [WIRE_CHANNELS] = "The file has %u channels: recordings may have one or two.",
    [WIRE_BAD_RATE] = "The file says it has %u samples per second: 4,000 to 192,000 are possible.",
    [WIRE_TOO_LONG] = "The recording is longer than 4 hours, which is the limit.",
    [WIRE_NO_MEMORY] = "The file asks for more memory than a recording may take.",
};

static const struct {
    const char *codec, *format, *type;
} codecs[WIRE_CODECS] = {
    [WIRE_CODEC_PCM_U8] = {"pcm_u8", "wav", "audio/wav"},
    [WIRE_CODEC_PCM_S16] = {"pcm_s16", "wav", "audio/wav"},
    [WIRE_CODEC_PCM_S24] = {"pcm_s24", "wav", "audio/wav"},
    [WIRE_CODEC_PCM_S32] = {"pcm_s32", "wav", "audio/wav"},
    [WIRE_CODEC_PCM_F32] = {"pcm_f32", "wav", "audio/wav"},
    [WIRE_CODEC_PCM_F64] = {"pcm_f64", "wav", "audio/wav"},
    [WIRE_CODEC_MULAW] = {"mulaw", "wav", "audio/wav"},
    [WIRE_CODEC_ALAW] = {"alaw", "wav", "audio/wav"},
    [WIRE_CODEC_MP3] = {"mp3", "mp3", "audio/mpeg"},
    [WIRE_CODEC_OPUS] = {"opus", "ogg", "audio/ogg"},
    [WIRE_CODEC_FLAC] = {"flac", "flac", "audio/flac"},
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

bool reason_codec(uint32_t codec, struct media_info *ret)
{
    if (codec >= WIRE_CODECS || !codecs[codec].codec)
        return false;
    ret->codec = codecs[codec].codec;
    ret->format = codecs[codec].format;
    ret->type = codecs[codec].type;
    return true;
}
