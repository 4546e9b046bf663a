/**
 * Whether a list of ports has a port, as annotations and charts of Linkerd's have such lists: `25,3000-3010`.
 */
export function listsPort(list: string, port: number): boolean {
  return list.split(",").some((part) => {
    const [first = "", last = first] = part.trim().split("-");
    return first !== "" && Number(first) <= port && port <= Number(last);
  });
}

/** Ports that Linkerd takes for opaque TCP unless a chart's value or the Service says otherwise. */
export const defaultOpaquePorts = "25,587,3306,4444,5432,6379,9300,11211";
