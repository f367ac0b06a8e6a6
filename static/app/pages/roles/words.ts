/* What permissions let do, in words. One that the server has and this page does not know keeps its name. */
const words: Record<string, [group: string, what: string]> = {
  'calls.read': ['Calls', 'See calls, transcripts and scores'],
  'calls.write': ['Calls', 'Change calls: correct transcripts, log calls, tasks, contacts'],
  'recordings.listen': ['Calls', 'Listen to recordings and save them'],
  'uploads.write': ['Calls', 'Upload recordings'],
  'scorecards.read': ['Quality', 'See scorecards, trackers and what is looked for'],
  'scorecards.write': ['Quality', 'Edit scorecards, trackers and what is looked for'],
  'scorecards.publish': ['Quality', 'Publish scorecards'],
  'reviews.write': ['Quality', 'Review calls and score them'],
  'reviews.resolve': ['Quality', 'Decide disputes, void scores'],
  'reviews.answer': ['Quality', 'Acknowledge and dispute scores'],
  'integrations.read': ['Set up', 'See phone systems, engines and deliveries'],
  'integrations.write': ['Set up', 'Connect phone systems, change engines'],
  'webhooks.write': ['Set up', 'Have events sent to other systems'],
  'people.read': ['People', 'See members, agents and roles'],
  'people.write': ['People', 'Invite people, change members, agents and roles'],
  'api_keys.write': ['People', 'Make and revoke API keys'],
  'audit.read': ['People', 'Read the audit log'],
  'retention.write': ['People', 'Decide what is deleted when, lay legal holds'],
  'jobs.read': ['Work', 'See work that is under way or failed'],
  'jobs.write': ['Work', 'Pause work, try it again, cancel it'],
  'originals.read': ['Calls', 'Read and hear what is redacted; each reading is audited'],
};

export const allowed = (permission: string) => words[permission]?.[1] ?? permission;

/** Permissions by group, in the order of the groups. */
export function grouped(permissions: string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const p of permissions) {
    const group = words[p]?.[0] ?? 'More';
    groups.set(group, [...(groups.get(group) ?? []), p]);
  }
  return [...groups];
}
