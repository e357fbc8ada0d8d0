import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the page into dist/web. `WEIR_SERVER` names a running server that `vite` (the development server) hands API calls to. */
export default defineConfig({
  root: here('src/web'),
  plugins: [react()],
  build: {
    outDir: here('dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    // light-dark() must reach the browser as it is written; every browser since spring 2024 knows it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A data: URL would break the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/api': process.env['WEIR_SERVER'] ?? 'http://127.0.0.1:4700',
      '/v1': process.env['WEIR_SERVER'] ?? 'http://127.0.0.1:4700',
    },
  },
});
