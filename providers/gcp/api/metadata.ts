/** What the machine that this runs on says of itself. Source: cloud.google.com/compute/docs/metadata. With GKE's workload identity, less of it is answered. */
const ADDRESS = 'http://169.254.169.254'
/** It is one hop away, or not there. */
const PATIENCE_MS = 1_000

export interface Machine {
  readonly project?: string
  readonly region?: string
  /** `projects/P/global/networks/NAME`. */
  readonly network?: string
}

/** What is not answered is absent. */
export async function readMachine(address = ADDRESS): Promise<Machine> {
  const read = (path: string): Promise<string | undefined> => ask(`${address}/computeMetadata/v1/${path}`)
  const [project, number, zone, network] = await Promise.all(['project/project-id', 'project/numeric-project-id', 'instance/zone', NETWORK].map(read))
  const [, region] = /\/zones\/(.+)-[a-z]$/.exec(zone ?? '') ?? []
  const [, home, name] = /^projects\/([^/]+)\/networks\/([^/]+)$/.exec(network ?? '') ?? []
  // It says the number of the project; the API says its id.
  const owner = home === number ? project : home
  return {
    ...(project === undefined ? {} : { project }),
    ...(region === undefined ? {} : { region }),
    ...(owner === undefined || name === undefined ? {} : { network: `projects/${owner}/global/networks/${name}` }),
  }
}

const NETWORK = 'instance/network-interfaces/0/network'

async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { headers: { 'metadata-flavor': 'Google' }, signal: AbortSignal.timeout(PATIENCE_MS) })
    const text = (await response.text()).trim()
    return response.ok && text !== '' ? text : undefined
  } catch {
    return undefined
  }
}
