/* The gate before publishing: a draft is tried on the calls that people scored by its card. Called by
 * scorecards, in the transaction that publishes. */
#include "insight/calibration/inner.h"
#include "insight/calibration/queries.h"

const struct err E_DISAGREES[1] = {
    {"disagrees", 409, "This card is published only when its draft agrees with people"}};

const struct err *calibration_may_publish(struct db *db, struct uuid draft)
{
    struct arena *a = db_arena(db);
    struct publish_gate_get_out gate;
    struct agree_report r;
    const struct err *e = q_publish_gate_get(db, (struct publish_gate_get_in){draft}, &gate);

    if (e || gate.within_bp == 0)
        return e;
    e = agree_report(db, &(struct agree_ask){.scorecard = draft, .scope = STR_NONE}, &r);
    if (e)
        return e;
    if (r.scores.pairs < gate.calls)
        return err_why(a, E_DISAGREES,
                       "agreement: this card is published only when it was compared with people on "
                       "%lld scored calls; there are %lld. Review calls, import past scores, or "
                       "change the gate.", (long long)gate.calls, (long long)r.scores.pairs);
    if (r.scores.within_bp < gate.within_bp)
        return err_why(a, E_DISAGREES,
                       "agreement: on %lld scored calls this draft is within ten points of people "
                       "in %d.%02d %%; the gate asks for %lld.%02lld %%. See which questions differ "
                       "under Agreement.", (long long)r.scores.pairs, r.scores.within_bp / 100,
                       r.scores.within_bp % 100, (long long)gate.within_bp / 100,
                       (long long)gate.within_bp % 100);
    return NULL;
}
