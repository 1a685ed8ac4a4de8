/** Virtual machines and scale sets, as far as interfaces belong to them. They are read, not written. */
import { any, children, flag, object, reference, references, text } from '../schema/field.ts'
import type { ResourceType } from '../store/resource-type.ts'
import { PATHS, envelope, part } from './common.ts'
import { IP_CONFIGURATION_FIELDS } from './interfaces.ts'

const COMPUTE = 'Microsoft.Compute' as const

const COMMON = {
  namespace: COMPUTE,
  isWritable: false,
  checks: [],
  delay: 'compute',
  retryAfter: { put: 10, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: false,
} as const satisfies Partial<ResourceType>

export const VIRTUAL_MACHINES: ResourceType = {
  ...COMMON,
  path: PATHS.machine,
  action: 'VirtualMachine',
  envelope: envelope({ zones: any() }),
  fields: {
    vmId: text(),
    hardwareProfile: any(),
    storageProfile: any(),
    osProfile: any(),
    networkProfile: object({ networkInterfaces: references([PATHS.interface]) }),
  },
}

const SET = 'virtualMachineScaleSets'
const INSTANCE = `${SET}/virtualMachines`
const INTERFACE = `${INSTANCE}/networkInterfaces`

const SCALE_SET_IP_CONFIGURATION = part(PATHS.scaleSetIpConfiguration, 'ScaleSetIPConfiguration', { fields: IP_CONFIGURATION_FIELDS })

const SCALE_SET_INTERFACE = part(INTERFACE, 'ScaleSetNetworkInterface', {
  fields: { primary: flag(), networkSecurityGroup: reference([PATHS.group]), ipConfigurations: children(SCALE_SET_IP_CONFIGURATION) },
})

const SCALE_SET_INSTANCE = part(INSTANCE, 'ScaleSetInstance', {
  namespace: COMPUTE,
  envelope: { instanceId: text(), zones: any() },
  fields: { vmId: text(), osProfile: any(), networkInterfaces: children(SCALE_SET_INTERFACE, { isShown: () => false }) },
})

export const VIRTUAL_MACHINE_SCALE_SETS: ResourceType = {
  ...COMMON,
  path: SET,
  action: 'VirtualMachineScaleSet',
  envelope: envelope({ sku: any(), zones: any() }),
  fields: { virtualMachines: children(SCALE_SET_INSTANCE, { isShown: () => false }), virtualMachineProfile: any(), orchestrationMode: text() },
}
