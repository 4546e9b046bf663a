import { readdir, readFile, readlink } from "node:fs/promises";

/** Where this machine says its limit. Tests have another machine. */
export const inotifyLimit = { file: "/proc/sys/fs/inotify/max_user_instances" };

/**
 * How many inotify instances one user may have, and how many root has: nodes run as root. Only root can see
 * what other processes have open; for others the count is 0.
 */
export async function inotifyLimits(): Promise<{ instances: number; used: number } | undefined> {
  try {
    const limit = await readFile(inotifyLimit.file, "utf8");
    return { instances: Number(limit), used: await openInstances() };
  } catch {
    return undefined;
  }
}

async function openInstances(): Promise<number> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    processes.map(async (pid) => {
      try {
        const files = await readdir(`/proc/${pid}/fd`);
        const targets = await Promise.all(
          files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")),
        );
        return targets.filter((target) => target === "anon_inode:inotify").length;
      } catch {
        return 0; // Ended, or not readable for this user.
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
