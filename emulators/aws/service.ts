/** The services that are emulated. `unknown`: any other. */
export type Service = 'elb' | 'ec2' | 'tagging' | 'acm' | 'unknown'

export function kindOf(action: string): 'read' | 'write' {
  return /^(Describe|Get|List)/.test(action) ? 'read' : 'write'
}
