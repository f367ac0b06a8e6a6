/* What scorecards and their versions are, in words. */
import type { Item } from '../../api/client';

type Row = Pick<Item<'GET /scorecards'>, 'state' | 'version' | 'draft_id'>;

/** "Version 3 is in use; a draft is being changed" */
export function stateSentence(s: Row): string {
  if (s.state === 'draft') return 'Draft, not in use yet';
  if (s.state === 'archived') return `Archived with version ${s.version}`;
  return `Version ${s.version} is published${s.draft_id ? '; a draft is being changed' : ''}`;
}

export const stateName: Record<string, string> = {
  draft: 'Draft',
  published: 'Published',
  archived: 'Archived',
};
