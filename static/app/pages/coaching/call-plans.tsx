/* Beside a call's score: giving its agent a plan, and the plans that rest on this call. */
import { useState } from 'preact/hooks';
import { refusalFor } from '../../api/session';
import type { CallFull, Score } from '../../api/types';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/page';
import { PlanDialog } from './plan-dialog';
import { Plans } from './plans';

export function CallPlans({ call, score }: { call: CallFull; score: Score | undefined }) {
  const list = useApi('GET /coaching-plans', { query: { call: call.id, limit: 20 } }, true);
  const [giving, setGiving] = useState(false);
  const may = !refusalFor('reviews.write');
  const plans = list.data?.items ?? [];
  if (!may && !plans.length) return null;
  return (
    <Panel
      title="Coaching"
      side={
        may && (
          <Button
            why={
              call.agent_id
                ? undefined
                : 'Nobody knows whose call this is: give it to an agent first.'
            }
            onClick={() => setGiving(true)}
          >
            Plan coaching
          </Button>
        )
      }
    >
      {plans.length > 0 ? (
        <Plans plans={plans} reload={list.reload} />
      ) : (
        <p class="panel-note">No plan rests on this call.</p>
      )}
      {giving && (
        <PlanDialog
          call={call.id}
          score={score}
          onClose={() => setGiving(false)}
          done={() => {
            setGiving(false);
            list.reload();
          }}
        />
      )}
    </Panel>
  );
}
