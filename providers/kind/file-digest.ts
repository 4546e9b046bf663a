import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { openPlainFile } from "../../system/plain-file.ts";

/** The same archives go to every cluster, in preview and update, so hash them once per process. */
const known = new Map<string, Promise<string>>();

/** `sha256:...` of a file's content. */
export async function digestOfFile(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = `${path} ${size} ${mtimeMs} ${ino}`;
  const digest = known.get(key) ?? computeDigest(path);
  known.set(key, digest);
  return digest;
}

async function computeDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await openPlainFile(path);
  await pipeline(file.createReadStream({ highWaterMark: 1 << 20 }), hash);
  return `sha256:${hash.digest("hex")}`;
}
