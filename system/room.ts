import { readFile, statfs } from "node:fs/promises";

const gibibyte = 2 ** 30;

/** Measured: a kind node with Linkerd uses up to 1.0 GiB of memory and 0.7 GiB of disk. Workers use less. */
export const roomPerNode = {
  /** Bytes. */
  memory: 1.2 * gibibyte,
  /** Bytes in Docker's directory: component images, Linkerd's images, and logs. */
  disk: 2 * gibibyte,
} as const;

/** Bytes of this machine's memory. Undefined if unknown. */
export async function memoryOfMachine(): Promise<
  { readonly total: number; readonly available: number } | undefined
> {
  const text = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const bytes = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024;
  const [total, available] = [bytes("MemTotal"), bytes("MemAvailable")];
  return Number.isNaN(total + available) ? undefined : { total, available };
}

/** Free bytes at a path. Undefined if it is on another machine or in a VM. */
export async function freeDisk(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

export function inGib(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
