export function bundlePage(options: {
  minify: boolean;
}): Promise<{ files: Map<string, Uint8Array>; inputs: string[] }>;
