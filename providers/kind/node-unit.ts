import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";

/** Text of a systemd unit that runs one shell command at every start of a node, before the kubelet. */
export function startUnit(description: string, command: string): string {
  return [
    "[Unit]",
    `Description=${description}`,
    "Before=kubelet.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    // systemd reads a single "$" as a variable of its own.
    `ExecStart=/bin/sh -c '${command.replaceAll("$", "$$$$")}'`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** Writes the unit and runs it now. It also runs at every start of the node. */
const enable =
  'cat > "/etc/systemd/system/$1" && systemctl enable --quiet "$1" && systemctl restart "$1"';

/** The command must be idempotent. */
export async function enableUnit(
  { name: node }: Container,
  unit: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await dockerExec(node, ["sh", "-c", enable, "sh", unit], { input: text, signal });
}

/** Stops a unit now and for every later start of the node. A missing unit is no error. */
export async function disableUnit(
  { name: node }: Container,
  unit: string,
  signal: AbortSignal,
): Promise<void> {
  const disable =
    'f="/etc/systemd/system/$1"; [ ! -e "$f" ] || { systemctl disable --quiet --now "$1" && rm "$f"; }';
  await dockerExec(node, ["sh", "-c", disable, "sh", unit], { signal });
}
