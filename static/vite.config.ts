import { defineConfig } from 'vite';

/* No plug-in: JSX is one line of esbuild. Nothing is inlined as a data: address, since the
 * content security policy allows none, and one style sheet is linked from the page. */
export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: 'parts.json' /* for scripts/compress.mjs, which weighs each page */,
  },
});
