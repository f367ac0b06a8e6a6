/* The parts of a call's page as tabs; a transcript stands beside them where there is room. */
import { to } from '../../routes';

export function partsOf(id: string, transcript: boolean, analysis: boolean) {
  return [
    { id: 'quality', label: 'Quality', href: to.call(id) },
    ...(transcript
      ? [
          {
            id: 'transcript',
            label: 'Transcript',
            href: to.call(id, { tab: 'transcript' }),
            class: 'phone-only',
          },
        ]
      : []),
    ...(analysis
      ? [{ id: 'analysis', label: 'Analysis', href: to.call(id, { tab: 'analysis' }) }]
      : []),
    { id: 'record', label: 'Record', href: to.call(id, { tab: 'record' }) },
  ];
}
