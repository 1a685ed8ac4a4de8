/** The settings of the Google Cloud provider. */
import { CLUSTER, type Command, endpoint, publish, type Setting, type SettingTable, shaped } from '../../src/model/setting.ts'

/** Which projects a role is for is decided by these too. */
const WITH_PERMISSIONS: readonly Command[] = [...CLUSTER, 'permissions']
const MACHINE = 'what the machine says'

/** Compute API v1, the comment of `name`; tags of instances have the same form. */
const NAME = '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?'
/** `google.com:shop` is a project too. */
const PROJECT = '(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]'
const URL_START = '(?:https?://[^/]+/(?:compute/)?[a-z][a-z0-9]*/)?'

/** The name of an object, or its id where it is in another project. */
function nameOrId(commands: readonly Command[], form: string, doc: string, fallbackText?: string): Setting<string | undefined> {
  const path = form.replace('PROJECT', PROJECT).replace(/REGION|NAME/g, NAME)
  const shape = { pattern: new RegExp(`^(?:${NAME}|${URL_START}${path})$`), allowed: `a name, or an id like ${form}` }
  return shaped(commands, 'NAME|ID', shape, `Google Cloud provider: ${doc}`, fallbackText)
}

/** One value each time that the flag stands. */
function each(argument: string, { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string }, doc: string): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    if (!pattern.test(value)) throw new Error(allowed)
    return [value]
  }
  return { commands: CLUSTER, argument, repeatable: true, doc: `Google Cloud provider: ${doc}`, fallback: [], parse }
}

export const settings = {
  'gcp-project': publish(
    shaped(
      WITH_PERMISSIONS,
      'ID',
      { pattern: new RegExp(`^${PROJECT}$`), allowed: 'the id of a project, which is not its number, like shop-123456' },
      'Google Cloud provider: the project of the cluster, which gets the load balancers',
      MACHINE,
    ),
  ),
  'gcp-region': publish(
    shaped(
      CLUSTER,
      'NAME',
      { pattern: /^[a-z]+(?:-[a-z]+)+\d+$/, allowed: 'a region, not a zone, like europe-west1' },
      'Google Cloud provider: the region of the cluster',
      MACHINE,
    ),
  ),
  'gcp-network': publish(
    nameOrId(
      WITH_PERMISSIONS,
      'projects/PROJECT/global/networks/NAME',
      'the VPC network in which the nodes are; by its id where another project shares it',
      MACHINE,
    ),
  ),
  'gcp-subnetwork': publish(
    nameOrId(
      CLUSTER,
      'projects/PROJECT/regions/REGION/subnetworks/NAME',
      'the subnet for internal addresses, and IPv6 ones, of Services that name none',
      'that of the nodes',
    ),
  ),
  'gcp-node-tags': publish(
    each(
      'TAG',
      { pattern: new RegExp(`^${NAME}$`), allowed: 'a network tag: up to 63 of a-z, 0-9 and -, first a letter, last no -' },
      'a network tag that all nodes have, to which firewall rules are limited; repeatable; without one they count for all of the network, at the addresses of load balancers',
    ),
  ),
  'gcp-node-service-accounts': publish(
    each(
      'EMAIL',
      { pattern: /^[^\s,@]+@[^\s,@]+\.[^\s,@]+$/, allowed: 'the email address of a service account, like nodes@shop-123456.iam.gserviceaccount.com' },
      'a service account that nodes run as, to which firewall rules are limited, instead of --gcp-node-tags; repeatable',
    ),
  ),
  'gcp-endpoint': publish(endpoint(CLUSTER, "Google Cloud provider: the endpoint of the Compute API, in place of Google's own")),
} as const satisfies SettingTable
