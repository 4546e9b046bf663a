import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";

/** Text of a systemd unit that runs one command of the shell at every start of a node, before the kubelet. */
export function startUnit(description: string, command: string): string {
  return [
    "[Unit]",
    `Description=${description}`,
    "Before=kubelet.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    // systemd takes one "$" for a variable of its own.
    `ExecStart=/bin/sh -c '${command.replaceAll("$", "$$$$")}'`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** The unit is as given, runs now, and at every start of the node. */
const enable =
  'cat > "/etc/systemd/system/$1" && systemctl enable --quiet "$1" && systemctl restart "$1"';

/** Its command has to come to the same when it is run again. */
export async function enableUnit(
  { name: node }: Container,
  unit: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await dockerExec(node, ["sh", "-c", enable, "sh", unit], { input: text, signal });
}

/** Ends a unit for this and for every later start of the node; one that is not there is no error. */
export async function disableUnit(
  { name: node }: Container,
  unit: string,
  signal: AbortSignal,
): Promise<void> {
  const disable =
    'f="/etc/systemd/system/$1"; [ ! -e "$f" ] || { systemctl disable --quiet --now "$1" && rm "$f"; }';
  await dockerExec(node, ["sh", "-c", disable, "sh", unit], { signal });
}
