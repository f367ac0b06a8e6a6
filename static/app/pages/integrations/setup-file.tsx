/* The file that some phone systems take: made for this integration, with its key, and with its
 * address while that is known. */
import { useState } from 'preact/hooks';
import { api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { Button } from '../../ui/button';
import { toast } from '../../ui/toast';

export function SetupFile({
  id,
  provider,
  url,
  why,
}: {
  id: string;
  provider: string;
  url?: string;
  why?: string | undefined;
}) {
  const providers = useApi('GET /providers');
  const [busy, setBusy] = useState(false);
  if (!providers.data?.items.find((p) => p.slug === provider)?.has_setup_file) return null;

  const save = async () => {
    setBusy(true);
    try {
      const file = await api('POST /integrations/{}/setup-file', {
        at: [id],
        body: url ? { hook_url: url } : {},
      });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([file.content], { type: 'application/xml' }));
      link.download = file.file_name;
      link.click();
      window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      if (!url) toast('The file has no address in it: paste yours into the phone system.');
    } catch (e) {
      toast((e as Error).message, true);
    }
    setBusy(false);
  };

  return (
    <div>
      <Button why={why} busy={busy} onClick={() => void save()}>
        Download template
      </Button>
    </div>
  );
}
