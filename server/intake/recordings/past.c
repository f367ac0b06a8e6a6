/* Recordings of the past: what one lacks by today's rules, and the job that supplies it. Called by the walk
 * over them (intake/conversions). The jobs are those of new recordings, so the same care holds: the
 * original's hash stays, and nothing of it goes before its Opus file was read back. */
#include "intake/recordings/inner.h"
#include "intake/recordings/queries.h"
#include "intake/recordings/rules.h"

/* Bits a second of a channel, as media/child/encode.c sets them; the sampling rate is not kept, so what
 * telephones send is known by its coding alone. */
#define BITS_TELEPHONE 16000
#define BITS_OTHER 24000

static bool is_telephone(struct str codec)
{
    static const char *const narrow[] = {"gsm", "amr_nb", "mulaw", "alaw"};

    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        if (str_is(codec, narrow[i]))
            return true;
    return false;
}

enum recording_lack recording_lacks(const struct recording_kept *k)
{
    if (k->has_opus)
        return k->keep_opus && !k->released ? LACKS_RELEASE : LACKS_NOTHING;
    if (!recording_plays(k->codec)) /* whoever cannot hear it wants another try, if the last failed */
        return LACKS_OPUS;
    return k->keep_opus && !k->gave_up && !str_is(k->codec, "opus") ? LACKS_OPUS : LACKS_NOTHING;
}

int64_t recording_opus_bytes(const struct recording_kept *k)
{
    int64_t channels = k->channels > 1 ? k->channels : 1;
    int64_t bits = channels == 1 && is_telephone(k->codec) ? BITS_TELEPHONE : BITS_OTHER;

    return k->duration_ms > 0 ? channels * bits / 8 * k->duration_ms / 1000 : 0;
}

const struct err *recordings_supply(struct db *db, const struct recording_kept *k,
                                    struct uuid *ret_job)
{
    const struct err *e;

    *ret_job = (struct uuid){{0}};
    switch (recording_lacks(k)) {
    case LACKS_OPUS:
        e = q_recording_opus_again(
            db, (struct recording_opus_again_in){k->id, recording_plays(k->codec)}, NULL);
        return e ? e : recordings_add_opus(db, k->call, k->id, k->keep_opus, ret_job);
    case LACKS_RELEASE:
        return recordings_add_release(db, k->call, k->id);
    case LACKS_NOTHING:
        break;
    }
    return NULL;
}
