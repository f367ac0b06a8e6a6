/* Where files and folders are dropped or chosen. */
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';

export interface Dropped {
  file: File;
  path: string;
}

const hidden = (name: string) => name.startsWith('.') || name === 'Thumbs.db';

/** A folder with all that is below it; a browser hands out its entries in portions. */
async function walk(entry: FileSystemEntry, above: string, found: Dropped[]): Promise<void> {
  if (hidden(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((ok, no) => (entry as FileSystemFileEntry).file(ok, no));
    found.push({ file, path: above + entry.name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((ok, no) => reader.readEntries(ok, no));
    if (!some.length) return;
    for (const one of some) await walk(one, `${above}${entry.name}/`, found);
  }
}

async function droppedIn(transfer: DataTransfer): Promise<Dropped[]> {
  const items = [...transfer.items].map((i) => i.webkitGetAsEntry());
  if (!items.some(Boolean)) return chosen([...transfer.files]);
  const found: Dropped[] = [];
  for (const entry of items) if (entry) await walk(entry, '', found);
  return found;
}

const chosen = (files: File[]): Dropped[] =>
  files
    .filter((f) => !hidden(f.name))
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }));

export function Drop({ take, why }: { take: (files: Dropped[]) => void; why: string | undefined }) {
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const onPick = (event: { currentTarget: HTMLInputElement }) => {
    take(chosen([...(event.currentTarget.files ?? [])]));
    event.currentTarget.value = '';
  };
  return (
    <div
      class={`drop ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        if (!why) setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!why && event.dataTransfer) void droppedIn(event.dataTransfer).then(take);
      }}
    >
      <p class="drop-title">Drop recordings or a folder here</p>
      <p class="note">
        WAV, MP3, Ogg, Opus, FLAC, M4A, AAC, AMR or WebM, up to 512 MB each; a CSV or XLSX file
        beside them may say whose they are. Two channels give the best attribution.
      </p>
      <input
        ref={input}
        type="file"
        multiple
        accept=".wav,.mp3,.ogg,.opus,.flac,.m4a,.mp4,.3gp,.aac,.amr,.webm,.csv,.tsv,.xlsx,audio/*"
        hidden
        aria-label="Recordings"
        onChange={onPick}
      />
      <input
        ref={(el) => {
          folder.current = el;
          el?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        hidden
        aria-label="Folder of recordings"
        onChange={onPick}
      />
      <div class="actions">
        <Button kind="main" why={why} onClick={() => input.current?.click()}>
          <Icon name="upload" />
          Choose files
        </Button>
        <Button why={why} onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </div>
    </div>
  );
}
