import { dockerExec } from "../../../providers/kind/docker.ts";

/**
 * For how long the cluster's DNS lets a client keep an answer, asked from a node: of a name that exists,
 * and of one that doesn't (the minimum of the SOA record that comes with it).
 */
export async function dnsTtls(node: string, server: string) {
  const [positive, negative] = await Promise.all(
    // No label may have ten letters: its length is a line feed, with which bash would end the datagram.
    ["kube-dns.kube-system.svc.cluster.local", "nothing.kube-system.svc.cluster.local"].map(
      (name) => ask(node, server, name),
    ),
  );
  if (positive === undefined || negative === undefined) throw new Error("no answer");
  const answer = skipName(positive, questionEnd(positive));
  const soa = skipName(negative, questionEnd(negative));
  return {
    positive: positive.readUInt32BE(answer + 4),
    // type, class, TTL, length; then two names and five numbers, of which the last is the minimum.
    negative: negative.readUInt32BE(soa + 10 + negative.readUInt16BE(soa + 8) - 4),
  };
}

/** No node image has a DNS client, but every bash has UDP. */
async function ask(node: string, server: string, name: string): Promise<Buffer> {
  const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const query = Buffer.concat([
    Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 1, 0, 1]),
  ]);
  const escaped = [...query].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  const script =
    'exec 3<>"/dev/udp/$1/53" && printf "$2" >&3 && timeout 3 dd bs=1024 count=1 <&3 2>/dev/null | od -An -v -tx1';
  const hex = await dockerExec(node, ["bash", "-c", script, "bash", server, escaped]);
  const answer = Buffer.from(hex.replace(/\s/g, ""), "hex");
  if (answer.length < 12) throw new Error(`no answer about ${name}`);
  return answer;
}

const headerLength = 12;

function questionEnd(message: Buffer): number {
  return skipName(message, headerLength) + 4;
}

function skipName(message: Buffer, offset: number): number {
  for (let at = offset; ;) {
    const length = message[at] ?? 0;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += length + 1;
  }
}
