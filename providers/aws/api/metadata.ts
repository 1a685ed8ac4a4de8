/** What the machine that this runs on says of itself: the instance metadata service, version 2, which wants a token first. */
const ADDRESS = 'http://169.254.169.254'
/** It is one hop away, or not there. */
const PATIENCE_MS = 1_000

export interface Metadata {
  /** Undefined: no answer, or none to that. */
  region(): Promise<string | undefined>
  vpcId(): Promise<string | undefined>
}

export function instanceMetadata(address = ADDRESS): Metadata {
  let token: Promise<string | undefined> | undefined
  const read = async (path: string): Promise<string | undefined> => {
    token ??= ask(`${address}/latest/api/token`, 'PUT', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' })
    const ours = await token
    return ours === undefined ? undefined : ask(`${address}/latest/meta-data/${path}`, 'GET', { 'x-aws-ec2-metadata-token': ours })
  }
  return {
    region: () => read('placement/region'),
    async vpcId() {
      const mac = await read('mac')
      return mac === undefined ? undefined : read(`network/interfaces/macs/${mac}/vpc-id`)
    },
  }
}

async function ask(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    const text = (await response.text()).trim()
    return response.ok && text !== '' ? text : undefined
  } catch {
    return undefined
  }
}
