/* Words for drop folders and their files, and the fields of each kind. Pure. */
import type { DropFile } from '../../api/types';

export type Kind = 'local' | 'sftp' | 's3';

export const kinds: { value: Kind; label: string; doc: string }[] = [
  {
    value: 'local',
    label: 'Folder of the server',
    doc: 'A folder that the operator lets your company use, an SFTP inbox among them.',
  },
  { value: 'sftp', label: 'SFTP server', doc: 'Files are fetched from somebody else’s server.' },
  { value: 's3', label: 'Bucket', doc: 'Any S3-compatible store.' },
];
export const kindName = (kind: string): string =>
  kinds.find((k) => k.value === kind)?.label ?? kind;

export interface FieldOf {
  name: string;
  label: string;
  help?: string;
  required?: boolean;
  secret?: boolean;
  long?: boolean;
  choices?: { value: string; label: string }[];
}

const every: FieldOf = {
  name: 'every_min',
  label: 'Looked into every',
  choices: [1, 5, 15, 60].map((n) => ({
    value: String(n),
    label: n === 1 ? 'minute' : `${n} minutes`,
  })),
};
const sidecar: FieldOf = {
  name: 'sidecar',
  label: 'What tells more than the names',
  choices: [
    { value: '0', label: 'Nothing' },
    {
      value: '1',
      label: 'A JSON file beside each recording: agent, number, id, direction, started_at',
    },
    { value: '2', label: 'Sheets in the folder, CSV or XLSX: a row for each file' },
  ],
  help: 'A sheet’s columns are known by their names, as on the upload page: file, agent, date, time, direction, number, id. A recording waits for a sheet that is still being written, and for a wrong row to be corrected.',
};

export const fieldsOf: Record<Kind, FieldOf[]> = {
  local: [
    {
      name: 'path',
      label: 'Path',
      required: true,
      help: 'The whole path on the server, for example /srv/recordings/acme.',
    },
    every,
    sidecar,
  ],
  sftp: [
    { name: 'host', label: 'Host', required: true },
    { name: 'port', label: 'Port', help: '22 if left blank.' },
    { name: 'user', label: 'User', required: true },
    { name: 'password', label: 'Password', secret: true },
    {
      name: 'private_key',
      label: 'Private key',
      secret: true,
      long: true,
      help: 'Instead of a password: an OpenSSH key without passphrase.',
    },
    {
      name: 'host_key',
      label: 'Host key',
      required: true,
      help: 'Its fingerprint, SHA256:… as ssh-keygen -l prints it. A host with another key is not spoken to; the message then names the key it shows.',
    },
    { name: 'path', label: 'Folder', help: 'The folder after signing in if left blank.' },
    every,
    sidecar,
  ],
  s3: [
    {
      name: 'endpoint',
      label: 'Endpoint',
      required: true,
      help: 'For example https://s3.eu-central-1.amazonaws.com.',
    },
    { name: 'region', label: 'Region', required: true },
    { name: 'bucket', label: 'Bucket', required: true },
    { name: 'path', label: 'Folder', help: 'All of the bucket if left blank.' },
    { name: 'access_key_id', label: 'Access key id', required: true },
    { name: 'secret_access_key', label: 'Secret access key', required: true, secret: true },
    {
      name: 'path_style',
      label: 'Bucket in the address',
      choices: [
        { value: '', label: 'In front of the host (Amazon)' },
        { value: 'yes', label: 'In the path (most others)' },
      ],
    },
    every,
    sidecar,
  ],
};

export function fileState(f: DropFile): { label: string; tone: string } {
  switch (f.state) {
    case 'seen':
      return f.reason
        ? { label: 'Waiting', tone: 'warn' }
        : { label: 'Waiting until it lies still', tone: 'none' };
    case 'queued':
      return { label: 'Being taken', tone: 'none' };
    case 'done':
      return { label: 'Taken', tone: 'good' };
    case 'duplicate':
      return { label: 'Known already', tone: 'warn' };
    case 'skipped':
      return { label: 'Not wanted', tone: 'none' };
    default:
      return { label: 'Failed', tone: 'bad' };
  }
}
